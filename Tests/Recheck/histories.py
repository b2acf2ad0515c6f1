"""Small random histories of every model, for recheck.py: simulated clients of an object that answers at once, and now
and then lies, loses an answer or forgets an operation."""
import json
import random

TAKES = {"queue": ("enqueue", "dequeue"), "bag": ("enqueue", "dequeue"), "stack": ("push", "pop"),
         "priority-queue": ("insert", "delete-min")}


def request(model, rng, fresh):
    """A function and its value, drawn at random; `fresh` numbers are used once."""
    small = rng.randint(1, 3)
    if model in TAKES:
        put, take = TAKES[model]
        return (put, next(fresh) if rng.random() < 0.5 else small) if rng.random() < 0.55 else (take, None)
    if model in ("register", "cas-register"):
        kinds = ["write", "read"] + (["cas", "cas"] if model == "cas-register" else [])
        kind = rng.choice(kinds)
        return kind, {"write": rng.choice([small, next(fresh)]), "read": None, "cas": [rng.randint(1, 3), small]}[kind]
    if model == "multi-register":
        keys = rng.choice([["x"], ["x", "y"]])
        short = rng.random() < 0.5
        return "txn", [["r" if short else "read", rng.choice(keys), None] if rng.random() < 0.5
                       else ["w" if short else "write", rng.choice(keys), rng.choice([small, next(fresh)])]
                       for _ in range(rng.randint(1, 3))]
    if model == "set":
        return rng.choice([("add", small), ("add", small), ("remove", small), ("contains", small), ("read", None)])
    if model == "counter":
        return ("add", rng.choice([1, 1, 2, -1])) if rng.random() < 0.6 else ("read", None)
    if model == "append-log":
        return ("append", rng.choice([small, next(fresh)])) if rng.random() < 0.6 else ("read", None)
    if model == "text":
        return rng.choice([("put", rng.choice("ab")), ("append", rng.choice(["a", "b", "ab"])),
                           ("append", "c"), ("get", None), ("get", None)])
    if model == "unique-ids":
        return "generate", None
    return rng.choice(["acquire", "acquire", "release"]), None


class Thing:
    """The object: the truth in `held`, by model."""

    def __init__(self, model, given):
        self.model, self.given, self.ids = model, given, 0
        initial = given.get("initial")
        empty = {"counter": 0, "text": "", "multi-register": {}}
        listed = list(TAKES) + ["set", "append-log"]
        self.held = [] if model in listed else empty.get(model)
        if initial is not None:
            self.held = list(initial) if model in listed else dict(initial) if isinstance(initial, dict) else initial
        self.holders, self.token = [], 0

    def answer(self, f, value, process):
        """(type, value, more) of the completion."""
        model, held = self.model, self.held
        if f in ("acquire", "release"):
            return self.lock(f, process)
        if f == "generate":
            self.ids += 1
            return "ok", self.ids
        if f in ("write", "put"):
            self.held = value
        elif f == "cas":
            if held != value[0]:
                return "mismatch", value
            self.held = value[1]
        elif f == "txn":
            parts = []
            for kind, key, new in value:
                if kind[0] == "w":
                    held[key] = new
                parts.append([kind, key, held.get(key)])
            return "ok", parts
        elif f in ("enqueue", "push", "insert") or f == "append" and model == "append-log":
            held.append(value)
        elif f in ("dequeue", "pop", "delete-min"):
            if not held:
                return "ok", None
            place = {"dequeue": 0, "pop": -1}.get(f, held.index(min(held, key=lambda x: x)))
            return "ok", held.pop(place)
        elif model == "set" and f != "read":
            is_in = value in held
            if f == "contains":
                return "ok", [value, is_in]
            if f == "add" and not is_in:
                held.append(value)
            if f == "remove" and is_in:
                held.remove(value)
        elif f in ("add", "append"):
            self.held = held + value
        else:
            return "ok", list(held) if isinstance(held, list) else held
        return "ok", value

    def lock(self, f, process):
        permits = self.given.get("permits", 1) if self.model == "semaphore" else 1
        if f == "release":
            if process not in self.holders:
                return "fail", None
            self.holders.remove(process)
            return "ok", None
        if len(self.holders) >= permits and not (self.model == "reentrant-lock" and self.holders[0] == process):
            return "fail", None
        self.holders.append(process)
        self.token += 1
        return "ok", self.token if self.model == "fenced-lock" else None

    def lie(self, f, value, rng):
        small = rng.randint(1, 4)
        if f in ("read", "get", "dequeue", "pop", "delete-min", "generate", "acquire", "release"):
            if self.model in ("set", "append-log"):
                return [rng.randint(1, 3) for _ in range(rng.randint(0, 3))]
            if self.model == "text":
                return "".join(rng.choice("abc") for _ in range(rng.randint(0, 3)))
            if f in ("acquire", "release"):
                return small if self.model == "fenced-lock" and f == "acquire" else None
            return small if rng.random() < 0.8 or f == "generate" or self.model == "counter" else None
        if f == "contains":
            return [value, rng.random() < 0.5]
        if f == "txn":
            return [[kind, key, new if kind[0] == "w" else rng.choice([None, 1, 2, 3])] for kind, key, new in value]
        return value


def numbers():
    number = 3
    while True:
        number += 1
        yield number


def header(model, rng):
    """The model and, now and then, what else a header may say."""
    given = {"plumbline": 1, "model": model}
    if model == "semaphore":
        given["permits"] = rng.randint(1, 3)
    if model == "cas-register" and rng.random() < 0.3:
        given["failedCas"] = "observes"
    if model in ("register", "cas-register", "multi-register") and rng.random() < 0.2:
        given["nullRead"] = "any"
    if rng.random() < 0.25:
        initial = {"register": 1, "cas-register": 1, "counter": 3, "text": "a", "multi-register": {"x": 1}}
        listed = list(TAKES) + ["set", "append-log"]
        if model in initial or model in listed:
            given["initial"] = initial.get(model, [1])
    return given


def history(model, rng):
    """The lines of one history."""
    given = header(model, rng)
    keys = rng.choice([[None], [None], ["k"], ["k", "l"]]) if model != "multi-register" else rng.choice([[None], ["k"]])
    things = {key: Thing(model, given) for key in keys}
    fresh, lines = numbers(), [given]
    lies, losses = rng.choice([0, 0.1, 0.3]), rng.choice([0, 0.15])
    clients, following = {number: None for number in range(rng.randint(2, 4))}, 4
    left = rng.randint(3, 10)

    def say(kind, process, f, value, key, **more):
        line = {"process": process, "type": kind, "f": f, "value": value, **more}
        if key is not None:
            line["key"] = key
        lines.append(line)

    while left or any(clients.values()):
        process = rng.choice([client for client in clients if clients[client] or left])
        if clients[process] is None:
            left -= 1
            f, value = request(model, rng, fresh)
            clients[process] = [f, value, rng.choice(keys), None]
            say("invoke", process, f, value, clients[process][2])
            continue
        f, value, key, answer = clients[process]
        if rng.random() < losses:
            if answer is None and rng.random() < 0.5:
                things[key].answer(f, value, process)
            if rng.random() < 0.7:
                say("info", process, f, value, key)
            del clients[process]
            clients[following], following = None, following + 1
            continue
        if answer is None:
            clients[process][3] = things[key].answer(f, value, process)
            if rng.random() < 0.5:
                continue
        kind, result = clients[process][3]
        clients[process] = None
        more = {}
        if rng.random() < lies:
            kind, result = "ok", things[key].lie(f, value, rng)
            if f == "cas" and rng.random() < 0.5:
                kind = "mismatch"
        if kind == "mismatch":
            kind = "fail" if given.get("failedCas") and rng.random() < 0.5 else "ok"
            more = {} if kind == "fail" else {"swapped": False}
        elif f == "cas" and kind == "ok" and rng.random() < 0.5:
            more = {"swapped": True}
        say(kind, process, f, result, key, **more)
    return lines


def write(folder, model, number, seed):
    """One history as a file; its name says how to make it again."""
    rng = random.Random(f"{model}-{seed}-{number}")
    with open(f"{folder}/{model}-{number:06}.jsonl", "w", encoding="utf-8") as file:
        for line in history(model, rng):
            file.write(json.dumps(line) + "\n")

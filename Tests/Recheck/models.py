"""Every model as a plain value: `start(given)` is the object at first, `steps(object, operation)` yields the
objects that an operation may leave behind, none when it is impossible now.

Written from docs/reference/models.md, apart from the program that is checked. An operation has `f`, `value`,
`result`, `process`, and `end`: "ok", "pending" (nobody knows; it may have had any result) or "mismatch" (a
compare-and-set that saw another value). Values are frozen (`freeze`), so objects can be told apart.
"""


def freeze(value):
    """A JSON value that can be hashed; 1 and true differ, 1 and 1.0 do not."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, list):
        return tuple(freeze(part) for part in value)
    if isinstance(value, dict):
        return ("map",) + tuple(sorted(((name, freeze(part)) for name, part in value.items()), key=repr))
    return value


TRUE = freeze(True)
ANY = ("any",)  # the result of a read that says nothing


class Register:
    """A value, or ("not", values): unknown at first, and other than those."""

    def start(self, given):
        return ("not", ()) if given.get("initialUnknown") else ("is", freeze(given.get("initial")))

    def sees(self, held, value):
        kind, what = held
        if kind == "is":
            return [held] if what == value else []
        return [] if value in what else [("is", value)]

    def steps(self, held, op):
        if op.f == "write":
            return [("is", op.value)]
        if op.f == "read":
            if op.end == "pending" or op.result is ANY:
                return [held]
            return self.sees(held, op.result)
        old, new = op.value
        if op.end == "mismatch":
            kind, what = held
            if kind == "is":
                return [held] if what != old else []
            return [("not", tuple(sorted(set(what) | {old}, key=repr)))]
        return [("is", new)] if self.sees(held, old) else []


class MultiRegister:
    """What each key holds; with unknown initial values (the first part) what is known of it."""

    def start(self, given):
        held = given.get("initial") or {}
        known = frozenset((freeze(key), freeze(value)) for key, value in held.items() if value is not None)
        return bool(given.get("initialUnknown")), known

    def steps(self, held, op):
        unknown, held = held[0], dict(held[1])
        for kind, key, value in op.value if op.end == "pending" or op.result is None else op.result:
            if kind in ("w", "write"):
                held[key] = value
            elif op.end == "ok" and value is not ANY:
                if unknown and key not in held:
                    held[key] = value
                if held.get(key) != value:
                    return []
        return [(unknown, frozenset((key, value) for key, value in held.items() if unknown or value is not None))]


class Elements:
    """What is made of elements that are listed at first."""

    def start(self, given):
        return tuple(freeze(element) for element in given.get("initial") or [])


class Set(Elements):
    def start(self, given):
        return frozenset(super().start(given))

    def steps(self, held, op):
        if op.f == "add":
            return [held | {op.value}]
        if op.f == "remove":
            return [held - {op.value}]
        if op.end == "pending":
            return [held]
        if op.f == "contains":
            return [held] if op.result[1] == freeze(op.value in held) else []
        return [held] if len(op.result) == len(held) and frozenset(op.result) == held else []


class Container(Elements):
    """A queue, stack, bag or priority queue, by the places from which an element may be taken."""

    def __init__(self, places):
        self.places = places

    def steps(self, held, op):
        if op.f in ("enqueue", "push", "insert"):
            return [held + (op.value,)]
        if not held:
            return [held] if op.end == "pending" or op.result is None else []
        rests = [(held[place], held[:place] + held[place + 1:]) for place in self.places(held)]
        return [rest for taken, rest in rests if op.end == "pending" or op.result == taken]


class Bag(Container):
    def __init__(self):
        super().__init__(lambda held: range(len(held)))

    def steps(self, held, op):
        return [tuple(sorted(rest, key=repr)) for rest in super().steps(held, op)]


class Counter:
    def start(self, given):
        return given.get("initial") or 0

    def steps(self, held, op):
        if op.f == "add":
            return [held + op.value]
        return [held] if op.end == "pending" or op.result == held else []


class Lock:
    """Who holds it, once for each time: at most `permits`, of one process unless it is a semaphore."""

    def __init__(self, is_reentrant=False, is_semaphore=False):
        self.is_reentrant, self.is_semaphore = is_reentrant, is_semaphore

    def start(self, given):
        return (given.get("permits") or 1) if self.is_semaphore else 1, ()

    def steps(self, state, op):
        permits, holders = state
        if op.f == "release":
            if op.process not in holders:
                return []
            place = holders.index(op.process)
            return [(permits, holders[:place] + holders[place + 1:])]
        if len(holders) < permits or self.is_reentrant and holders[-1] == op.process:
            return [(permits, tuple(sorted(holders + (op.process,))))]
        return []


class FencedLock:
    def start(self, given):
        return None, None

    def steps(self, state, op):
        owner, token = state
        if op.f == "release":
            return [(None, token)] if owner == op.process and op.value in (None, token) else []
        if owner is not None:
            return []
        if op.end == "pending":
            return [(op.process, token if token is None else token + 1)]
        return [(op.process, op.result)] if token is None or op.result > token else []


class Log(Elements):
    def steps(self, held, op):
        if op.f == "append":
            return [held + (op.value,)]
        return [held] if op.end == "pending" or op.result == held else []


class Text:
    def start(self, given):
        return given.get("initial") or ""

    def steps(self, held, op):
        if op.f == "put":
            return [op.value]
        if op.f == "append":
            return [held + op.value]
        return [held] if op.end == "pending" or op.result == held else []


class UniqueIDs:
    def start(self, given):
        return frozenset()

    def steps(self, held, op):
        if op.end == "pending":
            return [held]
        return [] if op.result in held else [held | {op.result}]


def least(held):
    return [held.index(min(held))]


MODELS = {
    "register": Register(), "cas-register": Register(), "multi-register": MultiRegister(), "set": Set(),
    "queue": Container(lambda held: [0]), "stack": Container(lambda held: [len(held) - 1]), "bag": Bag(),
    "priority-queue": Container(least), "counter": Counter(), "lock": Lock(),
    "reentrant-lock": Lock(is_reentrant=True), "semaphore": Lock(is_semaphore=True),
    "fenced-lock": FencedLock(), "append-log": Log(), "text": Text(), "unique-ids": UniqueIDs(),
}

#!/usr/bin/env python3
"""Draws histories of every model whose values, times, processes and options stand at the ends of their ranges, and has
each checked as a whole, followed, explained and reported. No command may crash; following must say what checking says.

usage: ends.py SECONDS [SEED] [plumbline]"""
import json, random, subprocess, sys, tempfile, time, os

LARGE, SMALL = 2**63 - 1, -(2**63)
NUMBERS = [LARGE, LARGE - 1, SMALL, SMALL + 1, 2**53, 2**53 + 1, -(2**53), 2**31 - 1, 2**31, -(2**31), -(2**31) - 1,
           2**32, 2**62, -(2**62), 0, 1, -1, 2, 3]
BEYOND = [2**63, -(2**63) - 1, 2**64, 10**30, 1.5, 1e300, -0.0]
TIMES = [LARGE, LARGE - 1, SMALL + 1, -1, 0, 1, 2**53, 10**18, -(10**18)]
MODELS = {
    "register": ["read", "write"], "cas-register": ["read", "write", "cas"], "multi-register": ["txn"],
    "set": ["add", "remove", "contains", "read"], "queue": ["enqueue", "dequeue"], "bag": ["enqueue", "dequeue"],
    "stack": ["push", "pop"], "priority-queue": ["insert", "delete-min"], "counter": ["add", "read"],
    "lock": ["acquire", "release"], "reentrant-lock": ["acquire", "release"], "semaphore": ["acquire", "release"],
    "fenced-lock": ["acquire", "release"], "append-log": ["append", "read"], "text": ["put", "append", "get"],
    "unique-ids": ["generate"],
}
TAKES = {"dequeue", "pop", "delete-min"}


def history(draw):
    """The lines of one history."""
    model = draw.choice(list(MODELS))
    values = draw.sample(NUMBERS, draw.randint(1, 4))
    if draw.random() < 0.1: values.append(draw.choice(BEYOND))
    header = {"plumbline": 1, "model": model}
    if model == "semaphore": header["permits"] = draw.choice([1, 2, 2**31 - 1, 2**31, LARGE])
    if model in ("counter", "register", "cas-register") and draw.random() < 0.4: header["initial"] = draw.choice(values)
    lines = [header]
    processes = draw.sample([LARGE, LARGE - 1, SMALL, -1, 0, 1, 2, 65535, 65536, 2**31, 2**32], draw.randint(1, 4))
    timed = draw.random() < 0.7
    seen, open_, retired, now = [0], {}, set(), 0
    one = lambda: draw.choice(values)

    def line(process, kind, function, value, **more):
        nonlocal now
        event = {"process": process, "type": kind, "f": function, "value": value, **more}
        if timed:
            if draw.random() < 0.8: now = min(LARGE, now + draw.choice([1, 1000, 10**9, 2**61]))
            event["time"] = now if draw.random() < 0.7 else draw.choice(TIMES)
        lines.append(event)

    def invoked(function):
        if function == "cas": return [draw.choice(seen + values), one()]
        if function == "txn":
            return [draw.choice([["r", draw.choice(["x", 1]), None], ["w", draw.choice(["x", 1]), one()]])
                    for _ in range(draw.randint(1, 3))]
        if function in ("put",) or model == "text" and function == "append": return draw.choice(["a", "b", str(one())])
        if function in ("read", "get", "generate", "acquire") or function in TAKES: return None
        if function == "release": return draw.choice(seen) if model == "fenced-lock" and draw.random() < 0.5 else None
        return one()

    def answered(function, value):
        if function == "txn":
            return [part if part[0] == "w" else ["r", part[1], draw.choice(seen + [None])] for part in value]
        if function == "read":
            if model in ("set", "append-log"): return draw.sample(seen[1:], min(len(seen) - 1, draw.randint(0, 3)))
            return draw.choice(seen + values)
        if function == "get": return draw.choice(["", "a", "ab", str(one())])
        if function == "contains": return [value, draw.choice([True, False])]
        if function in TAKES: return draw.choice(seen[1:] + [None])
        if function == "generate" or function == "acquire" and model == "fenced-lock": return one()
        return value

    for _ in range(draw.randint(3, 24)):
        process = draw.choice(processes)
        if process in retired: continue
        if process not in open_:
            function = draw.choice(MODELS[model])
            value = invoked(function)
            open_[process] = (function, value)
            line(process, "invoke", function, value)
            if value is not None and not isinstance(value, list): seen.append(value)
            continue
        function, value = open_.pop(process)
        kind = draw.choices(["ok", "fail", "info"], [8, 1, 1])[0]
        more = {"revision": draw.choice(NUMBERS)} if draw.random() < 0.1 else {}
        if draw.random() < 0.1: more.update(term=one(), acks=one(), node=draw.choice(["n1", LARGE]))
        if function == "cas" and kind == "ok" and draw.random() < 0.3: more["swapped"] = False
        answer = answered(function, value) if kind == "ok" else value
        line(process, kind, function, answer, **more)
        if kind == "ok" and function == "cas": seen.append(value[1])
        if kind == "info": retired.add(process)
    if draw.random() < 0.3:
        lines.insert(draw.randint(1, len(lines)), {"process": "nemesis", "type": "info", "f": "start-kill", "value": "n1",
                                                    "time": draw.choice(TIMES)})
    return [json.dumps(entry) for entry in lines]


def main():
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    tool = sys.argv[3] if len(sys.argv) > 3 else "plumbline"
    draw = random.Random(seed)
    environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no", "NO_COLOR": "1"}
    ends, count, failures = time.time() + seconds, 0, 0
    codes = {}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "history.jsonl")
        while time.time() < ends and failures < 20:
            text = "\n".join(history(draw)) + "\n"
            with open(path, "w") as file: file.write(text)
            run = lambda *words: subprocess.run([tool, *words], stdin=open(path), stdout=subprocess.DEVNULL,
                                                stderr=subprocess.DEVNULL, env=environment, timeout=60).returncode
            found = {"check": run("check", path), "follow": run("check", "--follow", "-")}
            # What may still grow is really followed; what is whole on standard input is not.
            if count % 3 == 0:
                found["follow"] = run("check", "--follow", "--until-quiet", "1ms", path)
            if count % 2 == 0:
                found["explain"] = run("explain", path)
                found["json"] = run("explain", "--json", path)
                found["report"] = run("report", path, "-o", os.path.join(folder, "page.html"))
                found["convert"] = run("convert", path, "-o", os.path.join(folder, "copy.edn"))
            codes[found["check"]] = codes.get(found["check"], 0) + 1
            broken = {name: code for name, code in found.items() if code < 0 or code >= 70}
            # Following says a violation before it has seen what a later line is refused for.
            early = found["check"] == 65 and found["follow"] == 1
            if broken or found["check"] != found["follow"] and not early:
                failures += 1
                print(f"--- history {count} of seed {seed}: {found}\n{text}", flush=True)
            count += 1
    print(f"ends: {count} histories, {failures} failures, exit codes of check {dict(sorted(codes.items()))}")
    sys.exit(1 if failures or len(codes) < 2 else 0)


main()

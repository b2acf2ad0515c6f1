#!/usr/bin/env python3
"""Checks the evidence and the witnesses of `plumbline check` again, from its JSON and the histories alone.

    recheck.py write FOLDER COUNT SEED      COUNT small random histories of each model
    recheck.py check VERDICTS [WITNESSES]   what `check --json` printed, and its `--witness` file

Of each violation whose operations are said to be a proof:
  - no order of the shown operations exists, nor of them with any other operation of the key added, with all of
    them, with some drawn at random (balanced pairs, which are named, only both or neither);
  - what is said to be minimal is: without any one operation the rest has an order, if copies of that one may take
    effect at any time and any number of times;
  - the shown operations are those of the history, with the parts of their results that are shown.
Of each witness: it is a legal order, true to real time, of every completed operation of the key once, and of others
at most once. Of small histories the verdict itself: a violation has no order, and what is called linearizable one.
"""
import json
import random
import sys
from collections import Counter
from types import SimpleNamespace

from histories import write
from models import ANY, MODELS, freeze

FOREVER = 1 << 60


class Wrong(Exception):
    pass


def given_of(said, header):
    """The rules that a verdict names for its evidence."""
    given = {name: said.get(name) for name in ("model", "initial", "initialUnknown", "failedCas", "nullRead", "permits")}
    if given["model"] is None or "initial" not in said:
        raise Wrong("evidence without its model and initial value")
    for name in ("initial", "failedCas", "nullRead", "permits"):
        if name == "initial" and given["initialUnknown"]:
            continue  # an option outranks the header
        if name in header and header[name] != given[name]:
            raise Wrong(f"{name} is {given[name]} and not the header's")
    return given


def frozen(given, f, value, result, kind, swapped):
    """How an operation counts; None when it certainly did not happen."""
    end = {"ok": "ok", "info": "pending", "fail": None}[kind]
    if f == "cas" and (kind == "fail" and given["failedCas"] == "observes" or kind == "ok" and swapped is False):
        end = "mismatch"
    if end is None:
        return None
    result = freeze(result) if end == "ok" else None
    if end == "ok" and given["nullRead"] == "any":
        if f == "read" and result is None:
            result = ANY
        if f == "txn":
            result = tuple((kind, key, ANY if value is None and kind[0] == "r" else value) for kind, key, value in result)
    return SimpleNamespace(f=f, value=freeze(value), result=result, end=end)


def read(path, given, key):
    """The operations of one key by the lines of their invocations, and the header."""
    operations, opened, header = {}, {}, {}
    with open(path, encoding="utf-8") as file:
        for number, text in enumerate(file, 1):
            line = json.loads(text)
            if "plumbline" in line:
                header = line
            elif line["type"] == "invoke":
                opened[line["process"]] = number
                operations[number] = (line, None, None)
            else:
                start = opened.pop(line["process"])
                operations[start] = (operations[start][0], line, number)
    if given is None:
        return header
    found = {}
    for number, (invoked, completed, at) in operations.items():
        if invoked.get("key") != key:
            continue
        kind = completed["type"] if completed else "info"
        op = frozen(given, invoked["f"], invoked.get("value"), completed.get("value") if completed else None, kind,
                    completed.get("swapped") if completed else None)
        if op:
            op.line, op.process, op.invoked = number, invoked["process"], number
            op.returned = FOREVER if op.end == "pending" else at
            op.completed_line = at if completed else None
            op.type = kind
            found[number] = op
    return found


def has_order(given, ops, copies=(), uses=0, limit=2_000_000):
    """Whether the operations have an order; each of `copies` may take effect at any time, `uses` in all.

    None when that takes too long to say.
    """
    model = MODELS[given["model"]]
    needed = sum(1 << place for place, op in enumerate(ops) if op.end != "pending")
    before = [sum(1 << other for other, one in enumerate(ops) if one.returned < op.invoked) for op in ops]
    start = (0, model.start(given))
    seen, level, steps = {start}, [start], 0
    for _ in range(uses + 1):
        following, waiting = [], level
        while waiting:
            done, held = waiting.pop()
            if done & needed == needed:
                return True
            for place, op in enumerate(ops):
                if done >> place & 1 or before[place] & ~done:
                    continue
                for left in model.steps(held, op):
                    if (done | 1 << place, left) not in seen:
                        seen.add((done | 1 << place, left))
                        waiting.append((done | 1 << place, left))
            for op in copies:
                following += [(done, left) for left in model.steps(held, op)]
            steps += 1
            if steps > limit:
                return None
        level = [state for state in dict.fromkeys(following) if state not in seen]
        seen.update(level)
    return False


def copy_of(op):
    """An operation that may take effect at any time with any result."""
    return SimpleNamespace(**{**vars(op), "end": "pending"})


def shown(said, whole, given):
    """A shown operation with the part of its result that is shown, held against the history."""
    if (said["f"], freeze(said["value"]), said["process"], said["completedLine"]) != (
            whole.f, whole.value, whole.process, whole.completed_line) or said["type"] != whole.type:
        raise Wrong(f"the operation of line {whole.line} is not the history's")
    op = frozen(given, said["f"], said["value"], said["result"], said["type"], said.get("swapped"))
    if op is None or op.end != whole.end:
        raise Wrong(f"the operation of line {whole.line} does not say how it ended")
    if "elided" not in said:
        if op.result != whole.result:
            raise Wrong(f"the result of line {whole.line} is not the history's")
    elif len(op.result) + said["elided"] != len(whole.result):
        raise Wrong(f"the result of line {whole.line} is not {said['elided']} shorter")
    return SimpleNamespace(**{**vars(whole), "result": op.result})


def without(parts, elided):
    return tuple(part for part in parts if part not in elided)


def projected(op, elided):
    """An operation of a set or log without some elements; None when it is about one of them."""
    if op.f == "read":
        return op if op.end != "ok" else SimpleNamespace(**{**vars(op), "result": without(op.result, elided)})
    return None if op.value in elided else op


def check_violation(said, verdict, rng, counts):
    violation = said["violation"]
    given = given_of(violation, read(said["file"], None, None))
    ops = read(said["file"], given, violation["key"])
    whole = list(ops.values())
    if len(whole) <= 16 and has_order(given, whole) is True:
        raise Wrong("an order exists")
    if not violation["proof"]:
        counts["violations without a proof"] += 1
        return
    proof = [shown(operation, ops[operation["line"]], given) for operation in violation["operations"]]
    counts["proofs"] += 1
    counts["minimal"] += violation["minimal"]
    lines = {op.line for op in proof}
    elided = set()
    for op in proof:
        if op.result != ops[op.line].result and given["model"] != "text":
            elided |= set(ops[op.line].result) - set(op.result)
    if has_order(given, proof) is not False:
        raise Wrong("the shown operations have an order")
    if has_order(given, [ops[op.line] for op in proof]) is not False:
        raise Wrong("the shown operations have an order with their whole results")
    pairs = [[ops[line] for line in pair] for pair in violation.get("balancedPairs", [])]
    paired = {op.line for pair in pairs for op in pair}
    others = pairs + [[op] for op in whole if op.line not in lines | paired]
    added = [[other] for other in others] + [others]
    added += [[other for other in others if rng.random() < 0.5] for _ in range(4)]
    for more in added:
        more = [op for other in more for op in other]
        if len(more) > 24:
            continue
        literal = sorted([ops[op.line] for op in proof] + more, key=lambda op: op.invoked)
        if has_order(given, literal):
            raise Wrong(f"with {[op.line for op in more]} added the shown operations have an order")
        if elided:
            rest = [op for op in (projected(op, elided) for op in proof + more) if op]
            if has_order(given, rest):
                raise Wrong(f"with {[op.line for op in more]} added the shown parts have an order")
    if violation["minimal"]:
        for op in proof:
            rest = [other for other in proof if other is not op]
            if has_order(given, rest, [copy_of(op)], 2 * len(proof) + 2) is not True:
                raise Wrong(f"line {op.line} can be left out")


def check_witness(said):
    header = read(said["file"], None, None)
    given = given_of(said, header)
    model = MODELS[given["model"]]
    ops = read(said["file"], given, said.get("key"))
    order = [shown(operation, ops[operation["line"]], given) for operation in said["order"]]
    lines = [op.line for op in order]
    if len(set(lines)) < len(lines):
        raise Wrong("an operation is there twice")
    for op in ops.values():
        if op.end != "pending" and op.line not in set(lines):
            raise Wrong(f"the operation of line {op.line} is not there")
    latest, states = 0, {model.start(given)}
    for op in order:
        if op.returned < latest:
            raise Wrong(f"the operation of line {op.line} comes too late")
        latest = max(latest, op.invoked)
        states = {left for held in states for left in model.steps(held, op)}
        if not states:
            raise Wrong(f"the operation of line {op.line} is impossible in its place")


def check(verdicts, witnesses):
    rng, counts, failures, fine = random.Random(1), Counter(), 0, set()
    def attempt(said, what):
        nonlocal failures
        try:
            what()
        except Wrong as wrong:
            failures += 1
            print(f"{said['file']}: {wrong}")
    with open(verdicts, encoding="utf-8") as file:
        for text in file:
            said = json.loads(text)
            counts[said["verdict"]] += 1
            if said["verdict"] == "violation":
                attempt(said, lambda: check_violation(said, said["verdict"], rng, counts))
            elif said["verdict"] == "linearizable":
                fine.add(said["file"])
            else:
                failures += said["verdict"] == "error"
    if witnesses:
        with open(witnesses, encoding="utf-8") as file:
            for text in file:
                said = json.loads(text)
                counts["witnesses"] += 1
                fine.discard(said["file"])
                attempt(said, lambda: check_witness(said))
        for path in sorted(fine):
            print(f"{path}: linearizable without a witness")
    print(", ".join(f"{count} {name}" for name, count in counts.items()))
    return failures + (len(fine) if witnesses else 0)


if __name__ == "__main__":
    if sys.argv[1] == "write":
        for name in MODELS:
            for place in range(int(sys.argv[3])):
                write(sys.argv[2], name, place, sys.argv[4])
    else:
        wrong = check(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else None)
        print(f"{wrong} wrong")
        sys.exit(wrong > 0)

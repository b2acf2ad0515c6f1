#!/usr/bin/env python3
"""A key-value service in the Maelstrom protocol: the first node owns the map, the others ask it.

Linearizable, because one node decides everything; not available where that node cannot be reached.
  plumbline test --node docs/examples/single_node_kv.py --nodes 3 --faults partition,pause
(With kills it is not: the map is in memory only. Plumbline finds that, too.)
"""
import itertools
import json
import sys
import time

me = owner = None
numbers = itertools.count(time.time_ns())  # not used before, not even before a restart
values = {}    # the owner's map
seen = set()   # the owner's memory of what it was asked: the network may repeat a message
waiting = {}   # number of a question to the owner -> (client, its msg_id)


def send(destination, **body):
    print(json.dumps({"src": me, "dest": destination, "body": body}), flush=True)


def apply(request):
    """Carries out one operation and makes its answer."""
    key = json.dumps(request["key"])
    if request["type"] == "write":
        values[key] = request["value"]
    elif key not in values:
        return {"type": "error", "code": 20, "text": "no such key"}
    elif request["type"] == "read":
        return {"type": "read_ok", "value": values[key]}
    elif values[key] != request["from"]:
        return {"type": "error", "code": 22, "text": f"found {values[key]}"}
    else:
        values[key] = request["to"]
    return {"type": request["type"] + "_ok"}


for line in sys.stdin:
    message = json.loads(line)
    source, body = message["src"], message["body"]
    if body["type"] == "init":
        me, owner = body["node_id"], body["node_ids"][0]
        send(source, type="init_ok", in_reply_to=body["msg_id"])
    elif body["type"] == "ask":
        if (source, body["number"]) not in seen:
            seen.add((source, body["number"]))
            send(source, type="answer", number=body["number"], answer=apply(body["request"]))
    elif body["type"] == "answer":
        client, msg_id = waiting.pop(body["number"], (None, None))
        if client:  # an answer may come twice
            send(client, in_reply_to=msg_id, **body["answer"])
    elif me == owner:
        send(source, in_reply_to=body["msg_id"], **apply(body))
    else:
        number = next(numbers)
        waiting[number] = (source, body["msg_id"])
        send(owner, type="ask", number=number, request=body)

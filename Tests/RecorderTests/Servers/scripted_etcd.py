#!/usr/bin/env python3
"""As much of etcd as a change of members needs: a member of a cluster that lies in a folder.

usage: scripted_etcd.py FOLDER etcd-arguments

FOLDER/cluster.json says who is a member; FOLDER/script what the next requests for a change come to:
`refuse`, `lose` (do it and do not answer) or, when there are no more words, to do it. Each change
that is asked for goes to FOLDER/requests. Who is taken out ends by itself.
"""
import fcntl, http.server, json, os, sys, threading, time

folder = sys.argv[1]
options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
name, peer = options["--name"], options["--initial-advertise-peer-urls"]
address, port = options["--listen-client-urls"].removeprefix("http://").split(":")

class Cluster:
    """The members, locked while they are looked at or changed."""
    def __enter__(self):
        self.file = open(folder + "/cluster.json", "a+")
        fcntl.flock(self.file, fcntl.LOCK_EX)
        self.file.seek(0)
        text = self.file.read()
        self.all = json.loads(text) if text else {"next": 1, "members": []}
        return self
    def __exit__(self, *_):
        self.file.truncate(0)
        self.file.write(json.dumps(self.all))
        self.file.flush()
        self.file.close()
    @property
    def members(self): return self.all["members"]
    def add(self, url):
        self.members.append({"ID": str(self.all["next"]), "peerURLs": [url]})
        self.all["next"] += 1
    def word(self):
        words = open(folder + "/script").read().split() if os.path.exists(folder + "/script") else []
        open(folder + "/script", "w").write(" ".join(words[1:]))
        return words[0] if words else "do"

def note(text):
    with open(folder + "/requests", "a") as file: file.write(text + "\n")

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or "{}")
        with Cluster() as cluster:
            own = next((m["ID"] for m in cluster.members if m.get("name") == name), "0")
            code, answer = self.decide(self.path.removeprefix("/v3/"), body, cluster)
        if answer is None:
            self.close_connection = True
            return
        answer["header"] = {"member_id": own}
        text = json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    def decide(self, path, body, cluster):
        if path == "maintenance/status":
            return 200, {"leader": cluster.members[0]["ID"], "raftTerm": "2"}
        if path == "cluster/member/list": return 200, {"members": cluster.members}
        word = cluster.word()
        kind = path.removeprefix("cluster/member/")
        note(f"{name} {kind} {body.get('ID') or body['peerURLs'][0]}: {word}")
        if word == "refuse": return 503, {"message": "etcdserver: unhealthy cluster"}
        if kind == "add": cluster.add(body["peerURLs"][0])
        else: cluster.members[:] = [m for m in cluster.members if m["ID"] != body["ID"]]
        return (200, None) if word == "lose" else (200, {})
    def log_message(self, *words): pass

def leave():
    while True:
        time.sleep(0.02)
        with Cluster() as cluster:
            if not any(m.get("name") == name for m in cluster.members): os._exit(0)

note(f"{name} begins: {options['--initial-cluster-state']} {os.path.basename(options['--data-dir'])} "
     + ",".join(pair.split("=")[0] for pair in options["--initial-cluster"].split(",")))
with Cluster() as cluster:
    if options["--initial-cluster-state"] == "new": cluster.add(peer)
    for member in cluster.members:
        if member["peerURLs"] == [peer]: member["name"] = name
threading.Thread(target=leave, daemon=True).start()
http.server.ThreadingHTTPServer((address, int(port)), Handler).serve_forever()

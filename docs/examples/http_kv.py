#!/usr/bin/env python3
"""A key-value service over HTTP: GET and PUT /kv/KEY, one JSON line of the file for each write.

usage: http_kv.py ADDRESS PORT FILE
"""
import http.server, json, os, sys, threading

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, code, body=b""):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        with lock:
            value = data.get(self.path)
        self.answer(404 if value is None else 200, (value or "").encode())
    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with lock:
            data[self.path] = body
            log.write(json.dumps([self.path, body]) + "\n"); log.flush()
            os.fsync(log.fileno())
        self.answer(204)
    def log_message(self, *words): pass

address, port, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
lock = threading.Lock()
data = {}
if os.path.exists(path):
    for line in open(path):
        key, value = json.loads(line)
        data[key] = value
log = open(path, "a")
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
Server((address, port), Handler).serve_forever()

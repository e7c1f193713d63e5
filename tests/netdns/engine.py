# SPDX-License-Identifier: Apache-2.0
"""An engine that has networks and containers, tells of them, and says what happens to them; on a unix socket, in a thread."""
import http.server
import json
import os
import queue
import socketserver
import threading
import time
import urllib.parse


def full_id(text):
    return (text.encode().hex() + "0" * 64)[:64]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "unix"

    def log_message(self, *_):
        pass

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        self.server.engine.asked.append(self.path)
        if url.path == "/events":
            self.stream()
            return
        status, value = self.server.engine.answer(url.path)
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def stream(self):
        events = self.server.engine.subscribe()
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        while True:
            data = events.get()
            if data is None:
                self.connection.close()
                return
            try:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))
            except OSError:
                return


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass  # who leaves in the middle is a part of the tests


class Engine:
    def __init__(self, path):
        self.path, self.server = path, None
        self.networks, self.containers = {}, {}
        self.streams, self.asked, self.odd = [], [], {}
        self.held = {}
        self.last_nano = 0

    # the connection

    def start(self):
        self.server = Server(self.path, Handler)
        self.server.engine = self
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def go_away(self):
        self.server.shutdown()
        self.server.server_close()
        os.unlink(self.path)
        self.cut()

    def cut(self):
        for stream in self.streams:
            stream.put(None)
        self.streams = []

    def subscribe(self):
        stream = queue.Queue()
        self.streams.append(stream)
        return stream

    def answer(self, path):
        if path in self.held:
            value = self.answer_now(path)
            self.held[path].release()
            self.held[path + " go"].acquire()
            return value
        return self.answer_now(path)

    def answer_now(self, path):
        if path in self.odd:
            return self.odd[path]
        parts = path.strip("/").split("/")
        if parts == ["networks"]:
            return 200, list(self.networks.values())
        if parts == ["containers", "json"]:
            return 200, [{"Id": key} for key in self.containers]
        found = {"networks": self.networks, "containers": self.containers}.get(parts[0], {}).get(parts[1])
        return (200, found) if found else (404, {"message": f"No such thing: {path}"})

    def hold(self, path):
        """The next answers to path are made at once and given when `give` is called; returns when one is made."""
        self.held[path], self.held[path + " go"] = threading.Semaphore(0), threading.Semaphore(0)

    def give(self, path):
        go = self.held.pop(path + " go")
        del self.held[path]
        go.release()

    # what it has

    def send(self, data):
        for stream in self.streams:
            stream.put(data)

    def event(self, kind, action, key, **attributes):
        self.last_nano = time.time_ns()
        self.send(json.dumps({"Type": kind, "Action": action, "Actor": {"ID": key, "Attributes": attributes},
                              "timeNano": self.last_nano}).encode() + b"\n")

    def network(self, name, driver="bridge", mode=None, bridge=None, tell=True, **more):
        labels = {"com.docker.compose.project": "p", "com.docker.compose.network": name}
        if mode:
            labels["davit.dns"] = json.dumps({"mode": mode})
        key = full_id(name)
        self.networks[key] = {"Name": name, "Id": key, "Driver": driver, "Labels": labels,
                              "Options": {"com.docker.network.bridge.name": bridge} if bridge else {}, **more}
        if tell:
            self.event("network", "create", key, name=name)
        return key

    def remove_network(self, name):
        del self.networks[full_id(name)]
        self.event("network", "destroy", full_id(name), name=name)

    def container(self, name, service, networks, dns=None, signal=None, health=None, tell=True):
        """networks: name to address, or (address, aliases)."""
        labels = {"com.docker.compose.project": "p", "com.docker.compose.service": service,
                  "com.docker.compose.container-number": name.rsplit("-", 1)[-1], "com.docker.compose.oneoff": "False"}
        if dns:
            labels["davit.dns"] = dns if isinstance(dns, str) else json.dumps(dns)
        key = full_id(name)
        self.containers[key] = {
            "Id": key, "Name": f"/{name}", "Config": {"Hostname": key[:12], "Labels": labels, "StopSignal": signal},
            "State": {"Status": "running", **({"Health": {"Status": health}} if health else {})},
            "NetworkSettings": {"Networks": {}}}
        for network, address in networks.items():
            address, aliases = address if isinstance(address, tuple) else (address, [])
            self.containers[key]["NetworkSettings"]["Networks"][network] = {"IPAddress": address, "Aliases": aliases}
        if tell:
            self.event("container", "start", key, name=name)
        return key

    def get(self, name):
        return self.containers[full_id(name)]

    def set_state(self, name, status, action, **attributes):
        self.get(name)["State"]["Status"] = status
        self.event("container", action, full_id(name), name=name, **attributes)

    def set_health(self, name, health):
        self.get(name)["State"]["Health"] = {"Status": health}
        self.event("container", f"health_status: {health}", full_id(name), name=name)

    def remove(self, name):
        del self.containers[full_id(name)]
        self.event("container", "destroy", full_id(name), name=name)

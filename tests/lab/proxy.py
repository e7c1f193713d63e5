#!/usr/bin/env python3
"""A recording proxy between a client and the Docker engine's unix socket, which can also do harm on request.

Usage: proxy.py --listen ADDRESS --to ADDRESS --log FILE [--rules FILE]

An address is the path of a unix socket, or HOST:PORT (then it stands before a registry).

Every request that has been answered makes one line in the log, written when the head of the answer is there:

    SECONDS METHOD PATH STATUS CHANGING

CHANGING is how many changing calls were in flight, this one included, when it began (0 for a call that changes
nothing). A call is in flight until its answer has ended; waits, attachments and resizes change nothing.

The rules file is read anew for every request; its first rule that matches "METHOD PATH" is followed:

    answer STATUS TIMES REGEX   answer STATUS instead of asking the engine, TIMES times
    hold FILE REGEX             do not pass the request on before FILE exists
    kill NTH                    kill the client (SIGKILL) when the engine has answered its NTH API call, before the
                                client sees that answer (counted from when this line was first seen)
    kill-change NTH             the same, counting only calls that change something
    refuse                      cut every connection when its next request comes

SIGUSR1 cuts all connections. SIGTERM ends the proxy.
"""
import argparse
import json
import os
import re
import select
import signal
import socket
import struct
import threading
import time

HARMLESS = re.compile(r"/(wait|attach|resize|auth|session|grpc)(\?|$)|/exec/[^/]+/start")
HIJACKED = re.compile(r"/attach(\?|$)|/exec/[^/]+/start|/session|/grpc")
CHUNK = 65536


class Closed(Exception):
	"""The other side has ended the connection."""


class Reader:
	"""Reads heads, lines and counted bytes from a socket, passing what it reads on to another one."""

	def __init__(self, sock):
		self.sock = sock
		self.buffer = b""

	def fill(self):
		data = self.sock.recv(CHUNK)
		if not data:
			raise Closed
		self.buffer += data

	def until(self, mark):
		while mark not in self.buffer:
			self.fill()
		end = self.buffer.index(mark) + len(mark)
		found, self.buffer = self.buffer[:end], self.buffer[end:]
		return found

	def pass_bytes(self, count, out):
		while count:
			if not self.buffer:
				self.fill()
			part, self.buffer = self.buffer[:count], self.buffer[count:]
			count -= len(part)
			out(part)

	def pass_chunks(self, out):
		while True:
			line = self.until(b"\r\n")
			size = int(line.split(b";")[0], 16)
			out(line)
			if size == 0:
				break
			self.pass_bytes(size + 2, out)
		while True:
			line = self.until(b"\r\n")
			out(line)
			if line == b"\r\n":
				return

	def pass_rest(self, out):
		try:
			while True:
				if self.buffer:
					part, self.buffer = self.buffer, b""
					out(part)
				self.fill()
		except Closed:
			pass


class Head:
	"""The first line and the fields of a request or an answer."""

	def __init__(self, raw):
		self.raw = raw
		lines = raw.decode("latin-1").split("\r\n")
		self.first = lines[0].split(" ", 2)
		self.fields = {}
		for line in lines[1:]:
			name, colon, value = line.partition(":")
			if colon:
				self.fields[name.strip().lower()] = value.strip()

	def pass_body(self, reader, out, rest_when_unknown):
		"""Returns False when the body was all that the connection had left."""
		if "chunked" in self.fields.get("transfer-encoding", ""):
			reader.pass_chunks(out)
		elif "content-length" in self.fields:
			reader.pass_bytes(int(self.fields["content-length"]), out)
		elif rest_when_unknown:
			reader.pass_rest(out)
			return False
		return True


def open_socket(address):
	"""A socket of the family of ADDRESS, and the address as that family wants it."""
	if "/" in address:
		return socket.socket(socket.AF_UNIX), address
	host, _, port = address.rpartition(":")
	sock = socket.socket(socket.AF_INET)
	sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
	return sock, (host, int(port))


class Proxy:
	"""What all connections share: the log, the rules and the counts."""

	def __init__(self, args):
		self.args = args
		self.lock = threading.Lock()
		self.log = open(args.log, "a", buffering=1, encoding="utf-8")
		self.connections = set()
		self.changing = 0
		self.used = {}  # rule text: how often it was followed
		self.seen = {}  # rule text: calls answered since it is there

	def rules(self):
		try:
			with open(self.args.rules, encoding="utf-8") as file:
				return [line.split() for line in file if line.strip() and not line.startswith("#")]
		except (OSError, TypeError):
			return []

	def begin(self, changes):
		with self.lock:
			self.changing += changes
			return self.changing if changes else 0

	def end(self, changes):
		with self.lock:
			self.changing -= changes

	def record(self, method, path, status, changing):
		with self.lock:
			self.log.write(f"{time.time():.6f} {method} {path} {status} {changing}\n")

	def rule_for(self, method, path):
		"""The first rule to follow before the request is passed on."""
		call = f"{method} {path}"
		for rule in self.rules():
			if rule[0] == "refuse":
				return rule
			if rule[0] == "hold" and re.search(" ".join(rule[2:]), call):
				return rule
			if rule[0] == "answer" and re.search(" ".join(rule[3:]), call):
				key = " ".join(rule)
				with self.lock:
					if self.used.get(key, 0) < int(rule[2]):
						self.used[key] = self.used.get(key, 0) + 1
						return rule
		return None

	def kills_after(self, changes):
		"""Counts an answered call; True when a rule wants its client dead."""
		fatal = False
		for rule in self.rules():
			if rule[0] == "kill" or (rule[0] == "kill-change" and changes):
				key = " ".join(rule)
				with self.lock:
					self.seen[key] = self.seen.get(key, 0) + 1
					fatal = fatal or self.seen[key] == int(rule[1])
		return fatal

	def cut_all(self, *_):
		for connection in list(self.connections):
			connection.cut()


class Connection:
	"""One client's connection, and ours to the engine for it. Requests are answered one at a time."""

	def __init__(self, proxy, client):
		self.proxy = proxy
		self.client = client
		self.engine = None

	def cut(self):
		for sock in (self.client, self.engine):
			try:
				sock.shutdown(socket.SHUT_RDWR)
			except (OSError, AttributeError):
				pass

	def run(self):
		try:
			reader = Reader(self.client)
			while self.serve(reader):
				pass
		except (Closed, OSError, ValueError):
			pass
		finally:
			self.proxy.connections.discard(self)
			for sock in (self.client, self.engine):
				if sock:
					sock.close()

	def connect(self):
		if not self.engine:
			self.engine, address = open_socket(self.proxy.args.to)
			self.engine.connect(address)
			self.answers = Reader(self.engine)

	def serve(self, reader):
		"""Serves one request; False when the connection is used up."""
		head = Head(reader.until(b"\r\n\r\n"))
		method, path = head.first[0], head.first[1]
		rule = self.proxy.rule_for(method, path)
		if rule and rule[0] == "refuse":
			return False
		if rule and rule[0] == "answer":
			return self.answer(reader, head, int(rule[1]))
		if rule and rule[0] == "hold":
			while not os.path.exists(rule[1]):
				time.sleep(0.02)
		self.connect()
		changes = method not in ("GET", "HEAD") and not HARMLESS.search(path)
		changing = self.proxy.begin(changes)
		try:
			return self.forward(reader, head, changes, changing)
		finally:
			self.proxy.end(changes)

	def answer(self, reader, head, status):
		head.pass_body(reader, lambda part: None, False)
		body = json.dumps({"message": f"the proxy answers {status}"}).encode()
		self.client.sendall(
			f"HTTP/1.1 {status} Refused\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
			+ body
		)
		self.proxy.record(head.first[0], head.first[1], status, 0)
		return True

	def forward(self, reader, head, changes, changing):
		method, path = head.first[0], head.first[1]
		self.engine.sendall(head.raw)
		# A body is passed on beside the answer: the engine may answer before it has all, or ask for it (100).
		sender = threading.Thread(target=self.send_body, args=(reader, head), daemon=True)
		sender.start()
		answer = Head(self.answers.until(b"\r\n\r\n"))
		while answer.first[1] == "100":
			self.client.sendall(answer.raw)
			answer = Head(self.answers.until(b"\r\n\r\n"))
		status = int(answer.first[1])
		self.proxy.record(method, path, status, changing)
		if self.proxy.kills_after(changes):
			self.kill_client()
			return False
		self.client.sendall(answer.raw)
		if status == 101 or (HIJACKED.search(path) and "content-length" not in answer.fields
				and "transfer-encoding" not in answer.fields):
			sender.join()
			self.splice(reader)
			return False
		if method == "HEAD" or status in (204, 304):
			goes_on = True
		else:
			goes_on = answer.pass_body(self.answers, self.client.sendall, True)
		sender.join()
		return goes_on and answer.fields.get("connection", "").lower() != "close"

	def send_body(self, reader, head):
		try:
			head.pass_body(reader, self.engine.sendall, False)
		except (Closed, OSError):
			self.cut()

	def splice(self, reader):
		"""Passes bytes both ways until both have ended, each half closed on its own."""
		def there():
			try:
				reader.pass_rest(self.engine.sendall)
				self.engine.shutdown(socket.SHUT_WR)
			except OSError:
				pass

		sender = threading.Thread(target=there, daemon=True)
		sender.start()
		self.answers.pass_rest(self.client.sendall)
		self.client.shutdown(socket.SHUT_WR)

	def kill_client(self):
		pid = struct.unpack("3i", self.client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
		os.kill(pid, signal.SIGKILL)


def watch_client(connection):
	"""Ends the engine's side when the client goes away in the middle of an answer, as the engine would see it."""
	poll = select.poll()
	poll.register(connection.client, 0)  # only POLLHUP and POLLERR
	while connection in connection.proxy.connections:
		if poll.poll(500):
			connection.cut()
			return


def main():
	parser = argparse.ArgumentParser()
	for name in ("listen", "to", "log"):
		parser.add_argument("--" + name, required=True)
	parser.add_argument("--rules")
	args = parser.parse_args()

	proxy = Proxy(args)
	signal.signal(signal.SIGUSR1, proxy.cut_all)
	signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
	if os.path.exists(args.listen):
		os.unlink(args.listen)
	server, address = open_socket(args.listen)
	server.bind(address)
	server.listen(256)
	while True:
		client, _ = server.accept()
		connection = Connection(proxy, client)
		proxy.connections.add(connection)
		threading.Thread(target=connection.run, daemon=True).start()
		threading.Thread(target=watch_client, args=(connection,), daemon=True).start()


if __name__ == "__main__":
	main()

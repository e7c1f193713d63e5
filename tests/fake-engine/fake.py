# SPDX-License-Identifier: Apache-2.0
"""An engine that plays a script on a unix socket.

    python3 tests/fake-engine/fake.py SOCKET SCRIPT     plays until it is ended; "-" reads the script from stdin

A script is a list of exchanges. Each begins with the request that is expected and goes on with what the engine does:

    expect POST /v1.41/containers/create?name=web     a request; the query's order does not count
    times 2                         the same exchange so many times
    body {"Image": "app"}           its JSON must be equal
    tar Dockerfile src/a.c          its body is a tar with exactly these names, in this order
    header X-Registry-Auth: e30=    it must carry this header
    reply 201 {"Id": "1"}           a whole answer: status and JSON, or status alone
    text 200 OK                     a whole answer of plain text
    chunked 200                     begins an answer in chunks
    raw 101                         begins an answer without length: the connection is then a stream
    data {"status": "x"}\\n          a chunk, or bytes of the stream, with the escapes of Python's bytes
    receive hello\\n                 waits for exactly these bytes of the client
    receive-end                     waits for the end of the client's half
    until GET /v1.41/info           waits until that request has come: how an answer is slow without a clock
    cut                             closes the connection in the middle of things

"api 1.41" before the first exchange sets the version that all answers name (1.51). "#" begins a comment. Requests
may come in any order and on any connections; each takes the first exchange that fits and was not taken yet. What
does not fit is answered with 500 and noted in `complaints`, as is, at the end, what was never asked for.
"""
import asyncio
import io
import json
import sys
import tarfile
import urllib.parse

DATE = "Tue, 24 Nov 2026 06:00:00 GMT"
STARTS = ("reply", "text", "chunked", "raw")
DEMANDS = ("body", "tar", "header")
STEPS = STARTS + ("data", "receive", "receive-end", "until", "cut")


def same_target(a, b):
    a, b = urllib.parse.urlsplit(a), urllib.parse.urlsplit(b)
    pairs = [sorted(urllib.parse.parse_qsl(x.query, keep_blank_values=True)) for x in (a, b)]
    return a.path == b.path and pairs[0] == pairs[1]


def unescape(text):
    return text.encode().decode("unicode_escape").encode("latin-1")


class Exchange:
    def __init__(self, asked):
        self.asked = asked
        self.method, self.target = asked.split(" ", 1)
        self.demands = []
        self.steps = []
        self.came = asyncio.Event()

    def again(self):
        other = Exchange(self.asked)
        other.demands, other.steps = self.demands, self.steps
        return other

    def fits(self, method, target):
        return not self.came.is_set() and self.method == method and same_target(self.target, target)

    def objection(self, headers, body):
        for kind, want in self.demands:
            if kind == "body" and json.loads(body or b"null") != json.loads(want):
                return f"body is {body.decode(errors='replace')}, not {want}"
            if kind == "header":
                name, _, value = want.partition(": ")
                if headers.get(name.lower()) != value:
                    return f"header {name} is {headers.get(name.lower())}, not {value}"
            if kind == "tar":
                names = [m.name for m in tarfile.open(fileobj=io.BytesIO(body)).getmembers()]
                if names != want.split():
                    return f"tar has {' '.join(names)}, not {want}"
        return None


class Fake:
    def __init__(self, script):
        self.api = "1.51"
        self.exchanges = []
        self.complaints = []
        for number, line in enumerate(script.splitlines(), 1):
            word, _, rest = line.strip().partition(" ")
            if not word or word.startswith("#"):
                continue
            if word == "api":
                self.api = rest
            elif word == "expect":
                self.exchanges.append(Exchange(rest))
            elif word == "times":
                self.exchanges += [self.exchanges[-1].again() for _ in range(int(rest) - 1)]
            elif word in DEMANDS:
                self.exchanges[-1].demands.append((word, rest))
            elif word in STEPS:
                self.exchanges[-1].steps.append((word, rest))
            else:
                raise SystemExit(f"line {number} of the script: what is \"{word}\"?")

    async def serve(self, path):
        return await asyncio.start_unix_server(self.connection, path)

    def never_asked(self):
        return [f"never asked: {e.asked}" for e in self.exchanges if not e.came.is_set()]

    async def connection(self, reader, writer):
        try:
            while await self.one_request(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def one_request(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:])}
        body = await read_body(reader, headers)
        exchange = next((e for e in self.exchanges if e.fits(method, target)), None)
        objection = exchange.objection(headers, body) if exchange else "not in the script"
        if exchange:
            exchange.came.set()
        if objection:
            self.complaints.append(f"{method} {target}: {objection}")
            self.whole(writer, 500, "application/json", json.dumps({"message": objection}).encode())
            return True
        return await self.play(exchange, reader, writer)

    async def play(self, exchange, reader, writer):
        how = None
        for word, rest in exchange.steps:
            if word == "raw" and reader._buffer:  # a real engine loses it, with the buffer it reads requests through
                self.complaints.append(f"{exchange.asked}: {bytes(reader._buffer)!r} came before the answer")
            if word == "cut":
                await writer.drain()
                writer.transport.abort()
                return False
            if word in STARTS:
                how = word
                self.start(writer, word, *rest.partition(" ")[::2])
            elif word == "data":
                self.data(writer, how, unescape(rest))
            else:
                await writer.drain()
                await self.wait(word, rest, reader)
        if how == "chunked":
            writer.write(b"0\r\n\r\n")
        await writer.drain()
        return how != "raw"

    async def wait(self, word, rest, reader):
        if word == "receive":
            want = unescape(rest)
            got = await reader.readexactly(len(want))
            if got != want:
                self.complaints.append(f"received {got!r}, not {want!r}")
        elif word == "receive-end":
            rest = await reader.read()
            if rest:
                self.complaints.append(f"received {rest!r}, not the end")
        else:
            await next(e for e in self.exchanges if e.asked == rest).came.wait()

    def start(self, writer, how, status, rest):
        if how == "reply":
            self.whole(writer, status, "application/json", rest.encode())
        elif how == "text":
            self.whole(writer, status, "text/plain", unescape(rest))
        elif how == "chunked":
            self.head(writer, status, ["Content-Type: application/json", "Transfer-Encoding: chunked"])
        else:
            self.head(writer, status, ["Content-Type: application/vnd.docker.raw-stream"])

    def head(self, writer, status, lines):
        usual = [f"HTTP/1.1 {status} X", f"Api-Version: {self.api}", f"Date: {DATE}", "Builder-Version: 2"]
        writer.write("\r\n".join(usual + lines + ["", ""]).encode())

    def whole(self, writer, status, kind, body):
        lines = [] if str(status) in ("204", "304") else [f"Content-Length: {len(body)}"]
        self.head(writer, status, lines + ([f"Content-Type: {kind}"] if body else []))
        writer.write(body)

    @staticmethod
    def data(writer, how, data):
        writer.write(b"%x\r\n%s\r\n" % (len(data), data) if how == "chunked" else data)


async def read_body(reader, headers):
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    body = b""
    while True:
        size = int((await reader.readline()).strip(), 16)
        body += (await reader.readexactly(size + 2))[:size]
        if not size:
            return body


async def main(path, script):
    fake = Fake(sys.stdin.read() if script == "-" else open(script).read())
    async with await fake.serve(path) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

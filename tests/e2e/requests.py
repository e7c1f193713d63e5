#!/usr/bin/env python3
"""A client that asks for a name before each request: requests.py SERVER NAME RATE STOP

Asks the name server at SERVER for the A records of NAME RATE times a second, and GETs / from the first, until the file
STOP is there (120 s at most). Prints an empty line when it begins, and "N asked, N lost", and each loss with when it was and why.
"""
import asyncio
import os
import struct
import sys
import time

SECONDS_MAX = 120
PATIENCE_S = 10


class Question(asyncio.DatagramProtocol):
    def __init__(self):
        self.reply = asyncio.get_running_loop().create_future()

    def datagram_received(self, data, addr):
        if not self.reply.done():
            self.reply.set_result(data)

    def error_received(self, exc):
        if not self.reply.done():
            self.reply.set_exception(exc)


def first_address(name, reply):
    """RFC 1035: behind the question each record has a pointer for its name, as our questions are the only names."""
    rcode, count = reply[3] & 15, struct.unpack_from("!H", reply, 6)[0]
    at = 12 + len(name) + 2 + 4
    for _ in range(count):
        at += 2
        kind, _, _, size = struct.unpack_from("!HHIH", reply, at)
        if kind == 1:
            return ".".join(map(str, reply[at + 10:at + 14]))
        at += 10 + size
    raise OSError(f"no address of {name}, rcode {rcode}")


async def resolve(server, name, number):
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    query = struct.pack("!6H", number & 0xFFFF, 0x100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1"
    transport, question = await asyncio.get_running_loop().create_datagram_endpoint(Question, remote_addr=(server, 53))
    try:
        transport.sendto(query)
        return first_address(name, await question.reply)
    finally:
        transport.close()


async def request(server, name, number):
    address = await resolve(server, name, number)
    reader, writer = await asyncio.open_connection(address, 80)
    try:
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        status = await reader.readline()
        if b" 200 " not in status or not await reader.read():
            raise OSError(f"{address} said {status!r}")
    finally:
        writer.close()


async def counted(server, name, number, lost):
    begin = time.time()
    try:
        await asyncio.wait_for(request(server, name, number), PATIENCE_S)
    except (OSError, asyncio.TimeoutError, struct.error, IndexError) as why:
        lost.append(f"{begin:.3f}: {why!r}")


async def main(server, name, rate, stop):
    lost, running, number, begin = [], set(), 0, time.monotonic()
    print(flush=True)
    while not os.path.exists(stop) and time.monotonic() < begin + SECONDS_MAX:
        task = asyncio.create_task(counted(server, name, number, lost))
        running.add(task)
        task.add_done_callback(running.discard)
        number += 1
        await asyncio.sleep(max(0, begin + number / rate - time.monotonic()))
    await asyncio.gather(*running)
    print(f"{number} asked, {len(lost)} lost, {number / (time.monotonic() - begin):.0f} a second", *lost, sep="\n")


asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]))

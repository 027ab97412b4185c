#!/usr/bin/env python3
"""Open a port of every address once a server says READY, and close it with the server.

usage: relay.py PORT COMMAND...   (the command prints `READY ws://HOST:PORT`, as serve.py does)

A tunnel into a container comes from outside, so a server at 127.0.0.1 is out
of its reach; and who connects early must not find one that is not warm.
"""
import asyncio, sys


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


def to(host, port):
    async def relay(reader, writer):
        try:
            there = await asyncio.open_connection(host, port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(copy(reader, there[1]), copy(there[0], writer))
    return relay


async def main(port, *command):
    server = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    async for line in server.stdout:
        word, _, url = line.decode().strip().partition(" ws://")
        if word == "READY":
            host, _, there = url.rpartition(":")
            await asyncio.start_server(to(host, int(there)), "0.0.0.0", int(port))
            print("relay.py: at port", port, flush=True)
    return await server.wait()


sys.exit(asyncio.run(main(*sys.argv[1:])))

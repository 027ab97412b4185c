"""The official Python client at one job: python bench.py URI WORD N M"""

import asyncio
import os
import sys

uri, word, n, m = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def begin():
    os.write(1, b"begin\n")


def end(got, want):
    if got != want:
        sys.exit(f"{got} of {want} came")
    os.write(1, b"end\n")
    sys.stdin.read()
    os._exit(0)


if word == "start":
    begin()
    end(0, 0)

from pie_client import Event, PieClient  # noqa: E402  (the start is measured without it, as for every client)


async def launch(client, count, program, given):
    return await asyncio.gather(*(client.launch_process(program, given) for _ in range(count)))


async def count_events(p):
    got = 0
    while True:
        event, value = await p.recv()
        if event == Event.Return:
            return got
        if event == Event.Error:
            raise RuntimeError(value)
        got += 1


async def events(client):
    tasks = await launch(client, n, "source@1.0.0", {"n": m})
    begin()
    await tasks[0].signal("go")
    end(sum(await asyncio.gather(*map(count_events, tasks))), n * m)


async def silent(client):
    others = [asyncio.create_task(count_events(p)) for p in await launch(client, n, "idle@1.0.0", {})]
    (p,) = await launch(client, 1, "source@1.0.0", {"n": m})
    begin()
    await p.signal("go")
    end(await count_events(p), m)
    del others


async def launches(client):
    async def one():
        await count_events(await client.launch_process("noop@1.0.0", {}))

    begin()
    end(len(await asyncio.gather(*(one() for _ in range(n)))), n)


async def echo(client):
    async def one(p):
        for _ in range(m):
            await p.signal("0123456789abcdef")
            await p.recv()

    tasks = await launch(client, n, "echo@1.0.0", {})
    begin()
    await asyncio.gather(*map(one, tasks))
    end(0, 0)


async def down(client):
    (p,) = await launch(client, 1, "down@1.0.0", {"n": m})
    begin()
    await p.signal("go")
    _, data = await p.recv()
    end(len(data), m)


async def up(client):
    (p,) = await launch(client, 1, "up@1.0.0", {"n": m})
    data = bytes(m)
    begin()
    await p.transfer_file(data)
    event, _ = await p.recv()
    end(event, Event.Message)


async def idle(client):
    begin()
    tasks = await launch(client, n, "idle@1.0.0", {})
    readers = [asyncio.create_task(count_events(p)) for p in tasks]
    await asyncio.sleep(0)
    end(len(readers), n)


async def main():
    async with PieClient(uri) as client:
        await globals()[word](client)


asyncio.run(main())

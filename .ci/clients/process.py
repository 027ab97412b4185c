"""The official Python client of the process generations, unmodified, against `pierun engine`.

process.py ws://HOST:PORT VERSION     with pie-client 0.4.0 or 0.3.0 installed
"""
import asyncio
import sys

from pie_client import Event, PieClient


async def drain(process):
    out = []
    while True:
        event, value = await process.recv()
        if event in (Event.Return, Event.Error):
            return event, value, out
        out.append((event, value))


async def main(uri, version):
    async with PieClient(uri) as client:
        await client.authenticate("check")
        await client.ping()

        text = await client.launch_process("text-completion@0.2.15", {"prompt": "Once upon a time", "max_tokens": 12})
        event, full, out = await drain(text)
        assert event == Event.Return and "".join(v for e, v in out if e == Event.Stdout) == full

        echo = await client.launch_process("echo@0.1.0")
        for word in ("one", "", "three ✓"):
            await echo.signal(word)
            assert await echo.recv() == (Event.Message, word)
        assert echo.process_id in [p["id"] for p in await client.list_processes()]
        await echo.terminate()
        assert await drain(echo) == (Event.Error, "Signal", [])

        event, value, _ = await drain(await client.launch_process("fail@0.1.0", {"message": "on purpose"}))
        assert event == Event.Error and "on purpose" in value
        try:
            await client.launch_process("no-such-program@1.0.0")
            raise SystemExit("an unknown program was launched")
        except Exception as err:
            assert "no-such-program" in str(err)
        assert await client.check_program("echo@0.1.0")

        if version >= "0.4":
            many = await client.launch_processes("noop@0.1.0", [{}] * 20)
            assert [(await drain(p))[0] for p in many] == [Event.Return] * 20
            assert len(await client.run_processes("noop@0.1.0", [{}] * 5)) == 5
    print("ok: Python client", version)


asyncio.run(asyncio.wait_for(main(sys.argv[1], sys.argv[2]), 60))

"""The official Python client (PyPI, pie-client 0.5.3), unmodified, against `pierun engine`: gateway.py ws://HOST:PORT"""
import asyncio
import sys

from pie_client import Event, PieClient


async def main(uri):
    async with PieClient(uri, identity="default/check") as client:
        await client.authenticate("check")
        await client.ping()

        text = await client.launch_process("text-completion@0.2.15", {"prompt": "Once upon a time", "max_tokens": 12})
        full = await text.result()
        assert "".join(text.output) == full, "what was streamed is what was returned"

        echo = await client.launch_process("echo@0.1.0")
        for word in ("one", "", "three ✓"):
            await echo.signal(word)
            assert await echo.recv() == (Event.Message, word)
        await echo.transfer_file(b"x" * 600_000)
        event, data = await echo.recv()
        assert event == Event.File and bytes(data) == b"x" * 600_000
        assert echo.process_id in [p["id"] for p in await client.list_processes()]
        await echo.terminate()
        assert await echo.recv() == (Event.Error, "Signal")

        fail = await client.launch_process("fail@0.1.0", {"message": "on purpose"})
        try:
            await fail.result()
            raise AssertionError("fail@0.1.0 did not fail")
        except RuntimeError as err:
            assert "on purpose" in str(err)
        try:
            await client.launch_process("no-such-program@1.0.0")
            raise AssertionError("an unknown program was launched")
        except AssertionError:
            raise
        except Exception as err:
            assert "no-such-program" in str(err)
        assert await client.check_program("echo@0.1.0")
        assert not await client.check_program("nothing@9.9.9")

        many = await asyncio.gather(*[client.launch_process("noop@0.1.0") for _ in range(50)])
        await asyncio.gather(*[p.result() for p in many])
    print("ok: Python client 0.5.3")


asyncio.run(asyncio.wait_for(main(sys.argv[1]), 60))

"""The official Python client of the hash era (PyPI, pie-client 0.2.1), unmodified, against `pierun engine`: instance.py ws://…"""
import asyncio
import sys

from pie_client import Event, PieClient


async def drain(instance):
    out = []
    while True:
        event, value = await instance.recv()
        if Event.Completed.value <= event.value <= Event.OutOfResources.value:
            return event, value, out
        out.append((event, value))


async def main(uri):
    async with PieClient(uri) as client:
        await client.authenticate("check")
        await client.ping()

        text = await client.launch_instance_from_registry("std/text-completion", ["--prompt", "Once upon a time"])
        event, full, _ = await drain(text)
        assert event == Event.Completed and len(full) > 12

        echo = await client.launch_instance_from_registry("std/echo")
        for word in ("one", "", "three ✓"):
            await echo.send(word)
            assert await echo.recv() == (Event.Message, word)
        assert echo.instance_id in [i.id for i in await client.list_instances()]
        await echo.terminate()
        assert (await drain(echo))[0] == Event.Aborted

        event, value, _ = await drain(await client.launch_instance_from_registry("std/fail", ["--message", "on purpose"]))
        assert event == Event.Exception and "on purpose" in value

        await client.upload_program(b"\0asm\x01\0\0\0")
        try:
            await client.launch_instance("0" * 64)
            raise SystemExit("an unknown hash was launched")
        except Exception as err:
            assert "No such program" in str(err)
        # The client has no queue for an instance that it launched detached until it attaches; ids come from the list.
        await client.launch_instance_from_registry("std/sleep", ["--seconds", "30"], detached=True)
        (sleeper,) = [i for i in await client.list_instances() if i.status == "Detached"]
        attached = await client.attach_instance(sleeper.id)
        await attached.terminate()
        assert (await drain(attached))[0] == Event.Aborted
    print("ok: Python client 0.2.1")


asyncio.run(asyncio.wait_for(main(sys.argv[1]), 60))

"""A link between a client and a server on this machine: so many bytes a second, a round trip, and both counted."""

from __future__ import annotations

import asyncio
import multiprocessing
import socket
from typing import Any, Self

ROOM = 65536
"""Bytes that may be on their way in one direction."""

PIECE = 1460


class Throttle:
    """A port, in a process of its own, that leads to another. rate: bytes a second, 0 for no limit; round_trip: s."""

    def __init__(self, target: int, rate: float, round_trip: float) -> None:
        self._received = multiprocessing.Value("Q", 0)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        arguments = (self._listening, target, rate, round_trip / 2, self._received)
        self._process = multiprocessing.Process(target=_serve, args=arguments, daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self._listening.close()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()

    @property
    def received(self) -> int:
        """Bytes that the server has sent."""
        return int(self._received.value)


def _serve(listening: socket.socket, target: int, rate: float, delay: float, received: Any) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(
            _carry(reader, far_writer, rate, delay, None), _carry(far_reader, writer, rate, delay, received)
        )

    async def serve() -> None:
        server = await asyncio.start_server(connected, sock=listening)
        await server.serve_forever()

    asyncio.run(serve())


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rate: float, delay: float, count: Any
) -> None:
    """One direction: every piece leaves when the one before it has, and arrives `delay` later."""
    loop = asyncio.get_running_loop()
    on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(ROOM // PIECE)

    async def arrive() -> None:
        while True:
            at, data = await on_the_way.get()
            await asyncio.sleep(max(0.0, at - loop.time()))
            writer.write(data)
            await writer.drain()

    arriving, free = asyncio.create_task(arrive()), 0.0
    while data := await reader.read(PIECE):
        if count is not None:
            count.value += len(data)
        free = max(free, loop.time()) + (len(data) / rate if rate else 0.0)
        await on_the_way.put((free + delay, data))
    arriving.cancel()
    writer.close()

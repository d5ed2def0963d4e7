"""A wire between client and server that breaks at COMMIT: before the server hears of it, or before the client does."""

from __future__ import annotations

import asyncio
import itertools
import threading

COMMIT = b"COMMIT\x00"
"""How a simple query ends that commits; the drivers send it as a message of its own."""


class CuttingProxy:
    """Listens on a free port of the loopback. Every third COMMIT is cut, in turns before and after it was done."""

    def __init__(self, host: str, port: int) -> None:
        self.cuts = 0
        self._upstream = host, port
        self._turns = itertools.count()
        self._sparing = False
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen()), name="cutting proxy", daemon=True)
        self._thread.start()
        self._ready.wait()

    def spare(self) -> None:
        """From now on nothing is cut."""
        self._sparing = True

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)

    async def _listen(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        await self._stop.wait()
        server.close()

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        writers = [to_client]
        try:
            server, to_server = await asyncio.open_connection(*self._upstream)
            writers.append(to_server)
            cut_answer = asyncio.Event()
            ends = (
                asyncio.create_task(self._requests(client, to_server, cut_answer)),
                asyncio.create_task(self._answers(server, to_client, cut_answer)),
            )
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass  # the server is down, or the wire is no longer wanted
        finally:
            for writer in writers:
                writer.transport.abort()

    async def _requests(
        self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter, cut_answer: asyncio.Event
    ) -> None:
        while data := await client.read(65536):
            if data.endswith(COMMIT) and not self._sparing:
                turn = next(self._turns)
                if turn % 6 == 0:
                    self.cuts += 1
                    return  # the server never hears of it
                if turn % 6 == 3:
                    cut_answer.set()
            to_server.write(data)
            await to_server.drain()

    async def _answers(
        self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter, cut_answer: asyncio.Event
    ) -> None:
        while data := await server.read(65536):
            if cut_answer.is_set():
                self.cuts += 1
                return  # it is committed, and the client never hears of it
            to_client.write(data)
            await to_client.drain()

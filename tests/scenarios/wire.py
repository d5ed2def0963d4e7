"""The wire between a workstation and the server, which can be pulled out and plugged in again."""

from __future__ import annotations

import asyncio
import threading


class Wire:
    """Listens on a free port of the loopback and passes everything on to the server, while it is `plugged`."""

    def __init__(self, host: str, port: int) -> None:
        self._upstream = host, port
        self._plugged = True
        self._writers: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen()), name="wire", daemon=True)
        self._thread.start()
        self._ready.wait()

    def pull(self) -> None:
        """Cut what is open, and let nothing through until `plug`."""
        self._plugged = False
        self._loop.call_soon_threadsafe(self._cut)

    def plug(self) -> None:
        self._plugged = True

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=10)

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _listen(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        self._ready.set()
        await self._stop.wait()
        server.close()
        self._cut()

    async def _serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        writers = [to_client]
        self._writers.add(to_client)
        try:
            if not self._plugged:
                return
            server, to_server = await asyncio.open_connection(*self._upstream)
            writers.append(to_server)
            self._writers.add(to_server)
            ends = (asyncio.create_task(_pass_on(client, to_server)), asyncio.create_task(_pass_on(server, to_client)))
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass  # the server is down, or the wire is no longer wanted
        finally:
            for writer in writers:
                self._writers.discard(writer)
                writer.transport.abort()


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while data := await source.read(65536):
        target.write(data)
        await target.drain()

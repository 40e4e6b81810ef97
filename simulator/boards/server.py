"""The socket over which boards are broken and mended."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from simulator.boards import protocol as say
from simulator.boards.cabinet import EmulatedBoards
from simulator.boards.protocol import BoardsError

_requests = msgspec.json.Decoder(say.AnyRequest)


class _AnyId(msgspec.Struct):
    id: int = 0


class ControlSocket:
    """Takes requests for ``boards`` until it is closed."""

    def __init__(self, boards: EmulatedBoards) -> None:
        self._boards = boards
        self._talks: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def open(self, path: Path) -> None:
        """Listen on ``path``. Raises `OSError`."""
        self._server = await asyncio.start_unix_server(self._connected, path)

    def close(self) -> None:
        """Hang up with everybody."""
        if self._server is not None:
            self._server.close()
        for talk in tuple(self._talks):
            talk.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._talks.add(writer)
        try:
            while line := await reader.readline():
                writer.write(msgspec.json.encode(self._answer(line)) + b"\n")
        except (ConnectionError, ValueError):
            pass  # gone, or a line without end: either way this talk is over
        finally:
            self._talks.discard(writer)
            writer.close()

    def _answer(self, line: bytes) -> say.Answer:
        try:
            request = _requests.decode(line)
        except msgspec.DecodeError as error:
            return say.Answer(_id_of(line), error="bad_request", message=str(error))
        try:
            match request:
                case say.Break():
                    self._boards.break_it(request)
                case say.Mend():
                    self._boards.mend(request)
                case say.Status():
                    pass  # the answer is the status in any case
        except BoardsError as error:
            return say.Answer(request.id, error=error.code, message=str(error))
        return say.Answer(request.id, ok=self._boards.status())


def _id_of(line: bytes) -> int:
    try:
        return msgspec.json.decode(line, type=_AnyId).id
    except msgspec.DecodeError:
        return 0

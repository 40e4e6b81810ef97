"""The supervisor's socket: the panel asks over it which processes run, and has some of them killed."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from simulator.broker import BrokerError
from simulator.demo_town import DemoTown


@asynccontextmanager
async def supervisor_socket(demo: DemoTown, path: Path) -> AsyncIterator[None]:
    """Listens at ``path`` meanwhile: one JSON object a line, ``{"verb": "status"|"kill"|"start", "process": "…"}``."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            writer.write(json.dumps(await _answer(demo, line)).encode() + b"\n")
            await writer.drain()
        except ConnectionError:
            pass  # the panel has gone; it asks again
        finally:
            writer.close()

    server = await asyncio.start_unix_server(talk, sock=_private_socket(path))
    try:
        yield
    finally:
        server.close()


def _private_socket(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o600)
    return listener


async def _answer(demo: DemoTown, line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        verb, process = asked["verb"], asked.get("process", "")
        if verb == "kill":
            await demo.kill(process)
        elif verb == "start" and process == "broker":
            await demo.start_broker()
        elif verb != "status":
            return {"error": "verbs are status, kill and start (the broker; everybody else comes back by itself)"}
    except (ValueError, TypeError):
        return {"error": "the line is no request"}
    except KeyError:
        return {"error": f"there is no such process; there is {', '.join(demo.status())}"}
    except BrokerError as error:
        return {"error": str(error)}
    return {"processes": demo.status()}

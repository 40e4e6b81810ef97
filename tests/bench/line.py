"""A blocking JSON-RPC line to a control socket, for benchmarks."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import msgspec


class Line:
    """A blocking JSON-RPC line to a control socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(10)
        self._socket.connect(str(path))
        self._buffer = b""
        self._id = 0

    def send(self, method: str, params: object) -> int:
        """Sends a request; the instant (ns) just before the write."""
        self._id += 1
        line = msgspec.json.encode({"jsonrpc": "2.0", "id": self._id, "method": method, "params": params}) + b"\n"
        now = time.perf_counter_ns()
        self._socket.sendall(line)
        return now

    def answer(self) -> dict[str, Any]:
        while True:
            while b"\n" not in self._buffer:
                self._buffer += self._socket.recv(65536)
            line, _, self._buffer = self._buffer.partition(b"\n")
            message: dict[str, Any] = msgspec.json.decode(line)
            if message.get("id") == self._id:
                return message

    def ask(self, method: str, params: object) -> dict[str, Any]:
        self.send(method, params)
        return self.answer()

    def close(self) -> None:
        self._socket.close()


def scan(text: str, symbology: str = "qr") -> dict[str, object]:
    now = time.monotonic_ns() // 1_000_000
    return {"text": text, "symbology": symbology, "captured_mono_ms": now, "source": "bench"}

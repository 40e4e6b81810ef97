"""The controller's end of ``reader-eid``, and the real card reader process at the other one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from hal.eid.trust_manifest import MANIFEST, Anchor, Manifest, Piece, manifest_bytes
from hal.interfaces import monotonic_ms
from hal.wire import AccessKind, ChipAnswer, ChipCancel, ChipOutcomeKind, ChipProgress, ChipReaderHealth, ChipRequest
from hal.wire.codes import SecretText
from tests.integration.eid.support import NOTICED_WITHIN_S

REPOSITORY = Path(__file__).parents[3]
KEY = "5a" * 32
CAN = "427316"
NOW_MS = 1_795_348_800_000
"""22 November 2026."""


def request(number: int, within_ms: int = 60_000, **changes: Any) -> ChipRequest:
    """What the controller asks for."""
    asked: dict[str, Any] = {
        "challenge": f"{number:032x}",
        "factor": "emrtd",
        "key": SecretText(KEY),
        "access_kind": AccessKind.CAN,
        "access": SecretText(CAN),
        "deadline_mono_ms": monotonic_ms() + within_ms,
        "wall_ms": NOW_MS,
    }
    return ChipRequest(**(asked | changes))


def some_anchor(directory: Path) -> Path:
    """A trust store that is not empty, with a certificate that nobody will ask for."""
    directory.mkdir(exist_ok=True)
    piece = Piece("00", 0, 0, "00" * 32)
    then = datetime(2020, 1, 1, tzinfo=UTC)
    anchor = Anchor(piece, "root", "UT", "CN=nobody", "00", then, then)
    (directory / MANIFEST).write_bytes(manifest_bytes(Manifest(1, (anchor,))))
    return directory


class Desk:
    """Listens for the reader, keeps what it hears, answers every call. One reader at a time."""

    def __init__(self, directory: Path, environment: Mapping[str, str], trust: Path) -> None:
        self._path = directory / "reader-eid.sock"
        self._environment = {**os.environ, **environment}
        self._trust = trust
        self._log = directory / "reader.log"
        self._heard: list[tuple[str, Mapping[str, Any]]] = []
        self._ever: list[tuple[str, Mapping[str, Any]]] = []
        self._changed = threading.Condition()
        self._line: socket.socket | None = None
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self._path))
        self._listener.listen(4)
        self.reader: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.reader is not None and self.reader.poll() is None:
            self.reader.terminate()
            try:
                self.reader.wait(NOTICED_WITHIN_S)
            except subprocess.TimeoutExpired:
                self.reader.kill()
                self.reader.wait()
        # Closing alone does not wake who waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def start_reader(self, *arguments: str, **environment: str) -> None:
        """The process as systemd starts it; returns when it has connected and knows its readers."""
        with self._changed:
            self._heard.clear()
        command = [sys.executable, "-m", "hal.reader", "--name", "eid", "--socket", str(self._path)]
        command += ["--trust", str(self._trust), *(arguments or ("--source", "pcsc"))]
        with self._log.open("ab") as log:
            self.reader = subprocess.Popen(
                command, cwd=REPOSITORY, env={**self._environment, **environment}, stdout=log, stderr=log
            )
        self.until(lambda: any(health.state != "starting" for health in self.health))

    @property
    def printed(self) -> str:
        return self._log.read_text("utf-8")

    def ended(self) -> int:
        """Wait until the reader ended by itself; its exit code."""
        assert self.reader is not None
        return self.reader.wait(NOTICED_WITHIN_S)

    def until(self, what: Callable[[], bool]) -> None:
        """Wait until it is so."""
        with self._changed:
            assert self._changed.wait_for(what, NOTICED_WITHIN_S), [method for method, _ in self._heard]

    def heard(self, method: str) -> list[Mapping[str, Any]]:
        return [params for name, params in self._heard if name == method]

    @property
    def everything(self) -> list[tuple[str, Mapping[str, Any]]]:
        """All that the reader ever said here."""
        return list(self._ever)

    @property
    def health(self) -> list[ChipReaderHealth]:
        return [ChipReaderHealth.from_params(params) for params in self.heard(ChipReaderHealth.METHOD)]

    def stages(self, asked: ChipRequest) -> list[str]:
        """How far the reader said it was."""
        told = [ChipProgress.from_params(params) for params in self.heard(ChipProgress.METHOD)]
        return [one.stage.value for one in told if one.challenge == asked.challenge]

    def answers(self, asked: ChipRequest) -> list[ChipAnswer]:
        told = [ChipAnswer.from_params(params) for params in self.heard(ChipAnswer.METHOD)]
        return [one for one in told if one.challenge == asked.challenge]

    def tell(self, message: ChipRequest | ChipCancel) -> None:
        """A notification to the reader."""
        self.notify(message.METHOD, message.params())

    def notify(self, method: str, params: object) -> None:
        """Any notification, also one that the protocol does not allow."""
        assert self._line is not None
        body = {"jsonrpc": "2.0", "method": method, "params": params}
        self._line.sendall(json.dumps(body).encode() + b"\n")

    def ask(self, asked: ChipRequest) -> tuple[ChipOutcomeKind, str]:
        """Ask and wait for the answer: outcome and reason."""
        self.tell(asked)
        return self.answer(asked)

    def answer(self, asked: ChipRequest) -> tuple[ChipOutcomeKind, str]:
        self.until(lambda: bool(self.answers(asked)))
        (answer,) = self.answers(asked)
        return answer.outcome, answer.reason

    def hang_up(self) -> None:
        """As a controller that is started anew."""
        assert self._line is not None
        self._line.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return  # the end of the test
            with line:
                self._line = line
                self._listen(line)

    def _listen(self, line: socket.socket) -> None:
        with line.makefile("rb") as file:
            try:
                for text in file:
                    message = json.loads(text)
                    with self._changed:
                        self._heard.append((message["method"], message["params"]))
                        self._ever.append(self._heard[-1])
                        self._changed.notify_all()
                    answer = {"jsonrpc": "2.0", "id": message["id"], "result": {}}
                    line.sendall(json.dumps(answer).encode() + b"\n")
            except OSError:
                return  # the reader ended, or we hung up; the next one connects

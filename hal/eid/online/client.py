"""The line to AusweisApp: one WebSocket on this computer, one user at a time."""

from __future__ import annotations

import json
import logging
from contextlib import ExitStack
from types import TracebackType
from typing import Protocol

from websockets.exceptions import InvalidHandshake, InvalidURI, WebSocketException
from websockets.sync.client import ClientConnection, connect

from hal.eid.online.messages import MAX_MESSAGE, Message, MessageError, parse
from hal.wire import SecretText

#: Where AusweisApp listens (TR-03124-1; its SDK documentation, "WebSocket").
DEFAULT_URL = "ws://127.0.0.1:24727/eID-Kernel"

#: What the app shows as the program that uses it.
USER_AGENT = "Abholfach"

OPEN_TIMEOUT_S = 3.0
CLOSE_TIMEOUT_S = 1.0

#: At DEBUG the library logs what it sends, and that may be a PIN: it gets a logger that never says anything.
_SILENT = logging.getLogger("hal.eid.online.silent")
_SILENT.disabled = True


class ClientDown(Exception):
    """AusweisApp does not answer, is used by another program, or says what is no message. Holds no data."""


class Line(Protocol):
    """What an authentication needs of AusweisApp. One thread."""

    def send(self, command: str, **values: object) -> None:
        """Sends a command; a `SecretText` among ``values`` is revealed here and nowhere else. Raises `ClientDown`."""
        ...

    def receive(self, timeout_s: float) -> Message | None:
        """The next message, ``None`` when none came in time. Raises `ClientDown`."""
        ...


class AusweisApp:
    """A context manager: connected inside. Raises `ClientDown` on entering and from every method."""

    def __init__(self, url: str = DEFAULT_URL) -> None:
        self._url = url
        self._connection: ClientConnection | None = None
        self._closing = ExitStack()

    def __enter__(self) -> AusweisApp:
        try:
            self._connection = self._closing.enter_context(
                connect(
                    self._url,
                    user_agent_header=USER_AGENT,
                    open_timeout=OPEN_TIMEOUT_S,
                    close_timeout=CLOSE_TIMEOUT_S,
                    max_size=MAX_MESSAGE,
                    proxy=None,  # it is on this computer, whatever the environment says
                    logger=_SILENT,
                )
            )
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
            raise ClientDown(f"AusweisApp cannot be reached ({type(error).__name__})") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection = None
        self._closing.close()

    def send(self, command: str, **values: object) -> None:
        text = json.dumps({"cmd": command} | {name: _plain(value) for name, value in values.items()})
        try:
            self._open().send(text)
        except (OSError, WebSocketException) as error:
            # Not `from error`: its frames hold the command, and with it perhaps a PIN.
            raise ClientDown(f"AusweisApp has gone ({type(error).__name__})") from None

    def receive(self, timeout_s: float) -> Message | None:
        try:
            return parse(self._open().recv(timeout=timeout_s))
        except TimeoutError:
            return None
        except (OSError, WebSocketException) as error:
            raise ClientDown(f"AusweisApp has gone ({type(error).__name__})") from None
        except MessageError as error:
            raise ClientDown(f"AusweisApp says what is no message: {error}") from None

    def _open(self) -> ClientConnection:
        if self._connection is None:
            raise ClientDown("not connected")
        return self._connection


def _plain(value: object) -> object:
    return value.reveal() if isinstance(value, SecretText) else value

"""``abholfach-reader --source pcsc``: the card reader's parts, put together."""

from __future__ import annotations

from pathlib import Path

from hal.eid import service
from hal.eid.examination import TravelDocument
from hal.eid.job import Procedure
from hal.eid.presented import PresentedDocument
from hal.eid.service import CardReader
from hal.eid.trust import Trust
from hal.eid.watch import CardWatch


def run_until_signal(name: str, only: str, socket_path: str, trust_directory: Path, online: Path | None) -> int:
    """Verify what the controller asks for, until SIGTERM or SIGINT; the exit code. For a process of its own.

    ``online``: the file of the online function, where it is used. Raises ``ConfigurationError`` (`hal.strict_toml`).
    """
    watch, trust = CardWatch(only), Trust(trust_directory)
    procedures: dict[str, Procedure] = {"emrtd": PresentedDocument(watch, TravelDocument(trust))}
    if online is not None:
        procedures["eid"] = _online(online)
    return service.run_until_signal(CardReader(name, socket_path, watch, procedures, trust))


def _online(file: Path) -> Procedure:
    # Only here, so that a box without it does not load a WebSocket's and an HTTP client's libraries.
    from hal.eid.online.procedure import OnlineIdentification
    from hal.eid.online.settings import load_online

    return OnlineIdentification(load_online(file))

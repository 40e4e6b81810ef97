"""``abholfach-reader --source pcsc``: the card reader's parts, put together."""

from __future__ import annotations

from pathlib import Path

from hal.eid import service
from hal.eid.examination import TravelDocument
from hal.eid.presented import PresentedDocument
from hal.eid.service import CardReader
from hal.eid.trust import Trust
from hal.eid.watch import CardWatch


def run_until_signal(name: str, only: str, socket_path: str, trust_directory: Path) -> int:
    """Verify what the controller asks for, until SIGTERM or SIGINT; the exit code. For a process of its own."""
    watch, trust = CardWatch(only), Trust(trust_directory)
    procedures = {"emrtd": PresentedDocument(watch, TravelDocument(trust))}
    return service.run_until_signal(CardReader(name, socket_path, watch, procedures, trust))

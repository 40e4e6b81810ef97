"""The one log: an append-only, hash-chained SQLite table with its derived rows (the port
`controller.ports.EventLog`).

`open_log` opens it for the controller, `hold_data_directory` keeps a second controller away, `verification` reads it
for people while the controller runs. Everything else here is how that is done.
"""

from __future__ import annotations

from controller.adapters.event_store.damage import Damage, DamageMark
from controller.adapters.event_store.disk import ReserveFile, free_bytes, hold_data_directory
from controller.adapters.event_store.opening import open_log
from controller.adapters.event_store.store import EventStore
from controller.adapters.event_store.upcasting import UPCASTERS, Upcasters

__all__ = [
    "UPCASTERS",
    "Damage",
    "DamageMark",
    "EventStore",
    "ReserveFile",
    "Upcasters",
    "free_bytes",
    "hold_data_directory",
    "open_log",
]

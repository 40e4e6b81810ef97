"""The only place where the controller's parts are wired together.

An entry point says what the box is connected to (`Outside`) and runs `serve`: `controller.__main__` with the real pins,
`simulator.controller` with the plant's. Nothing below knows which.
"""

from __future__ import annotations

from controller.bootstrap.central import mqtt_config
from controller.bootstrap.outside import Hardware, OpenLog, Outside, open_event_log, software_version
from controller.bootstrap.serving import serve
from controller.bootstrap.sockets import LANGUAGES

__all__ = [
    "LANGUAGES",
    "Hardware",
    "OpenLog",
    "Outside",
    "mqtt_config",
    "open_event_log",
    "serve",
    "software_version",
]

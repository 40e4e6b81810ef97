"""The names of a box's topics (docs/mqtt/asyncapi.json)."""

from __future__ import annotations

from dataclasses import dataclass

ROOT = "abholfach/v1/box"

#: The retained state topics, in the order in which they are published after a connection.
STATES = ("connection", "compartments", "faults", "config", "health")


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics of one box."""

    box: str

    @property
    def base(self) -> str:
        return f"{ROOT}/{self.box}"

    def state(self, name: str) -> str:
        return f"{self.base}/state/{name}"

    @property
    def event(self) -> str:
        return f"{self.base}/event"

    def acknowledgement(self, consumer: str) -> str:
        return f"{self.base}/event/ack/{consumer}"

    @property
    def command(self) -> str:
        return f"{self.base}/command"

    @property
    def command_result(self) -> str:
        return f"{self.base}/command/result"


def split(topic: str) -> tuple[str, str] | None:
    """``(box, rest)`` of a topic below the root, ``None`` for any other."""
    if not topic.startswith(ROOT + "/"):
        return None
    box, _, rest = topic[len(ROOT) + 1 :].partition("/")
    return (box, rest) if box and rest else None

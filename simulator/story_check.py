"""What a story of the demo insists on."""

from __future__ import annotations


class StoryFailed(Exception):
    """Something is not as it should be; the text says what."""


def check(condition: bool, what: str) -> None:
    """Raises `StoryFailed`."""
    if not condition:
        raise StoryFailed(what)

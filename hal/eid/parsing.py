"""Where foreign bytes are taken apart: whatever a parser stumbles over leaves as one coded refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hal.eid.outcome import NotAccepted, Reason

#: What asn1crypto and the conversions after it raise for bytes that are not what they claim to be.
MALFORMED = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
)


@contextmanager
def guarded(reason: Reason, what: str) -> Iterator[None]:
    """Turns what a parser raises into `NotAccepted` with ``reason``; ``what`` names the structure, never its contents.

    The cause is cut off: its text may quote the bytes.
    """
    try:
        yield
    except MALFORMED:
        raise NotAccepted(reason, f"{what} is malformed") from None

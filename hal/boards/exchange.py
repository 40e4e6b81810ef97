"""One question and its answer on a serial line, whatever the language: found in noise, and bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hal.boards.serial_board import Garbled, NoAnswer
from hal.edges import SerialLine

LONGEST_NOISE = 64
"""So many bytes without an answer in them are noise, however long they go on."""

T = TypeVar("T")


def exchange(line: SerialLine, request: bytes, find: Callable[[bytes], T | None], size: int, mark: bytes) -> T:
    """Send ``request`` and give what ``find`` makes of the bytes that come. Raises `NoAnswer`, `Garbled`, or what the
    port raises.

    ``size``: how many bytes the answer has; ``mark``: how it begins. What is still in the buffer is thrown away first:
    an answer that came too late belongs to nobody.
    """
    line.reset_input_buffer()
    line.write(request)
    heard = b""
    missing = size
    while len(heard) < LONGEST_NOISE:
        more = line.read(missing)
        heard += more
        answer = find(heard)
        if answer is not None:
            return answer
        if len(more) < missing:
            break  # the line was quiet for as long as an answer may take
        missing = _missing(heard, size, mark)
    if heard:
        raise Garbled(f"no valid answer to {request.hex(' ')} in {heard.hex(' ')}")
    raise NoAnswer(f"no answer to {request.hex(' ')}")


def _missing(heard: bytes, size: int, mark: bytes) -> int:
    """How many bytes an answer that has begun still lacks; at least one."""
    begun = heard.find(mark, max(0, len(heard) - size + 1))
    return size if begun < 0 else max(1, size - (len(heard) - begun))

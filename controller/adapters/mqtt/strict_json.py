"""JSON from the outside, read so that two readers cannot understand it differently."""

from __future__ import annotations

import json
from typing import Any, NoReturn

#: The longest message that is read, in bytes.
LARGEST_MESSAGE = 64 * 1024
#: Integers beyond this are not exact in every JSON reader.
LARGEST_INTEGER = 2**53 - 1
DEEPEST = 16


class NotStrict(ValueError):
    """The bytes are not JSON as it is accepted here. ``code`` is stable; the text never quotes what was received."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def read_object(payload: bytes) -> dict[str, Any]:
    """The JSON object in ``payload``: UTF-8, no key twice, no fractions, no NaN, no lone surrogates, bounded in size,
    depth and integers.

    Raises `NotStrict` with code ``too_large``, ``not_json``, ``duplicate_key`` or ``not_an_object``.
    """
    if len(payload) > LARGEST_MESSAGE:
        raise NotStrict("too_large", f"the message has more than {LARGEST_MESSAGE} bytes")
    try:
        value = json.loads(
            payload.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_number,
            parse_float=_refuse_number,
            parse_int=_integer,
        )
    except NotStrict:
        raise
    except (ValueError, RecursionError):
        # The original is not chained: it would quote the message.
        raise NotStrict("not_json", "the message is no JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise NotStrict("not_an_object", "the message is no JSON object")
    _check(value, 0)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise NotStrict("duplicate_key", "a key stands twice in one object")
    return result


def _refuse_number(text: str) -> NoReturn:
    raise NotStrict("not_json", "numbers are integers here")


def _integer(text: str) -> int:
    if len(text) > 17:
        raise NotStrict("not_json", "an integer is beyond ±(2^53 − 1)")
    value = int(text)
    if abs(value) > LARGEST_INTEGER:
        raise NotStrict("not_json", "an integer is beyond ±(2^53 − 1)")
    return value


def _check(value: object, depth: int) -> None:
    if depth > DEEPEST:
        raise NotStrict("not_json", f"nested deeper than {DEEPEST}")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


def _check_text(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotStrict("not_json", "a string holds a lone surrogate") from None

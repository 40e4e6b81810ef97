"""The Abholnummer: a pickup credential that people can type. Eleven random digits and a check digit.

It is short enough to be searched, so what is kept of it is stretched first: ``tag = argon2id(number, box salt)``, 64
bytes. The first half is its *digest*, which its creator sends to the box, and of which the box stores only the HMAC
with its device key. The second half is its *secret*, which is never sent nor stored: second factors are keyed by it
(`controller.domain.verifiers`). So neither who reads the line nor who steals the card can try birth dates without one
argon2id for each number.

Pure and free of I/O, safe on any thread. No error here quotes the number.
"""

from __future__ import annotations

import hmac
import re
from typing import Final

DIGITS: Final = 12
TAG_BYTES: Final = 64
#: What the tag is made with, wherever it is made. Memory in KiB.
MEMORY_KIB: Final = 19 * 1024
ITERATIONS: Final = 2

_NUMBER = re.compile(rf"\d{{{DIGITS}}}", re.ASCII)


def check_digit(eleven: str) -> str:
    """The twelfth digit: ISO/IEC 7064, MOD 11,10. Raises ``ValueError`` unless there are eleven ASCII digits."""
    if not _NUMBER.fullmatch(eleven + "0"):
        raise ValueError("a pickup number has eleven digits before its check digit")
    product = 10
    for digit in eleven:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def is_pickup_number(text: str) -> bool:
    """Whether these are twelve ASCII digits of which the last is right."""
    return _NUMBER.fullmatch(text) is not None and hmac.compare_digest(check_digit(text[:-1]), text[-1])


def digest_of_tag(tag: bytes) -> bytes:
    """What the creator of the number sends to the box."""
    return _checked(tag)[: TAG_BYTES // 2]


def secret_of_tag(tag: bytes) -> bytes:
    """What second factors of the number are keyed by."""
    return _checked(tag)[TAG_BYTES // 2 :]


def keyed_digest(device_key: bytes, digest: bytes) -> bytes:
    """What the box stores of the digest."""
    return hmac.digest(device_key, digest, "sha256")


def _checked(tag: bytes) -> bytes:
    if len(tag) != TAG_BYTES:
        raise ValueError(f"the tag of a pickup number has {TAG_BYTES} bytes")
    return tag

"""Second-factor verifiers: what a birth date or a PIN is compared with, keyed by the pickup credential itself.

``k = HKDF-SHA256(secret, salt = right id, info = "abholfach/v1/" + factor)``, ``verifier = HMAC-SHA256(k, normalised
value)``. The box stores the verifier and never the secret: without the QR code that the resident carries, a stolen card
yields no birth date, and another code for the same right means another verifier. Whoever makes a credential and the box
that checks it use these same functions.

Pure and free of I/O, safe on any thread. No error here ever quotes what was given: it may be somebody's birth date.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import date

_HASH_BYTES = 32
_INFO = "abholfach/v1/"
_TOKEN = re.compile(r"ABHOLFACH-P-([A-Z2-7]{26})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2}|XX)[./ -](\d{1,2}|XX)[./ -](\d{4})", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})-?(\d{2}|XX)-?(\d{2}|XX)", re.ASCII)
_PIN = re.compile(r"\d{4,12}", re.ASCII)


def token_secret(text: str) -> bytes:
    """The 16 secret bytes in a pickup code (``ABHOLFACH-P-`` and 26 base32 characters).

    Raises ``ValueError`` for anything else, also for a code whose last character carries bits beyond the 128.
    """
    match = _TOKEN.fullmatch(text)
    if match is None:
        raise ValueError("not a pickup code")
    try:
        secret = base64.b32decode(match.group(1) + "======")
    except binascii.Error as error:  # pragma: no cover - the pattern admits nothing that base32 refuses
        raise ValueError("not a pickup code") from error
    if token_text(secret) != text:
        raise ValueError("not a pickup code: the last character is not canonical")
    return secret


def token_text(secret: bytes) -> str:
    """The pickup code that carries these 16 bytes."""
    if len(secret) != 16:
        raise ValueError("a pickup code carries 16 bytes")
    return "ABHOLFACH-P-" + base64.b32encode(secret).decode("ascii").rstrip("=")


def token_digest(text: str) -> bytes:
    """What the box keeps of a pickup code: SHA-256 of its whole text (ASCII), 32 bytes."""
    return hashlib.sha256(text.encode("ascii")).digest()


def hkdf_sha256(secret: bytes, salt: bytes, info: bytes, length: int = _HASH_BYTES) -> bytes:
    """HKDF with SHA-256 (RFC 5869). ``length`` in bytes, 1 to 8160."""
    if not 1 <= length <= 255 * _HASH_BYTES:
        raise ValueError("length must be 1 to 8160 bytes")
    pseudorandom_key = hmac.digest(salt or bytes(_HASH_BYTES), secret, "sha256")
    block, output, counter = b"", b"", 0
    while len(output) < length:
        counter += 1
        block = hmac.digest(pseudorandom_key, block + info + bytes([counter]), "sha256")
        output += block
    return output[:length]


def factor_key(secret: bytes, right: str, factor: str) -> bytes:
    """The key of one factor of one right: 32 bytes. ``secret`` is the credential's (`token_secret`), ``factor`` e.g.
    ``birth_date``.
    """
    return hkdf_sha256(secret, right.encode(), (_INFO + factor).encode())


def verifier(key: bytes, normalised: str) -> bytes:
    """What is compared, in constant time (``hmac.compare_digest``): 32 bytes."""
    return hmac.digest(key, normalised.encode(), "sha256")


def normalise_birth_date(text: str) -> str:
    """A birth date as ``YYYYMMDD``, from ``YYYYMMDD``, ``YYYY-MM-DD`` or ``DD.MM.YYYY`` (also with ``/``, ``-`` or a
    space), in the digits of any script.

    A day, or a day and a month, that no register knows is ``00``; cards print it as ``XX``. Raises ``ValueError`` for
    what is no date.
    """
    plain = _ascii_digits(text).strip().upper()
    if match := _YEAR_FIRST.fullmatch(plain):
        year, month, day = match.groups()
    elif match := _DAY_FIRST.fullmatch(plain):
        day, month, year = match.groups()
    else:
        raise ValueError("not a date of birth; write it as DD.MM.YYYY")
    month, day = (part.replace("XX", "00").zfill(2) for part in (month, day))
    if month == "00" and day != "00":
        raise ValueError("not a date of birth: a day without a month")
    try:
        date(int(year), int(month) or 1, int(day) or 1)
    except ValueError:
        raise ValueError("not a date of birth: there is no such day") from None
    return year + month + day


def normalise_pin(text: str) -> str:
    """A PIN as 4 to 12 ASCII digits; spaces and hyphens between them do not count, digits of any script do. Raises
    ``ValueError``.
    """
    plain = re.sub(r"[\s-]", "", _ascii_digits(text))
    if _PIN.fullmatch(plain) is None:
        raise ValueError("a PIN has 4 to 12 digits")
    return plain


def _ascii_digits(text: str) -> str:
    """Decimal digits of other scripts (Arabic, Persian, Devanagari …) as ASCII: keyboards give what their language
    writes.
    """
    return "".join(str(int(character)) if character.isdecimal() else character for character in text[:64])


_VERIFIER_DIGITS = 64
#: A document's verifier has one for each spelling of its holder that the standard allows.
MOST_SPELLINGS = 8


def matches_a_spelling(stored: str, computed: Iterable[bytes]) -> bool:
    """Whether any of the ``computed`` verifiers (32 bytes each) is among those of ``stored``: 64 hex digits for each
    spelling, one after the other. Compared in constant time, all of them: where a match stood cannot be told.
    """
    if not stored or len(stored) % _VERIFIER_DIGITS or len(stored) > MOST_SPELLINGS * _VERIFIER_DIGITS:
        return False
    known = [stored[at : at + _VERIFIER_DIGITS].encode() for at in range(0, len(stored), _VERIFIER_DIGITS)]
    matched = False
    for one in computed:
        for each in known:
            matched |= hmac.compare_digest(one.hex().encode(), each)
    return matched

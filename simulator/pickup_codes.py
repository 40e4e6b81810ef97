"""The codes of an Abholschein, as whoever makes one makes them: a QR code, a number to type, and what the box gets.

The box gets digests, and verifiers that nobody can try without the code: never a code, a birth date or a PIN (mqtt.md,
pickup credentials).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from controller.adapters.number_tag import number_tag
from controller.domain import verifiers
from controller.domain.pickup_number import check_digit, digest_of_tag, secret_of_tag
from hal.wire.holder import spellings


@dataclass(frozen=True, slots=True)
class Codes:
    """``number`` is empty when the box's salt was not known. ``credentials`` are the bodies for ``right.issue``."""

    token: str = field(repr=False)
    number: str = field(repr=False)
    credentials: tuple[Mapping[str, Any], ...]


def new_number() -> str:
    """A fresh pickup number: twelve digits."""
    eleven = "".join(str(secrets.randbelow(10)) for _ in range(11))
    return eleven + check_digit(eleven)


def spoken(number: str) -> str:
    """As it is printed: ``1234 5678 9012``."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


@dataclass(frozen=True, slots=True)
class Holder:
    """What the second factors of a right are made of; what is empty makes none. A document's chip needs a name (as
    the document has it; one part may be empty) and the birth date.
    """

    birth_date: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)
    surname: str = field(default="", repr=False)
    given_names: str = field(default="", repr=False)


def normalised(holder: Holder) -> dict[str, tuple[str, ...]]:
    """What is compared, by factor: one value, or for a chip one for each spelling. Raises ``ValueError`` for a birth
    date, PIN or name that is none.
    """
    found: dict[str, tuple[str, ...]] = {}
    if holder.birth_date:
        found["birth_date"] = (verifiers.normalise_birth_date(holder.birth_date),)
    if holder.pin:
        found["pin"] = (verifiers.normalise_pin(holder.pin),)
    if holder.surname or holder.given_names:
        if not holder.birth_date:
            raise ValueError("a name without a birth date is nobody's")
        spelled = spellings(holder.surname, holder.given_names, found["birth_date"][0])
        found |= {"emrtd": spelled, "eid": spelled}
    return found


def keyed(secret: bytes, right: str, factors: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The verifiers of these normalised values, keyed by one credential's secret."""
    keys = {factor: verifiers.factor_key(secret, right, factor) for factor in factors}
    return {
        factor: "".join(verifiers.verifier(keys[factor], value).hex() for value in values)
        for factor, values in factors.items()
    }


def new_codes(right: str, holder: Holder, salt: bytes | None) -> Codes:
    """Codes for a right; a number only with the ``salt`` of the box it is for. Raises ``ValueError`` as
    `normalised`.
    """
    factors = normalised(holder)
    secret = secrets.token_bytes(16)
    token = verifiers.token_text(secret)
    made = [_body("qr", verifiers.token_digest(token), keyed(secret, right, factors))]
    number = ""
    if salt is not None:
        number = new_number()
        tag = number_tag(number, salt)
        made.append(_body("number", digest_of_tag(tag), keyed(secret_of_tag(tag), right, factors)))
    return Codes(token, number, tuple(made))


def _body(kind: str, digest: bytes, verifiers_by_factor: Mapping[str, str]) -> Mapping[str, Any]:
    return {"kind": kind, "digest": digest.hex(), "verifiers": dict(verifiers_by_factor)}

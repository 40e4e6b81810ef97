"""Makes pickup codes where no central system does: token, number, and the verifiers that they key.

The secrets exist in the `NewCode` of one answer; what stays are digests and verifiers (mqtt.md, pickup credentials).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from controller.domain.model import Box, Factor
from controller.domain.pickup_number import check_digit, digest_of_tag, secret_of_tag
from controller.domain.verifiers import (
    factor_key,
    normalise_birth_date,
    normalise_pin,
    token_digest,
    token_secret,
    token_text,
    verifier,
)
from controller.ports import HolderTold, PutCredential
from controller.services.one_at_a_time import OneAtATime

PROXY_PIN_DIGITS = 6

Spell = Callable[[str, str, str], tuple[str, ...]]
"""Every way in which a document's chip may name a person, from surname, given names and birth date (``YYYYMMDD``).
Raises ``ValueError``, which quotes nothing, for a name that no document can have.
"""
Values = Mapping[str, tuple[str, ...]]
"""The normalised values of each second factor: one, or for a chip one for each spelling of the holder."""


@dataclass(frozen=True, slots=True)
class NumberDigests:
    """How a pickup number becomes what is kept: ``tag_of`` makes its tag with the box's salt (slow, 19 MiB; called in a
    thread, one at a time), ``stored_digest`` keys a tag's digest with the device's key.
    """

    tag_of: Callable[[str], bytes]
    stored_digest: Callable[[bytes], bytes]
    one_at_a_time: OneAtATime


@dataclass(frozen=True, slots=True)
class MadeCode:
    """A code, and the rows to be written with the right."""

    code: str = field(repr=False)
    number: str = field(repr=False)
    rows: tuple[PutCredential, ...] = field(repr=False)


class CodeMissing(ValueError):
    """The policy asks for something that was not given, or cannot be meant. ``code``: birth_date_missing,
    birth_date_impossible, pin_missing, pin_impossible, name_missing or name_impossible.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def factor_asked(box: Box, document_types: tuple[str, ...]) -> Factor:
    """The strictest factor that the policies ask for these types."""
    asked = [policy.factor for name in document_types if (policy := box.policies.get(name)) is not None]
    return max(asked, key=lambda factor: factor.strictness, default=Factor.STAFF)


def proxy_pin() -> str:
    """A random PIN for a proxy's slip; never one that is the same digit all along."""
    while True:
        pin = "".join(secrets.choice("0123456789") for _ in range(PROXY_PIN_DIGITS))
        if len(set(pin)) > 1:
            return pin


class CodeMaker:
    """One event loop; a number's tag is computed in a thread meanwhile. ``spell`` is asked for holders of documents."""

    def __init__(self, numbers: NumberDigests, knows_digest: Callable[[bytes], bool], spell: Spell) -> None:
        self._numbers = numbers
        self._knows_digest = knows_digest
        self._spell = spell

    def values(self, asked: Factor, holder: HolderTold) -> Values:
        """What the factor that is asked is compared with, normalised; nothing for one that has nothing to compare
        (none, staff). Raises `CodeMissing`, which quotes nothing.
        """
        if asked is Factor.BIRTH_DATE:
            return {asked.value: (_normalised("birth_date", normalise_birth_date, holder.birth_date),)}
        if asked is Factor.PIN:
            return {asked.value: (_normalised("pin", normalise_pin, holder.pin),)}
        if asked is not Factor.EMRTD and asked is not Factor.EID:
            return {}
        if not holder.surname.strip() and not holder.given_names.strip():
            raise CodeMissing("name_missing")
        born = _normalised("birth_date", normalise_birth_date, holder.birth_date)
        try:
            return {asked.value: self._spell(holder.surname, holder.given_names, born)}
        except ValueError:
            raise CodeMissing("name_impossible") from None

    async def make(self, right: str, values: Values) -> MadeCode:
        """A fresh code for ``right``. ``values`` are those of the second factors that its holder will be asked."""
        code = token_text(secrets.token_bytes(16))
        number, digest, secret = await self._fresh_number()
        rows = (
            PutCredential(token_digest(code), "qr", right, _verifiers(token_secret(code), right, values)),
            PutCredential(digest, "number", right, _verifiers(secret, right, values)),
        )
        return MadeCode(code, number, rows)

    async def _fresh_number(self) -> tuple[str, bytes, bytes]:
        """Number, digest to be stored and secret. The number is nobody's here, alive or remembered: with eleven random
        digits the first nearly always is such a one.
        """
        while True:
            eleven = f"{secrets.randbelow(10**11):011}"
            number = eleven + check_digit(eleven)
            tag = await self._numbers.one_at_a_time.run(partial(self._numbers.tag_of, number))
            digest = self._numbers.stored_digest(digest_of_tag(tag))
            if not self._knows_digest(digest):
                return number, digest, secret_of_tag(tag)


def _verifiers(secret: bytes, right: str, values: Values) -> Mapping[str, str]:
    """For each factor one HMAC for each value, hex, one after the other."""
    keys = {factor: factor_key(secret, right, factor) for factor in values}
    return {factor: "".join(verifier(keys[factor], one).hex() for one in all_) for factor, all_ in values.items()}


def _normalised(name: str, normalise: Callable[[str], str], given: str) -> str:
    if not given.strip():
        raise CodeMissing(f"{name}_missing")
    try:
        return normalise(given)
    except ValueError:
        raise CodeMissing(f"{name}_impossible") from None

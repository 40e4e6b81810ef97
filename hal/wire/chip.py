"""What the card reader's process and the controller say to each other over the ``reader-eid`` socket.

The reader gets a challenge, the match key of one right and a deadline; it answers with an outcome and HMACs. The name
on the card never leaves the reader, the stored verifier never reaches it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

from hal.wire.chip_reasons import Reason
from hal.wire.codes import SecretText
from hal.wire.jsonrpc import WireError
from hal.wire.messages import integer_of, only, source_of, text_of

_CHALLENGE = re.compile(r"[0-9a-f]{32}", re.ASCII)
_HEX32 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_STATE = re.compile(r"[A-Z]{1,3}|", re.ASCII)
_CAN = re.compile(r"[0-9]{6}", re.ASCII)
_MRZ = re.compile(r"[A-Z0-9<]{1,90}", re.ASCII)
_PIN = re.compile(r"[0-9]{5,6}", re.ASCII)
_REASONS = frozenset(reason.value for reason in Reason) - {Reason.HOLDER_DIFFERENT.value}
"""What a reader may give as its reason. These words go into the log and to the central system: a reader that something
on a card has taken over shall not put a name there.
"""
_EXCUSABLE = (Reason.CLONE_UNPROVABLE.value, Reason.REVOCATION_UNKNOWN.value)


class AccessKind(StrEnum):
    """What opens the chip. ``MRZ``: document number, birth date and expiry date with their check digits, as PACE and
    BAC use them (ICAO 9303-11, 4.3.2). ``PIN``: the eID-PIN, only for ``eid``.
    """

    CAN = "can"
    MRZ = "mrz"
    PIN = "pin"


_ACCESS = {AccessKind.CAN: _CAN, AccessKind.MRZ: _MRZ, AccessKind.PIN: _PIN}


def _matching(params: Mapping[str, Any], name: str, pattern: re.Pattern[str], what: str) -> str:
    value = text_of(params, name)
    if pattern.fullmatch(value) is None:
        raise WireError("bad_params", f"{name} must be {what}")
    return value


def _challenge(params: Mapping[str, Any]) -> str:
    return _matching(params, "challenge", _CHALLENGE, "32 hex digits")


def _flag(params: Mapping[str, Any], name: str) -> bool:
    value = params.get(name)
    if type(value) is not bool:
        raise WireError("bad_params", f"{name} must be true or false")
    return value


@dataclass(frozen=True, slots=True)
class ChipRequest:
    """Controller → reader, ``chip.verify``, a notification: verify whatever document lies there, and answer once.

    A new request cancels the one before. ``wall_ms`` is the time at which certificates and documents have to be valid:
    it is sent only while the clock is trusted, otherwise nothing is asked at all. ``deadline_mono_ms``:
    ``CLOCK_MONOTONIC``, when the answer is of no use any more. ``clone_proof``: a document without chip or active
    authentication is refused. ``revocation``: so is one whose signer's revocation list is missing or stale. ``key`` is
    32 bytes in hex; neither it nor ``access`` is ever logged.
    """

    challenge: str
    factor: str
    key: SecretText = field(repr=False)
    access_kind: AccessKind
    access: SecretText = field(repr=False)
    deadline_mono_ms: int
    wall_ms: int
    clone_proof: bool = True
    revocation: bool = True

    METHOD: ClassVar = "chip.verify"

    def params(self) -> dict[str, Any]:
        """The parameters as they are sent: with key and access in the clear."""
        return {
            "challenge": self.challenge,
            "factor": self.factor,
            "key": self.key.reveal(),
            "access_kind": self.access_kind.value,
            "access": self.access.reveal(),
            "deadline_mono_ms": self.deadline_mono_ms,
            "wall_ms": self.wall_ms,
            "clone_proof": self.clone_proof,
            "revocation": self.revocation,
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ChipRequest:
        """Checked parameters. Raises ``WireError("bad_params")``, which quotes nothing of them."""
        only(params, *cls.__dataclass_fields__)
        factor = text_of(params, "factor")
        if factor not in ("emrtd", "eid"):
            raise WireError("bad_params", "factor must be emrtd or eid")
        try:
            kind = AccessKind(text_of(params, "access_kind"))
        except ValueError:
            raise WireError("bad_params", "access_kind is not one of those known") from None
        if (kind is AccessKind.PIN) != (factor == "eid"):
            raise WireError("bad_params", "a PIN goes with eid and with nothing else")
        access = text_of(params, "access")
        if not (access == "" and factor == "eid") and _ACCESS[kind].fullmatch(access) is None:
            raise WireError("bad_params", "access does not have the form of its kind")
        return cls(
            _challenge(params),
            factor,
            SecretText(_matching(params, "key", _HEX32, "64 hex digits")),
            kind,
            SecretText(access),
            integer_of(params, "deadline_mono_ms"),
            integer_of(params, "wall_ms"),
            _flag(params, "clone_proof"),
            _flag(params, "revocation"),
        )


@dataclass(frozen=True, slots=True)
class ChipCancel:
    """Controller → reader, ``chip.cancel``, a notification: the session ended; stop, forget, say nothing."""

    challenge: str

    METHOD: ClassVar = "chip.cancel"

    def params(self) -> dict[str, Any]:
        return {"challenge": self.challenge}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ChipCancel:
        """Checked parameters. Raises ``WireError("bad_params")``."""
        only(params, "challenge")
        return cls(_challenge(params))


class ChipOutcomeKind(StrEnum):
    """``verified``: the document is good; whether it is the right person's, the controller finds out."""

    VERIFIED = "verified"
    REFUSED = "refused"
    RETRY = "retry"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class ChipAnswer:
    """Reader → controller, ``chip.answer``, a request; its result is ``{}``. One for each ``chip.verify`` that was not
    cancelled.

    ``reason`` is one of `hal.wire.chip_reasons`, empty exactly when it is verified. ``verifiers``: 1 or 2, hex, only
    when verified. ``issuing_state``: of the document signer. ``tries_left``: of an eID-PIN. ``excused``: reasons for
    which it would not have been verified, had the policy not done without (`ChipRequest`).
    """

    challenge: str
    outcome: ChipOutcomeKind
    reason: str = ""
    issuing_state: str = ""
    verifiers: tuple[str, ...] = field(default=(), repr=False)
    tries_left: int = 0
    excused: tuple[str, ...] = ()

    METHOD: ClassVar = "chip.answer"

    def params(self) -> dict[str, Any]:
        return {
            "challenge": self.challenge,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "issuing_state": self.issuing_state,
            "verifiers": list(self.verifiers),
            "tries_left": self.tries_left,
            "excused": list(self.excused),
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ChipAnswer:
        """Checked parameters. Raises ``WireError("bad_params")``."""
        only(params, *cls.__dataclass_fields__)
        try:
            outcome = ChipOutcomeKind(text_of(params, "outcome"))
        except ValueError:
            raise WireError("bad_params", "outcome is not one of those known") from None
        reason, verifiers = text_of(params, "reason"), params.get("verifiers")
        verified = outcome is ChipOutcomeKind.VERIFIED
        if verified == bool(reason) or (reason and reason not in _REASONS):
            raise WireError("bad_params", "reason is one of those known, and empty exactly when verified")
        if type(verifiers) is not list or len(verifiers) > 2 or verified != bool(verifiers):
            raise WireError("bad_params", "verifiers are one or two, exactly when verified")
        if not all(type(one) is str and _HEX32.fullmatch(one) for one in verifiers):
            raise WireError("bad_params", "a verifier has 64 hex digits")
        excused = params.get("excused")
        if type(excused) is not list or not all(one in _EXCUSABLE for one in excused) or (excused and not verified):
            raise WireError("bad_params", "excused are reasons that a policy can do without, only when verified")
        if len(set(excused)) != len(excused):
            raise WireError("bad_params", "excused has a reason twice")
        return cls(
            _challenge(params),
            outcome,
            reason,
            _matching(params, "issuing_state", _STATE, "a state's code"),
            tuple(verifiers),
            integer_of(params, "tries_left"),
            tuple(excused),
        )


class ChipStage(StrEnum):
    """How far it is. ``ABSENT``: the reader waits for a document."""

    ABSENT = "absent"
    READING = "reading"


@dataclass(frozen=True, slots=True)
class ChipProgress:
    """Reader → controller, ``chip.progress``, a request; its result is ``{}``: for the page that the person sees."""

    challenge: str
    stage: ChipStage

    METHOD: ClassVar = "chip.progress"

    def params(self) -> dict[str, Any]:
        return {"challenge": self.challenge, "stage": self.stage.value}

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ChipProgress:
        """Checked parameters. Raises ``WireError("bad_params")``."""
        only(params, "challenge", "stage")
        try:
            stage = ChipStage(text_of(params, "stage"))
        except ValueError:
            raise WireError("bad_params", "stage is not one of those known") from None
        return cls(_challenge(params), stage)


class ChipReaderState(StrEnum):
    STARTING = "starting"
    OK = "ok"
    NO_READER = "no_reader"
    NO_CARD_STACK = "no_card_stack"
    """pcscd does not answer."""


@dataclass(frozen=True, slots=True)
class ChipReaderHealth:
    """Reader → controller, ``chip.health``, a request at connect, on each change and at least every 5 s.

    ``card``: whether something lies in the field (what, nobody knows yet). ``trust_anchors``: how many pinned CSCA
    certificates are loaded. ``factors``: what this reader can verify.
    """

    source: str
    state: ChipReaderState
    card: bool
    trust_anchors: int
    factors: tuple[str, ...] = ("emrtd",)

    METHOD: ClassVar = "chip.health"

    def params(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "state": self.state.value,
            "card": self.card,
            "trust_anchors": self.trust_anchors,
            "factors": list(self.factors),
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ChipReaderHealth:
        """Checked parameters. Raises ``WireError("bad_params")``."""
        only(params, *cls.__dataclass_fields__)
        try:
            state = ChipReaderState(text_of(params, "state"))
        except ValueError:
            raise WireError("bad_params", "state is not one of those known") from None
        factors = params.get("factors")
        if type(factors) is not list or not all(one in ("emrtd", "eid") for one in factors):
            raise WireError("bad_params", "factors are emrtd and eid")
        return cls(source_of(params), state, _flag(params, "card"), integer_of(params, "trust_anchors"), tuple(factors))

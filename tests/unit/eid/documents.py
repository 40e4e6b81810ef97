"""Documents of a test state for proofs: who they are of, what opens them, and whom the box trusts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum, auto
from functools import cache
from pathlib import Path
from typing import Any

from hal.eid.access_key import AccessKey, CardAccessNumber, MrzKey
from hal.eid.channel import CardChannel
from hal.eid.emrtd import EmrtdRules, verify
from hal.eid.outcome import Outcome, Refused, Retry, Unsupported, Verified
from hal.eid.revocation_import import import_revocation_list
from hal.eid.trace import Step, Trace
from hal.eid.trust_import import pin_root
from hal.eid.trust_store import TrustStore
from hal.wire.holder import spellings, verifiers
from simulator.card.image import ChipImage
from simulator.card.issuing_state import IssuingState
from simulator.card.personalisation import personalise, printed_zone
from simulator.card.scenario import Scenario, scenario_from

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CAN = "427316"
KEY = bytes(range(32))
STATE = IssuingState(NOW)

HOLDER = {"primary": "Østergård-Müller", "given": "Zoë Maria", "birth_date": "19850317", "sex": "F"}
DOCUMENT = {"number": "C01X00T47", "expires": "20300101", "can": CAN}
PERMIT = {"kind": "residence_permit", "number": "YZ6Z94HX5"}


def scenario(
    *, holder: Mapping[str, Any] | None = None, document: Mapping[str, Any] | None = None, **fields: Any
) -> Scenario:
    """A passport with PACE-GM on brainpoolP256r1 and chip authentication, and what is different here."""
    return scenario_from(
        {"holder": {**HOLDER, **(holder or {})}, "document": {**DOCUMENT, **(document or {})}, **fields}
    )


@cache
def issued(of: Scenario) -> ChipImage:
    """Its chip, made once."""
    return personalise(of, STATE)


def expected(of: Scenario) -> tuple[bytes, ...]:
    """What the controller has been told of its holder."""
    holder = of.holder
    return verifiers(KEY, spellings(holder.primary, holder.given, holder.birth_date))


class Trusting(StrEnum):
    """Whom the box trusts."""

    FRESH = auto()
    """The state's CSCA, and its revocation list of yesterday."""
    WITHOUT_LIST = auto()
    STALE_LIST = auto()
    """The list should have been followed by another one months ago."""
    NOBODY = auto()


def trust(directory: Path, trusting: Trusting) -> TrustStore:
    """A store of its own."""
    directory.mkdir(parents=True, exist_ok=True)
    if trusting is not Trusting.NOBODY:
        pin_root(directory, STATE.csca.certificate, NOW)
    if trusting is Trusting.FRESH:
        import_revocation_list(directory, STATE.revocation_list(), NOW)
    if trusting is Trusting.STALE_LIST:
        age, life = timedelta(days=200), timedelta(days=90)
        import_revocation_list(directory, STATE.revocation_list(age=age, life=life), NOW)
    return TrustStore.open(directory)


class Access(StrEnum):
    """What the person types or shows."""

    CAN = auto()
    MRZ = auto()
    WRONG_CAN = auto()
    WRONG_MRZ = auto()

    def key(self, of: Scenario) -> AccessKey:
        """The access key, which is not in the scenario's own words."""
        if self in (Access.CAN, Access.WRONG_CAN):
            return CardAccessNumber(CAN if self is Access.CAN else "427317")
        information = printed_zone(of).information
        if self is Access.WRONG_MRZ:
            return MrzKey.of("C01X00T48", "850317", "300101")
        return MrzKey(information)


@dataclass(slots=True)
class Watched(Trace):
    """Keeps the steps."""

    steps: list[Step] = field(default_factory=list)
    shown: int = 0

    def step(self, step: Step) -> None:
        self.steps.append(step)

    def document(self, mrz: object) -> None:
        self.shown += 1

    @property
    def apdus(self) -> int:
        return sum(step.apdus for step in self.steps)

    def of(self, name: str) -> Step:
        """The one step of this name."""
        (found,) = [step for step in self.steps if step.name == name]
        return found


def check(
    line: CardChannel,
    of: Scenario,
    store: TrustStore,
    *,
    access: Access = Access.CAN,
    at: datetime | None = NOW,
    rules: EmrtdRules | None = None,
    trace: Trace | None = None,
) -> Outcome:
    """`hal.eid.emrtd.verify` with this document's access key."""
    return verify(line, access.key(of), KEY, store, at, EmrtdRules() if rules is None else rules, trace)


def told(outcome: Outcome) -> tuple[str, str]:
    """Kind and reason."""
    match outcome:
        case Verified():
            return "verified", ""
        case Refused(reason=reason):
            return "refused", str(reason)
        case Retry(reason=reason):
            return "retry", str(reason)
        case Unsupported(reason=reason):
            return "unsupported", str(reason)

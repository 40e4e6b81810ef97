"""The examination of a travel document on a box: `hal.eid.emrtd` with this box's trust store."""

from __future__ import annotations

from hal.eid import emrtd
from hal.eid.access_key import AccessKey
from hal.eid.channel import CardChannel
from hal.eid.emrtd import EmrtdRules
from hal.eid.outcome import Outcome
from hal.eid.presented import moment_of
from hal.eid.trace import NoTrace
from hal.eid.trust import Trust
from hal.wire import ChipRequest


class TravelDocument:
    """An `hal.eid.presented.Examination`. Nobody watches its steps."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust

    def __call__(self, channel: CardChannel, access: AccessKey, request: ChipRequest) -> Outcome:
        """As `Examination`."""
        rules = EmrtdRules(clone_proof=request.clone_proof, revocation=request.revocation)
        key = bytes.fromhex(request.key.reveal())
        return emrtd.verify(channel, access, key, self._trust.store(), moment_of(request), rules, NoTrace())

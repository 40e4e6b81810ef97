"""What a chip check costs: a document in a virtual reader of a real pcscd, verified from the connection to the outcome.

A figure for each protocol variant: own CPU time of the thread that verifies (the card reckons in another one), APDUs,
and wall time, each the median of some rounds. The floors: of CPU time a key pair and one agreement in the same group
and the two signature checks that no passive authentication goes without; of APDUs the 30 that are allowed; of wall time
the same number of commands that the same card only refuses.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from hal.eid.channel import CardChannel
from hal.eid.domain_parameters import standardised
from hal.eid.emrtd import EmrtdRules
from hal.eid.key_agreement import Group
from hal.eid.outcome import Verified
from hal.eid.pcsc import Deadline, Limits, card_in
from hal.eid.trust_store import TrustStore
from hal.interfaces import monotonic_ms
from simulator.card.chip import Chip
from simulator.card.image import ChipImage
from tests.integration.eid.support import Readers
from tests.unit.eid.documents import Access, Trusting, Watched, check, issued, scenario, trust

BP256: Final = "brainpoolP256r1"
REFUSED: Final = bytes((0x00, 0xB2, 0x00, 0x00, 0x00))
"""READ RECORD: a travel document has none."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What the chip of one row of the table can do; ``group``: standardised parameters of its access protocol."""

    group: int
    chip: Mapping[str, Any]
    access: Access = Access.CAN
    rules: EmrtdRules = field(default_factory=EmrtdRules)


def pace(words: str, group: int, clone_proof: str | None = None, **chip: Any) -> Variant:
    """With chip authentication on brainpoolP256r1, unless said otherwise."""
    authentication = (f"ECDH-AES-128 {BP256}" if clone_proof is None else clone_proof,)
    return Variant(group, {"pace": (words,), "chip_authentication": authentication, **chip})


#: ``gm_bp256``: PACE, DG1, SOD and passive authentication alone, which is what the aim is about. ``gm_bp256_ca``: the
#: same with chip authentication: a German passport. ``cam_bp256``: a residence permit.
VARIANTS: Final[Mapping[str, Variant]] = {
    "gm_bp256": Variant(
        13, {"pace": (f"ECDH-GM-AES-128 {BP256}",), "chip_authentication": ()}, rules=EmrtdRules(clone_proof=False)
    ),
    "gm_bp256_ca": pace(f"ECDH-GM-AES-128 {BP256}", 13),
    "gm_bp256_ca_short": pace(f"ECDH-GM-AES-128 {BP256}", 13, extended_length=False),
    "gm_p256_ca": pace("ECDH-GM-AES-128 secp256r1", 12, "ECDH-AES-128 secp256r1"),
    "gm_bp320_ca": pace("ECDH-GM-AES-256 brainpoolP320r1", 14),
    "gm_bp384_ca": pace("ECDH-GM-AES-256 brainpoolP384r1", 16, "ECDH-AES-256 brainpoolP384r1"),
    "gm_bp512_ca": pace("ECDH-GM-AES-256 brainpoolP512r1", 17, "ECDH-AES-256 brainpoolP512r1"),
    "gm_p521_ca": pace("ECDH-GM-AES-256 secp521r1", 18, "ECDH-AES-256 secp521r1"),
    "gm_3des_ca": pace(f"ECDH-GM-3DES {BP256}", 13, f"ECDH-3DES {BP256}"),
    "gm_dh1024_ca": pace("DH-GM-AES-128 dh-1024-160", 0, "DH-AES-128 dh-1024-160"),
    "gm_dh2048_ca": pace("DH-GM-AES-128 dh-2048-256", 2, "DH-AES-128 dh-2048-256"),
    "im_bp256_ca": pace(f"ECDH-IM-AES-128 {BP256}", 13),
    "im_dh2048_ca": pace("DH-IM-AES-128 dh-2048-256", 2, "DH-AES-128 dh-2048-256"),
    "cam_bp256": pace(f"ECDH-CAM-AES-128 {BP256}", 13),
    "gm_bp256_aa_rsa": Variant(
        13,
        {
            "pace": (f"ECDH-GM-AES-128 {BP256}",),
            "chip_authentication": (),
            "active_authentication": "rsa 2048 sha256",
        },
    ),
    "bac_ca": Variant(13, {"pace": (), "chip_authentication": (f"ECDH-3DES {BP256}",)}, Access.MRZ),
    "bac_aa_ecdsa": Variant(
        13,
        {"pace": (), "chip_authentication": (), "active_authentication": f"ecdsa {BP256} sha256"},
        Access.MRZ,
    ),
}


class Counted:
    """Counts what goes over the line: the APDUs that the card hears, from the first one on."""

    def __init__(self, channel: CardChannel) -> None:
        self._channel = channel
        self.commands = 0

    @property
    def extended_length(self) -> bool:
        return self._channel.extended_length

    def transmit(self, command: bytes) -> bytes:
        self.commands += 1
        return self._channel.transmit(command)


@dataclass(frozen=True, slots=True)
class Cost:
    cpu_ms: float
    apdus: int
    wall_ms: float
    empty_ms: float
    """Wall time of as many commands that are only refused."""


def verified(readers: Readers, variant: Variant, store: TrustStore) -> Cost:
    """One document verified once. Raises when it is not accepted: a figure of a refusal would be none."""
    of = scenario(chip=dict(variant.chip))
    (name, *_) = readers.names
    with card_in(name, Deadline(monotonic_ms() + 15_000), Limits()) as card:
        line = Counted(card)
        wall, cpu = time.perf_counter(), time.thread_time()
        outcome = check(line, of, store, access=variant.access, rules=variant.rules, trace=Watched())
        cost = 1e3 * (time.thread_time() - cpu), 1e3 * (time.perf_counter() - wall)
        if not isinstance(outcome, Verified):
            raise RuntimeError(f"the document was not accepted: {outcome}")
        started = time.perf_counter()
        for _ in range(line.commands):
            card.transmit(REFUSED)
        return Cost(cost[0], line.commands, cost[1], 1e3 * (time.perf_counter() - started))


def least_cpu_ms(group: Group) -> float:
    """A key pair and an agreement in the group, and two checks of a signature on brainpoolP256r1."""
    peer = group.generate().public
    signer = ec.generate_private_key(ec.BrainpoolP256R1())
    signature, key = signer.sign(b"", ec.ECDSA(hashes.SHA256())), signer.public_key()
    started = time.thread_time()
    group.generate().agree(peer)
    for _ in range(2):
        key.verify(signature, b"", ec.ECDSA(hashes.SHA256()))
    return 1e3 * (time.thread_time() - started)


def row(value: float, unit: str, floor: float) -> dict[str, float | str]:
    return {"value": round(value, 2), "unit": unit, "floor": round(floor, 2), "ratio": round(value / floor, 2)}


def measure(readers: Readers, name: str, store: TrustStore, rounds: int) -> dict[str, dict[str, float | str]]:
    """The three figures of one variant."""
    variant = VARIANTS[name]
    group = standardised(variant.group)
    assert group is not None
    image: ChipImage = issued(scenario(chip=dict(variant.chip)))
    readers.take_out()
    readers.insert(Chip(image))
    verified(readers, variant, store)
    costs = [(verified(readers, variant, store), least_cpu_ms(group)) for _ in range(rounds)]
    median = statistics.median
    return {
        f"eid.{name}.cpu_ms": row(median(cost.cpu_ms for cost, _ in costs), "ms", median(least for _, least in costs)),
        f"eid.{name}.apdus": row(max(cost.apdus for cost, _ in costs), "", 30),
        f"eid.{name}.wall_ms": row(
            median(cost.wall_ms for cost, _ in costs), "ms", median(cost.empty_ms for cost, _ in costs)
        ),
    }


def figures(rounds: int = 9) -> dict[str, dict[str, float | str]]:
    """``eid.VARIANT.cpu_ms``, ``.apdus`` and ``.wall_ms`` for every variant."""
    readers = Readers()
    try:
        with tempfile.TemporaryDirectory(prefix="bench-eid-") as directory:
            store = trust(Path(directory) / "trust", Trusting.FRESH)
            found: dict[str, dict[str, float | str]] = {}
            for name in VARIANTS:
                found |= measure(readers, name, store, rounds)
            return found
    finally:
        readers.close()

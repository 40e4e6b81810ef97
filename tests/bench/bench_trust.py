"""What it costs to open a trust store as large as a real master list, and to check one document against it.

Floors: parsing the manifest's JSON alone; the two signatures (document, signer's certificate) verified by the library
alone.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from hal.eid import signatures
from hal.eid.passive_authentication import verify
from hal.eid.security_object import parse_security_object
from hal.eid.trust_import import import_master_list, pin_root
from hal.eid.trust_manifest import MANIFEST
from hal.eid.trust_store import TrustStore
from simulator.card.signing import CurveForm
from tests.unit.eid.trust.state import GROUPS, NOW, authority, curve_key, master_list_of, security_object, signer

CERTIFICATES: Final = 600
STATES: Final = 100
TIMES: Final = 21


def figures() -> dict[str, dict[str, float | str]]:
    """``eid.trust.open`` in ms of wall time, ``eid.passive_authentication.cpu_ms`` (EC on brainpoolP384r1,
    explicit).
    """
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "trust"
        key = curve_key("brainpoolP384r1", "sha384", CurveForm.EXPLICIT)
        csca = authority(key)
        listed = [
            authority(key, name=f"CSCA {number}", country=f"{chr(65 + number % STATES // 26)}{chr(65 + number % 26)}")
            for number in range(CERTIFICATES)
        ]
        pin_root(directory, csca.certificate, NOW)
        import_master_list(directory, master_list_of(csca, [one.certificate for one in listed]), NOW)
        manifest = (directory / MANIFEST).read_bytes()
        return {
            "eid.trust.open": _row(
                _median(lambda: TrustStore.open(directory), time.perf_counter),
                _median(lambda: json.loads(manifest), time.perf_counter),
            ),
            "eid.passive_authentication.cpu_ms": _passive_authentication(directory),
        }


def _passive_authentication(directory: Path) -> dict[str, float | str]:
    """With a store that was just opened: the CSCA certificate is read, hashed and parsed each time."""
    key = curve_key("brainpoolP384r1", "sha384", CurveForm.EXPLICIT)
    csca = authority(curve_key("brainpoolP384r1", "sha384", CurveForm.EXPLICIT), name="CSCA Bench")
    pin_root(directory, csca.certificate, NOW)
    sod = security_object(signer(csca, key), digest="sha384", version=1)
    stores = iter([TrustStore.open(directory) for _ in range(TIMES + 1)])
    signed = parse_security_object(sod).signed
    by = signed.signer()
    public, issuer = by.public_key(), csca.key.private.public_key()

    def both() -> None:
        signatures.check(signed.scheme, public, signed.signature, signed.signed_attributes, sha1=False)
        signatures.check(by.scheme, issuer, by.signature, by.signed_part, sha1=False)

    return _row(
        _median(lambda: verify(sod, GROUPS, next(stores), NOW, False), time.process_time),
        _median(both, time.process_time),
    )


def _median(step: Callable[[], object], clock: Callable[[], float]) -> float:
    step()
    taken = []
    for _ in range(TIMES):
        start = clock()
        step()
        taken.append((clock() - start) * 1_000)
    return statistics.median(taken)


def _row(value: float, floor: float) -> dict[str, float | str]:
    return {"value": round(value, 2), "unit": "ms", "floor": round(floor, 2), "ratio": round(value / floor, 1)}

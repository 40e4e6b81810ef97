"""Which compartments a board's or line's fault takes away: what the profile says of their wires."""

from __future__ import annotations

from controller.services.hardware_faults import NOTHING, Affected
from hal.profile import KerongBank, Profile, WaveshareBank

MUTE = ("board_silent", "port_gone")
"""Neither locks nor contacts."""
UNSAFE = ("pulse_cap_unsafe",)
"""Its contacts are read, its locks not fired."""


def affected_by(profile: Profile, code: str, subject: str) -> Affected:
    """``subject`` is a bank's name or a port, as faults say it. Nothing for all other codes."""
    if code not in (*MUTE, *UNSAFE):
        return NOTHING
    banks = {bank.name for bank in profile.banks if subject in (bank.name, _port(bank))}
    driven = {each.label for each in profile.compartments if each.bank in banks}
    if code in UNSAFE:
        return Affected(tuple(sorted(driven)), ())
    blind = {each.label for each in profile.compartments if (each.sensor_bank or each.bank) in banks}
    return Affected(tuple(sorted(driven | blind)), tuple(sorted(blind)))


def _port(bank: object) -> str:
    return bank.port if isinstance(bank, KerongBank | WaveshareBank) else ""

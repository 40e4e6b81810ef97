"""The board profile: which wire is which lock, which door, and where it is in the cabinet's front.

One TOML file, ``cabinet.toml``, made by provisioning from one of ``hal/profiles/``. It is read strictly: an unknown
key, a wire used twice or a value that the hardware cannot have is a ``ConfigurationError`` with file, line and key, and
the controller does not start. There is no default back end and no fallback.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from hal import strict_toml
from hal.profile.around import (
    HEADER,
    ClosedLevel,
    Contact,
    Gauge,
    IndicatorPins,
    Inputs,
    Jack,
    Keypad,
    Speech,
)
from hal.profile.checks import Check
from hal.profile.model import (
    Bank,
    BankKind,
    Compartment,
    GpioBank,
    KerongBank,
    Mcp23017Bank,
    Profile,
    Senses,
    Sensors,
    Size,
    WaveshareBank,
    Wire,
    kind_of,
    lamp_name,
)

__all__ = [
    "HEADER",
    "Bank",
    "BankKind",
    "ClosedLevel",
    "Compartment",
    "Contact",
    "Gauge",
    "GpioBank",
    "IndicatorPins",
    "Inputs",
    "Jack",
    "KerongBank",
    "Keypad",
    "Mcp23017Bank",
    "Profile",
    "Senses",
    "Sensors",
    "Size",
    "Speech",
    "WaveshareBank",
    "Wire",
    "kind_of",
    "lamp_name",
    "load_profile",
    "shipped_profiles",
]


def load_profile(path: Path) -> Profile:
    """Read and check a board profile. Raises ``ConfigurationError`` for the first thing that is wrong."""
    document = strict_toml.read(path)
    profile = document.convert(Profile)
    Check(document, profile).all()
    return profile


def shipped_profiles() -> dict[str, Path]:
    """The profiles that come with the package, by name."""
    folder = Path(str(resources.files("hal") / "profiles"))
    return {file.stem: file for file in sorted(folder.glob("*.toml"))}

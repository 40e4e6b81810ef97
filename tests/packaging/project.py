"""What the packaging tests ask of the checkout: its metadata, its locked lists, its files."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
METADATA: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SETS = ("build", "runtime", "simulator", "test", "lint")

#: The packages a box is made of, and nothing else.
PACKAGES = frozenset({"controller", "hal", "kiosk_ui", "provisioning"})

_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>.+))?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def locked(name: str) -> list[Requirement]:
    """The pins of `requirements/NAME.txt`.

    Raises:
        ValueError: a line is neither a comment nor a pin with at least one hash.
    """
    pins = []
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        requirement, *hashes = re.split(r"\s+(?=--)", line.strip())
        if not _PIN.fullmatch(requirement) or not hashes or not all(_HASH.fullmatch(item) for item in hashes):
            raise ValueError(f"requirements/{name}.txt: not a pin with hashes: {line[:120]}")
        pins.append(Requirement(requirement))
    return pins


def declared(name: str) -> list[Requirement]:
    """What pyproject.toml asks for: `runtime` or one of the dependency groups."""
    if name == "runtime":
        return [Requirement(item) for item in METADATA["project"]["dependencies"]]
    return [Requirement(item) for item in METADATA["dependency-groups"][name]]


def names(requirements: list[Requirement]) -> set[str]:
    """Canonical names."""
    return {canonicalize_name(requirement.name) for requirement in requirements}


def files() -> list[Path]:
    """Everything that is, or would be, committed; absolute."""
    listing = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout
    found = sorted({os.fsdecode(name) for name in listing.split(b"\0") if name})
    return [path for name in found if (path := ROOT / name).is_file()]

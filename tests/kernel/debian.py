"""Debian's current kernel, its headers and its source, from apt; nothing is installed.

The signed packages are fetched by ``apt-get download`` and unpacked beside each other.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

SOURCES = ("drivers/gpio/gpio-sim.c", "drivers/gpio/gpiolib.h", "kernel/irq/irq_sim.c")
"""What is taken out of the kernel's source."""


class Unavailable(Exception):
    """Something cannot be had here; the text says what, and what to do."""


@dataclass(frozen=True, slots=True)
class Packages:
    """The packages of one kernel."""

    release: str
    """As ``uname -r`` says it, for instance ``6.1.0-56-amd64``."""
    image: str
    headers: tuple[str, ...]
    """The flavour's, the common ones, and the programs that build modules."""
    source: str

    @property
    def all(self) -> tuple[str, ...]:
        """Everything to fetch, with a busybox that needs no library."""
        return (self.image, *self.headers, self.source, "busybox-static")


def depends(package: str) -> list[str]:
    """Names that ``package`` depends on, as apt knows it. Raises ``Unavailable``."""
    answer = subprocess.run(
        ["apt-cache", "depends", "--important", package],
        env=os.environ | {"LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise Unavailable(f"apt knows no {package}: {answer.stderr.strip()} (as root: apt-get update)")
    return dependencies_in(answer.stdout)


def dependencies_in(text: str) -> list[str]:
    """The names in what ``apt-cache depends`` prints, without virtual ones (``<so>``)."""
    return re.findall(r"^ [ |]Depends: ([^<\s]+)", text, re.MULTILINE)


def current() -> Packages:
    """The packages of the kernel that this Debian would install. Raises ``Unavailable``."""
    machine = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    if machine.stdout.strip() != "amd64":
        raise Unavailable(f"this boots Debian for amd64 with the programs of this computer, which is {machine.stdout}")
    image = _named(depends("linux-image-amd64"), r"linux-image-\d.*", "linux-image-amd64")
    release = image.removeprefix("linux-image-")
    flavour = f"linux-headers-{release}"
    needed = depends(flavour)
    common = _named(needed, r"linux-headers-.*-common", flavour)
    kbuild = _named(needed, r"linux-kbuild-.*", flavour)
    source = _named(depends("linux-source"), r"linux-source-\d.*", "linux-source")
    return Packages(release, image, (flavour, common, kbuild), source)


def _named(names: list[str], pattern: str, package: str) -> str:
    for name in names:
        if re.fullmatch(pattern, name):
            return name
    raise Unavailable(f"{package} depends on nothing like {pattern}, but on {', '.join(names) or 'nothing'}")


def unpack(packages: Packages, folder: Path) -> None:
    """Fetch ``packages`` and unpack them into ``folder``. Raises ``Unavailable``."""
    with tempfile.TemporaryDirectory(prefix="abholfach-debs-", dir=folder.parent) as fetched:
        answer = subprocess.run(
            ["apt-get", "download", "-qq", *packages.all], cwd=fetched, capture_output=True, text=True, check=False
        )
        archives = sorted(Path(fetched).glob("*.deb"))
        if answer.returncode != 0 or len(archives) != len(packages.all):
            raise Unavailable(f"apt-get download {' '.join(packages.all)}: {answer.stderr.strip()}")
        for archive in archives:
            subprocess.run(["dpkg-deb", "--extract", archive, folder], check=True)
            archive.unlink()


def take_sources(unpacked: Path, packages: Packages, to: Path) -> None:
    """Put `SOURCES` of the kernel into the folder ``to``. Its archive is read as far as the last of them."""
    archive = unpacked / "usr/src" / f"{packages.source}.tar.xz"
    names = [f"{packages.source}/{name}" for name in SOURCES]
    subprocess.run(
        ["tar", "--extract", "--xz", "--occurrence", "--strip-components=3", "--file", archive, *names],
        cwd=to,
        check=True,
    )


def relocate_headers(unpacked: Path, release: str) -> Path:
    """Let the unpacked headers find each other where they are instead of in ``/usr/src``; their folder."""
    headers = unpacked / "usr/src" / f"linux-headers-{release}"
    makefile = headers / "Makefile"
    text = makefile.read_text(encoding="utf-8")
    makefile.write_text(re.sub(r"(?m)^include /usr/src/", f"include {headers.parent}/", text), encoding="utf-8")
    return headers


def discard(folder: Path) -> None:
    """Take ``folder`` away, if it is one."""
    if folder.is_dir():
        shutil.rmtree(folder)

"""``./box kernel [PYTEST ARGUMENTS]``: the tests marked ``kernel``, on Debian's kernel in a virtual machine.

The first run fetches the kernel and builds ``gpio-sim`` (some 220 MB, about a minute); what comes of it stays in
``build/kernel`` until Debian has a newer one.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from tests.kernel import debian, module
from tests.kernel.initramfs import Modules
from tests.kernel.machine import Machine

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "build/kernel"

MODULES = ("virtio_pci", "9pnet_virtio", "9p", "configfs", "gpio_sim", "evdev", "uinput", "vivid")
"""Root file system, GPIO, scanners at a keyboard's interface, cameras; what these need comes by itself."""

TESTS = ("tests/kernel", "tests/contract", "tests/integration/test_readers_on_kernel.py")
TIMEOUT_S = 600.0

PYTEST = (
    *("env", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1"),  # each plug-in takes seconds in an emulated computer
    *(sys.executable, "-m", "pytest", "--noconftest", "-p", "pytest_timeout", "-p", "no:cacheprovider"),
    # In place of what pyproject.toml says, which is for the plug-ins that are not there.
    *("-o", "addopts=--strict-markers --import-mode=importlib", "-W", "ignore::pytest.PytestConfigWarning"),
    *("-m", "kernel", "-v", "--durations=10", "--color=no"),
)


def prepare(packages: debian.Packages, cache: Path) -> Path:
    """The folder with everything a machine needs of these packages. Raises ``debian.Unavailable`` and as
    `module.build`.
    """
    ready = cache / name_of(packages)
    if ready.exists():
        return ready
    say(f"fetching Debian's kernel {packages.release} and building gpio-sim for it; this is done once")
    unpacked, making = cache / "unpacked", cache / "making"
    for folder in cache.iterdir():
        debian.discard(folder)
    for folder in (unpacked, making):
        folder.mkdir()
    debian.unpack(packages, unpacked)
    sources = unpacked / "gpio-sim"
    sources.mkdir()
    debian.take_sources(unpacked, packages, sources)
    built = module.build(sources, debian.relocate_headers(unpacked, packages.release))
    # In /lib or, since Debian 13, in /usr/lib.
    theirs = next(unpacked.glob(f"**/lib/modules/{packages.release}"))
    ours = Modules([*theirs.rglob("*.ko*"), built], (theirs / "modules.builtin").read_text(encoding="ascii"))
    (making / "modules").mkdir()
    for number, (name, content) in enumerate(ours.with_dependencies(MODULES).items()):
        (making / "modules" / f"{number:02} {name}").write_bytes(content)
    shutil.copy(unpacked / "boot" / f"vmlinuz-{packages.release}", making / "vmlinuz")
    shutil.copy(next(unpacked.glob("**/bin/busybox")), making / "busybox")
    debian.discard(unpacked)
    making.rename(ready)
    return ready


def name_of(packages: debian.Packages) -> str:
    """Which kernel, and which modules: another one of either is prepared anew."""
    made_of = hashlib.sha256(repr((MODULES, debian.SOURCES, module.INSTEAD, module.own_sources())).encode())
    return f"{packages.release}-{made_of.hexdigest()[:12]}"


def machine_from(ready: Path) -> Machine:
    """The machine that `prepare` left the parts of."""
    modules = {file.name.split(" ", 1)[1]: file.read_bytes() for file in sorted((ready / "modules").iterdir())}
    return Machine(ready / "vmlinuz", (ready / "busybox").read_bytes(), modules)


def say(text: str) -> None:
    print(f"kernel: {text}", flush=True)


def main(arguments: list[str]) -> int:
    """The exit status: pytest's, or 70 when it came to nothing, 1 when this is not possible here."""
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        with (CACHE / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            ready = prepare(debian.current(), CACHE)
    except (debian.Unavailable, ValueError) as error:
        say(str(error))
        return 1
    except subprocess.CalledProcessError as error:
        say(f"{error}\n{error.output or ''}")
        return 1
    say(f"booting {ready.name}")
    return machine_from(ready).run([*PYTEST, *(arguments or TESTS)], ROOT, TIMEOUT_S)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

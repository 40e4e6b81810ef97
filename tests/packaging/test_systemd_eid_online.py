"""The units of the online function, installed only where it is used: they keep network and control sockets apart."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.packaging.project import ROOT
from tests.packaging.test_systemd import KNOWN_TO_DEBIAN_12, Options

FOLDER = ROOT / "systemd" / "eid-online"
SERVICES = ("abholfach-ausweisapp.service", "abholfach-eid-service.service")
SOCKET = "abholfach-eid-service.socket"
DROP_IN = "abholfach-reader@eid.service.d/online.conf"
#: Exposure by ``systemd-analyze security``, in tenths. Both have the network; that is what they are for.
EXPOSURE = {"abholfach-ausweisapp.service": 26, "abholfach-eid-service.service": 23}


def options(unit: str) -> Options:
    section, found = "", []
    for line in (FOLDER / unit).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            name, separator, value = line.partition("=")
            assert separator, f"{unit}: {line}"
            found.append((section, name, value))
    return found


def values(unit: str, option: str) -> list[str]:
    return [value for _, name, value in options(unit) if name == option]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root file system with systemd's own units, ours and those of the online function, and the programs they
    start.
    """
    root = tmp_path_factory.mktemp("image")
    shutil.copytree("/lib/systemd", root / "lib" / "systemd", symlinks=True, ignore_dangling_symlinks=True)
    (root / "usr" / "lib").mkdir(parents=True)
    (root / "usr" / "lib" / "systemd").symlink_to("../../lib/systemd")
    for program in ("opt/abholfach/bin/abholfach-reader", "bin/sh"):
        made = root / program
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text("#!/bin/sh\n")
        made.chmod(0o755)
    (root / "etc").mkdir()
    subprocess.run(["sh", ROOT / "systemd" / "install.sh", "--eid-online", "--root", root], check=True)
    return root


def test_without_being_asked_for_none_of_it_is_installed(tmp_path: Path) -> None:
    subprocess.run(["sh", ROOT / "systemd" / "install.sh", "--root", tmp_path], check=True)
    assert not [path.name for path in tmp_path.rglob("*") if "ausweisapp" in path.name or "eid-service" in path.name]


@pytest.mark.parametrize("unit", [*SERVICES, SOCKET])
def test_systemd_has_nothing_to_say_about_them(image: Path, unit: str) -> None:
    finished = subprocess.run(
        ["systemd-analyze", "verify", f"--root={image}", "--man=no", "--recursive-errors=no", unit],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")


@pytest.mark.parametrize("unit", SERVICES)
def test_they_can_do_little_besides_their_work(image: Path, unit: str) -> None:
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", f"--root={image}"]
    finished = subprocess.run(
        [*command, f"--threshold={EXPOSURE[unit]}", unit], capture_output=True, text=True, timeout=60, check=False
    )
    assert finished.returncode == 0, finished.stdout.splitlines()[-1] + finished.stderr


@pytest.mark.parametrize("unit", [*SERVICES, SOCKET, DROP_IN])
def test_every_option_is_known_to_debian_12(unit: str) -> None:
    assert {f"{section}.{name}" for section, name, _ in options(unit)} <= KNOWN_TO_DEBIAN_12


@pytest.mark.parametrize("unit", SERVICES)
def test_who_has_the_network_has_nothing_of_the_box(unit: str) -> None:
    hidden = " ".join(values(unit, "InaccessiblePaths"))
    assert all(place in hidden for place in ("/var/lib/abholfach", "/etc/abholfach", "/run/abholfach"))
    assert values(unit, "SupplementaryGroups") == []
    assert values(unit, "LimitCORE") == ["0"]
    assert values(unit, "MemorySwapMax") == ["0"]


def test_ausweisapp_tells_the_journal_nothing() -> None:
    """It writes its whole log to standard error too: addresses of the service's sessions, and what it says with cards
    and servers. The journal outlives the process.
    """
    unit = "abholfach-ausweisapp.service"
    assert (values(unit, "StandardOutput"), values(unit, "StandardError")) == (["null"], ["null"])
    assert values(unit, "RuntimeDirectoryMode") == ["0700"]


def test_who_has_the_control_socket_has_this_computer_and_no_network() -> None:
    assert values(DROP_IN, "IPAddressDeny") == ["any"]
    assert values(DROP_IN, "IPAddressAllow") == ["localhost"]
    assert values(DROP_IN, "SocketBindDeny") == ["any"]


def test_the_way_to_the_service_begins_on_this_computer() -> None:
    assert values(SOCKET, "ListenStream") == ["127.0.0.1:24790"]
    assert 'forward = "127.0.0.1:24790"' in (ROOT / "docs" / "document-chips.md").read_text(encoding="utf-8")

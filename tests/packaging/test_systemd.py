"""The units: known to the systemd of Debian 12, hardened, and in step with the code that they start."""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from controller.adapters.socket_activation import ROLES
from controller.config import POWER_OFF_FILE, RESTART_FILE
from hal.reader import TRUST
from provisioning.initialise import CONFIGURATION, CONTROLLER_USER, DATA, SHARED_GROUP
from provisioning.staff import ADMIN_SOCKET
from provisioning.templates import SERVICE_USERS
from tests.packaging.project import METADATA, ROOT

UNITS = ROOT / "systemd"
PROGRAMS = "/opt/abholfach/bin/"
SERVICES = tuple(sorted(path.name for path in UNITS.glob("*.service")))
SOCKETS = tuple(sorted(path.name for path in UNITS.glob("*.socket")))
PATHS = tuple(sorted(path.name for path in UNITS.glob("*.path")))
#: Units that start Debian's own programs, not ours.
OF_DEBIAN = ("abholfach-browser.service", "abholfach-browser-restart.service", "abholfach-power-off.service")
KNOWN_TO_DEBIAN_12 = frozenset(
    (ROOT / "tests" / "packaging" / "systemd_252_options.txt").read_text(encoding="utf-8").splitlines()
)

#: Exposure by ``systemd-analyze security``, in tenths: 100 is everything, 0 is nothing.
EXPOSURE = {
    "abholfach-browser-restart.service": 10,
    "abholfach-browser.service": 40,  # a browser makes sandboxes of its own, and needs the screen
    "abholfach-controller.service": 22,  # it may ask about the clock, which counts as if it could set it
    "abholfach-power-off.service": 10,
    "abholfach-reader@.service": 10,
    "abholfach-safe-outputs.service": 15,
    "abholfach-ui.service": 15,
}

Options = list[tuple[str, str, str]]


def options(unit: str) -> Options:
    """``(section, option, value)`` in the file's order."""
    section, found = "", []
    for line in (UNITS / unit).read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif line and not line.startswith("#"):
            name, separator, value = line.partition("=")
            assert separator, f"{unit}: {line}"
            found.append((section, name, value))
    return found


def values(unit: str, option: str) -> list[str]:
    return [value for _, name, value in options(unit) if name == option]


def value(unit: str, option: str) -> str:
    (only,) = values(unit, option)
    return only


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root file system with systemd's own units, ours, and programs where ours expect them."""
    root = tmp_path_factory.mktemp("image")
    shutil.copytree("/lib/systemd", root / "lib" / "systemd", symlinks=True, ignore_dangling_symlinks=True)
    (root / "usr" / "lib").mkdir(parents=True)
    (root / "usr" / "lib" / "systemd").symlink_to("../../lib/systemd")
    subprocess.run(["sh", UNITS / "install.sh", "--root", root], check=True)
    programs = root / PROGRAMS.strip("/")
    programs.mkdir(parents=True)
    for script in METADATA["project"]["scripts"]:
        shutil.copy("/bin/true", programs / script)
    for program in ("cage", "chromium", "systemctl"):
        (root / "usr/bin").mkdir(parents=True, exist_ok=True)
        shutil.copy("/bin/true", root / "usr/bin" / program)
    return root


def instance(unit: str) -> str:
    return unit.replace("@.", "@qr.")


def test_systemd_has_nothing_to_say_about_the_units(image: Path) -> None:
    units = [instance(name) for name in (*SERVICES, *SOCKETS, *PATHS, "abholfach.target")]
    assert len(units) == 14
    finished = subprocess.run(
        ["systemd-analyze", "verify", f"--root={image}", "--man=no", "abholfach-reader@eid.service", *units],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    # It names what it does not know, and exits with 0.
    assert (finished.stdout + finished.stderr, finished.returncode) == ("", 0)


def test_systemd_would_have_something_to_say_about_a_mistake(image: Path, tmp_path: Path) -> None:
    """The test above looks at silence; so silence must mean something."""
    broken = tmp_path / "image"
    shutil.copytree(image, broken, symlinks=True)
    unit = broken / "etc/systemd/system/abholfach-ui.service"
    unit.write_text(unit.read_text("utf-8").replace("ProtectHome=", "ProtectHomes="), encoding="utf-8")
    (broken / PROGRAMS.strip("/") / "abholfach-ui").unlink()
    finished = subprocess.run(
        ["systemd-analyze", "verify", f"--root={broken}", "--man=no", unit.name],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Unknown key 'ProtectHomes'" in finished.stderr.replace("key name", "key")
    assert "abholfach-ui is not executable" in finished.stderr


@pytest.mark.parametrize("unit", SERVICES)
def test_a_service_can_do_little_besides_its_work(image: Path, unit: str) -> None:
    finished = subprocess.run(
        [
            "systemd-analyze",
            "security",
            "--offline=true",
            "--no-pager",
            f"--root={image}",
            f"--threshold={EXPOSURE[unit]}",
            instance(unit),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout.splitlines()[-1] + finished.stderr
    assert "Overall exposure level" in finished.stdout


@pytest.mark.parametrize("unit", [*SERVICES, *SOCKETS, *PATHS, "abholfach.target"])
def test_every_option_is_known_to_debian_12(unit: str) -> None:
    """Whatever systemd this test runs with: a newer one knows more, and an older one ignores what it does not know."""
    assert {f"{section}.{name}" for section, name, _ in options(unit)} - KNOWN_TO_DEBIAN_12 == set()


def test_the_card_reader_can_do_as_little(image: Path) -> None:
    finished = subprocess.run(
        [
            "systemd-analyze",
            "security",
            "--offline=true",
            "--no-pager",
            f"--root={image}",
            "--threshold=9",
            "abholfach-reader@eid.service",
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_one_command_enables_the_whole_box(image: Path) -> None:
    subprocess.run(["systemctl", f"--root={image}", "enable", "abholfach.target"], check=True, capture_output=True)
    etc = image / "etc/systemd/system"
    wanted = {path.name for path in (etc / "abholfach.target.wants").iterdir()}
    # Starting the screen anew and switching the box off are the path units', never the boot's.
    started = set(SERVICES) - {"abholfach-browser-restart.service", "abholfach-power-off.service"}
    assert wanted == {instance(name) for name in (*started, *SOCKETS, *PATHS)} | {
        "abholfach-reader@eid.service",
        "abholfach-reader@staff.service",
    }
    assert {path.name for path in (etc / "multi-user.target.wants").glob("abholfach*")} == {"abholfach.target"}


def commands(unit: str) -> list[str]:
    return [value for _, name, value in options(unit) if name.startswith("Exec")]


def test_what_is_started_is_what_is_installed() -> None:
    scripts = METADATA["project"]["scripts"]
    started = {command.split()[0] for unit in SERVICES if unit not in OF_DEBIAN for command in commands(unit)}
    assert {Path(program).parent.as_posix() + "/" for program in started} == {PROGRAMS}
    names = {Path(program).name for program in started}
    assert names <= set(scripts)
    assert names == {"abholfach-controller", "abholfach-reader", "abholfach-safe-outputs", "abholfach-ui"}


@pytest.mark.parametrize("unit", ["abholfach-controller.service", "abholfach-ui.service", "abholfach-reader@.service"])
def test_the_options_of_a_command_line_exist(unit: str) -> None:
    program, *words = value(unit, "ExecStart").split()
    module, _, _function = METADATA["project"]["scripts"][Path(program).name].partition(":")
    usage = subprocess.run(
        [sys.executable, "-m", module.removesuffix(".__main__"), "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=True,
    ).stdout
    wanted = {word for word in words if word.startswith("--")}
    assert wanted
    assert {word for word in wanted if not re.search(rf"{word}\b", usage)} == set()


def test_there_is_one_socket_for_each_role_and_the_code_calls_it_the_same() -> None:
    assert {value(unit, "FileDescriptorName") for unit in SOCKETS} == set(ROLES)
    for unit in SOCKETS:
        role = value(unit, "FileDescriptorName")
        assert unit == f"abholfach-{role}.socket"
        assert value(unit, "ListenStream") == f"/run/abholfach/{role}.sock"
        assert value(unit, "Service") == "abholfach-controller.service"
        assert value(unit, "SocketMode") == "0660"
        assert value(unit, "TriggerLimitIntervalSec") == "0"
    assert len({value(unit, "SocketGroup") for unit in SOCKETS}) == len(ROLES)
    assert value("abholfach-admin.socket", "ListenStream") == str(ADMIN_SOCKET)


def test_the_controller_gets_all_of_them_and_never_starts_without() -> None:
    for option in ("Sockets", "Requires"):
        assert set(value("abholfach-controller.service", option).split()) == set(SOCKETS)


def test_the_users_are_those_of_the_code_and_are_made() -> None:
    lines = (UNITS / "sysusers.d" / "abholfach.conf").read_text(encoding="utf-8").splitlines()
    fields = [line.split() for line in lines if line and not line.startswith("#")]
    users = {words[1] for words in fields if words[0] == "u"}
    groups = {words[1] for words in fields if words[0] == "g"} | users
    # The browser is no process of the box's own: it has no control socket, and so not the shared group.
    assert users == {CONTROLLER_USER, "abholfach-browser", *SERVICE_USERS.values()} - {"root"}
    assert SHARED_GROUP in groups
    assert {tuple(words[1:]) for words in fields if words[0] == "m"} == {
        (user, SHARED_GROUP) for user in users - {"abholfach-browser"}
    }
    for unit in SERVICES:
        user = value(unit, "User")
        assert user == "root" or user in users or user.replace("%i", "qr") in users
        for group in " ".join(values(unit, "SupplementaryGroups")).split():
            assert group in groups
    for unit in SOCKETS:
        assert value(unit, "SocketGroup") in groups


def test_the_sockets_directory_is_for_the_boxs_own_processes(image: Path) -> None:
    lines = (image / "etc/tmpfiles.d/abholfach.conf").read_text(encoding="utf-8").splitlines()
    assert "d /run/abholfach 0750 root abholfach -" in lines
    assert any(line.split()[:2] == ["d", str(CONFIGURATION)] for line in lines)
    assert any(line.split()[:2] == ["Z", str(DATA)] for line in lines)


def test_no_process_leaves_secrets_in_a_core_or_in_swap() -> None:
    for unit in SERVICES:
        assert value(unit, "LimitCORE") == "0"
        assert value(unit, "MemorySwapMax") == "0"


def expand(name: str) -> set[str]:
    """A set of system calls (``@file-system``) as its members, by systemd's own word."""
    if not name.startswith("@"):
        return {name}
    listing = subprocess.run(
        ["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    members = [line.strip() for line in listing.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return {call for member in members for call in expand(member)}


def allowed_calls(unit: str) -> set[str]:
    """What a service may ask of the kernel: the filter's lines add and, with ``~``, take away, in their order."""
    allowed: set[str] = set()
    for line in values(unit, "SystemCallFilter"):
        calls = {call for name in line.removeprefix("~").split() for call in expand(name)}
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    return allowed


def test_the_controller_may_ask_the_kernel_for_what_it_needs_and_not_for_the_rest() -> None:
    calls = allowed_calls("abholfach-controller.service")
    assert {"flock", "fallocate", "fsync", "fdatasync", "ftruncate", "socketpair", "ioctl", "epoll_wait"} <= calls
    assert calls & {"mount", "reboot", "ptrace", "init_module", "settimeofday", "clock_settime", "setuid"} == set()


def test_the_controller_sees_its_peers_and_its_clock_and_listens_nowhere_else() -> None:
    names = {name: setting for _, name, setting in options("abholfach-controller.service")}
    assert "PrivateUsers" not in names  # every peer would be nobody
    assert "ProtectClock" not in names  # adjtimex would be refused, and the clock never trusted
    assert {"adjtimex", "clock_adjtime"} <= allowed_calls("abholfach-controller.service")
    assert names["SocketBindDeny"] == "1-65535"
    pins, *boards = values("abholfach-controller.service", "DeviceAllow")
    assert pins == "char-gpiochip rw"
    boards.remove("char-input r")  # the headphone socket's device, by its own group and no other
    assert not {"input", "audio"} & set(names["SupplementaryGroups"].split())
    assert {board.removesuffix(" rw") for board in boards} == {"char-i2c", "char-ttyACM", "char-ttyUSB", "char-ttyAMA"}
    safe = values("abholfach-safe-outputs.service", "DeviceAllow")
    assert safe == [pins, *boards], "whatever the controller can leave on"
    assert set(names["SupplementaryGroups"].split()) >= {"gpio", "dialout", "i2c"}
    assert names["Type"] == "notify"
    assert names["NotifyAccess"] == "main"
    assert names["Restart"] == "always"
    assert names["StartLimitIntervalSec"] == "0"
    assert names["ExecStopPost"] == value("abholfach-safe-outputs.service", "ExecStart")
    assert int(names["WatchdogSec"]) < 60


@pytest.mark.parametrize("unit", SERVICES)
def test_what_is_plugged_in_later_is_allowed_too(unit: str) -> None:
    """systemd.resource-control(5): a group of devices that is not known when the unit starts is not allowed."""
    drivers = {
        "ttyUSB": "usbserial",
        "ttyACM": "cdc_acm",
        "i2c": "i2c_dev",
        "video4linux": "videodev",
        "alsa": "snd",
        "drm": "drm",
    }
    allowed = {rule.split()[0].removeprefix("char-") for rule in values(unit, "DeviceAllow") if rule}
    needed = {f"modprobe@{driver}.service" for kind, driver in drivers.items() if kind in allowed}
    for option in ("Wants", "After"):
        assert needed <= {name for line in values(unit, option) for name in line.split()}


def test_neither_reader_nor_pages_reach_log_or_network() -> None:
    reader = {name: setting for _, name, setting in options("abholfach-reader@.service")}
    assert reader["PrivateNetwork"] == "yes"
    assert str(DATA) in reader["InaccessiblePaths"]
    assert str(CONFIGURATION) in reader["InaccessiblePaths"]
    assert "gpiochip" not in " ".join(values("abholfach-reader@.service", "DeviceAllow"))
    pages = {name: setting for _, name, setting in options("abholfach-ui.service")}
    assert (pages["IPAddressDeny"], pages["IPAddressAllow"]) == ("any", "localhost")
    assert str(DATA) in pages["InaccessiblePaths"]
    assert pages["PrivateDevices"] == "yes"


DROP_IN = "abholfach-reader@eid.service.d/pcsc.conf"


def test_the_card_reader_reaches_pcscd_and_no_device() -> None:
    assert values(DROP_IN, "After") == values(DROP_IN, "Wants") == ["pcscd.socket"]
    # An empty value takes away what the unit gave before.
    assert values(DROP_IN, "SupplementaryGroups") == ["", SHARED_GROUP]
    assert values(DROP_IN, "DeviceAllow") == [""]
    assert value("abholfach-reader@.service", "DevicePolicy") == "closed"
    assert "AF_UNIX" in value("abholfach-reader@.service", "RestrictAddressFamilies").split()
    hidden = " ".join(values("abholfach-reader@.service", "InaccessiblePaths")).split()
    assert not any(
        str(TRUST).startswith(place.lstrip("-") + "/") or str(TRUST) == place.lstrip("-") for place in hidden
    )
    assert {f"{section}.{name}" for section, name, _ in options(DROP_IN)} - KNOWN_TO_DEBIAN_12 == set()


def test_polkit_lets_the_card_reader_and_nobody_else_use_card_readers(image: Path) -> None:
    rule = (image / "etc/polkit-1/rules.d/60-abholfach-pcsc.rules").read_text(encoding="utf-8")
    assert set(re.findall(r'"(org\.[^"]+)"', rule)) == {
        "org.debian.pcsc-lite.access_pcsc",
        "org.debian.pcsc-lite.access_card",
    }
    assert re.findall(r'subject\.user == "([^"]+)"', rule) == [SERVICE_USERS["reader_eid"]]


def test_the_card_readers_process_may_ask_the_kernel_for_what_it_needs() -> None:
    calls = allowed_calls("abholfach-reader@.service")
    # SO_PEERCRED of pcscd's socket, threads, and RLIMIT_CORE, which glibc sets by prlimit64.
    assert {"connect", "poll", "getsockopt", "clone3", "prlimit64", "prctl", "futex"} <= calls
    assert calls & {"mount", "ptrace", "setuid", "bpf"} == set()


def test_the_screen_is_started_anew_when_the_controller_says_so() -> None:
    told = value("abholfach-browser-restart.path", "PathChanged")
    # The controller writes it into the directory that systemd makes for it.
    assert told == f"/run/{value('abholfach-controller.service', 'RuntimeDirectory')}/{RESTART_FILE}"
    assert value("abholfach-browser-restart.path", "Unit") == "abholfach-browser-restart.service"
    (command,) = commands("abholfach-browser-restart.service")
    assert command.split()[1:] == ["--no-block", "try-restart", "abholfach-browser.service"]


def test_the_box_is_switched_off_when_the_controller_says_so_and_still_does() -> None:
    told = value("abholfach-power-off.path", "PathChanged")
    assert told == f"/run/{value('abholfach-controller.service', 'RuntimeDirectory')}/{POWER_OFF_FILE}"
    assert value("abholfach-power-off.service", "ConditionPathExists") == told, "the mains may have come back"
    assert value("abholfach-power-off.path", "Unit") == "abholfach-power-off.service"
    (command,) = commands("abholfach-power-off.service")
    assert command.split()[-2:] == ["start", "poweroff.target"]
    assert "--no-block" in command, "it would wait for its own end"


def test_the_browser_shows_the_pages_and_reaches_nothing_else() -> None:
    policies = json.loads((UNITS / "chromium" / "abholfach.json").read_text(encoding="utf-8"))
    (command,) = commands("abholfach-browser.service")
    page = command.split()[-1]
    assert policies["URLBlocklist"] == ["*"]
    assert [page.rstrip("/")] == policies["URLAllowlist"]
    assert f"--port {page.rstrip('/').rpartition(':')[2]} " in value("abholfach-ui.service", "ExecStart") + " "
    browser = {name: setting for _, name, setting in options("abholfach-browser.service")}
    assert (browser["IPAddressDeny"], browser["IPAddressAllow"]) == ("any", "localhost")
    for place in (str(DATA), str(CONFIGURATION), "/run/abholfach"):
        assert place in browser["InaccessiblePaths"]
    profile = next(word for word in command.split() if word.startswith("--user-data-dir="))
    assert profile.partition("=")[2].startswith(f"/run/{browser['RuntimeDirectory']}/")
    assert "--no-sandbox" not in command
    assert "remote-debugging" not in command


#: Memory that is writable is not executable any more; then everything native is loaded and used once.
_NATIVE = """
import ctypes, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    sys.exit(77)
import controller.bootstrap, hal.eid.process, hal.qr.service, kiosk_ui.app, lgpio
from PIL import Image
from controller.adapters.clock import SystemClock
from controller.adapters.pin_hash import check_pin, hasher
from pyzbar import pyzbar
import zxingcpp
assert check_pin(hasher().hash("5829"), "5829")
blank = Image.new("L", (64, 64), 255)
assert pyzbar.decode(blank) == []
assert list(zxingcpp.read_barcodes(blank)) == []
SystemClock().synchronised()
"""


def test_the_processes_need_no_memory_that_is_writable_and_executable(tmp_path: Path) -> None:
    """``MemoryDenyWriteExecute=`` would otherwise stop them on the box and nowhere else."""
    if ctypes.CDLL(None).prctl(66, 0, 0, 0, 0) < 0:
        pytest.skip("this kernel is older than 6.3 and cannot be asked to refuse it")
    finished = subprocess.run(
        [sys.executable, "-c", _NATIVE],
        cwd=ROOT,
        env=os.environ | {"LG_WD": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")

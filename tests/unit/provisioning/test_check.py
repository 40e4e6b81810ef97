"""``check``: each thing that must not be is found, and nothing else is complained of."""

from __future__ import annotations

import json
import os
import shutil
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from controller.identity import Kind
from hal.profile import load_profile
from hal.wiring.correction import corrected
from hal.wiring.moved_wires import FILE_NAME, moved_wires, write
from hal.wiring.observation import Observation
from provisioning import check_machine
from provisioning.check import check
from provisioning.check_screen import POLICIES
from provisioning.findings import Finding, Machine, State
from provisioning.initialise import Plan, initialise
from provisioning.templates import SERVICE_USERS, Broker
from tests.packaging.project import ROOT


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(
        config=tmp_path / "etc/abholfach",
        data=tmp_path / "data",
        box="musterstadt-1",
        kind=Kind.SIMULATED,
        profile="gpio-12",
        seen_empty_by="A. Techniker",
        room="1.12",
        phone="115",
        land="BY",
    )


@pytest.fixture
def real(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A real box on which all is well, but for its policies, which nobody has confirmed."""
    uids = {user: 900 + at for at, user in enumerate(sorted({*SERVICE_USERS.values(), "abholfach-controller"}))}
    monkeypatch.setattr("pwd.getpwnam", lambda name: SimpleNamespace(pw_uid=uids[name]))
    monkeypatch.setattr(check_machine, "_clock_is_synchronised", lambda: True)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    initialise(replace(plan, kind=Kind.REAL))
    root = tmp_path
    for directory in ("dev", "etc/systemd/system.conf.d", "sys/fs/cgroup", "proc", "usr/lib/pcsc/drivers/serial"):
        (root / directory).mkdir(parents=True)
    (root / "run/abholfach").mkdir(parents=True, mode=0o750)
    (root / "run/abholfach").chmod(0o750)
    for program in ("cage", "chromium", "espeak-ng"):
        (root / "usr/bin").mkdir(parents=True, exist_ok=True)
        (root / "usr/bin" / program).touch()
    (root / POLICIES).parent.mkdir(parents=True)
    shutil.copy(ROOT / "systemd/chromium/abholfach.json", root / POLICIES)
    shutil.copytree(ROOT / "systemd/xkb", root / "etc/xkb")
    (root / "dev/gpiochip0").touch()
    (root / "dev/watchdog0").touch()
    (root / "etc/systemd/system.conf.d/abholfach.conf").write_text("[Manager]\nRuntimeWatchdogSec=15\n", "utf-8")
    (root / "sys/fs/cgroup/cgroup.controllers").write_text("cpu memory pids\n", "utf-8")
    (root / "proc/swaps").write_text("Filename Type Size Used Priority\n/swap file 1 0 -2\n", "utf-8")
    return Machine(plan.config / "abholfach.toml", root)


def bad(findings: list[Finding]) -> dict[str, State]:
    return {finding.check: finding.state for finding in findings if finding.state is not State.OK}


def test_a_simulated_box_is_asked_only_what_a_laptop_can_answer(plan: Plan, tmp_path: Path) -> None:
    initialise(plan)
    findings = check(Machine(plan.config / "abholfach.toml", tmp_path))
    assert bad(findings) == {"policies": State.WARNING}
    assert "pins" not in {finding.check for finding in findings}


def test_a_real_box_on_which_all_is_well(real: Machine) -> None:
    findings = check(real)
    assert bad(findings) == {"policies": State.WARNING}
    assert {"pins", "users", "sockets", "watchdog", "clock", "memory"} <= {finding.check for finding in findings}


def _write(name: str, text: str) -> Callable[[Path], None]:
    def write(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")

    return write


def _mode(name: str, mode: int) -> Callable[[Path], None]:
    return lambda root: (root / name).chmod(mode)


def _remove(name: str) -> Callable[[Path], None]:
    def remove(root: Path) -> None:
        path = root / name
        path.rmdir() if path.is_dir() else path.unlink()

    return remove


@pytest.mark.parametrize(
    ("change", "what", "says"),
    [
        (_write("var/lib/dpkg/info/vsmartcard-vpcd.list", ""), "card readers", "apt-get purge vsmartcard-vpcd"),
        (_write("etc/reader.conf.d/vpcd", ""), "card readers", "vsmartcard-vpcd is installed"),
        (_write("usr/lib/pcsc/drivers/serial/libifdvpcd.so", ""), "card readers", "vsmartcard-vpcd is installed"),
        (_remove("dev/gpiochip0"), "pins", "no /dev/gpiochip"),
        (_remove("dev/watchdog0"), "watchdog", "dtparam=watchdog=on"),
        (_remove("etc/systemd/system.conf.d/abholfach.conf"), "watchdog", "RuntimeWatchdogSec= is off"),
        (_write("etc/systemd/system.conf.d/zz.conf", "[Manager]\nRuntimeWatchdogSec=0\n"), "watchdog", "is off"),
        (_write("sys/fs/cgroup/cgroup.controllers", "cpu pids\n"), "memory", "cgroup_enable=memory"),
        (_remove("run/abholfach"), "sockets", "systemd-tmpfiles --create"),
        (_mode("run/abholfach", 0o755), "sockets", "chmod 0750"),
        (_mode("data", 0o755), "modes", "has mode 0755, chmod 0750"),
        (_mode("etc/abholfach/policies.toml", 0o666), "modes", "policies.toml has mode 0666"),
        (_mode("data/device.key", 0o640), "device key", "others may read"),
        (_remove("data/device.key"), "device key", "cannot be read"),
        (_write("etc/abholfach/cabinet.toml", "format = 1\n"), "cabinet", "cabinet.toml"),
        (_write("etc/abholfach/policies.toml", "format = 2\n"), "policies", "policies.toml"),
        (_write("etc/abholfach/office.toml", "room = 1\n"), "office", "office.toml"),
        (_remove("data/identity.json"), "configuration", "abholfach-provision init"),
        (_write("etc/abholfach/abholfach.toml", "formt = 1\n"), "configuration", "did you mean format?"),
    ],
)
def test_what_must_not_be_is_found_and_says_what_to_do(
    real: Machine, change: Callable[[Path], None], what: str, says: str
) -> None:
    change(real.root)
    (finding,) = [finding for finding in check(real) if finding.state is State.FAILED]
    assert finding.check == what
    assert says in finding.words


def test_data_of_one_kind_under_a_configuration_of_the_other_are_found(real: Machine) -> None:
    text = real.configuration.read_text("utf-8")
    real.configuration.write_text(text.replace('backend = "cabinet"', 'backend = "simulated"'), "utf-8")
    failed = [finding for finding in check(real) if finding.state is State.FAILED]
    assert [finding.check for finding in failed] == ["identity"]


def test_a_corrected_map_that_is_in_force_no_more_is_found(plan: Plan, tmp_path: Path) -> None:
    initialise(plan)
    cabinet = plan.config / "cabinet.toml"
    profile = load_profile(cabinet)
    seen = [Observation("A01", opened=("A02",), moved=("A02",)), Observation("A02", opened=("A01",), moved=("A01",))]
    write(plan.data / FILE_NAME, moved_wires(profile, corrected(profile, seen)))
    machine = Machine(plan.config / "abholfach.toml", tmp_path)
    assert bad(check(machine)) == {"policies": State.WARNING}
    text = cabinet.read_text("utf-8")
    cabinet.write_text(text.replace("debounce_ms = 30", "debounce_ms = 40"), "utf-8")
    [(state, words)] = [(each.state, each.words) for each in check(machine) if each.check == "cabinet"][1:]
    assert state is State.WARNING
    assert "A01, A02" in words


def test_pages_and_readers_must_not_share_a_user(real: Machine) -> None:
    text = real.configuration.read_text("utf-8")
    shared = text.replace('reader_qr = ["abholfach-reader-qr"]', 'reader_qr = ["abholfach-ui"]')
    assert shared != text
    real.configuration.write_text(shared, "utf-8")
    failed = [finding for finding in check(real) if finding.state is State.FAILED]
    assert [finding.check for finding in failed] == ["users"]


def test_a_clock_that_is_not_synchronised_is_a_warning(real: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_machine, "_clock_is_synchronised", lambda: False)
    assert bad(check(real)) == {"policies": State.WARNING, "clock": State.WARNING}


def test_a_full_disk_fails_before_the_controller_refuses(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    initialise(plan)
    for megabytes, state in ((300, None), (200, State.WARNING), (50, State.FAILED)):
        free = megabytes * 1024 * 1024
        monkeypatch.setattr("shutil.disk_usage", lambda _path, free=free: SimpleNamespace(free=free))
        found = bad(check(Machine(plan.config / "abholfach.toml")))
        assert found.get("disk") is state


def test_an_absent_broker_is_a_warning_for_the_box_works_without(plan: Plan) -> None:
    with socket.create_server(("127.0.0.1", 0)) as broker:
        port = broker.getsockname()[1]
        initialise(replace(plan, broker=Broker("127.0.0.1", port)))
        machine = Machine(plan.config / "abholfach.toml")
        assert "broker" not in bad(check(machine))
    assert bad(check(machine))["broker"] is State.WARNING


def test_a_box_that_nobody_looked_into_is_a_warning(plan: Plan) -> None:
    initialise(replace(plan, seen_empty_by=""))
    assert bad(check(Machine(plan.config / "abholfach.toml")))["seen empty"] is State.WARNING


def test_a_box_without_a_browser_is_warned_of(real: Machine) -> None:
    (real.root / "usr/bin/cage").unlink()
    (finding,) = [finding for finding in check(real) if finding.check == "screen"]
    assert finding.state is State.WARNING
    assert "apt-get install" in finding.words


@pytest.mark.parametrize(
    "change",
    [
        {"URLBlocklist": []},
        {"URLAllowlist": ["http://127.0.0.1:8080", "https://example.org"]},
        {"URLAllowlist": []},
        {"DeveloperToolsAvailability": 1},
        {"RemoteDebuggingAllowed": True},
    ],
)
def test_a_browser_that_could_leave_the_pages_must_not_be(real: Machine, change: dict[str, object]) -> None:
    file = real.root / POLICIES
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | change), encoding="utf-8")
    assert bad(check(real)).get("screen") is State.FAILED


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_policies_that_the_browser_would_ignore_must_not_be(real: Machine, text: str) -> None:
    (real.root / POLICIES).write_text(text, encoding="utf-8")
    assert bad(check(real)).get("screen") is State.FAILED


def test_a_box_that_cannot_read_aloud_must_not_be(real: Machine) -> None:
    (real.root / "usr/bin/espeak-ng").unlink()
    assert bad(check(real)).get("reading aloud") is State.FAILED

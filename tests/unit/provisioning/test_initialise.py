"""``init``: everything is checked before anything is written, and what is there stays."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from controller.config import ConfigurationError, load_settings
from controller.identity import Kind, load_device_key, load_identity
from controller.policies_file import load_policies
from controller.settings import Backend, CommandTrust
from hal.profile import load_profile
from kiosk_ui.settings import read_office
from provisioning.errors import ProvisioningError
from provisioning.initialise import Plan, initialise
from provisioning.templates import SERVICE_USERS, Broker


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return Plan(
        config=tmp_path / "config",
        data=tmp_path / "data",
        box="musterstadt-1",
        kind=Kind.SIMULATED,
        profile="gpio-12",
        seen_empty_by="A. Techniker",
        broker=Broker("127.0.0.1", 1883, commands=CommandTrust.UNSIGNED),
        room="1.12",
        phone='030 "115"',
    )


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_what_it_makes_is_read_by_the_readers_of_each_file(plan: Plan) -> None:
    steps = initialise(plan)
    assert {step.what for step in steps} == {"made"}
    settings = load_settings(plan.config / "abholfach.toml")
    assert settings.backend is Backend.SIMULATED
    assert settings.paths.data == plan.data
    assert settings.mqtt is not None
    assert (settings.mqtt.port, settings.mqtt.commands) == (1883, CommandTrust.UNSIGNED)
    assert load_profile(settings.paths.cabinet).name == "gpio-12"
    assert load_policies(settings.paths.policies)[1]
    office = read_office(plan.config / "office.toml")
    assert (office.counter_room, office.phone) == ("1.12", '030 "115"')
    identity = load_identity(settings.paths.data)
    assert (identity.box, identity.kind, identity.seen_empty_by) == ("musterstadt-1", Kind.SIMULATED, "A. Techniker")
    assert len(load_device_key(settings.paths.data)) == 32


def test_nobody_else_may_read_the_data_or_write_the_configuration(plan: Plan) -> None:
    initialise(plan)
    modes = {
        str(path.relative_to(plan.data.parent)): stat.S_IMODE(path.stat().st_mode)
        for path in plan.data.parent.rglob("*")
    }
    assert modes == {
        "config": 0o750,
        "config/abholfach.toml": 0o640,
        "config/cabinet.toml": 0o640,
        "config/calendar.toml": 0o640,
        "config/office.toml": 0o640,
        "config/policies.toml": 0o640,
        "data": 0o700,
        "data/device.key": 0o600,
        "data/identity.json": 0o640,
    }


def test_a_second_run_changes_nothing_and_says_what_is_there(plan: Plan) -> None:
    initialise(plan)
    before = everything(plan.data.parent)
    steps = initialise(replace(plan, seen_empty_by="somebody else", broker=None, phone="other"))
    assert {step.what for step in steps} == {"kept"}
    assert everything(plan.data.parent) == before


def test_force_writes_the_configuration_anew_and_nothing_else(plan: Plan) -> None:
    initialise(plan)
    (plan.data / "log.db").write_bytes(b"the log")
    before = everything(plan.data)
    old = (plan.config / "abholfach.toml").read_bytes()
    steps = initialise(replace(plan, broker=None, force=True))
    assert {step.path.name for step in steps if step.what == "replaced"} == {"abholfach.toml"}
    assert load_settings(plan.config / "abholfach.toml").mqtt is None
    assert (plan.config / "abholfach.toml.old").read_bytes() == old
    assert everything(plan.data) == before


@pytest.mark.parametrize("other", [{"box": "musterstadt-2"}, {"kind": Kind.REAL, "broker": None}])
@pytest.mark.parametrize("force", [False, True])
def test_another_boxs_data_are_never_taken_over(plan: Plan, other: dict[str, object], force: bool) -> None:
    initialise(plan)
    before = everything(plan.data.parent)
    with pytest.raises(ProvisioningError, match=r"other_box: .* is box musterstadt-1 \(simulated\)"):
        initialise(replace(plan, force=force, **other))  # type: ignore[arg-type]
    assert everything(plan.data.parent) == before


def test_a_log_without_an_identity_is_not_given_a_new_one(plan: Plan) -> None:
    plan.data.mkdir()
    (plan.data / "log.db").write_bytes(b"the log")
    with pytest.raises(ProvisioningError, match="log_without_identity"):
        initialise(plan)
    assert not plan.config.exists()


def test_a_run_that_died_before_the_identity_is_finished_by_the_next(plan: Plan) -> None:
    initialise(plan)
    key = load_device_key(plan.data)
    (plan.data / "identity.json").unlink()
    initialise(plan)
    assert load_device_key(plan.data) == key
    assert load_identity(plan.data).box == "musterstadt-1"


def test_two_boxes_have_nothing_in_common(plan: Plan, tmp_path: Path) -> None:
    initialise(plan)
    second = replace(plan, config=tmp_path / "config2", data=tmp_path / "data2", box="musterstadt-2")
    initialise(second)
    assert load_device_key(plan.data) != load_device_key(second.data)
    assert load_identity(plan.data).salt != load_identity(second.data).salt


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"box": "Box 1"}, "bad_box_id"),
        ({"box": "a" * 33}, "bad_box_id"),
        ({"profile": "gpio-21"}, "no_such_profile"),
        ({"kind": Kind.REAL}, "unsigned_commands"),
        ({"kind": Kind.REAL, "broker": Broker("broker.example", 8883)}, "tls_missing"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    plan: Plan, change: dict[str, object], code: str, tmp_path: Path
) -> None:
    with pytest.raises(ProvisioningError) as caught:
        initialise(replace(plan, **change))  # type: ignore[arg-type]
    assert caught.value.code == code
    assert everything(tmp_path) == {}


def test_a_profile_with_a_mistake_is_refused_with_its_line(plan: Plan, tmp_path: Path) -> None:
    initialise(plan)
    profile = tmp_path / "mine.toml"
    text = (plan.config / "cabinet.toml").read_text("utf-8")
    assert text.count("lock = 17") == 1
    profile.write_text(text.replace("lock = 17", "lock = 16"), encoding="utf-8")
    line = text[: text.index("lock = 17")].count("\n") + 1
    second = replace(plan, profile=str(profile), config=tmp_path / "config2", data=tmp_path / "data2")
    with pytest.raises(ConfigurationError, match=rf"mine\.toml:{line}: compartments\.A02\.lock: pin 16 is already"):
        initialise(second)
    assert not second.config.exists()


def test_a_real_boxs_configuration_names_the_users_of_its_processes(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    initialise(replace(plan, kind=Kind.REAL, broker=None, scanner="v4l2:/dev/video0"))
    text = (plan.config / "reader-qr.env").read_text("utf-8")
    assert "ABHOLFACH_READER_SOURCE=v4l2:/dev/video0\n" in text
    uids = {user: 900 + at for at, user in enumerate(sorted(set(SERVICE_USERS.values())))}
    monkeypatch.setattr("pwd.getpwnam", lambda name: SimpleNamespace(pw_uid=uids[name]))
    settings = load_settings(plan.config / "abholfach.toml")
    assert settings.backend is Backend.CABINET
    assert settings.sockets.ui == {uids["abholfach-ui"]}
    assert len({uid for role in ("ui", "reader-qr", "reader-eid", "admin") for uid in settings.sockets.of(role)}) == 4


def test_certificates_arrive_in_the_configuration(plan: Plan, tmp_path: Path) -> None:
    files = tuple(tmp_path / name for name in ("ca.pem", "box.pem", "box.key"))
    for file in files:
        file.touch()
    broker = Broker("broker.example", 8883, consumer="town", tls=(files[0], files[1], files[2]))
    initialise(replace(plan, broker=broker))
    mqtt = load_settings(plan.config / "abholfach.toml").mqtt
    assert mqtt is not None
    assert mqtt.tls is not None
    assert (mqtt.tls.ca, mqtt.tls.certificate, mqtt.tls.key) == files
    assert mqtt.authority is not None
    assert mqtt.authority.name == "town"


def test_the_identity_holds_no_secret(plan: Plan) -> None:
    initialise(plan)
    content = json.loads((plan.data / "identity.json").read_text("utf-8"))
    assert set(content) == {"format", "box", "kind", "salt", "created", "seen_empty_by"}
    assert load_device_key(plan.data).hex() not in json.dumps(content)


def test_a_file_in_the_way_is_named(plan: Plan) -> None:
    plan.data.write_text("", encoding="utf-8")
    with pytest.raises(ProvisioningError, match="not_a_directory"):
        initialise(plan)


def test_a_real_box_at_its_place_is_set_up_by_root(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    real = replace(plan, kind=Kind.REAL, broker=None, own=True)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ProvisioningError, match=r"not_root: .* sudo"):
        initialise(real)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(ProvisioningError, match=r"users_missing: .* systemd-sysusers"):
        initialise(real)
    assert everything(plan.data.parent) == {}


def test_the_files_of_a_real_box_belong_to_its_users(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, tuple[int, int]] = {}

    def note_directory(path: Path, uid: int, gid: int) -> None:
        given[path.name] = (uid, gid)

    def note_file(descriptor: int, uid: int, gid: int) -> None:
        """It still has its name for the time of writing: ``.NAME.RANDOM``."""
        beside = Path(f"/proc/self/fd/{descriptor}").readlink().name
        given[beside.removeprefix(".").rpartition(".")[0]] = (uid, gid)

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("pwd.getpwnam", lambda _name: SimpleNamespace(pw_uid=901, pw_gid=902))
    monkeypatch.setattr("grp.getgrnam", lambda _name: SimpleNamespace(gr_gid=903))
    monkeypatch.setattr(os, "chown", note_directory)
    monkeypatch.setattr(os, "fchown", note_file)
    initialise(replace(plan, kind=Kind.REAL, broker=None, own=True))
    assert given == {
        "config": (0, 903),
        "data": (901, 902),
        "abholfach.toml": (0, 902),
        "cabinet.toml": (0, 902),
        "policies.toml": (0, 902),
        "calendar.toml": (0, 902),
        "office.toml": (0, 903),
        "reader-qr.env": (0, 903),
        "device.key": (901, 902),
        "identity.json": (901, 902),
    }

"""``abholfach.toml``: what is right is read, what is wrong is said with file, line and key."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from controller.bootstrap import mqtt_config
from controller.config import ConfigurationError, load_settings
from controller.identity import Identity, Kind
from controller.settings import Backend, CommandTrust, Consumer

GOOD = """\
format = 1

[paths]
data = "data"
cabinet = "cabinet.toml"
policies = "policies.toml"

[hardware]
backend = "cabinet"

[mqtt]
enabled = true
host = "broker.example"
port = 8883
commands = "refused"

[mqtt.tls]
ca = "ca.pem"
certificate = "box.pem"
key = "box.key"

[[mqtt.consumers]]
name = "central"
authority = true

[[mqtt.consumers]]
name = "archive"
authority = false

[sockets]
ui = ["root"]
reader_qr = [4711]
reader_eid = [4712]
admin = [0, 4713]

[clock]
battery_backed = true

[disk]
alarm_mb = 512
refuse_mb = 128
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    for name in ("cabinet.toml", "policies.toml", "ca.pem", "box.pem", "box.key"):
        (tmp_path / name).touch()
    return tmp_path


def write(folder: Path, text: str) -> Path:
    file = folder / "abholfach.toml"
    file.write_text(text, encoding="utf-8")
    return file


def changed(old: str, new: str) -> tuple[str, int]:
    """The good file with ``old`` replaced once, and the line where that is."""
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new), GOOD[: GOOD.index(old)].count("\n") + 1


def test_a_good_file_is_read_with_paths_and_users_resolved(folder: Path) -> None:
    settings = load_settings(write(folder, GOOD))
    assert settings.file == folder / "abholfach.toml"
    assert settings.backend is Backend.CABINET
    assert (settings.paths.data, settings.paths.cabinet) == (folder / "data", folder / "cabinet.toml")
    assert settings.mqtt is not None
    assert settings.mqtt.tls is not None
    assert (settings.mqtt.host, settings.mqtt.port, settings.mqtt.commands) == (
        "broker.example",
        8883,
        CommandTrust.REFUSED,
    )
    assert settings.mqtt.tls.key == folder / "box.key"
    assert settings.mqtt.authority == Consumer("central", True)
    assert settings.sockets.of("ui") == {0}
    assert settings.sockets.of("reader-qr") == {4711}
    assert settings.sockets.of("admin") == {0, 4713}
    assert settings.clock.battery_backed
    assert settings.disk.alarm_bytes == 512 * 1024 * 1024


def test_paths_are_relative_to_the_file_and_not_to_the_working_directory(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, GOOD)
    monkeypatch.chdir(folder.parent)
    settings = load_settings(Path(os.path.relpath(folder / "abholfach.toml")))
    assert settings.paths.data == folder / "data"


def test_without_mqtt_nothing_of_it_is_needed(folder: Path) -> None:
    start, end = GOOD.index("[mqtt]"), GOOD.index("[sockets]")
    settings = load_settings(write(folder, GOOD[:start] + "[mqtt]\nenabled = false\n\n" + GOOD[end:]))
    assert settings.mqtt is None


def test_a_simulated_box_may_take_unsigned_commands(folder: Path) -> None:
    text = GOOD.replace('backend = "cabinet"', 'backend = "simulated"').replace('"refused"', '"unsigned"')
    settings = load_settings(write(folder, text))
    assert settings.mqtt is not None
    assert settings.mqtt.commands is CommandTrust.UNSIGNED


def test_the_password_is_in_a_file_of_its_own(folder: Path) -> None:
    (folder / "password").write_text("secret", encoding="utf-8")
    text = GOOD.replace("port = 8883\n", 'port = 8883\nusername = "box"\npassword_file = "password"\n')
    settings = load_settings(write(folder, text))
    assert settings.mqtt is not None
    assert settings.mqtt.password_file == folder / "password"
    assert "secret" not in repr(settings)
    identity = Identity(1, "musterstadt-1", Kind.REAL, "00" * 16, "2026-11-22T08:00:00Z")
    link = mqtt_config(settings.mqtt, identity)
    assert (link.username, link.password_file) == ("box", str(folder / "password"))
    with pytest.raises(ConfigurationError, match=r"mqtt\.password_file: .* go together"):
        load_settings(write(folder, text.replace('password_file = "password"\n', "")))


def test_a_broker_on_this_computer_needs_no_tls(folder: Path) -> None:
    start, end = GOOD.index("[mqtt.tls]"), GOOD.index("[[mqtt.consumers]]")
    for host in ("127.0.0.1", "::1", "localhost"):
        text = (GOOD[:start] + GOOD[end:]).replace("broker.example", host)
        settings = load_settings(write(folder, text))
        assert settings.mqtt is not None
        assert settings.mqtt.tls is None


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ("host =", "hots =", "mqtt.hots", "did you mean host?"),
        ("backend =", "back_end =", "hardware.back_end", "did you mean backend?"),
        ('backend = "cabinet"', 'backend = "cabinett"', "hardware.backend", "cabinet, simulated"),
        ("[clock]", "[clok]", "clok", "did you mean clock?"),
        ("port = 8883", 'port = "8883"', "mqtt.port", "a whole number"),
        ("port = 8883", "port = 70000", "mqtt.port", "at most 65535"),
        ("port = 8883", "port = 0", "mqtt.port", "at least 1"),
        ('commands = "refused"', 'commands = "signed"', "mqtt.commands", "refused, unsigned"),
        (
            "authority = false",
            "authority = true",
            "mqtt.consumers.archive.authority",
            "central has it already (line 24",
        ),
        ('name = "archive"', 'name = "central"', "mqtt.consumers.central.name", "already there (line 23)"),
        ('name = "archive"', 'name = "a/b#"', "mqtt.consumers.a/b#.name", "not a name"),
        ('key = "box.key"', 'key = "bax.key"', "mqtt.tls.key", "there is no file"),
        ('data = "data"', 'data = "dat"', "paths.data", "is not a directory"),
        ('cabinet = "cabinet.toml"', 'cabinet = "c.toml"', "paths.cabinet", "there is no file"),
        ('ui = ["root"]', 'ui = ["no-such-user-here"]', "sockets.ui.1", 'no user "no-such-user-here"'),
        ("admin = [0, 4713]", "admin = []", "sockets.admin", "at least one user"),
        ("admin = [0, 4713]", "admin = [-1]", "sockets.admin.1", "-1 is not a uid"),
        ("refuse_mb = 128", "refuse_mb = 512", "disk.refuse_mb", "less than alarm_mb"),
        ("battery_backed = true", "battery_backed = 1", "clock.battery_backed", "true or false"),
        ("format = 1", "format = 2", "format", "this version reads format 1"),
        ('data = "data"', 'data = ""', "paths.data", "length"),
        ('commands = "refused"', 'commands = "unsigned"', "mqtt.commands", "simulated box only"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(folder: Path, old: str, new: str, key: str, says: str) -> None:
    text, line = changed(old, new)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(write(folder, text))
    assert (caught.value.line, caught.value.key) == (line, key)
    assert says in caught.value.message
    assert str(caught.value).startswith(f"abholfach.toml:{line}: {key}: ")


@pytest.mark.parametrize(
    ("removed", "near", "key"),
    [
        ('policies = "policies.toml"\n', "[paths]", "paths.policies"),
        ('backend = "cabinet"\n', "[hardware]", "hardware.backend"),
        ("enabled = true\n", "[mqtt]", "mqtt.enabled"),
        ("port = 8883\n", "[mqtt]", "mqtt.port"),
        ("admin = [0, 4713]\n", "[sockets]", "sockets.admin"),
    ],
)
def test_a_missing_key_is_named_with_the_line_of_its_table(folder: Path, removed: str, near: str, key: str) -> None:
    text, _ = changed(removed, "")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(write(folder, text))
    assert caught.value.key == key
    assert caught.value.line == text[: text.index(near + "\n")].count("\n") + 1
    assert "missing" in caught.value.message


def test_a_key_given_twice_is_refused_at_its_second_line(folder: Path) -> None:
    text, line = changed("port = 8883\n", "port = 8883\nport = 8884\n")
    with pytest.raises(ConfigurationError, match="not valid TOML") as caught:
        load_settings(write(folder, text))
    assert caught.value.line == line + 1


def test_a_broker_elsewhere_without_tls_is_refused(folder: Path) -> None:
    start, end = GOOD.index("[mqtt.tls]"), GOOD.index("[[mqtt.consumers]]")
    with pytest.raises(ConfigurationError, match=r"mqtt\.host: \[mqtt\.tls\] is missing"):
        load_settings(write(folder, GOOD[:start] + GOOD[end:]))


def test_nobody_with_authority_is_refused(folder: Path) -> None:
    text, _ = changed("authority = true", "authority = false")
    with pytest.raises(ConfigurationError, match=r"mqtt\.consumers: one consumer, and only one"):
        load_settings(write(folder, text))


# --- the screen ---


def test_a_heartbeat_is_required_unless_it_is_written_otherwise(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    screen = load_settings(write(folder, GOOD)).screen
    assert (screen.required, screen.restart_file) == (True, None)
    written = GOOD + '\n[screen]\nheartbeat = "not_required"\nrestart_file = "run/again"\n'
    screen = load_settings(write(folder, written)).screen
    assert (screen.required, screen.restart_file) == (False, folder / "run" / "again")


def test_the_restart_file_is_where_systemd_made_room_for_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNTIME_DIRECTORY", "/run/abholfach-controller:/run/other")
    screen = load_settings(write(folder, GOOD)).screen
    assert screen.restart_file == Path("/run/abholfach-controller/browser-restart"), "which the path unit watches"

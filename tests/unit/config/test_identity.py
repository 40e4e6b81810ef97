"""Identity and device key: one kind never runs on the other's data, and the key is for its owner only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from controller.identity import Kind, WrongKind, check_kind, load_device_key, load_identity
from hal.strict_toml import ConfigurationError

GOOD: dict[str, Any] = {
    "format": 1,
    "box": "musterstadt-1",
    "kind": "real",
    "salt": "00112233445566778899aabbccddeeff",
    "created": "2026-11-22T08:00:00Z",
    "seen_empty_by": "A. Techniker",
}


def write(folder: Path, **changes: Any) -> Path:
    file = folder / "identity.json"
    file.write_text(json.dumps(GOOD | changes), encoding="utf-8")
    return file


def test_an_identity_is_found_in_its_directory_or_by_its_file(tmp_path: Path) -> None:
    file = write(tmp_path)
    assert load_identity(tmp_path) == load_identity(file)
    assert load_identity(file).box == "musterstadt-1"
    assert load_identity(file).kind is Kind.REAL


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_is_refused_by_the_other_entry_point(tmp_path: Path, kind: Kind) -> None:
    identity = load_identity(write(tmp_path, kind=kind.value))
    check_kind(identity, kind)
    other = next(item for item in Kind if item is not kind)
    with pytest.raises(WrongKind, match=r"identity\.json: kind: this is a"):
        check_kind(identity, other)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", 2),
        ("box", "Box 1"),
        ("box", "a/b"),
        ("box", "+"),
        ("box", ""),
        ("kind", "test"),
        ("salt", "00"),
        ("created", "yesterday"),
        ("seen_empty", "x"),
    ],
)
def test_an_identity_that_cannot_be_is_refused(tmp_path: Path, key: str, value: object) -> None:
    with pytest.raises(ConfigurationError, match=r"identity\.json"):
        load_identity(write(tmp_path, **{key: value}))


def test_no_identity_says_what_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="abholfach-provision init"):
        load_identity(tmp_path)


def test_a_torn_identity_is_refused(tmp_path: Path) -> None:
    file = write(tmp_path)
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(ConfigurationError, match="not a box's identity"):
        load_identity(tmp_path)


def test_the_device_key_is_refused_when_others_may_read_it(tmp_path: Path) -> None:
    key = tmp_path / "device.key"
    key.write_bytes(bytes(range(32)))
    key.chmod(0o600)
    assert load_device_key(tmp_path) == bytes(range(32))
    for mode in (0o640, 0o604, 0o644):
        key.chmod(mode)
        with pytest.raises(ConfigurationError, match="others may read"):
            load_device_key(tmp_path)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_device_key_of_another_length_is_refused(tmp_path: Path, length: int) -> None:
    key = tmp_path / "device.key"
    key.write_bytes(b"x" * length)
    key.chmod(0o600)
    with pytest.raises(ConfigurationError, match="32 bytes"):
        load_device_key(tmp_path)


def test_a_device_key_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"x" * 32)
    (tmp_path / "device.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_device_key(tmp_path)

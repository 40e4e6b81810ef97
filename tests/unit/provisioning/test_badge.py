"""The badge: random, read by the box's own decoder, written once, for its owner's eyes only."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

import numpy
import pytest
import zxingcpp
from PIL import Image

from hal.wire.codes import BadgeCode, SecretText, classify
from provisioning.badge import badge_sha256, new_badge, write_badge
from provisioning.errors import ProvisioningError


def test_badges_are_what_the_readers_know_and_never_the_same() -> None:
    badges = {new_badge() for _ in range(200)}
    assert len(badges) == 200
    assert all(isinstance(classify(badge.reveal()), BadgeCode) for badge in badges)


def test_the_controller_keeps_the_hash_of_the_text() -> None:
    badge = new_badge()
    assert badge_sha256(badge) == hashlib.sha256(badge.reveal().encode()).hexdigest()


def test_the_card_is_read_at_a_third_of_its_size(tmp_path: Path) -> None:
    badge = new_badge()
    file = tmp_path / "badge.png"
    write_badge(file, badge, "m-4711")
    with Image.open(file) as card:
        small = card.resize((card.width // 3, card.height // 3))
    (read,) = zxingcpp.read_barcodes(numpy.array(small))
    assert read.text == badge.reveal()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_pdf_is_one(tmp_path: Path) -> None:
    file = tmp_path / "badge.PDF"
    write_badge(file, new_badge(), "m-4711")
    assert file.read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("name", "code"),
    [("badge.jpg", "bad_badge_file"), ("there.png", "badge_file_exists"), ("no/where.png", "bad_badge_file")],
)
def test_a_badge_goes_only_where_nothing_is(tmp_path: Path, name: str, code: str) -> None:
    there = tmp_path / "there.png"
    there.write_bytes(b"another badge")
    with pytest.raises(ProvisioningError) as caught:
        write_badge(tmp_path / name, SecretText("ABHOLFACH-B-" + "A" * 26), "m-4711")
    assert caught.value.code == code
    assert there.read_bytes() == b"another badge"

"""The file that sets a box up for the online function."""

from __future__ import annotations

from pathlib import Path

import pytest

from hal.eid.online.service import EidHolder
from hal.eid.online.settings import load_online, normalised
from hal.strict_toml import ConfigurationError
from hal.wire.holder import spellings
from tests.unit.eid_online.peers import ServicePeer

GOOD = """\
[service]
url = "https://eid.example/v1"
audience = "box-1"
issuer = "https://eid.example"
result_key = "result.pem"
authority = "ca.pem"
certificate = "box.pem"
key = "key.pem"
forward = "127.0.0.1:24790"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    ServicePeer(tmp_path)  # leaves its keys and certificates there
    return tmp_path


def write(folder: Path, text: str) -> Path:
    file = folder / "online.toml"
    file.write_text(text)
    return file


def test_a_good_file_makes_a_verifier(folder: Path) -> None:
    load_online(write(folder, GOOD))


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("https://eid.example/v1", "http://eid.example/v1", 1, "https://host/path"),
        ('"127.0.0.1:24790"', '"eid.example:443"', 9, "127.0.0.1:PORT"),
        ('"127.0.0.1:24790"', '"127.0.0.1:99999"', 9, "127.0.0.1:PORT"),
        ("result.pem", "missing.pem", 1, "No such file"),
        ("result.pem", "key.pem", 1, ""),
        ("audience", "audiense", 3, "audience"),
        ('key = "key.pem"', 'key = "ca.pem"', 1, ""),
        ("[service]", '[ausweisapp]\nurl = "ws://10.0.0.1:24727/eID-Kernel"\n[service]', 2, "this computer"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(folder: Path, old: str, new: str, line: int, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_online(write(folder, GOOD.replace(old, new, 1)))
    assert f":{line}" in str(caught.value)
    assert words in str(caught.value)


def test_the_holder_is_one_whom_the_maker_of_the_right_has_keyed() -> None:
    holder = EidHolder("Müller", "Erika Änne", "19640812")
    assert normalised(holder) in spellings("MÜLLER", "ERIKA ÄNNE", "19640812")

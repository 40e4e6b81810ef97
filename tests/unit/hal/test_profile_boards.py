"""Boards that cannot be as the profile says are refused with the line at fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from hal.profile import KerongBank, WaveshareBank, load_profile
from hal.strict_toml import ConfigurationError
from tests.fakes.boards import expander_bank, kerong_bank, serial_profile, waveshare_bank

LINE = "/dev/serial/by-id/one"


def profile(tmp_path: Path, banks: str, bank: str = "first") -> Path:
    file = tmp_path / "cabinet.toml"
    file.write_text(serial_profile(banks, {"A01": (bank, 0)}), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("banks", "key", "message"),
    [
        pytest.param(
            kerong_bank("first", board=2) + kerong_bank("second", board=2),
            "banks.second.board",
            "board 2 of this port is already used by banks.first.board (line 14)",
            id="two boards of one address",
        ),
        pytest.param(
            kerong_bank("first", board=3, locks=48) + kerong_bank("second", board=5),
            "banks.second.board",
            "board 5 of this port is already used by banks.first.board (line 14)",
            id="a board within the three addresses of a CU48",
        ),
        pytest.param(
            waveshare_bank("first", unit=7) + waveshare_bank("second", unit=7),
            "banks.second.unit",
            "unit 7 of this port is already used by banks.first.unit (line 14)",
            id="two relay boards of one address",
        ),
        pytest.param(
            expander_bank("first", address=0x21) + expander_bank("second", address=0x21),
            "banks.second.address",
            "address 0x21 of this bus is already used by banks.first.address (line 14)",
            id="two expanders of one address",
        ),
        pytest.param(
            kerong_bank("first", port=LINE) + waveshare_bank("second", port=LINE),
            "banks.second.port",
            "boards of another kind are on this line (banks.first.port, line 13)",
            id="two languages on one line",
        ),
        pytest.param(
            waveshare_bank("first", baud=19_200) + waveshare_bank("second", unit=2),
            "banks.second.port",
            "9600 baud, and 19200 on the same line (banks.first.port, line 13)",
            id="two speeds on one line",
        ),
        pytest.param(
            waveshare_bank("first", baud=4_800), "banks.first.baud", "4800 is none of 9600, 19200", id="a speed too low"
        ),
        pytest.param(kerong_bank("first", board=15), "banks.first.board", "0 and 14", id="the address that means all"),
        pytest.param(kerong_bank("first", board=13, locks=48), "banks.first.board", "0 and 12", id="a CU48 up to it"),
        pytest.param(
            kerong_bank("first", port="/dev/ttyUSB0"), "banks.first.port", "a name that stays", id="a name that moves"
        ),
        pytest.param(
            waveshare_bank("first", port="/dev/ttyACM1"), "banks.first.port", "a name that stays", id="another"
        ),
    ],
)
def test_mistakes_are_refused_where_they_are(tmp_path: Path, banks: str, key: str, message: str) -> None:
    file = profile(tmp_path, banks)
    with pytest.raises(ConfigurationError) as refused:
        load_profile(file)
    assert (refused.value.key, message in refused.value.message) == (key, True), str(refused.value)
    _, bank_name, name = key.split(".")
    lines = file.read_text("utf-8").splitlines()
    bank = lines.index(f'name = "{bank_name}"')
    assert refused.value.line == 1 + next(at for at in range(bank, len(lines)) if lines[at].startswith(f"{name} = "))


@pytest.mark.parametrize("port", ["/dev/serial/by-path/pci-0-usb-0:1.2:1.0-port0", "/dev/ttyAMA0", "/dev/serial0"])
def test_names_that_stay_are_taken(tmp_path: Path, port: str) -> None:
    bank = load_profile(profile(tmp_path, kerong_bank("first", port=port, board=14))).bank("first")
    assert isinstance(bank, KerongBank)
    assert bank.port == port


def test_relay_boards_speak_at_9600_unless_another_speed_is_said(tmp_path: Path) -> None:
    for text, baud in ((waveshare_bank("first"), 9_600), (waveshare_bank("first", baud=115_200), 115_200)):
        bank = load_profile(profile(tmp_path, text)).bank("first")
        assert isinstance(bank, WaveshareBank)
        assert bank.baud == baud

"""``abholfach eid check``: what opens the chip is never on the command line, and what is wrong is never quoted."""

from __future__ import annotations

import getpass
import io

import pytest

from controller import cli
from controller.cli_eid_run import mrz_key, read_access
from controller.cli_eid_words import WORDS, in_words
from hal.eid.access_key import CardAccessNumber, MrzKey
from hal.eid.outcome import Reason, Refused, Unsupported, Verified

CAN = "427316"
SPECIMEN = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
"""ICAO Doc 9303-4, appendix."""
INFORMATION = "L898902C3674081221204159"


@pytest.mark.parametrize(
    ("arguments", "typed", "says"),
    [
        (("--can", CAN), "", "not on the command line"),
        (("--mrz", "C01X00T478UTO"), "", "not on the command line"),
        (("--can", "-"), "12345", "six digits"),
        (("--can", "-"), "", "six digits"),
        (("--mrz", "-"), "C01X00T47 850317", "machine readable zone"),
        (("--mrz", "-"), SPECIMEN.replace("L898902C36", "L898902C37"), "check digit"),
        ((), "", "required"),
        (("--can", "-", "--mrz", "-"), "", "not allowed with"),
        (("--can", "-", "--wait", "0"), "", "--wait"),
        (("--can", "-", "--at", "yesterday"), "", "--at"),
    ],
)
def test_what_cannot_be_used_is_refused_without_being_quoted(
    arguments: tuple[str, ...],
    typed: str,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    try:
        code: object = cli.main(["eid", "check", *arguments])
    except SystemExit as ended:
        code = ended.code
    said = capsys.readouterr()
    assert code == 2
    assert says in said.err
    for secret in (CAN, "12345", "C01X00T47", "L898902C3"):
        assert secret not in said.err + said.out


def test_what_opens_the_chip_is_asked_for(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: f" {CAN} ")
    assert read_access("ask", None, io.StringIO()) == CardAccessNumber(CAN)
    typed = io.StringIO("L898902C3 740812 120415\n\nnever read")
    assert read_access(None, "ask", typed) == MrzKey(INFORMATION)
    assert typed.read() == "never read"
    assert "line by line" in capsys.readouterr().err


@pytest.mark.parametrize("text", [SPECIMEN, SPECIMEN.lower(), SPECIMEN.replace("\n", ""), "l898902c3 740812 120415"])
def test_a_zone_and_its_fields_open_the_same_chip(text: str) -> None:
    assert mrz_key(text) == MrzKey(INFORMATION)


def test_every_reason_has_words() -> None:
    assert set(WORDS) == set(Reason)
    assert in_words(Unsupported(Reason.CLOCK_UNTRUSTED)).startswith("Not possible (clock_untrusted): The clock")
    assert in_words(Refused(Reason.CLONED, "D")).startswith("Refused (cloned, D): ")
    assert "ab" * 32 not in in_words(Verified("D", (b"\xab" * 32,)))

"""The paper of a commissioning: the front, every lock, what was found, and nothing lost when it cannot be printed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hal.interfaces import Fault
from hal.profile import Profile, load_profile, shipped_profiles
from hal.wiring.correction import corrected
from hal.wiring.judgement import judge
from hal.wiring.observation import Observation
from kiosk_ui.paper import PaperError
from provisioning.commissioning import protocol
from provisioning.errors import ProvisioningError
from tests.unit.paper.printed import reader


def report(profile: Profile, *observations: Observation, installer: str = "A. Errichterin") -> protocol.Report:
    return protocol.Report(
        box="muster-1",
        simulated=False,
        installer=installer,
        at=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
        by_log=True,
        before=profile,
        after=corrected(profile, observations),
        written=True,
        observations=observations,
        findings=judge(profile, observations),
        faults=(Fault("board_silent", "board", "it does not answer", "See to it."),),
    )


def well(label: str, ms: int) -> Observation:
    return Observation(label, opened=(label,), moved=(label,), to_open_ms=ms)


GPIO = load_profile(shipped_profiles()["gpio-12"])


def test_it_says_what_was_found_where_and_in_what_time(tmp_path: Path) -> None:
    jam = Observation("A03")
    file = tmp_path / "p.pdf"
    protocol.write(file, report(GPIO, well("A01", 31), well("A02", 47), jam))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader(file.read_bytes()).pages))
    for words in ("muster-1", "3 von 12 Schlössern", "höchstens 47 ms", "A03 Befund", "A12 nicht geprüft", "31 ms"):
        assert words in text
    for words in ("Keine Tür öffnet", "board_silent", "Unterschrift Errichter", "22.11.2026, 12:00 Uhr"):
        assert words in text
    assert file.stat().st_mode & 0o777 == 0o640
    with pytest.raises(ProvisioningError, match="protocol_exists"):
        protocol.check_place(file)


def test_a_wide_front_is_drawn_in_parts_and_no_compartment_is_missing() -> None:
    profile = load_profile(shipped_profiles()["kerong-608"])
    html = protocol.document(report(profile, installer="<b>A</b>"))
    assert html.count('<table class="front front--wide">') == 3
    assert all(f"<b>{label}</b>" in html for label in profile.labels)
    assert "&lt;b&gt;A&lt;/b&gt;" in html


def test_what_cannot_be_printed_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def jammed(_html: str, *, deadline_s: float) -> bytes:
        raise PaperError("too_slow")

    monkeypatch.setattr(protocol, "render", jammed)
    with pytest.raises(ProvisioningError, match=r"no_protocol: .*p\.pdf\.html"):
        protocol.write(tmp_path / "p.pdf", report(GPIO, well("A01", 31)))
    assert "A. Errichterin" in (tmp_path / "p.pdf.html").read_text("utf-8")
    assert not (tmp_path / "p.pdf").exists()

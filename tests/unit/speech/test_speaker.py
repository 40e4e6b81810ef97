"""Who may have what said: names are given with a page, sounds are made of names, and only what everybody hears is
kept.
"""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import wave
from io import BytesIO
from pathlib import Path

import pytest

from kiosk_ui.languages import NATIVE_NAMES, PSEUDO_NAMES, available
from kiosk_ui.speech.constant_texts import constant_texts, is_of, sentences
from kiosk_ui.speech.espeak import Espeak, Unspeakable, with_lengths
from kiosk_ui.speech.shelf import file_name
from kiosk_ui.speech.speaker import NAMES, PASSING_NAMES, Speaker, recording_name
from kiosk_ui.speech.voices import VOICES

TAGS = ("de", "en", "tr", "ti")


def page(*sentences_: str, language: str = "de") -> str:
    inside = "".join(f"<p>{sentence}</p>" for sentence in sentences_)
    return f'<main lang="{language}"><section data-layer="">{inside}</section></main>'


def names(speaker: Speaker, html: str, language: str = "de") -> list[str]:
    return [
        name for each in re.findall(r'data-say="([^"]*)"', speaker.annotate(html, language)) for name in each.split()
    ]


async def test_a_name_is_heard_and_anything_else_is_not() -> None:
    speaker = Speaker(TAGS)
    (name,) = names(speaker, page("Dokument abholen"))
    sound = await speaker.sound(name)
    assert sound is not None
    assert (sound.utterance.text, sound.utterance.language, sound.media_type) == ("Dokument abholen", "de", "audio/wav")
    with wave.open(BytesIO(sound.data)) as opened:
        assert 0.5 < opened.getnframes() / opened.getframerate() < 5
    for other in ("", "Dokument abholen", name[:-1], name.upper(), "0" * 32, recording_name("Dokument abholen")):
        assert await speaker.sound(other) is None


async def test_names_mean_nothing_in_another_process_and_cannot_be_reckoned_from_a_text() -> None:
    one, other = Speaker(TAGS), Speaker(TAGS)
    html = page("Abholung am 14. März 2026.")
    assert names(one, html) == names(one, html)
    assert names(one, html) != names(other, html)
    assert await other.sound(names(one, html)[0]) is None


async def test_only_what_everybody_hears_is_kept(tmp_path: Path) -> None:
    speaker = Speaker(TAGS, tmp_path)
    constant = "Waren Sie das nicht? Bitte sofort anrufen."
    for name in names(speaker, page("Abholung am 14. März 2026.", constant, "Fach A07 geht auf", "K7-2291")):
        assert await speaker.sound(name) is not None
    assert [path.name for path in tmp_path.iterdir()] == [f"{file_name('de 150', constant)}.wav"]


async def test_what_is_kept_is_not_rendered_again(tmp_path: Path) -> None:
    first = Speaker(TAGS, tmp_path)
    await first.sound(names(first, page("Dokument abholen"))[0])
    second = Speaker(TAGS, tmp_path, renderer=Espeak("/nonexistent"))
    (name,) = names(second, page("Dokument abholen"))
    assert await second.sound(name) is not None
    with pytest.raises(Unspeakable, match="cannot be started"):
        await second.sound(names(second, page("Fach A07 geht auf"))[0])


async def test_passing_names_are_forgotten_soon_and_all_of_them_in_the_end() -> None:
    speaker = Speaker(TAGS)
    (first,) = names(speaker, page("Nummer 0"))
    (constant,) = names(speaker, page("Dokument abholen"))
    for number in range(1, PASSING_NAMES + 1):
        names(speaker, page(f"Nummer {number}"))
    assert await speaker.sound(first) is None
    assert await speaker.sound(constant) is not None
    assert PASSING_NAMES < NAMES


async def test_a_language_without_a_voice_is_silent_but_for_its_name(tmp_path: Path) -> None:
    speaker = Speaker(TAGS, recordings=tmp_path)
    assert [tag for tag in TAGS if not speaker.reads(tag)] == ["ti"]
    assert names(speaker, page("ሰነድ", language="ti"), "ti") == []
    html = f'<main lang="de"><section data-layer=""><button lang="ti">{NATIVE_NAMES["ti"]}</button></section></main>'
    (name,) = names(speaker, html)
    sound = await speaker.sound(name)
    assert sound is not None
    assert (sound.utterance.language, sound.utterance.text) == ("de", "Tigrinya")


async def test_recordings_come_first_and_make_a_language_read(tmp_path: Path) -> None:
    (tmp_path / "ti").mkdir()
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / f"{recording_name('Dokument abholen')}.ogg").write_bytes(b"a person's voice")
    for text in constant_texts("ti"):
        (tmp_path / "ti" / f"{recording_name(text)}.wav").write_bytes(b"another person's voice")
    speaker = Speaker(TAGS, recordings=tmp_path)
    assert speaker.reads("ti")
    german = await speaker.sound(names(speaker, page("Dokument abholen"))[0])
    assert german is not None
    assert (german.media_type, german.data) == ("audio/ogg", b"a person's voice")
    text = min(constant_texts("ti") - set(NATIVE_NAMES.values()))
    assert len(names(speaker, page(text, "ቁጽሪ 7", language="ti"), "ti")) == 1, "a number cannot have been recorded"


def test_without_the_program_nothing_is_read_and_the_pages_stand(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    speaker = Speaker(TAGS)
    assert not any(speaker.reads(tag) for tag in TAGS)
    assert speaker.annotate(page("Dokument abholen"), "de") == page("Dokument abholen")


def test_a_page_that_is_not_well_formed_is_shown_and_told(caplog: pytest.LogCaptureFixture) -> None:
    html = '<main><section data-layer=""><p>Fach A07</section></main>'
    assert Speaker(TAGS).annotate(html, "de") == html
    assert "</section> closes <p>" in caplog.text
    assert "A07" not in caplog.text


def test_a_cache_that_cannot_be_made_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Speaker(TAGS, tmp_path / "file" / "cache").reads("de")


async def test_a_program_that_hangs_is_ended_and_one_that_fails_is_told(tmp_path: Path) -> None:
    hangs = tmp_path / "hangs"
    hangs.write_text(f"#!/bin/sh\necho $$ >{tmp_path}/pid\nexec sleep 600\n")
    fails = tmp_path / "fails"
    fails.write_text("#!/bin/sh\nexit 3\n")
    silent = tmp_path / "silent"
    silent.write_text("#!/bin/sh\ncat >/dev/null\n")
    for program in (hangs, fails, silent):
        program.chmod(0o755)
    voice = VOICES["de"]
    assert voice is not None
    with pytest.raises(Unspeakable, match="took longer"):
        await Espeak(str(hangs), deadline_s=0.5).render("Ja", voice)
    pid = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(Unspeakable, match="ended with 3"):
        await Espeak(str(fails)).render("Ja", voice)
    with pytest.raises(Unspeakable, match="no WAV"):
        await Espeak(str(silent)).render("Ja", voice)


async def test_rendering_does_not_hold_the_loop_up() -> None:
    voice = VOICES["de"]
    assert voice is not None
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    await Espeak().render("Dokument abholen. " * 20, voice)
    counting.cancel()
    assert turns > 50


@pytest.mark.parametrize("sound", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEfmt \xff\xff\xff\x7f", b"x" * 100])
def test_no_wav_is_no_sound(sound: bytes) -> None:
    with pytest.raises(Unspeakable):
        with_lengths(sound)


def test_every_language_has_a_voice_of_this_espeak_or_is_declared_without() -> None:
    """And what is declared without has none: else it would be read."""
    listed = subprocess.run(["espeak-ng", "--voices"], capture_output=True, text=True, check=True).stdout
    there = {line.split()[1] for line in listed.splitlines()[1:]}
    assert VOICES.keys() == {*NATIVE_NAMES, *PSEUDO_NAMES}
    for tag, voice in VOICES.items():
        assert (tag not in there) if voice is None else (voice.name in there), tag


@pytest.mark.parametrize("tag", available())
async def test_everything_a_language_always_says_can_be_said(tag: str) -> None:
    """All of it in one go: a sentence at a time takes a minute, and is what the walks by ear do."""
    voice = VOICES[tag]
    texts = sorted(constant_texts(tag))
    assert len(texts) > 100
    if voice is None:
        return
    sound = await Espeak(deadline_s=60).render("\n\n".join(texts), voice)
    with wave.open(BytesIO(sound)) as opened:
        assert opened.getnframes() / opened.getframerate() > len(texts), "more than a second each"


def test_what_is_put_together_of_constant_sentences_is_constant() -> None:
    known = sentences({"Ja. Nein.", "Vielleicht"})
    assert is_of("Ja. Nein.", known)
    assert is_of("Nein. Ja.", known)
    assert is_of("·", known)
    assert not is_of("Ja. 14. März", known)
    assert not is_of("Vielleicht A07", known)
    assert not is_of("A07", known)

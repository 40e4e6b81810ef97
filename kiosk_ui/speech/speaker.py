"""Gives every sentence that may be said a name, and makes the sound of a name that was given."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kiosk_ui.languages import NATIVE_NAMES
from kiosk_ui.speech import espeak
from kiosk_ui.speech.constant_texts import constant_texts, is_of, sentences
from kiosk_ui.speech.reading import Piece, annotate
from kiosk_ui.speech.shelf import Shelf, file_name
from kiosk_ui.speech.voices import SPOKEN_NAMES, VOICES

log = logging.getLogger(__name__)

RECORDINGS = Path(__file__).parent / "recordings"
#: All pages in all languages have some thousands of sentences; of what was given and not asked for, the oldest go.
NAMES = 8192
#: What holds a date, a number or a place goes much earlier: a few pages' worth.
PASSING_NAMES = 64

_TYPES = {".ogg": "audio/ogg", ".wav": "audio/wav"}


@dataclass(frozen=True, slots=True)
class Utterance:
    """``constant``: everybody hears it, so that its sound may be kept. Everything else is made anew each time."""

    language: str
    text: str
    constant: bool


@dataclass(frozen=True, slots=True)
class Sound:
    utterance: Utterance
    media_type: str
    data: bytes


def _shelf(directory: Path | None) -> Shelf | None:
    try:
        return None if directory is None else Shelf(directory)
    except OSError as error:
        log.warning("no sounds are kept: %s", error)
        return None


def recording_name(text: str) -> str:
    """The file name, without its ending, of the recording of ``text``."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class Speaker:
    """For one event loop. Texts are never written to a log or, unless they are constant, to a file."""

    def __init__(
        self,
        tags: Collection[str],
        cache: Path | None = None,
        recordings: Path = RECORDINGS,
        renderer: espeak.Espeak | None = None,
    ) -> None:
        """``cache``: where sounds are kept, None for nowhere; so it is too when the directory cannot be used."""
        self._constant: Mapping[str, frozenset[str]] = {tag: constant_texts(tag) for tag in tags}
        self._sentences = {tag: sentences(texts) for tag, texts in self._constant.items()}
        self._recordings = {
            tag: {path.stem: path for path in (recordings / tag).glob("*.*") if path.suffix in _TYPES} for tag in tags
        }
        self._espeak = renderer or (espeak.Espeak() if espeak.installed() else None)
        if self._espeak is None:
            log.warning("espeak-ng is not installed: only what was recorded is read aloud")
        self._shelf = _shelf(cache)
        # Names cannot be guessed or reckoned from a text, and mean nothing after the process.
        self._key = secrets.token_bytes(32)
        self._given: OrderedDict[str, Utterance] = OrderedDict()
        self._passing: OrderedDict[str, Utterance] = OrderedDict()

    @cached_property
    def voices(self) -> frozenset[str]:
        """The languages with a voice on this machine."""
        if self._espeak is None:
            return frozenset()
        return frozenset(tag for tag in self._constant if VOICES.get(tag) is not None)

    def reads(self, tag: str) -> bool:
        """Whether pages in this language are read aloud: by a voice, or by recordings of all that it always says."""
        recorded = self._recordings.get(tag, {})
        texts = self._constant.get(tag, frozenset()) - frozenset(NATIVE_NAMES.values())
        return tag in self.voices or (bool(texts) and all(recording_name(text) in recorded for text in texts))

    def annotate(self, html: str, language: str) -> str:
        """The page with the names of what its elements say. A page that cannot be read is shown all the same."""
        try:
            return annotate(html, language, self._names)
        except ValueError as error:
            log.error("a page cannot be read aloud: its elements are not closed in order: %s", error)
            return html

    def _names(self, pieces: Sequence[Piece], page_language: str) -> list[str]:
        return [name for piece in pieces if (name := self._name(piece, page_language))]

    def _name(self, piece: Piece, page_language: str) -> str:
        language, text = piece.language, piece.text
        if not self._can_say(language, text):
            # The name of a language without a voice, said by the voice of the page.
            text = SPOKEN_NAMES.get(language, "") if text == NATIVE_NAMES.get(language) else ""
            language = page_language if page_language in self.voices else "de"
            if not text or language not in self.voices:
                return ""
            return self._give(Utterance(language, text, constant=True))
        known = self._sentences.get(language, frozenset())
        return self._give(Utterance(language, text, all(is_of(part, known) for part in piece.parts)))

    def _can_say(self, language: str, text: str) -> bool:
        return language in self.voices or recording_name(text) in self._recordings.get(language, {})

    def _give(self, utterance: Utterance) -> str:
        said = f"{utterance.language}\0{utterance.text}".encode()
        name = hmac.new(self._key, said, hashlib.sha256).hexdigest()[:32]
        names, most = (self._given, NAMES) if utterance.constant else (self._passing, PASSING_NAMES)
        names[name] = utterance
        names.move_to_end(name)
        while len(names) > most:
            names.popitem(last=False)
        return name

    async def sound(self, name: str) -> Sound | None:
        """The sound of a name that was given; None for any other. Raises `espeak.Unspeakable`."""
        utterance = self._given.get(name) or self._passing.get(name)
        if utterance is None:
            return None
        recording = self._recordings.get(utterance.language, {}).get(recording_name(utterance.text))
        if recording is not None:
            return Sound(utterance, _TYPES[recording.suffix], recording.read_bytes())
        return Sound(utterance, "audio/wav", await self._rendered(utterance))

    async def _rendered(self, utterance: Utterance) -> bytes:
        voice = VOICES.get(utterance.language)
        if voice is None or self._espeak is None:
            raise espeak.Unspeakable(f"no voice for {utterance.language}")
        shelf = self._shelf if utterance.constant else None
        kept_as = file_name(f"{voice.name} {voice.words_per_minute}", utterance.text)
        kept = shelf.get(kept_as) if shelf else None
        if kept is not None:
            return kept
        data = await self._espeak.render(utterance.text, voice)
        if shelf:
            shelf.put(kept_as, data)
        return data

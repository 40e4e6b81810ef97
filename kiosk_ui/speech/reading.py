"""What a fragment says: finds in its HTML the words of every layer, button and announcement, in reading order.

The words are taken from the page as it is sent, so that nothing can be shown that is not said, and nothing said that
is not shown. An element that says something is given the attribute ``data-say``: the names of its utterances.

- ``[data-layer]`` says its headings, sentences and lists; not its buttons, which say themselves when they are chosen.
- ``button`` says its label: its ``aria-label`` if it has one, else its words. A key for one digit has none of its own:
all of them are called the same by the script.
- ``[role=alert]`` and ``[role=status]`` can be said alone, when they come onto a page that already stands.
- ``[data-saying]`` is heard only (an announcement); it stands hidden in the page.

``hidden`` (but for layers and announcements, with ``[data-sayings]`` around them), ``aria-hidden``, drawings and
``[data-unspoken]`` say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape

#: Text of these runs on in the sentence around them; every other element begins and ends a sentence of its own.
_INLINE = frozenset({"span", "bdi", "strong", "b", "em", "i", "code", "small", "a", "abbr"})
#: Marks of the direction in which a part is written.
_UNHEARD = dict.fromkeys(range(0x2066, 0x206A))
_VOID = frozenset({"input", "br", "img", "meta", "link", "hr", "source", "wbr"})
#: A tag, a comment or a doctype. Attributes stand in double quotes; what is put into them is escaped.
_MARK = re.compile(
    r'<(?:!(?:--.*?--|[^>]*)|(?P<ends>/)?(?P<tag>[a-z][a-z0-9]*)(?P<given>(?:[^>"]|"[^"]*")*))>', re.DOTALL
)
_ATTRIBUTE = re.compile(r'([a-z][a-z-]*)(?:="([^"]*)")?')


@dataclass(frozen=True, slots=True)
class Piece:
    """One sentence. ``parts`` are the runs of text it is made of, as they stood in the page."""

    language: str
    text: str
    parts: tuple[str, ...]


#: Gives the names of what can be said of these sentences; the second argument is the language of the page.
Name = Callable[[Sequence[Piece], str], Sequence[str]]


@dataclass(slots=True)
class _Element:
    tag: str
    language: str
    silent: bool
    #: Where in the text its start tag may be given an attribute; -1: it says nothing of its own.
    place: int = -1
    #: Whether what stands inside is also said by the elements around it.
    alone: bool = False
    breaks: bool = True
    pieces: list[Piece] = field(default_factory=list)


class _Reader:
    """Not the library's parser, which takes three times as long for each page. It reads what our templates write,
    and says so when it is something else.
    """

    def __init__(self, html: str) -> None:
        self._open: list[_Element] = []
        self._parts: list[str] = []
        self.said: list[tuple[int, list[Piece]]] = []
        place = 0
        while found := _MARK.search(html, place):
            self._text(html[place : found.start()])
            place = found.end()
            tag = found["tag"]
            if tag == "svg":
                # Leaves of drawings are many, and say nothing.
                place = html.index("</svg>", place) + len("</svg>")
            elif found["ends"]:
                self._end(tag)
            elif tag and tag not in _VOID:
                self._start(tag, found["given"], found.end("tag"))
        self._text(html[place:])
        if self._open:
            raise ValueError(f"<{self._open[-1].tag}> is never closed")

    def _start(self, tag: str, attributes: str, place: int) -> None:
        given = dict(_ATTRIBUTE.findall(attributes)) if attributes else {}
        around = self._open[-1] if self._open else _Element("", "de", False)
        element = _Element(tag, given.get("lang") or around.language, around.silent)
        says = "data-layer" in given or "data-saying" in given
        if given.get("aria-hidden") == "true" or "data-unspoken" in given or "data-digit" in given:
            element.silent = True
        elif "hidden" in given and not says:
            # Announcements stand hidden; what is said only later is said by its own element.
            element.silent = "data-sayings" not in given
        element.breaks = (
            tag not in _INLINE or element.language != around.language or "sentence" in given.get("class", "").split()
        )
        if element.breaks:
            self._end_sentence()
        if not element.silent and (says or tag == "button" or given.get("role") in ("alert", "status")):
            element.place = place
            element.alone = tag == "button" or "data-saying" in given
        if element.alone and given.get("aria-label"):
            label = " ".join(unescape(given["aria-label"]).split())
            element.pieces.append(Piece(element.language, label, (label,)))
            element.silent, element.alone = True, True
        self._open.append(element)

    def _end(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            raise ValueError(f"</{tag}> closes {f'<{self._open[-1].tag}>' if self._open else 'nothing'}")
        if self._open[-1].breaks:
            self._end_sentence()
        element = self._open.pop()
        if element.place >= 0:
            self.said.append((element.place, element.pieces))

    def _text(self, text: str) -> None:
        if text and self._open and not self._open[-1].silent:
            self._parts.append(unescape(text))

    def _end_sentence(self) -> None:
        text = " ".join("".join(self._parts).translate(_UNHEARD).split())
        parts = tuple(part for part in (" ".join(each.translate(_UNHEARD).split()) for each in self._parts) if part)
        self._parts.clear()
        if not any(letter.isalnum() for letter in text):
            return
        piece = Piece(self._open[-1].language, text, parts)
        for element in reversed(self._open):
            if element.place >= 0:
                element.pieces.append(piece)
            if element.alone:
                break


def read(html: str) -> Iterator[tuple[int, list[Piece]]]:
    """Where in ``html`` an attribute may stand, and what the element there says, from the end to the beginning.

    Raises `ValueError` when the elements are not closed in their order.
    """
    return iter(sorted(_Reader(html).said, key=lambda each: each[0], reverse=True))


def annotate(html: str, language: str, name: Name) -> str:
    """``html`` with ``data-say`` on every element that says something. ``language`` is that of the page."""
    end, rest = len(html), []
    for place, pieces in read(html):
        names = name(pieces, language)
        if names:
            rest.append(html[place:end])
            rest.append(f' data-say="{" ".join(names)}"')
            end = place
    rest.append(html[:end])
    return "".join(reversed(rest))

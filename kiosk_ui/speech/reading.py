"""What a fragment says: finds in its HTML the words of every layer, button and announcement, in reading order.

The words are taken from the page as it is sent, so that nothing can be shown that is not said, and nothing said that
is not shown. An element that says something is given the attribute ``data-say``: the names of its utterances.

- ``[data-layer]`` says its headings, sentences and lists; not its buttons, which say themselves when they are chosen.
- ``button`` says its label. A key for one digit has none of its own: all of them are called the same by the script.
- ``[role=alert]`` and ``[role=status]`` can be said alone, when they come onto a page that already stands.
- ``[data-saying]`` is heard only (an announcement); it stands hidden in the page.

``hidden`` (but for layers and announcements), ``aria-hidden``, drawings and ``[data-unspoken]`` say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate

#: Text of these runs on in the sentence around them; every other element begins and ends a sentence of its own.
_INLINE = frozenset({"span", "bdi", "strong", "b", "em", "i", "code", "small", "a", "abbr"})
_VOID = frozenset({"input", "br", "img", "meta", "link", "hr", "source", "wbr"})


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


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [0, *accumulate(len(line) for line in html.split("\n"))]
        self._open: list[_Element] = []
        self._parts: list[str] = []
        self.said: list[tuple[int, list[Piece]]] = []
        self.feed(html)
        self.close()

    def _offset(self) -> int:
        line, column = self.getpos()
        # Every line before this one ended with a line feed that split() took away.
        return self._lines[line - 1] + line - 1 + column

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID and tag in ("svg", "main", "section", "button"):
            raise ValueError(f"<{tag}/> closes nothing in HTML")
        # Leaves of drawings, and void elements: they hold no text.

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            if tag == "br":
                self._parts.append(" ")
            return
        given = dict(attrs)
        around = self._open[-1] if self._open else _Element("", "de", False)
        element = _Element(tag, given.get("lang") or around.language, around.silent)
        says = "data-layer" in given or "data-saying" in given
        if tag == "svg" or given.get("aria-hidden") == "true" or "data-unspoken" in given or "data-digit" in given:
            element.silent = True
        elif "hidden" in given and not says:
            element.silent = True
        element.breaks = (
            tag not in _INLINE or element.language != around.language or "sentence" in (given.get("class") or "").split()
        )
        if element.breaks:
            self._end_sentence()
        if not element.silent and (says or tag == "button" or given.get("role") in ("alert", "status")):
            element.place = self._offset() + 1 + len(tag)
            element.alone = tag == "button" or "data-saying" in given
        self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        # Our own templates close what they open; a fragment that does not is a mistake that a test must see.
        if not self._open or self._open[-1].tag != tag:
            raise ValueError(f"</{tag}> closes {self._open[-1].tag if self._open else 'nothing'} in line {self.getpos()[0]}")
        if self._open[-1].breaks:
            self._end_sentence()
        element = self._open.pop()
        if element.place >= 0:
            self.said.append((element.place, element.pieces))

    def handle_data(self, data: str) -> None:
        if self._open and not self._open[-1].silent:
            self._parts.append(data)

    def _end_sentence(self) -> None:
        text = " ".join("".join(self._parts).split())
        parts = tuple(part for part in (" ".join(each.split()) for each in self._parts) if part)
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

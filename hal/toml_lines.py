"""On which line of a TOML text does each key stand?

``locate`` walks a text that ``tomllib`` has accepted, so it needs to find the ends of things and nothing else: it never
judges and never computes a value.
"""

from __future__ import annotations

import bisect
import tomllib

KeyPath = tuple[str | int, ...]
"""Keys and list indices from the root, e.g. ``("compartments", 6, "lock_pin")``."""

_BLANK = " \t"
_SCALAR_END = ",]}\n#"


def locate(text: str) -> dict[KeyPath, int]:
    """Lines, counted from 1, of every key, table header and list element in ``text``, which must be valid TOML."""
    return _Scanner(text).run()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines: dict[KeyPath, int] = {}
        self._lengths: dict[KeyPath, int] = {}
        self._line_ends = [at for at, character in enumerate(text) if character == "\n"]

    def run(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while self._skip(newlines=True):
            if self._text.startswith("[[", self._at):
                table = self._header(2)
                index = self._lengths.get(table, 0)
                self._lengths[table] = index + 1
                line = self._line()
                self._lines.setdefault(table, line)
                table = (*table, index)
                self._note(table, line)
            elif self._text[self._at] == "[":
                table = self._header(1)
                self._note(table, self._line())
            else:
                self._pair(table)
        return self._lines

    def _line(self) -> int:
        return bisect.bisect_left(self._line_ends, self._at) + 1

    def _note(self, path: KeyPath, line: int) -> None:
        self._lines[path] = line

    def _header(self, brackets: int) -> KeyPath:
        self._at += brackets
        words = self._key("]")
        self._at += brackets
        return self._through_lists(words)

    def _through_lists(self, words: list[str]) -> KeyPath:
        """``[a.b]`` after ``[[a]]`` speaks of the newest element of ``a``."""
        path: KeyPath = ()
        for position, word in enumerate(words):
            path = (*path, word)
            if path in self._lengths and position < len(words) - 1:
                path = (*path, self._lengths[path] - 1)
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for word in self._key("="):
            path = (*path, word)
            self._lines.setdefault(path, line)
        self._note(path, line)
        self._at += 1
        self._skip(newlines=False)
        self._value(path)

    def _key(self, end: str) -> list[str]:
        words: list[str] = []
        while True:
            self._skip(newlines=False)
            character = self._text[self._at]
            if character in "\"'":
                start = self._at
                self._string()
                words.append(tomllib.loads(f"k = {self._text[start : self._at]}")["k"])
            elif character == ".":
                self._at += 1
            elif character == end:
                return words
            else:
                start = self._at
                while self._text[self._at] not in f"{_BLANK}.{end}":
                    self._at += 1
                words.append(self._text[start : self._at])

    def _value(self, path: KeyPath) -> None:
        character = self._text[self._at]
        if character in "\"'":
            self._string()
        elif character == "[":
            self._list(path)
        elif character == "{":
            self._inline_table(path)
        else:
            while self._at < len(self._text) and self._text[self._at] not in _SCALAR_END:
                self._at += 1

    def _list(self, path: KeyPath) -> None:
        self._at += 1
        index = 0
        while self._skip(newlines=True) and self._text[self._at] != "]":
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self._note((*path, index), self._line())
            self._value((*path, index))
            index += 1
        self._at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while self._skip(newlines=True) and self._text[self._at] != "}":
            if self._text[self._at] == ",":
                self._at += 1
                continue
            self._pair(path)
        self._at += 1

    def _string(self) -> None:
        quote = self._text[self._at]
        if self._text.startswith(quote * 3, self._at):
            self._at += 3
            while not self._text.startswith(quote * 3, self._at):
                self._at += 2 if quote == '"' and self._text[self._at] == "\\" else 1
            self._at += 3
            while self._at < len(self._text) and self._text[self._at] == quote:  # a quote may touch the closing three
                self._at += 1
            return
        self._at += 1
        while self._text[self._at] != quote:
            self._at += 2 if quote == '"' and self._text[self._at] == "\\" else 1
        self._at += 1

    def _skip(self, *, newlines: bool) -> bool:
        """Go over blanks and comments (and line ends); is there anything left?"""
        while self._at < len(self._text):
            character = self._text[self._at]
            if character in _BLANK or (newlines and character in "\r\n"):
                self._at += 1
            elif character == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            else:
                return True
        return False

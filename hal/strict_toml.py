"""TOML that refuses what it does not understand, and says where.

``load(path, Type)`` reads a file into a ``msgspec.Struct`` whose classes are declared with
``forbid_unknown_fields=True``. Whatever is wrong ends in one ``ConfigurationError`` that names file, line and key,
because whoever reads it sits in front of an editor:

    cabinet.toml:23: compartments.A07.lock_pin: expected a whole number, not text

The standard library's ``tomllib`` keeps no positions, so ``hal.toml_lines`` finds the lines; the values themselves come
from ``tomllib`` alone.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hal.toml_lines import KeyPath, locate

T = TypeVar("T")

MAX_BYTES = 1_048_576
"""A larger configuration file is a mistake."""

_NAMING_KEYS = ("label", "name", "id", "code")
_WORDS = {
    "int": "a whole number",
    "str": "text",
    "bool": "true or false",
    "float": "a number",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
}


class ConfigurationError(Exception):
    """A configuration file that cannot be used. ``str()`` is ``file:line: key: message``."""

    def __init__(self, file: Path, line: int | None, key: str, message: str) -> None:
        place = f"{file.name}:{line}" if line is not None else file.name
        super().__init__(f"{place}: {key}: {message}" if key else f"{place}: {message}")
        self.file = file
        self.line = line
        self.key = key
        self.message = message


class Document:
    """A parsed TOML file that still knows the line of every key."""

    def __init__(self, file: Path, text: str) -> None:
        """Parse ``text``. Raises ``ConfigurationError`` when it is not TOML."""
        self.file = file
        try:
            self.data: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            at = re.search(r"\(at line (\d+), column \d+\)", str(error))
            line = int(at.group(1)) if at else text.count("\n") + 1
            message = re.sub(r" \(at .*\)$", "", str(error))
            raise ConfigurationError(file, line, "", f"this is not valid TOML: {message}") from error
        self._lines = locate(text)

    def line(self, path: KeyPath) -> int | None:
        """The line of the key at ``path``, or of the nearest table around it that is written down."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = path[:-1]
        return None

    def name(self, path: KeyPath) -> str:
        """``path`` as people write it; an element of a list goes by its own label, name, id or code if it has one."""
        words: list[str] = []
        value: Any = self.data
        for part in path:
            inner = _child(value, part)
            if isinstance(part, str):
                words.append(part)
            else:
                names = (inner.get(key) for key in _NAMING_KEYS) if isinstance(inner, dict) else ()
                own = next((name for name in names if isinstance(name, str) and name), None)
                words.append(own if own is not None else str(part + 1))
            value = inner
        return ".".join(words)

    def error(self, path: KeyPath, message: str) -> ConfigurationError:
        """The error ``message`` about the key at ``path``, for the caller to raise."""
        return ConfigurationError(self.file, self.line(path), self.name(path), message)

    def convert(self, kind: type[T]) -> T:
        """The content as ``kind``. Raises ``ConfigurationError`` for the first thing that does not fit."""
        try:
            return msgspec.convert(self.data, kind)
        except msgspec.ValidationError as error:
            raise self._explain(kind, str(error)) from error

    def _explain(self, kind: type[Any], text: str) -> ConfigurationError:
        message, _, where = text.partition(" - at `$")
        path = self._resolve(kind, text, _steps(where.rstrip("`")))
        unknown = re.fullmatch(r"Object contains unknown field `(.*)`", message)
        if unknown:
            key = unknown.group(1)
            return self.error((*path, key), "this key does not exist" + _suggest(key, _fields_at(kind, path)))
        missing = re.fullmatch(r"Object missing required field `(.*)`", message)
        if missing:
            return self.error((*path, missing.group(1)), "this key is missing")
        choice = re.fullmatch(r"Invalid enum value (.*)", message)
        if choice:
            allowed = ", ".join(_choices_at(kind, path))
            return self.error(path, f"{choice.group(1)} is not one of the allowed values: {allowed}")
        tag = re.fullmatch(r"Invalid value (.*)", message)
        if tag and (tags := _tags_at(kind, path[:-1])):
            return self.error(path, f"{tag.group(1)} is not one of the allowed values: {', '.join(tags)}")
        return self.error(path, _humanise(message))

    def _resolve(self, kind: type[Any], text: str, steps: list[str | int | None]) -> KeyPath:
        """Turn msgspec's steps into a path. A step into a mapping has no name there: find the key that fails alone."""
        path: KeyPath = ()
        value: Any = self.data
        for step in steps:
            if step is None:
                step = next((key for key in value if self._fails_with_only(kind, path, key, text)), None)
                if step is None:
                    return path
            path = (*path, step)
            value = _child(value, step)
        return path

    def _fails_with_only(self, kind: type[Any], path: KeyPath, key: str, text: str) -> bool:
        try:
            msgspec.convert(_only(self.data, path, key), kind)
        except msgspec.ValidationError as error:
            return str(error) == text
        return False


def read(path: Path) -> Document:
    """Read and parse a TOML file. Raises ``ConfigurationError`` when it cannot be read or is not TOML."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(path, None, "", f"the file cannot be read: {error.strerror}") from error
    if len(raw) > MAX_BYTES:
        raise ConfigurationError(path, None, "", f"the file has {len(raw)} bytes; more than {MAX_BYTES} are refused")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigurationError(path, line, "", "the file is not UTF-8 text") from error
    return Document(path, text.replace("\r\n", "\n"))


def load(path: Path, kind: type[T]) -> T:
    """Read ``path`` as a ``kind``, a ``msgspec.Struct`` with ``forbid_unknown_fields=True``.

    Raises ``ConfigurationError`` for a file that cannot be read, is not TOML, or does not fit. Values keep their types:
    a number in quotes is not a number. Checks that go over several keys are the caller's: use ``read`` and
    ``Document.error`` for those.
    """
    return read(path).convert(kind)


def _child(value: Any, step: str | int) -> Any:
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return None


def _only(value: Any, path: KeyPath, key: str) -> Any:
    if not path:
        return {key: value[key]}
    if isinstance(value, list):
        return [_only(item, path[1:], key) if index == path[0] else item for index, item in enumerate(value)]
    return {name: _only(item, path[1:], key) if name == path[0] else item for name, item in value.items()}


def _steps(where: str) -> list[str | int | None]:
    """msgspec's ``.banks[2].pulse_ms`` as steps; ``[...]`` is a step into a mapping, whose key it does not tell."""
    steps: list[str | int | None] = []
    for name, index in re.findall(r"\.([^.\[]+)|\[([^\]]*)\]", where):
        if name:
            steps.append(name)
        else:
            steps.append(int(index) if index.isdigit() else None)
    return steps


def _humanise(message: str) -> str:
    expected = re.fullmatch(r"Expected `([^`]*)`, got `([^`]*)`", message)
    if expected:
        wanted = " or ".join(_WORDS.get(word, word) for word in expected.group(1).split(" | ") if word != "null")
        return f"expected {wanted}, not {_WORDS.get(expected.group(2), expected.group(2))}"
    bound = re.fullmatch(r"Expected `(?:int|float)` ([<>]=?) (-?[\d.]+)", message)
    if bound:
        words = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}
        return f"must be {words[bound.group(1)]} {bound.group(2)}"
    return message[:1].lower() + message[1:]


def _types_at(kind: type[Any], path: KeyPath) -> list[Any]:
    candidates: list[Any] = [msgspec.inspect.type_info(kind)]
    for step in path:
        candidates = [inner for info in candidates for inner in _inside(info, step)]
    return [option for info in candidates for option in _options(info)]


def _fields_at(kind: type[Any], path: KeyPath) -> list[str]:
    """The keys that would have been right at ``path``, for a suggestion."""
    structs = [info for info in _types_at(kind, path) if isinstance(info, msgspec.inspect.StructType)]
    return [field.encode_name for struct in structs for field in struct.fields]


def _choices_at(kind: type[Any], path: KeyPath) -> list[str]:
    """The values that would have been right at ``path``."""
    enums = [info for info in _types_at(kind, path) if isinstance(info, msgspec.inspect.EnumType)]
    return [str(member.value) for enum in enums for member in enum.cls]


def _tags_at(kind: type[Any], path: KeyPath) -> list[str]:
    """The values of the key by which the tables that may stand at ``path`` are told apart."""
    structs = [info for info in _types_at(kind, path) if isinstance(info, msgspec.inspect.StructType)]
    return [str(struct.tag) for struct in structs if struct.tag is not None]


def _options(info: Any) -> list[Any]:
    return list(info.types) if isinstance(info, msgspec.inspect.UnionType) else [info]


def _inside(info: Any, step: str | int) -> list[Any]:
    inner: list[Any] = []
    for option in _options(info):
        if isinstance(option, msgspec.inspect.StructType):
            inner.extend(field.type for field in option.fields if field.encode_name == step)
        elif isinstance(option, msgspec.inspect.DictType):
            inner.append(option.value_type)
        elif isinstance(option, msgspec.inspect.CollectionType):
            inner.append(option.item_type)
    return inner


def _suggest(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known here: {', '.join(sorted(known))}" if known else ""

"""Errors name file, line and key."""

from __future__ import annotations

import enum
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal import strict_toml
from hal.strict_toml import ConfigurationError
from hal.toml_lines import locate


class Colour(enum.StrEnum):
    RED = "red"
    BLUE = "blue"


class Part(msgspec.Struct, forbid_unknown_fields=True):
    label: str
    pin: int = 0


class Deep(msgspec.Struct, forbid_unknown_fields=True):
    size: int = 1
    colour: Colour = Colour.RED


class Whole(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    deep: Deep = msgspec.field(default_factory=Deep)
    parts: list[Part] = []
    named: dict[str, Deep] = {}
    limit: float | None = None


def refused(tmp_path: Path, text: str) -> ConfigurationError:
    file = tmp_path / "box.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        strict_toml.load(file, Whole)
    return error.value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('title = "x"\n[deep]\nsiez = 3\n', "box.toml:3: deep.siez: this key does not exist; did you mean size?"),
        (
            'title = "x"\nzzz = 3\n',
            "box.toml:2: zzz: this key does not exist; known here: deep, limit, named, parts, title",
        ),
        ('title = "x"\ndeep.size = "3"\n', "box.toml:2: deep.size: expected a whole number, not text"),
        (
            'title = "x"\ndeep = { size = 1, colour = "green" }\n',
            "box.toml:2: deep.colour: 'green' is not one of the allowed values: red, blue",
        ),
        ("\n[deep]\nsize = 3\n", "box.toml: title: this key is missing"),
        (
            'title = "x"\n[[parts]]\nlabel = "A01"\n\n[[parts]]\nlabel = "A02"\npin = true\n',
            "box.toml:7: parts.A02.pin: expected a whole number, not true or false",
        ),
        ('title = "x"\n[[parts]]\npin = 1\n', "box.toml:2: parts.1.label: this key is missing"),
        (
            'title = "x"\nparts = [\n  { label = "A01" },\n  { label = "A02", pni = 3 },\n]\n',
            "box.toml:4: parts.A02.pni: this key does not exist; did you mean pin?",
        ),
        (
            'title = "x"\n[named.one]\nsize = 1\n[named.two]\nsize = "b"\n',
            "box.toml:5: named.two.size: expected a whole number, not text",
        ),
        ('title = """\na\n"""\nlimit = "7"\n', "box.toml:4: limit: expected a number, not text"),
        ('title = "x"\ntitle = "y"\n', "box.toml:2: this is not valid TOML: Cannot overwrite a value"),
        ("title = x\n", "box.toml:1: this is not valid TOML: Invalid value"),
    ],
)
def test_errors_name_file_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    assert str(refused(tmp_path, text)) == message


def test_what_is_right_is_read(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text('title = "ä"\r\nlimit = 2.5\r\n[[parts]]\r\nlabel = "A01"\r\n', encoding="utf-8")
    assert strict_toml.load(file, Whole) == Whole("ä", parts=[Part("A01")], limit=2.5)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"gone\.toml: the file cannot be read: No such file"):
        strict_toml.load(tmp_path / "gone.toml", Whole)
    file = tmp_path / "box.toml"
    file.write_bytes(b'title = "x"\n# \xff\n')
    with pytest.raises(ConfigurationError, match=r"box\.toml:2: the file is not UTF-8 text"):
        strict_toml.load(file, Whole)
    file.write_bytes(b"#" * (strict_toml.MAX_BYTES + 1))
    with pytest.raises(ConfigurationError, match="refused"):
        strict_toml.load(file, Whole)


def test_lines_of_everything_that_toml_has() -> None:
    text = '''# a comment with [brackets] and = signs
top = "a # no comment \\" ]"
"quoted key".'and this' = 1   # line 3
multi = """
[not.a.table]
x = 1 \\""" still
"""
literal = \'\'\'
y = 2\'\'\'
[table.sub]
list = [ 1, # one
  2,
  [ 3, "]" ], ]
inline = { a = { b = 1 }, "c" = [ { d = 2 } ] }
[[rows]]
k = 1
[rows.more]
v = 1
[[rows]]
k = 2
[[rows.cells]]
w = 1979-05-27T07:32:00Z
'''
    lines = locate(text)
    assert lines[("top",)] == 2
    assert lines[("quoted key", "and this")] == 3
    assert lines[("multi",)] == 4
    assert ("not", "a", "table") not in lines
    assert lines[("literal",)] == 8
    assert lines[("table", "sub")] == 10
    assert lines[("table", "sub", "list", 1)] == 12
    assert lines[("table", "sub", "list", 2, 0)] == 13
    assert lines[("table", "sub", "inline", "a", "b")] == 14
    assert lines[("table", "sub", "inline", "c", 0, "d")] == 14
    assert lines[("rows", 0)] == 15
    assert lines[("rows", 0, "more", "v")] == 18
    assert lines[("rows", 1, "k")] == 20
    assert lines[("rows", 1, "cells", 0, "w")] == 22


scalars = st.one_of(
    st.integers(-9, 9), st.booleans(), st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
)


def _toml(value: object) -> str:
    """A scalar as TOML. JSON's strings, numbers and booleans are TOML's too."""
    return msgspec.json.encode(value).decode()


@given(st.lists(st.tuples(st.integers(0, 3), scalars), max_size=30))
def test_lines_survive_any_values_and_gaps(entries: list[tuple[int, object]]) -> None:
    lines: list[str] = []
    expected = {}
    for index, (gap, value) in enumerate(entries):
        lines += ["# ] } \" '''"] * gap
        lines.append(f"key{index} = {_toml(value)}")
        expected[(f"key{index}",)] = len(lines)
    assert locate("\n".join(lines)) == expected

"""Equal people match in every spelling that the standard allows, and nobody else does."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hal.wire.holder import MAX_SPELLINGS, holder_candidates, spellings, verifiers

VECTORS = json.loads((Path(__file__).parents[2] / "vectors/icao/names.json").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Document:
    """What a machine readable zone says of its holder."""

    name_field: str
    birth_date: str = "800101"


def matches(primary: str, given_names: str, document: Document, born: str = "19800101") -> bool:
    return not set(spellings(primary, given_names, born)).isdisjoint(holder_candidates(document, TODAY))


@pytest.mark.parametrize("name", VECTORS["names"], ids=lambda name: name["field"])
def test_the_standards_names(name: dict[str, str]) -> None:
    assert matches(name["primary"], name["given"], Document(name["field"]))


@pytest.mark.parametrize("name", VECTORS["left_to_a_person"]["names"], ids=lambda name: name["field"])
def test_what_a_state_shortens_as_it_likes_is_left_to_a_person(name: dict[str, str]) -> None:
    assert not matches(name["primary"], name["given"], Document(name["field"]))


@pytest.mark.parametrize("row", VECTORS["transliteration"]["rows"], ids=lambda row: row["name"])
def test_the_standards_letters(row: dict[str, Any]) -> None:
    if row["mrz"] is None:
        with pytest.raises(ValueError, match="give it as the document does"):
            spellings(row["name"], "", "19800101")
        return
    found = {spelling.partition("|")[0] for spelling in spellings(row["name"], "", "19800101")}
    assert set(row["mrz"]) <= found


# A second reading of the standard, from the side of the state that prints: one style, one size of document.

_STYLES: dict[str, tuple[dict[str, str], ...]] = {
    "umlauts": ({"Ä": "AE", "Ö": "OE", "Å": "AA"}, {"Ä": "A", "Ö": "O", "Å": "A"}),
    "u": ({"Ü": "UE"}, {"Ü": "UXX"}, {"Ü": "U"}),
    "n": ({"Ñ": "N"}, {"Ñ": "NXX"}),
}
_FIXED = {"É": "E", "Ş": "S", "ß": "SS", "Ø": "OE", "Æ": "AE", "Ł": "L", "Ç": "C"}
_SIZES = (30, 31, 39)

components = st.text(alphabet="ABERTOUIÄÖÜßÉŞ", min_size=1, max_size=12)
with_everything = st.text(alphabet="ABEOUÄÖÅÜÑßÉŞØÆŁÇ", min_size=1, max_size=9)
names = st.lists(components, min_size=1, max_size=4)
styles = st.tuples(*(st.sampled_from(ways) for ways in _STYLES.values()))
days = st.dates(date(1907, 1, 1), date(1999, 12, 31))


def printed(primary: list[str], given_names: list[str], style: tuple[dict[str, str], ...], positions: int) -> str:
    """The name field as a state prints it that cuts from the end."""
    letters = _FIXED | {letter: written for ways in style for letter, written in ways.items()}

    def written(parts: list[str]) -> str:
        return "<".join("".join(letters.get(letter, letter) for letter in part) for part in parts)

    first, second = written(primary), written(given_names)
    if second and len(first) > positions - 3:
        first = first[: positions - 3].rstrip("<")
    whole = f"{first}<<{second}" if second else first
    return whole[:positions].rstrip("<").ljust(positions, "<")


@given(names, st.lists(components, max_size=4), styles, st.sampled_from(_SIZES), days)
@settings(max_examples=200)
def test_equal_people_match_in_every_style_and_size(
    primary: list[str], given_names: list[str], style: tuple[dict[str, str], ...], positions: int, born: date
) -> None:
    document = Document(printed(primary, given_names, style, positions), born.strftime("%y%m%d"))
    assert matches(" ".join(primary), "-".join(given_names), document, born.strftime("%Y%m%d"))


@given(with_everything, styles)
def test_all_choices_at_once_fit_unless_a_name_has_all_letters(word: str, style: tuple[dict[str, str], ...]) -> None:
    ways = 1
    for choices in _STYLES.values():
        if any(letter in word for letter in choices[0]):
            ways *= len(choices)
    assume(ways <= MAX_SPELLINGS)
    assert matches(word, "", Document(printed([word], [], style, 30)))


@given(names, names, names, names, styles, styles, st.sampled_from(_SIZES))
@settings(max_examples=200)
def test_nobody_else_matches(
    primary: list[str],
    given_names: list[str],
    other_primary: list[str],
    other_given: list[str],
    style: tuple[dict[str, str], ...],
    other_style: tuple[dict[str, str], ...],
    positions: int,
) -> None:
    """Whoever matches has, in some style of the standard, the same TD1 name field or one that is shortened from the
    same name: the rule of `hal.wire.holder`, read from the side of those who print.
    """
    document = Document(printed(other_primary, other_given, other_style, positions))
    if not matches(" ".join(primary), " ".join(given_names), document):
        return
    others = printed(other_primary, other_given, other_style, 30)
    every_style = [(umlauts, u, n) for umlauts in _STYLES["umlauts"] for u in _STYLES["u"] for n in _STYLES["n"]]
    assert any(
        _compared(printed(primary, given_names, one, 30)) == _compared(others)
        or _shortened_from(printed(primary, given_names, one, 200), others)
        for one in every_style
    )


def _compared(field: str) -> str:
    """Of a long primary identifier, with the first letter of the given names only."""
    primary, _, given_names = field.partition("<<")
    return f"{primary}<<{given_names[:1]}" if len(primary) >= 26 else field


def _shortened_from(whole: str, field: str) -> bool:
    """Whether a full field has nothing but beginnings of a longer name's components."""
    if field.endswith("<") or len(whole.rstrip("<")) <= len(field):
        return False
    parts, others = ([identifier.split("<") for identifier in text.rstrip("<").split("<<")] for text in (whole, field))
    return len(parts) == len(others) and all(
        part.startswith(other)
        for identifier, other_identifier in zip(parts, others, strict=True)
        for part, other in zip(identifier, other_identifier, strict=False)
    )


@given(names, names, st.data(), days)
def test_one_letter_makes_another_person(
    primary: list[str], given_names: list[str], data: st.DataObject, born: date
) -> None:
    style = tuple(ways[0] for ways in _STYLES.values())
    field = printed(primary, given_names, style, 39)
    # What is compared: the field of a TD1 document, of a long primary identifier less.
    end = 26 if len(field.partition("<<")[0]) >= 26 else min(len(field.rstrip("<")), 30)
    at = data.draw(st.integers(0, end - 1))
    # J and Q are in no way to write any of the letters drawn above.
    changed = field[:at] + ("J" if field[at] != "<" else "Q") + field[at + 1 :]
    assert not matches(
        " ".join(primary), " ".join(given_names), Document(changed, born.strftime("%y%m%d")), born.strftime("%Y%m%d")
    )


@given(names, names, days, days)
def test_another_birth_date_makes_another_person(
    primary: list[str], given_names: list[str], born: date, other: date
) -> None:
    assume(born.strftime("%y%m%d") != other.strftime("%y%m%d"))
    field = printed(primary, given_names, tuple(ways[0] for ways in _STYLES.values()), 39)
    document = Document(field, other.strftime("%y%m%d"))
    assert not matches(" ".join(primary), " ".join(given_names), document, born.strftime("%Y%m%d"))


def test_surname_and_given_names_are_not_exchanged() -> None:
    assert not matches("Ali", "Hassan", Document("HASSAN<<ALI".ljust(39, "<")))
    assert not matches("Ali Hassan", "Omar", Document("ALI<<HASSAN<OMAR".ljust(39, "<")))


@pytest.mark.parametrize(
    "spelled", ["muSTER", " Muster ", "Muster\u00ad", "\u200fMuster", "Dr. Muster", "Prof. Dr. Muster", "Muster-"]
)
def test_what_does_not_belong_to_a_name_does_not_count(spelled: str) -> None:
    assert spellings(spelled, "", "19800101") == ("MUSTER||19800101",)


def test_a_name_that_begins_like_a_title_is_one() -> None:
    assert spellings("Drews", "Hans", "19800101") == ("DREWS|HANS|19800101",)


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert spellings("Mu\u0308ller", "Zoe\u0308", "19800101") == spellings("Müller", "Zoë", "19800101")


def test_letters_of_the_latin_script_beyond_the_table_lose_their_marks() -> None:
    assert spellings("Nguyễn", "Ștefan", "19800101") == ("NGUYEN|STEFAN|19800101",)


@pytest.mark.parametrize("impossible", ["", "-", "4711", "王", "Παππάς", "Ə", "Ali2"])
def test_what_cannot_be_written_is_an_error_without_the_name(impossible: str) -> None:
    with pytest.raises(ValueError, match="the name has") as caught:
        spellings(impossible, "", "19800101")
    assert impossible.strip("-") == "" or impossible not in str(caught.value)


@pytest.mark.parametrize("born", ["", "1980-01-01", "800101", "198001011", "٢٠٠٠٠١٠١"])
def test_a_birth_date_is_normalised_beforehand(born: str) -> None:
    with pytest.raises(ValueError, match="YYYYMMDD"):
        spellings("Muster", "", born)


def test_there_are_never_more_than_eight_and_the_likelier_come_first() -> None:
    found = spellings("Müller-Ångström", "Iñigo Wooloomooloo Warrandyte", "19800101")
    assert len(found) == MAX_SPELLINGS
    assert len(set(found)) == MAX_SPELLINGS
    assert found[0] == "MUELLER<AANGSTROEM|INIGO<WOOL|19800101"


def test_unknown_parts_of_a_birth_date_are_equal_only_to_themselves() -> None:
    document = Document("MUSTER".ljust(30, "<"), "8001<<")
    assert matches("Muster", "", document, "19800100")
    assert not matches("Muster", "", document, "19800101")
    assert matches("Muster", "", Document("MUSTER".ljust(30, "<"), "<<<<<<"), "00000000")


def test_a_verifier_is_an_hmac_under_the_key_of_the_right() -> None:
    key = bytes(range(32))
    assert verifiers(key, ("MUSTER||19800101",)) == (hmac.digest(key, b"MUSTER||19800101", "sha256"),)
    assert verifiers(key[::-1], ("MUSTER||19800101",)) != verifiers(key, ("MUSTER||19800101",))
    with pytest.raises(ValueError, match="32 bytes"):
        verifiers(b"short", ())


@pytest.mark.parametrize("field", ["", "<<<", "MULLER1", "müller", "A" * 40])
def test_a_name_field_has_its_form(field: str) -> None:
    with pytest.raises(ValueError, match="name field"):
        holder_candidates(Document(field), TODAY)

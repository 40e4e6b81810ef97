"""How the machine readable zone writes the letters it does not have: ICAO Doc 9303-3, section 6, as data.

Source: ICAO Doc 9303 *Machine Readable Travel Documents*, Part 3, eighth edition 2021, section 6, tables A (Latin),
B (Cyrillic) and C (Arabic script), and appendix B, B.5.4 to B.5.8. Where the standard leaves a choice, it is a
*dimension*: a state makes it once and then writes alike. What is not from the tables is in ``_BEYOND``.

Pure functions over constants, safe on any thread. No error here ever quotes a name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

FILLER: Final = "<"


class Dimension(Enum):
    """A choice that the standard leaves to the issuing state; the value says how many ways there are."""

    DIAERESIS = ("diaeresis and ring", 2)
    """Ä, Ö and Å: with two letters (AE, OE, AA) or with one."""
    U_DIAERESIS = ("u diaeresis", 3)
    """Ü: UE, U or UXX."""
    N_TILDE = ("n tilde", 2)
    """Ñ: N or NXX."""
    CYRILLIC = ("cyrillic", 6)
    """By language: see ``LANGUAGES``."""
    TEH_MARBUTA = ("teh marbuta", 2)
    """At the end of a component: XAH (table C) or XTA (B.5.5.6)."""
    SHADDA = ("shadda", 2)
    """The letter below it twice (table C) or once (B.5.5.11: it is optional)."""
    FARSI_YEH = ("farsi yeh", 3)
    """XYA (table C), Y or XAY (B.5.6, note 4)."""

    @property
    def ways(self) -> int:
        """How many ways to write there are in this dimension."""
        return self.value[1]


Choice = Mapping[Dimension, int]
"""Which way a state writes; a dimension that is not named is 0, the first way."""


def _table(rows: str) -> dict[str, str]:
    """Rows of ``MRZ:letters``, separated by blanks."""
    return {letter: mrz for row in rows.split() for mrz, letters in [row.split(":")] for letter in letters}


_LATIN: Final = _table(
    "A:ÀÁÂÃĀĂĄ AE:Æ C:ÇĆĈĊČ D:ÐĎĐ E:ÈÉÊËĒĔĖĘĚ G:ĜĞĠĢ H:ĤĦ I:ÌÍÎÏĨĪĬĮİı IJ:Ĳ J:Ĵ K:Ķ L:ĹĻĽĿŁ N:ŃŅŇŊ O:ÒÓÔÕŌŎŐ OE:ØŒ"
    " R:ŔŖŘ S:ŚŜŞŠ SS:ẞ T:ŢŤŦ TH:Þ U:ÙÚÛŨŪŬŮŰŲ W:Ŵ Y:ÝŶŸ Z:ŹŻŽ"
)
_LATIN_WAYS: Final[Mapping[str, tuple[Dimension, tuple[str, ...]]]] = MappingProxyType(
    {
        "Ä": (Dimension.DIAERESIS, ("AE", "A")),
        "Ö": (Dimension.DIAERESIS, ("OE", "O")),
        "Å": (Dimension.DIAERESIS, ("AA", "A")),
        "Ü": (Dimension.U_DIAERESIS, ("UE", "U", "UXX")),
        "Ñ": (Dimension.N_TILDE, ("N", "NXX")),
    }
)

_CYRILLIC: Final = _table(
    "A:А B:Б C:Һ CH:Ч D:ДЂ DZ:ЅЏ E:ЁЕЭ F:Ф G:ГҐҒ I:ІЇИЙ IA:Я IE:ЄЪ IU:Ю J:Ј K:ЌК KH:Х L:Л LJ:Љ M:М N:Н NJ:Њ O:О P:П"
    " R:Р S:С SH:Ш SHCH:Щ T:Т TS:Ц U:ЎУѪ V:В Y:ЫѴ Z:З ZH:Ж"
)
LANGUAGES: Final = ("general", "Ukrainian", "Bulgarian", "Belorussian", "Serbian", "Macedonian")
"""The ways of ``Dimension.CYRILLIC``, in this order."""
_EXCEPTIONS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "general": {},
        "Ukrainian": _table("H:Г Y:И"),
        "Bulgarian": _table("SHT:Щ"),
        "Belorussian": _table("IO:Ё H:Г"),
        "Serbian": _table("H:ГХ Z:Ж C:ЦЧ S:Ш"),
        "Macedonian": _table("KJ:Ќ DJ:Џ H:Х C:Ц GJ:Ғ"),
    }
)
_UKRAINIAN_FIRST: Final = _table("YE:Є YI:Ї Y:Й YU:Ю YA:Я")
"""At the beginning of a component."""

_ARABIC: Final = _table(
    "XE:ء XAA:آ XAE:أ U:ؤ I:إ XI:ئ A:ا B:ب T:ت XTH:ث J:ج XH:ح XKH:خ D:د XDH:ذ R:ر Z:ز S:س XSH:ش XSS:ص XDZ:ض XTT:ط"
    " XZZ:ظ E:ع G:غ F:ف Q:ق K:ك L:ل M:م N:ن H:ه W:و XAY:ى Y:يې XXA:ٱ XXT:ٹ XRT:ټ P:پ XKE:ځ XXH:څ XC:چ XXD:ڈ XDR:ډ"
    " XXR:ڑ XRR:ړ XRX:ږ XJ:ژ XXS:ښ V:ڤ XF:ڥ XKK:ک XXK:ګ XNG:ڭ XGG:گ XNN:ں XXN:ڼ XDO:ھ XYH:ۀ XXG:ہ XGE:ۂ XTG:ۃ XXY:ۍ"
    " XYB:ے XBE:ۓ"
)
_NOT_ENCODED: Final = frozenset("ـ\u064b\u064c\u064d\u064e\u064f\u0650\u0652\u0670ڜڢڧڨ")
_SHADDA: Final = "\u0651"
_TEH_MARBUTA: Final = "ة"
_FARSI_YEH: Final = "ی"
_FARSI_YEH_WAYS: Final = ("XYA", "Y", "XAY")

_BEYOND: Final = MappingProxyType({"Ь": ""})
"""The soft sign has no row in table B, and no Russian name could do without. No state writes it."""

_PLAIN: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def components(name: str) -> tuple[str, ...]:
    """The components of a name, in capitals and still with their national characters (9303-3, 4.6).

    Hyphen, comma, filler and white space separate; an apostrophe and every other mark is left out without a trace.
    """
    separated = []
    for character in unicodedata.normalize("NFC", name):
        category = unicodedata.category(character)
        if category in ("Zs", "Zl", "Zp", "Pd", "Cc") or character in ",<−،":
            separated.append(" ")
        elif category[0] not in "PS" and category not in ("Cf", "Sk") and not (category == "Lm" and character != "ـ"):
            separated.append(character)
    # Composed again: İ in small letters is two characters, and ß in capitals is two letters.
    return tuple(unicodedata.normalize("NFC", part.upper()) for part in "".join(separated).split())


def dimensions(parts: tuple[str, ...]) -> tuple[Dimension, ...]:
    """In which dimensions the spelling of these components may differ, in a fixed order."""
    found = {dimension for part in parts for character in part if (dimension := _dimension(character)) is not None}
    return tuple(dimension for dimension in Dimension if dimension in found)


def transliterate(part: str, choice: Choice) -> str:
    """One component (see `components`) in the letters A to Z.

    Raises ``ValueError`` for a letter that no table has, a digit, and anything else that a name does not have.
    """
    written: list[str] = []
    for position, character in enumerate(part):
        if character == _SHADDA:
            # It doubles the letter below it, whatever vowel signs stand between them; the escape X is not repeated.
            doubled = next((piece for piece in reversed(written) if piece), "").lstrip("X")
            written.append(doubled if choice.get(Dimension.SHADDA, 0) == 0 else "")
        else:
            written.append(_written(character, position, part, choice))
    return "".join(written)


def _written(character: str, position: int, part: str, choice: Choice) -> str:
    if character in _PLAIN:
        return character
    if character in _LATIN:
        return _LATIN[character]
    if character in _LATIN_WAYS:
        dimension, ways = _LATIN_WAYS[character]
        return ways[choice.get(dimension, 0)]
    if character in _BEYOND:
        return _BEYOND[character]
    if character in _CYRILLIC:
        language = LANGUAGES[choice.get(Dimension.CYRILLIC, 0)]
        first = _UKRAINIAN_FIRST if language == "Ukrainian" and position == 0 else {}
        return first.get(character) or _EXCEPTIONS[language].get(character) or _CYRILLIC[character]
    if character in _ARABIC:
        return _ARABIC[character]
    if character in _NOT_ENCODED:
        return ""
    if character == _TEH_MARBUTA:
        last = not any(unicodedata.category(after)[0] == "L" for after in part[position + 1 :])
        return "XAH" if last and choice.get(Dimension.TEH_MARBUTA, 0) == 0 else "XTA"
    if character == _FARSI_YEH:
        return _FARSI_YEH_WAYS[choice.get(Dimension.FARSI_YEH, 0)]
    return _without_marks(character)


def _without_marks(character: str) -> str:
    """A letter of the Latin script that table A does not have (Vietnamese, Romanian with a comma): without its marks,
    as the table does with all that it has.
    """
    if unicodedata.category(character) == "Mn":
        return ""
    letters = [one for one in unicodedata.normalize("NFKD", character) if unicodedata.category(one) != "Mn"]
    if len(letters) == 1 and letters[0].upper() in _PLAIN:
        return letters[0].upper()
    raise ValueError("the name has a character that the standard's tables do not have: give it as the document does")


def _dimension(character: str) -> Dimension | None:
    if character in _LATIN_WAYS:
        return _LATIN_WAYS[character][0]
    if character in _CYRILLIC:
        return Dimension.CYRILLIC
    return _ARABIC_DIMENSIONS.get(character)


_ARABIC_DIMENSIONS: Final = MappingProxyType(
    {
        _TEH_MARBUTA: Dimension.TEH_MARBUTA,
        _SHADDA: Dimension.SHADDA,
        _FARSI_YEH: Dimension.FARSI_YEH,
    }
)

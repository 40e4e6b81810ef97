"""Makes the catalogs: ``python -m kiosk_ui.catalogs`` extracts the German texts, updates every ``.po`` and compiles
every ``.mo``.

Babel is needed here and nowhere else; a running box reads the compiled catalogs with the standard library. Texts
are not guessed from similar ones: a sentence that was changed in German is empty in the catalog until somebody
translates it.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from kiosk_ui.languages import DOMAIN, NATIVE_NAMES, PACKAGE, SOURCE_LANGUAGE, TRANSLATIONS

_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
#: A translation keeps the places of its values; ``translate_count`` takes singular and plural.
_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "translate_count": (1, 2), "deferred": None}
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
#: Header lines that change without a text having changed, or that only say that nobody filled them in.
_NOISE = (
    '"POT-Creation-Date',
    '"PO-Revision-Date',
    '"Generated-By',
    '"Report-Msgid',
    '"Last-Translator',
    '"Language-Team',
    '"Project-Id',
)
_OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false", "encoding": "utf-8"}}


def extracted() -> Catalog:
    """Every text of the pages, in the order of their files."""
    catalog = Catalog(project="abholfach", version="", charset="utf-8")
    found = extract_from_dir(
        str(PACKAGE), method_map=_METHODS, options_map=_OPTIONS, keywords=_KEYWORDS, strip_comment_tags=True
    )
    for name, _line, message, comments, context in found:
        # Without line numbers: they would change the file with every edit elsewhere.
        catalog.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return catalog


def po_path(tag: str) -> Path:
    return TRANSLATIONS / tag / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(tag: str) -> Catalog:
    with po_path(tag).open("rb") as file:
        return read_po(file, locale=tag.partition("-")[0])


def compiled(catalog: Catalog) -> bytes:
    # Not when and by which tool: the same texts give the same bytes.
    catalog.creation_date = catalog.revision_date = _NO_DATE
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def _written(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, include_lineno=False)
    lines = buffer.getvalue().decode("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_NOISE)).encode("utf-8")


def missing(tag: str) -> list[str]:
    """German texts for which the catalog of ``tag`` has no translation."""
    catalog = read(tag)
    without: list[str] = []
    for message in extracted():
        if not message.id:
            continue
        there = catalog.get(message.id)
        strings = there.string if there is not None else ""
        if there is None or there.fuzzy or not all(strings if isinstance(strings, tuple) else (strings,)):
            without.append(str(message.id[0] if isinstance(message.id, tuple | list) else message.id))
    return without


def update(tag: str) -> None:
    """Brings the ``.po`` of ``tag`` up to the texts of the pages and compiles it."""
    path = po_path(tag)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog = read(tag) if path.exists() else Catalog(locale=tag.partition("-")[0], charset="utf-8", fuzzy=False)
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    path.write_bytes(_written(catalog))
    path.with_suffix(".mo").write_bytes(compiled(read(tag)))


def main() -> int:
    """Updates every language that has a name; 1 when a text is missing somewhere."""
    complete = True
    for tag in NATIVE_NAMES:
        if tag == SOURCE_LANGUAGE:
            continue
        update(tag)
        for text in missing(tag):
            complete = False
            sys.stdout.write(f"{tag}: missing: {text}\n")
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())

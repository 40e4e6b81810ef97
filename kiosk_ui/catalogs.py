"""Makes the catalogs, as ``./box i18n`` or ``python -m kiosk_ui.catalogs``: ``extract`` brings every ``.po`` up to the
German texts and compiles the complete ones, ``check`` fails when that was not done or a text is missing, ``report``
prints a table.

Babel is needed here and nowhere else; a running box reads the compiled catalogs with the standard library. Texts
are not guessed from similar ones: a sentence that was changed in German is empty in the catalog until somebody
translates it.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
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


def base_of(tag: str) -> str:
    """The language without its variant, which Babel does not know: ``de`` of ``de-simple``."""
    return tag.partition("-")[0]


def read(tag: str) -> Catalog:
    text = po_path(tag).read_text(encoding="utf-8")
    text = text.replace(_language_line(tag), _language_line(base_of(tag)), 1)
    return read_po(io.BytesIO(text.encode("utf-8")), locale=base_of(tag))


def reviewed(tag: str) -> bool:
    """Whether a native speaker has read this catalog: its head says ``X-Reviewed: yes``. German is the source."""
    return tag == SOURCE_LANGUAGE or _review_line(True) in po_path(tag).read_text(encoding="utf-8")


def _language_line(tag: str) -> str:
    return f'"Language: {tag}\\n"\n'


def _review_line(yes: bool) -> str:
    return f'"X-Reviewed: {"yes" if yes else "no"}\\n"\n'


def compiled(catalog: Catalog) -> bytes:
    # Not when and by which tool: the same texts give the same bytes.
    catalog.creation_date = catalog.revision_date = _NO_DATE
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def _written(tag: str, catalog: Catalog, was_reviewed: bool) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, include_lineno=False)
    lines = buffer.getvalue().decode("utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith(_NOISE))
    # Babel keeps neither a variant nor a header of our own.
    head = _language_line(tag) + _review_line(was_reviewed)
    return text.replace(_language_line(base_of(tag)), head, 1).encode("utf-8")


@dataclass(frozen=True, slots=True)
class State:
    """What a catalog has: texts translated, German texts ``missing`` or only guessed (``fuzzy``), and whether a native
    speaker has ``reviewed`` it."""

    tag: str
    total: int
    missing: tuple[str, ...]
    fuzzy: tuple[str, ...]
    reviewed: bool

    @property
    def complete(self) -> bool:
        return not self.missing and not self.fuzzy


def state(tag: str) -> State:
    """Raises `FileNotFoundError` when ``tag`` has no catalog."""
    catalog = read(tag)
    without: list[str] = []
    guessed: list[str] = []
    messages = [message for message in extracted() if message.id]
    for message in messages:
        text = str(message.id[0] if isinstance(message.id, tuple | list) else message.id)
        there = catalog.get(message.id)
        strings = there.string if there is not None else ""
        if there is None or not all(strings if isinstance(strings, tuple) else (strings,)):
            without.append(text)
        elif there.fuzzy:
            guessed.append(text)
    return State(tag, len(messages), tuple(without), tuple(guessed), reviewed(tag))


def missing(tag: str) -> list[str]:
    """German texts for which the catalog of ``tag`` has no translation that a page may show."""
    found = state(tag)
    return [*found.missing, *found.fuzzy]


def update(tag: str) -> None:
    """Brings the ``.po`` of ``tag`` up to the texts of the pages and compiles it. An incomplete one is not compiled: a
    language without a ``.mo`` is not offered.
    """
    path = po_path(tag)
    path.parent.mkdir(parents=True, exist_ok=True)
    was_reviewed = path.exists() and reviewed(tag)
    catalog = read(tag) if path.exists() else Catalog(locale=base_of(tag), charset="utf-8", fuzzy=False)
    catalog.update(extracted(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    path.write_bytes(_written(tag, catalog, was_reviewed))
    if state(tag).complete:
        path.with_suffix(".mo").write_bytes(compiled(read(tag)))
    else:
        path.with_suffix(".mo").unlink(missing_ok=True)


def problems(tag: str) -> list[str]:
    """What `check` has to say about ``tag``, which is not German."""
    if not po_path(tag).exists():
        return [f"{tag}: no catalog; run: ./box i18n extract"]
    found = state(tag)
    said = [f"{tag}: missing: {text}" for text in found.missing] + [f"{tag}: fuzzy: {text}" for text in found.fuzzy]
    machine = po_path(tag).with_suffix(".mo")
    if found.complete and not (machine.exists() and machine.read_bytes() == compiled(read(tag))):
        said.append(f"{tag}: what is compiled is not what is written; run: ./box i18n extract")
    texts = {message.id if isinstance(message.id, str) else message.id[0] for message in extracted()}
    held = {message.id if isinstance(message.id, str) else message.id[0] for message in read(tag) if message.id}
    return said + [f"{tag}: no page says: {text}" for text in sorted(held - texts)]


def report() -> str:
    """A table: one line for each language, with its name, texts, what is missing or fuzzy, and the review."""
    lines = [f"{'tag':10} {'texts':>5} {'missing':>7} {'fuzzy':>5}  {'offered':7} {'reviewed':8} name"]
    for tag, name in NATIVE_NAMES.items():
        if tag == SOURCE_LANGUAGE:
            lines.append(f"{tag:10} {'-':>5} {'-':>7} {'-':>5}  {'yes':7} {'source':8} {name}")
        elif not po_path(tag).exists():
            lines.append(f"{tag:10} {'-':>5} {'all':>7} {'-':>5}  {'no':7} {'no':8} {name}")
        else:
            found = state(tag)
            numbers = f"{found.total:>5} {len(found.missing):>7} {len(found.fuzzy):>5}"
            offered, read_by = ("yes" if each else "no" for each in (found.complete, found.reviewed))
            lines.append(f"{tag:10} {numbers}  {offered:7} {read_by:8} {name}")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """1 when ``check`` found something."""
    parser = argparse.ArgumentParser("./box i18n", description="The languages of the residents' pages.")
    parser.add_argument(
        "what",
        nargs="?",
        default="report",
        choices=("extract", "check", "report"),
        help="extract: bring the catalogs up to date and compile them; check: fail when they are not; report: a table",
    )
    what = parser.parse_args(arguments).what
    others = [tag for tag in NATIVE_NAMES if tag != SOURCE_LANGUAGE]
    if what == "extract":
        for tag in others:
            update(tag)
    if what == "check":
        found = [problem for tag in others for problem in problems(tag)]
        sys.stdout.write("".join(f"{problem}\n" for problem in found))
        return 1 if found else 0
    sys.stdout.write(report())
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What a document may contain besides its own text: files that ship with the pages, by short names.

``paper:base.css`` is a file beside this one; ``paper:static/vendor/…`` is one of the pages' static files. Everything
else (the network, other files) does not exist for a document.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

SCHEME = "paper:"

_HERE = Path(__file__).parent
_STATIC = _HERE.parent / "static"
_TYPES = {".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png"}


def sheet(name: str = "base.css") -> str:
    """The address of a style sheet, as a document's ``<link rel="stylesheet">`` wants it."""
    return SCHEME + name


def read(address: str) -> tuple[bytes, str]:
    """The bytes and the type of ``paper:NAME``. Raises ``LookupError`` for anything else."""
    name = PurePosixPath(address.removeprefix(SCHEME).lstrip("/"))
    if not address.startswith(SCHEME) or ".." in name.parts or name.suffix not in _TYPES:
        raise LookupError("a document may contain only what ships with the pages")
    inside = name.parts[:1] == ("static",)
    path = _STATIC.joinpath(*name.parts[1:]) if inside else _HERE.joinpath(*name.parts)
    try:
        return path.read_bytes(), _TYPES[name.suffix]
    except OSError as error:
        raise LookupError(f"there is no {SCHEME}{name}") from error

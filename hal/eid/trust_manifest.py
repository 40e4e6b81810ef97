"""What a trust store's directory holds, and how its manifest is written down.

``manifest.json`` says which certificates there are and what is needed to find one (names, key identifiers, validity);
the certificates themselves lie in ``objects/``, each file named by its SHA-256, several of them in one file where they
came in one master list. A store is opened by reading the manifest: a certificate is read, compared with its hash and
parsed when a document asks for it. Whoever may write the directory decides which documents are genuine: root only.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
OBJECTS = "objects"
FORMAT = 1

ROOT = "root"
LINK = "link"
ADDED = "added"


class TrustStoreError(Exception):
    """The store cannot be read or changed. ``code`` is stable, the text says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Piece:
    """Where the DER of a certificate or a list lies. ``object``: name of its file; ``sha256``: of the piece itself."""

    object: str
    offset: int
    length: int
    sha256: str

    def read(self, directory: Path) -> bytes:
        """Raises `TrustStoreError` (``damaged``) when it is missing or not what was imported."""
        try:
            with (directory / OBJECTS / self.object).open("rb") as file:
                file.seek(self.offset)
                content = file.read(self.length)
        except OSError as error:
            raise _damaged(directory, f"{self.object}: {error.strerror}") from None
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise _damaged(directory, f"{self.object} is not what was imported")
        return content


@dataclass(frozen=True, slots=True)
class Anchor:
    """One trusted CSCA certificate.

    ``origin``: ``root`` (pinned by hand), ``link`` (issued by a root for its successor), ``list:STATE`` (of the master
    list of that state) or ``added`` (a link certificate below an anchor that is no root).
    """

    piece: Piece
    origin: str
    country: str
    subject: str
    key_id: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class MasterListEntry:
    """One imported master list. ``state``: of its signer; ``signed_at``: when the signer says it was made."""

    state: str
    signed_at: datetime
    sha256: str
    certificates: int
    left_out: int


@dataclass(frozen=True, slots=True)
class RevocationEntry:
    """One imported revocation list. ``issuer`` as `names.name_key`, ``key_id`` of the key that signed it (hex);
    ``next_update`` None when the list says none.
    """

    piece: Piece
    country: str
    issuer: str
    key_id: str
    this_update: datetime
    next_update: datetime | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the directory holds. ``revision`` grows with every change."""

    revision: int = 0
    anchors: tuple[Anchor, ...] = ()
    master_lists: tuple[MasterListEntry, ...] = ()
    revocation_lists: tuple[RevocationEntry, ...] = ()

    def roots(self) -> tuple[Anchor, ...]:
        """Those that a master list's signer may chain to: pinned by hand, or linked from one that is."""
        return tuple(anchor for anchor in self.anchors if anchor.origin in (ROOT, LINK))


def read_manifest(directory: Path) -> Manifest:
    """The manifest of ``directory``; an empty one where there is none. Raises `TrustStoreError` (``damaged``)."""
    try:
        text = (directory / MANIFEST).read_bytes()
    except FileNotFoundError:
        return Manifest()
    except OSError as error:
        raise TrustStoreError("unreadable", f"{directory / MANIFEST}: {error.strerror}") from None
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise TrustStoreError(
                "format_unknown",
                f"{directory} is of another version of this program: remove it and import again",
            )
        return Manifest(
            int(content["revision"]),
            tuple(
                Anchor(_piece(one), one["origin"], one["country"], one["subject"], one["key_id"], *_period(one))
                for one in content["anchors"]
            ),
            tuple(
                MasterListEntry(
                    one["state"], _moment(one["signed_at"]), one["sha256"], one["certificates"], one["left_out"]
                )
                for one in content["master_lists"]
            ),
            tuple(
                RevocationEntry(
                    _piece(one),
                    one["country"],
                    one["issuer"],
                    one["key_id"],
                    _moment(one["this_update"]),
                    None if one["next_update"] is None else _moment(one["next_update"]),
                )
                for one in content["revocation_lists"]
            ),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        raise _damaged(directory, f"{MANIFEST} cannot be read") from None


def manifest_bytes(manifest: Manifest) -> bytes:
    """The bytes of ``manifest.json``."""
    content = {
        "format": FORMAT,
        "revision": manifest.revision,
        "anchors": [
            {
                **_of_piece(one.piece),
                "origin": one.origin,
                "country": one.country,
                "subject": one.subject,
                "key_id": one.key_id,
                "not_before": _seconds(one.not_before),
                "not_after": _seconds(one.not_after),
            }
            for one in manifest.anchors
        ],
        "master_lists": [
            {
                "state": one.state,
                "signed_at": _seconds(one.signed_at),
                "sha256": one.sha256,
                "certificates": one.certificates,
                "left_out": one.left_out,
            }
            for one in manifest.master_lists
        ],
        "revocation_lists": [
            {
                **_of_piece(one.piece),
                "country": one.country,
                "issuer": one.issuer,
                "key_id": one.key_id,
                "this_update": _seconds(one.this_update),
                "next_update": None if one.next_update is None else _seconds(one.next_update),
            }
            for one in manifest.revocation_lists
        ],
    }
    return json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()


def _piece(one: dict[str, Any]) -> Piece:
    name, offset, length, sha256 = one["object"], one["offset"], one["length"], one["sha256"]
    if type(name) is not str or "/" in name or name in ("", ".", "..") or type(sha256) is not str:
        raise ValueError("an object's name")
    if type(offset) is not int or type(length) is not int or offset < 0 or length < 0:
        raise ValueError("a piece")
    return Piece(name, offset, length, sha256)


def _of_piece(piece: Piece) -> dict[str, Any]:
    return {"object": piece.object, "offset": piece.offset, "length": piece.length, "sha256": piece.sha256}


def _period(one: dict[str, Any]) -> tuple[datetime, datetime]:
    return _moment(one["not_before"]), _moment(one["not_after"])


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _damaged(directory: Path, what: str) -> TrustStoreError:
    return TrustStoreError("damaged", f"the trust store in {directory} is damaged ({what}): remove it and import again")

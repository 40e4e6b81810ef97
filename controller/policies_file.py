"""The municipality's policies: ``policies.toml``, one table for each document type.

The rules are data, so that the data protection officer reads and confirms them without reading code. Each says why it
is so (``reason``) and on what it rests (``paragraph``); a check of a document's chip is a processing of personal data
of its own and needs ``legal_basis``, ``approved_by`` and ``approved_on``. The file that ships is
``provisioning/defaults/policies.toml``.
"""

from __future__ import annotations

import datetime
import hashlib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from controller.domain.decide_pickup import ALLOW, STOP
from controller.domain.events import PolicyRule
from controller.domain.model import Factor
from hal import strict_toml
from hal.strict_toml import Document
from hal.toml_lines import KeyPath

FORMAT = 1

_CHIP_CHECKS = (Factor.EMRTD, Factor.EID)
_APPROVAL = ("legal_basis", "approved_by", "approved_on")

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class Declaration(StrEnum):
    """What a resident may be asked to declare before the door opens."""

    OLD_DOCUMENTS = "old_documents"
    PIN_LETTER = "pin_letter"


class MissingOldDocument(StrEnum):
    """What follows when a resident has not brought the old document: collect all the same and bring it, or come
    back.
    """

    ALLOW = ALLOW
    STOP = STOP


class Asked(StrEnum):
    """Whether a chip check insists on something."""

    REQUIRED = "required"
    OPTIONAL = "optional"


class DocumentType(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One document type as it is written. ``holding_days``: how long it waits in the box, from the day it is stored.

    ``missing_old_document`` and ``old_document_days`` (until when it is to be brought) are for types that declare
    ``old_documents``. ``clone_proof`` (the chip must prove that it is no copy) and ``revocation`` (the revocation list
    of its issuer must be there and fresh) are for chip checks, and required unless written otherwise.
    """

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    factor: Factor
    declarations: tuple[Declaration, ...]
    holding_days: Annotated[int, msgspec.Meta(ge=1, le=365)]
    reason: Text
    paragraph: Text
    legal_basis: str = ""
    approved_by: str = ""
    approved_on: datetime.date | None = None
    missing_old_document: MissingOldDocument = MissingOldDocument.ALLOW
    old_document_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 14
    clone_proof: Asked = Asked.REQUIRED
    revocation: Asked = Asked.REQUIRED


class PoliciesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The whole file. ``confirmed_by`` and ``confirmed_on`` are empty as long as these are the shipped defaults."""

    format: int
    types: tuple[DocumentType, ...]
    confirmed_by: str = ""
    confirmed_on: datetime.date | None = None

    @property
    def confirmed(self) -> bool:
        """Whether somebody answers for the rules in this municipality."""
        return bool(self.confirmed_by.strip()) and self.confirmed_on is not None

    def sha256(self) -> str:
        """In hex, of what the file says, not of how it is written: comments and order of keys do not count."""
        return hashlib.sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    def rules(self) -> tuple[PolicyRule, ...]:
        """The rules as the controller activates them, in the file's order."""
        return tuple(
            PolicyRule(
                document_type=kind.name,
                factor=kind.factor.value,
                declarations=tuple(declaration.value for declaration in kind.declarations),
                holding_days=kind.holding_days,
                missing_old_document=kind.missing_old_document.value,
                old_document_days=kind.old_document_days,
                clone_proof=kind.clone_proof.value,
                revocation=kind.revocation.value,
            )
            for kind in self.types
        )


def load_policies(path: Path) -> tuple[str, tuple[PolicyRule, ...]]:
    """The hash (hex) and the rules of ``path``. Raises ``ConfigurationError`` for the first thing that is wrong."""
    file = read_policies(path)
    return file.sha256(), file.rules()


def read_policies(path: Path) -> PoliciesFile:
    """The file with its reasons, for people. Raises ``ConfigurationError`` as ``load_policies`` does."""
    document = strict_toml.read(path)
    file = document.convert(PoliciesFile)
    _check(document, file)
    return file


def _check(document: Document, file: PoliciesFile) -> None:
    if file.format != FORMAT:
        raise document.error(("format",), f"format {file.format} is not known; this version reads format {FORMAT}")
    if bool(file.confirmed_by.strip()) != (file.confirmed_on is not None):
        present = "confirmed_by" if file.confirmed_by.strip() else "confirmed_on"
        raise document.error((present,), "confirmed_by and confirmed_on belong together: who confirmed it, and when?")
    if not file.types:
        raise document.error(("types",), "a box hands out at least one document type")
    seen: dict[str, int] = {}
    for index, kind in enumerate(file.types):
        at: KeyPath = ("types", index)
        if kind.name in seen:
            line = document.line(("types", seen[kind.name], "name"))
            raise document.error((*at, "name"), f"{kind.name} is already there (line {line})")
        seen[kind.name] = index
        if len(set(kind.declarations)) != len(kind.declarations):
            raise document.error((*at, "declarations"), "the same declaration is listed twice")
        for key in ("reason", "paragraph"):
            if not str(getattr(kind, key)).strip():
                raise document.error((*at, key), "must not be empty")
        if kind.factor in _CHIP_CHECKS:
            _check_approval(document, at, kind)
            continue
        for key in ("clone_proof", "revocation"):
            if getattr(kind, key) is not Asked.REQUIRED:
                raise document.error((*at, key), f"{key} is for chip checks; this type asks for {kind.factor.value}")


def _check_approval(document: Document, at: KeyPath, kind: DocumentType) -> None:
    for key in _APPROVAL:
        if not str(getattr(kind, key) or "").strip():
            raise document.error(
                (*at, key),
                f'this key is missing: the chip check "{kind.factor.value}" needs {", ".join(_APPROVAL)}; without an'
                " approval choose another factor",
            )

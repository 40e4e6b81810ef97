"""The chip's files: master file, travel-document application, eID application (ICAO 9303-10; TR-03110-4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from simulator.card.command import Command, Refusal, Status
from simulator.card.image import (
    FID_ATTRIBUTES,
    FID_CARD_ACCESS,
    FID_CARD_SECURITY,
    FID_DIRECTORY,
    ChipImage,
)

MASTER_FILE = 0x3F00
TRAVEL_DOCUMENT = bytes.fromhex("A0000002471001")
EID = bytes.fromhex("E80704007F00070302")
_BY_IDENTIFIER = (0x00, 0x02)
_BY_NAME = 0x04
_ODD_OFFSET = 0x54


class Access(Enum):
    """What reading a file takes."""

    FREE = "free"
    PASSWORD = "password"  # noqa: S105
    """PACE with any password, or BAC."""
    HOLDER = "holder"
    """PACE with CAN or MRZ, or BAC: not with an eID-PIN."""
    TERMINAL = "terminal"
    """Terminal authentication, which this card has not: never."""


@dataclass(frozen=True, slots=True)
class ElementaryFile:
    """A transparent file."""

    content: bytes = field(repr=False)
    access: Access


@dataclass(frozen=True, slots=True)
class Directory:
    """The master file or an application."""

    files: dict[int, ElementaryFile] = field(repr=False)


def build_directories(image: ChipImage) -> dict[bytes, Directory]:
    """By application identifier; the master file has an empty one."""
    master = {
        fid: ElementaryFile(content, access)
        for fid, content, access in (
            (FID_CARD_ACCESS, image.card_access, Access.FREE),
            (FID_CARD_SECURITY, image.card_security, Access.PASSWORD),
            (FID_ATTRIBUTES, image.attributes, Access.FREE),
            (FID_DIRECTORY, image.directory, Access.FREE),
        )
        if content is not None
    }
    directories = {b"": Directory(master)}
    if image.travel_document:
        access = Access.HOLDER if image.access_control else Access.FREE
        files = {fid: ElementaryFile(content, access) for fid, content in image.files.items()}
        directories[TRAVEL_DOCUMENT] = Directory(files)
    if image.eid is not None:
        # Data groups 1–21 exist and are out of reach.
        groups = {0x0100 + number: ElementaryFile(b"", Access.TERMINAL) for number in range(1, 22)}
        directories[EID] = Directory(groups)
    return directories


# 9303-10 table 4: the identifier is the last five bits of the file identifier, but for EF.DIR, which is 1E.
def _short_identifier(fid: int) -> int:
    return 0x1E if fid == FID_DIRECTORY else fid & 0x1F


class FileSystem:
    """What is selected, and reading it."""

    def __init__(self, image: ChipImage, *, short_identifiers: bool = True) -> None:
        self._directories = build_directories(image)
        self._short_identifiers = short_identifiers
        self._directory = self._directories[b""]
        self._file: ElementaryFile | None = None

    @property
    def in_master_file(self) -> bool:
        """Whether no application is selected."""
        return self._directory is self._directories[b""]

    def select(self, command: Command) -> bytes:
        """SELECT: a file by identifier, an application by name, the master file. No file control information."""
        if command.p2 & 0xF3:
            raise Refusal(Status.PARAMETERS_WRONG)
        if command.p1 == _BY_NAME:
            self._enter(command.data)
        elif command.p1 in _BY_IDENTIFIER:
            self._select_identifier(command.data)
        else:
            raise Refusal(Status.PARAMETERS_WRONG)
        return b""

    def _enter(self, name: bytes) -> None:
        if not name or name not in self._directories:
            raise Refusal(Status.NOT_FOUND)
        self._directory, self._file = self._directories[name], None

    def _select_identifier(self, data: bytes) -> None:
        identifier = int.from_bytes(data, "big") if data else MASTER_FILE
        if len(data) not in (0, 2):
            raise Refusal(Status.LENGTH_WRONG)
        if identifier == MASTER_FILE:
            self._directory, self._file = self._directories[b""], None
            return
        if identifier not in self._directory.files:
            raise Refusal(Status.NOT_FOUND)
        self._file = self._directory.files[identifier]

    def target(self, command: Command) -> tuple[ElementaryFile, int]:
        """The file that a READ BINARY means, and the offset; a short identifier selects."""
        if command.ins & 1:
            return self._odd_target(command)
        if command.data:
            raise Refusal(Status.LENGTH_WRONG)
        if command.p1 & 0x80:
            if command.p1 & 0x60 or not self._short_identifiers:
                raise Refusal(Status.PARAMETERS_WRONG)
            self._select_short(command.p1 & 0x1F)
            return self._selected(), command.p2
        return self._selected(), command.p1 << 8 | command.p2

    def _odd_target(self, command: Command) -> tuple[ElementaryFile, int]:
        """B1: the offset is in a data object; P1-P2 is a short identifier, or 0 for the file that is selected."""
        if command.p1 or command.p2 & 0xE0:
            raise Refusal(Status.PARAMETERS_WRONG)
        data = command.data
        if len(data) < 3 or data[0] != _ODD_OFFSET or data[1] != len(data) - 2:
            raise Refusal(Status.DATA_WRONG)
        if command.p2:
            self._select_short(command.p2)
        return self._selected(), int.from_bytes(data[2:], "big")

    def _select_short(self, identifier: int) -> None:
        for fid, file in self._directory.files.items():
            if _short_identifier(fid) == identifier:
                self._file = file
                return
        raise Refusal(Status.NOT_FOUND)

    def _selected(self) -> ElementaryFile:
        if self._file is None:
            raise Refusal(Status.NO_FILE_SELECTED)
        return self._file

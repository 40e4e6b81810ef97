"""Files of a chip: the few that a check reads, in the largest pieces that the card really gives (ICAO Doc 9303-10)."""

from __future__ import annotations

from dataclasses import dataclass

from hal.eid import der, tlv
from hal.eid.apdu import EXTENDED_EXPECTED, SHORT_EXPECTED, SUCCESS, CommandApdu, ResponseApdu
from hal.eid.channel import CardChannel
from hal.eid.messaging import Messaging
from hal.eid.outcome import NotAccepted, NotPossible, Reason
from hal.eid.tlv import TlvError

TRAVEL_DOCUMENT = bytes.fromhex("A0000002471001")

_SELECT = 0xA4
_READ_BINARY = 0xB0
_END_OF_FILE = 0x6282
"""Data, and fewer than were asked for."""
_NOT_FOUND = (0x6A82, 0x6A83, 0x6A88)
_PAST_THE_END = (SUCCESS, _END_OF_FILE, 0x6B00)
_INFO = 0x81
"""READ BINARY of the short identifier 1."""
_LENGTH_INFORMATION = 0x7F66
_CAPABILITIES = 0x47
_PROTECTION = 64
"""More than what secure messaging puts around an answer."""
_LONGEST = 0x8000
"""READ BINARY has 15 bits for an offset, and no file that is read here comes near it."""


@dataclass(frozen=True, slots=True)
class ElementaryFile:
    """One file: its name in the standard, identifier, short identifier and the tag of the one object it holds."""

    name: str
    fid: int
    short_identifier: int
    tag: int


CARD_ACCESS = ElementaryFile("EF.CardAccess", 0x011C, 0x1C, 0x31)
CARD_SECURITY = ElementaryFile("EF.CardSecurity", 0x011D, 0x1D, 0x30)
SECURITY_OBJECT = ElementaryFile("EF.SOD", 0x011D, 0x1D, 0x77)
DATA_GROUPS = {
    1: ElementaryFile("DG1", 0x0101, 0x01, 0x61),
    14: ElementaryFile("DG14", 0x010E, 0x0E, 0x6E),
    15: ElementaryFile("DG15", 0x010F, 0x0F, 0x6F),
}
"""Those that may be read. Neither the face (2) nor fingerprints (3) are among them."""


class CardLine:
    """A line to a card on which it may turn out later whether the card takes extended length, and how much of it."""

    def __init__(self, channel: CardChannel) -> None:
        self._channel = channel
        self._longest_answer = EXTENDED_EXPECTED if channel.extended_length else SHORT_EXPECTED

    @property
    def extended_length(self) -> bool:
        return self._longest_answer > SHORT_EXPECTED

    @property
    def longest_answer(self) -> int:
        """Bytes of data, protection included, that the card says it can give at once; 256 without extended length."""
        return self._longest_answer

    def offer(self, longest_answer: int) -> None:
        """The card says that it gives so many bytes at once."""
        self._longest_answer = max(SHORT_EXPECTED, min(longest_answer, EXTENDED_EXPECTED))

    def give_up_extended_length(self) -> None:
        """From now on every command is a short one."""
        self._longest_answer = SHORT_EXPECTED

    def transmit(self, command: bytes) -> bytes:
        return self._channel.transmit(command)


class FileReader:
    """Reads whole files and remembers what the card does not take: extended length, short identifiers."""

    def __init__(self, line: CardLine) -> None:
        self._line = line
        self._short_identifiers = True
        self._proven = False

    def read(self, messaging: Messaging, file: ElementaryFile) -> bytes | None:
        """The one object that ``file`` holds, without what may follow it; None when the card has no such file.

        Raises `NotAccepted`: ``data_malformed`` for a file that does not hold what it should,
        ``secure_messaging_failed``; `NotPossible` (``card_failed``) for a status without a way on; `ChannelError`.
        """
        answer = self._first(messaging, file)
        if answer is None:
            return None
        data = answer.data
        total = _total(file, data)
        while len(data) < total:
            answer = self._piece(messaging, len(data) >> 8, len(data) & 0xFF, total - len(data))
            if not _has_data(answer):
                if answer.status in _PAST_THE_END:
                    raise NotAccepted(Reason.DATA_MALFORMED, f"{file.name} is cut short")
                raise _failed(f"READ BINARY of {file.name}", answer)
            data += answer.data
        return data[:total]

    def _first(self, messaging: Messaging, file: ElementaryFile) -> ResponseApdu | None:
        if self._short_identifiers:
            answer = self._piece(messaging, 0x80 | file.short_identifier, 0, EXTENDED_EXPECTED)
            if _has_data(answer):
                self._proven = True
                return answer
            if answer.status in _NOT_FOUND and self._proven:
                return None
            # Until one short identifier has worked, it may be them that the card does not know.
            if not self._proven:
                self._short_identifiers = False
        selected = messaging.exchange(CommandApdu(0x00, _SELECT, 0x02, 0x0C, file.fid.to_bytes(2, "big")))
        if selected.status in _NOT_FOUND:
            # Says nothing about short identifiers: the file is not there in whatever way it is asked for.
            self._short_identifiers = True
            return None
        if not selected.ok:
            raise _failed(f"SELECT of {file.name}", selected)
        answer = self._piece(messaging, 0, 0, EXTENDED_EXPECTED)
        if not _has_data(answer):
            raise _failed(f"READ BINARY of {file.name}", answer)
        return answer

    def _piece(self, messaging: Messaging, p1: int, p2: int, wanted: int) -> ResponseApdu:
        """One READ BINARY, with extended length as long as the card has not refused it."""
        if messaging.extended_length:
            room = self._line.longest_answer
            # 65536 is not cut to what fits under protection: it is written as 0, which asks for whatever there is.
            most = wanted if room == EXTENDED_EXPECTED else min(wanted, room - _PROTECTION)
            answer = messaging.exchange(CommandApdu(0x00, _READ_BINARY, p1, p2, expected=most))
            if _has_data(answer) or answer.status in _NOT_FOUND:
                return answer
            self._line.give_up_extended_length()
        return messaging.exchange(
            CommandApdu(0x00, _READ_BINARY, p1, p2, expected=min(wanted, messaging.largest_answer))
        )


def read_capabilities(messaging: Messaging, line: CardLine) -> bool:
    """Ask a card whose answer to reset said nothing of extended length (ISO/IEC 7816-4, 12.7.1: EF.ATR/INFO, which is
    read in the clear); ``line`` knows afterwards. Whether it offers extended length.

    It is a card's own word and no more: it decides about the size of pieces and about nothing else.
    """
    answer = messaging.exchange(CommandApdu(0x00, _READ_BINARY, _INFO, 0x00, expected=SHORT_EXPECTED))
    if _has_data(answer):
        line.offer(_longest_answer(answer.data))
    return line.extended_length


def _longest_answer(info: bytes) -> int:
    try:
        objects = {element.tag: element.value for element in tlv.parse(info, shortest=False)}
        if _LENGTH_INFORMATION in objects:
            _, longest = map(der.integer, tlv.parse(objects[_LENGTH_INFORMATION], shortest=False))
            return longest
    except (TlvError, ValueError):
        return SHORT_EXPECTED
    capabilities = objects.get(_CAPABILITIES, b"")
    return EXTENDED_EXPECTED if len(capabilities) >= 3 and capabilities[2] & 0x40 else SHORT_EXPECTED


def select_travel_document(messaging: Messaging) -> None:
    """Select the travel-document application. Raises `NotPossible` (``not_a_travel_document``) when there is none."""
    answer = messaging.exchange(CommandApdu(0x00, _SELECT, 0x04, 0x0C, TRAVEL_DOCUMENT))
    if not answer.ok:
        raise NotPossible(Reason.NOT_A_TRAVEL_DOCUMENT, f"SELECT of the application answered {answer.status:04X}")


def _has_data(answer: ResponseApdu) -> bool:
    return answer.status in (SUCCESS, _END_OF_FILE) and bool(answer.data)


def _total(file: ElementaryFile, data: bytes) -> int:
    try:
        header = tlv.parse_header(data, shortest=False)
    except TlvError as error:
        raise NotAccepted(Reason.DATA_MALFORMED, f"{file.name}: {error}") from None
    total = header.size + header.length
    if header.tag != file.tag or total > _LONGEST:
        raise NotAccepted(Reason.DATA_MALFORMED, f"{file.name} holds something else than it should")
    return total


def _failed(what: str, answer: ResponseApdu) -> NotPossible:
    return NotPossible(Reason.CARD_FAILED, f"{what} answered {answer.status:04X} and {len(answer.data)} bytes")

"""What residents tap and type."""

from __future__ import annotations

from controller.api.requests.base import Nothing, Request


class ChooseLanguage(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``language`` is a BCP 47 tag such as ``de`` or ``en``. The page returns to German with the next person."""

    METHOD = "resident.language"
    revision: int
    language: str


class Declare(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Answers the declaration on the page; ``answer`` is yes or no. ``several`` is answered by its Continue button."""

    METHOD = "resident.declare"
    session: str
    revision: int
    declaration: str
    answer: str


class EnterFactor(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """A birth date (YYYYMMDD), a PIN, or the digits that open a card's chip."""

    METHOD = "resident.factor"
    session: str
    revision: int
    value: str

    def __repr__(self) -> str:
        return "EnterFactor(…)"


class ChooseAccess(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """What opens a document's chip: the digits on the card (``can``) or the photo page at the window (``mrz``)."""

    METHOD = "resident.access"
    session: str
    revision: int
    kind: str


class AskStaffCheck(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """A person is to look at the document instead."""

    METHOD = "resident.staff_check"
    session: str
    revision: int


class Confirm(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """``choice``: everything, open_again, missing, foreign, error."""

    METHOD = "resident.confirm"
    session: str
    revision: int
    choice: str


class MoreTime(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "resident.more_time"
    session: str
    revision: int


class Cancel(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    METHOD = "resident.cancel"
    session: str
    revision: int


class Dismiss(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Leaves a page that only says something (code unknown, done …) before its time is over."""

    METHOD = "resident.dismiss"
    revision: int


class EnterNumber(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """The typed pickup number: 12 digits, whose last is the check digit that the pages have compared."""

    METHOD = "resident.number"
    revision: int
    number: str

    def __repr__(self) -> str:
        return "EnterNumber(…)"


class CallHelp(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """Somebody at the box asks for a person."""

    METHOD = "resident.help"
    revision: int


class Knock(Request[Nothing], frozen=True, forbid_unknown_fields=True):
    """ "I want to collect", while staff hold the front."""

    METHOD = "resident.knock"
    revision: int

"""One check of one document over PC/SC, as the box does it, for ``abholfach eid check``."""

from __future__ import annotations

import argparse
import getpass
import secrets
import sys
import threading
from typing import Final, TextIO

from controller.adapters.clock import SystemClock
from controller.cli_eid import ASK, STANDARD_INPUT
from controller.cli_eid_words import Report
from hal.eid import emrtd
from hal.eid.access_key import AccessKey, CardAccessNumber, MrzKey
from hal.eid.channel import CardChannel
from hal.eid.emrtd import EmrtdRules
from hal.eid.job import Job
from hal.eid.mrz import MrzError, parse_mrz
from hal.eid.outcome import Outcome, Verified
from hal.eid.pcsc import Limits
from hal.eid.presented import PresentedDocument, moment_of
from hal.eid.service import keep_secrets
from hal.eid.trust import Trust
from hal.eid.watch import CardWatch
from hal.interfaces import monotonic_ms
from hal.wire import AccessKind, ChipRequest, ChipStage
from hal.wire.codes import SecretText

WELL: Final = 0
BAD_NEWS: Final = 1
INTERRUPTED: Final = 130

_LOOK_S: Final = 0.1
_CLOSE_MS: Final = 3_000
_LONGEST_INPUT: Final = 400
_NO_CLOCK_MS: Final = 2**53 - 1
"""A time that no clock shows: the check then says that it has none."""


class InputError(Exception):
    """What was typed cannot be used. The text says why and quotes nothing of it."""


class Stuck(Exception):
    """A call into the card stack does not return."""


def read_access(can: str | None, mrz: str | None, source: TextIO) -> AccessKey:
    """What opens the chip: asked for on the terminal, or read from ``source``. Raises `InputError`."""
    given = can if can is not None else mrz
    if given not in (ASK, STANDARD_INPUT):
        raise InputError(
            "not on the command line, where every user of this computer sees it: leave it out and it is asked for, or"
            " give - and write it to standard input"
        )
    if can is not None:
        digits = source.readline(_LONGEST_INPUT) if given == STANDARD_INPUT else getpass.getpass("CAN: ")
        try:
            return CardAccessNumber(digits.strip())
        except ValueError as error:
            raise InputError(str(error)) from None
    return mrz_key(source.read(_LONGEST_INPUT) if given == STANDARD_INPUT else _typed_zone(source))


def _typed_zone(source: TextIO) -> str:
    sys.stderr.write(
        "The machine readable zone, line by line; or document number, birth date and date of expiry (YYMMDD) with\n"
        "blanks between them. Then an empty line.\n"
    )
    lines: list[str] = []
    while line := source.readline(_LONGEST_INPUT).strip():
        lines.append(line)
    return "\n".join(lines)


def mrz_key(text: str) -> MrzKey:
    """From a whole zone, or from its three fields that count. Raises `InputError`."""
    fields = text.upper().split()
    try:
        if len(fields) == 3 and len(fields[1]) == len(fields[2]) == 6:
            return MrzKey.of(*fields)
        return MrzKey(parse_mrz(text.upper()).access_information)
    except (MrzError, ValueError) as error:
        raise InputError(str(error)) from None


class _Examination:
    """As `hal.eid.examination.TravelDocument`, with somebody who watches."""

    def __init__(self, trust: Trust, report: Report) -> None:
        self._trust = trust
        self._report = report

    def __call__(self, channel: CardChannel, access: AccessKey, request: ChipRequest) -> Outcome:
        rules = EmrtdRules(clone_proof=request.clone_proof, revocation=request.revocation)
        key = bytes.fromhex(request.key.reveal())
        self._report.begin()
        return emrtd.verify(channel, access, key, self._trust.store(), moment_of(request), rules, self._report)


def check(access: AccessKey, options: argparse.Namespace, out: TextIO) -> int:
    """Wait for a document, check it, print; the exit code. ``options``: those of ``eid check``. Raises `Stuck`."""
    keep_secrets()
    report, ended = Report(out, show=options.show), threading.Event()
    watch = CardWatch(options.reader)

    def progress(_job: Job, stage: ChipStage) -> None:
        if stage is ChipStage.ABSENT:
            out.write("Put the document into the card reader.\n")
            out.flush()

    procedure = PresentedDocument(watch, _Examination(Trust(options.trust), report))
    job = Job(_request(access, options), procedure, Limits(), progress, ended.set)
    watch.start()
    # Whoever asks before the readers were looked at would be told that there is no document.
    watch.wait(lambda seen: seen.state != "starting", _CLOSE_MS / 1000)
    job.start()
    try:
        code = _wait(job, ended, report)
    except KeyboardInterrupt:
        job.cancel()
        watch.notify()
        code = INTERRUPTED
    if not watch.close(_CLOSE_MS) or not job.join(_CLOSE_MS):
        raise Stuck("pcscd, a card reader or a card does not return from a command; leaving it")
    return code


def _wait(job: Job, ended: threading.Event, report: Report) -> int:
    while not ended.wait(_LOOK_S):
        if job.stuck:
            raise Stuck("the card or its reader does not return from a command; leaving it")
    outcome = job.outcome
    if outcome is None:
        raise Stuck("the check ended without an outcome")
    report.end(outcome)
    return WELL if isinstance(outcome, Verified) else BAD_NEWS


def _request(access: AccessKey, options: argparse.Namespace) -> ChipRequest:
    """As the controller would ask, with a key that is forgotten: there is nobody to compare with."""
    clock = SystemClock()
    if options.at is not None:
        wall_ms = int(options.at.timestamp() * 1000)
    else:
        wall_ms = clock.wall_ms() if clock.synchronised() else _NO_CLOCK_MS
    by_can = isinstance(access, CardAccessNumber)
    return ChipRequest(
        challenge=secrets.token_hex(16),
        factor="emrtd",
        key=SecretText(secrets.token_hex(32)),
        access_kind=AccessKind.CAN if by_can else AccessKind.MRZ,
        access=SecretText(access.digits if isinstance(access, CardAccessNumber) else access.information),
        deadline_mono_ms=monotonic_ms() + options.wait * 1000,
        wall_ms=wall_ms,
        clone_proof=not options.clone_proof_optional,
        revocation=not options.revocation_optional,
    )

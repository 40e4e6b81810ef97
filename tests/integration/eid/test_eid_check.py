"""``abholfach eid check`` as a technician runs it: a process of its own, a real pcscd, a document in the reader."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from controller.cli_eid_words import in_words
from hal.eid.outcome import Reason, Refused, Retry
from simulator.card.chip import Chip
from simulator.card.personalisation import printed_zone
from simulator.processes import wait_for
from tests.integration.eid.counting_card import CountingCard, knows_nothing
from tests.integration.eid.support import NOTICED_WITHIN_S, Readers
from tests.unit.eid.documents import CAN, NOW, Trusting, issued, scenario, trust

ROOT = Path(__file__).parents[3]
PASSPORT = scenario()
PERSONAL = ("MUELLER", "ZOE", "C01X00T47", "850317", CAN)


class Command:
    """Runs it against this process's card readers."""

    def __init__(self, readers: Readers, directory: Path) -> None:
        self._environment = os.environ | readers.stack.environment
        self._trust = directory

    def __call__(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        with self.begun(*arguments, typed=typed) as process:
            out, errors = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, errors)

    @contextmanager
    def begun(self, *arguments: str, typed: str) -> Iterator[subprocess.Popen[str]]:
        """The process, with ``typed`` at its standard input."""
        given = ["--trust", str(self._trust), "--at", f"{NOW:%Y-%m-%d}", *arguments]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            [sys.executable, "-m", "controller.cli", "eid", "check", *given],
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            text=True,
            cwd=ROOT,
            env=self._environment,
        ) as process:
            assert process.stdin is not None
            process.stdin.write(typed)
            process.stdin.close()
            process.stdin = None
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()


@pytest.fixture
def command(readers: Readers, tmp_path: Path) -> Command:
    wait_for(lambda: readers.empty() and readers.empty(slot=1), NOTICED_WITHIN_S, "empty readers")
    trust(tmp_path, Trusting.FRESH)
    return Command(readers, tmp_path)


def test_a_good_document_step_by_step_and_its_holder_only_when_asked_for(command: Command, readers: Readers) -> None:
    readers.insert(Chip(issued(PASSPORT)))
    done = command("--can", "-", typed=f"{CAN}\n")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    steps = {line.split()[0]: line.split() for line in lines}
    assert steps["access_control"][1] == "PACE-ECDH-GM-AES-CBC-CMAC-128"
    assert {"card_access", "select", "read", "passive_authentication", "clone_proof", "expiry", "match"} <= set(steps)
    assert all(words[-1] == "done" for name, words in steps.items() if name in ("read", "clone_proof", "expiry"))
    assert lines[-1] == "Verified: a genuine document, signed for by UT."
    assert not any(secret in done.stdout.upper() for secret in PERSONAL)

    shown = command("--mrz", "-", "--show", typed="\n".join(zone_lines()))
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "P UTO C01X00T47" in shown.stdout
    assert "ZOE MARIA, born 850317" in shown.stdout


def zone_lines() -> list[str]:
    """The three fields of the zone that count."""
    information = printed_zone(PASSPORT).information
    return [information[:9], information[10:16], information[17:23]]


def test_what_is_wrong_is_said_in_words(command: Command, readers: Readers) -> None:
    readers.insert(Chip(issued(scenario(forgery="clone"))))
    done = command("--can", "-", typed=CAN)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == in_words(Refused(Reason.CLONED, "UT"))


def test_no_document_and_no_pcscd(command: Command, readers: Readers) -> None:
    done = command("--can", "-", "--wait", "1", typed=CAN)
    assert done.returncode == 1
    assert done.stdout.splitlines() == ["Put the document into the card reader.", in_words(Retry(Reason.NO_CARD))]
    readers.stack.kill()
    done = command("--can", "-", "--wait", "1", typed=CAN)
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == in_words(Retry(Reason.READER_GONE))


def test_who_waits_may_go(command: Command) -> None:
    with command.begun("--can", "-", typed=CAN) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "Put the document into the card reader.\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(NOTICED_WITHIN_S) == 130


def test_a_card_that_never_answers_does_not_hold_the_technician(command: Command, readers: Readers) -> None:
    for_ever = threading.Event()

    def hold(_number: int) -> None:
        for_ever.wait(60)

    readers.insert(CountingCard(answers=knows_nothing), before_answer=hold)
    try:
        done = command("--can", "-", "--wait", "1", typed=CAN)
    finally:
        for_ever.set()
    assert done.returncode == 2
    assert "does not return" in done.stderr

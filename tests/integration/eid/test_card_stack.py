"""The virtual readers themselves: real pcscd, nobody else's, and closed to the machine's network."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import smartcard.scard as pcsc

from simulator.card import scenario as scenario_module
from simulator.card.pcscd import CardStack, CardStackError
from simulator.card.pcscd_room import FIRST_PORT
from simulator.card.vpcd import PlainCard
from simulator.processes import wait_for
from tests.integration.eid.support import NOTICED_WITHIN_S, Readers

SELECT = [0x00, 0xA4, 0x04, 0x00, 0x00]


@contextlib.contextmanager
def pcsc_context() -> Iterator[int]:
    result, context = pcsc.SCardEstablishContext(pcsc.SCARD_SCOPE_USER)
    assert result == pcsc.SCARD_S_SUCCESS, pcsc.SCardGetErrorMessage(result)
    try:
        yield context
    finally:
        pcsc.SCardReleaseContext(context)


def listed() -> list[str]:
    with pcsc_context() as context:
        result, names = pcsc.SCardListReaders(context, [])
        return list(names) if result == pcsc.SCARD_S_SUCCESS else []


def transmit(name: str, command: list[int]) -> tuple[int, bytes]:
    with pcsc_context() as context:
        result, card, protocol = pcsc.SCardConnect(
            context, name, pcsc.SCARD_SHARE_EXCLUSIVE, pcsc.SCARD_PROTOCOL_T0 | pcsc.SCARD_PROTOCOL_T1
        )
        if result != pcsc.SCARD_S_SUCCESS:
            return result, b""
        result, answer = pcsc.SCardTransmit(card, protocol, command)
        pcsc.SCardDisconnect(card, pcsc.SCARD_RESET_CARD)
        return result, bytes(answer)


def test_a_card_answers_over_pcsc(readers: Readers) -> None:
    readers.insert(PlainCard())
    assert listed() == readers.names
    assert transmit(readers.names[0], SELECT) == (pcsc.SCARD_S_SUCCESS, b"\x6a\x82")


def test_several_readers_each_with_its_own_card(readers: Readers) -> None:
    readers.only(["One", "Two"])
    readers.insert(PlainCard(), reader=1, slot=1)
    assert listed() == readers.names == ["One 00 00", "One 00 01", "Two 00 00", "Two 00 01"]
    assert transmit("Two 00 01", SELECT) == (pcsc.SCARD_S_SUCCESS, b"\x6a\x82")
    assert transmit("One 00 00", SELECT)[0] == pcsc.SCARD_E_NO_SMARTCARD


def test_a_pulled_card_is_gone_and_the_next_one_works(readers: Readers) -> None:
    readers.insert(PlainCard(), pull_at=0)
    result, answer = transmit(readers.names[0], SELECT)
    assert answer == b""  # vpcd calls that a success; see simulator.card.vpcd
    assert result in (pcsc.SCARD_S_SUCCESS, pcsc.SCARD_E_NOT_TRANSACTED, pcsc.SCARD_W_REMOVED_CARD)
    readers.insert(PlainCard())
    assert transmit(readers.names[0], SELECT) == (pcsc.SCARD_S_SUCCESS, b"\x6a\x82")


def test_pcscd_dies_and_comes_back(readers: Readers) -> None:
    inserted = readers.insert(PlainCard())
    readers.stack.kill()
    assert pcsc.SCardEstablishContext(pcsc.SCARD_SCOPE_USER)[0] == pcsc.SCARD_E_NO_SERVICE
    assert inserted.wait_removed(NOTICED_WITHIN_S)
    readers.stack.start_pcscd()
    readers.insert(PlainCard())
    assert transmit(readers.names[0], SELECT) == (pcsc.SCARD_S_SUCCESS, b"\x6a\x82")


def test_the_readers_are_not_on_this_machines_network(readers: Readers) -> None:
    readers.insert(PlainCard())
    for address in ("127.0.0.1", "0.0.0.0"):
        with socket.socket() as stranger:
            assert stranger.connect_ex((address, FIRST_PORT)) != 0
    ours = Path("/proc/self/net/tcp").read_text() + Path("/proc/self/net/tcp6").read_text()
    assert f":{FIRST_PORT:04X} " not in ours
    theirs = Path(f"/proc/{readers.stack.pcscd_pid}/net/tcp").read_text()
    assert f"00000000:{FIRST_PORT:04X} " in theirs, "vpcd listens on every interface of the network that it sees"
    devices = Path(f"/proc/{readers.stack.pcscd_pid}/net/dev").read_text().splitlines()[2:]
    assert [line.split(":")[0].strip() for line in devices] == ["lo"]


def test_the_machines_own_card_service_is_left_alone(readers: Readers) -> None:
    before = Path("/run/pcscd/pcscd.comm").exists()
    assert readers.stack.running
    assert Path("/run/pcscd/pcscd.comm").exists() == before
    if Path("/proc", str(readers.stack.pcscd_pid), "root", "run").stat().st_dev != Path("/run").stat().st_dev:
        # Elsewhere (in a chroot) nobody can have a /run of their own.
        assert not Path("/run/abholfach-card-readers").exists()
    assert readers.stack.client_socket.stat().st_mode & 0o777 == 0o600


def test_pcscd_ends_with_whoever_started_it(readers: Readers) -> None:
    pid = readers.stack.pcscd_pid
    readers.stack.stop()
    wait_for(lambda: not Path(f"/proc/{pid}").exists(), NOTICED_WITHIN_S, "end of pcscd")
    readers.stack.start()
    assert readers.stack.pcscd_pid not in (0, pid)


def test_it_needs_no_privilege_where_users_may_make_namespaces(
    readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    if subprocess.run(["unshare", "--user", "--mount", "--net", "true"], check=False, capture_output=True).returncode:
        pytest.skip("nobody may make user namespaces here (in a chroot, or by this machine's policy)")
    readers.stack.stop()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    readers.stack.start()
    readers.insert(PlainCard())
    assert transmit(readers.names[0], SELECT) == (pcsc.SCARD_S_SUCCESS, b"\x6a\x82")
    outside, inside = (Path(f"/proc/{pid}/ns/user").readlink() for pid in (os.getpid(), readers.stack.pcscd_pid))
    assert outside != inside


def test_nothing_is_left_when_whoever_started_it_is_killed() -> None:
    directory = Path(tempfile.mkdtemp(prefix="abh-"))
    program = "import sys, time; from pathlib import Path; from simulator.card.pcscd import CardStack\n"
    program += "stack = CardStack(Path(sys.argv[1])); stack.start()\n"
    program += "print(stack.pid, stack.pcscd_pid, flush=True); time.sleep(600)"
    starter = subprocess.Popen([sys.executable, "-c", program, str(directory)], stdout=subprocess.PIPE, text=True)
    try:
        assert starter.stdout is not None
        started = [Path(f"/proc/{pid}") for pid in starter.stdout.readline().split()]
        assert len(started) == 2
        assert all(process.exists() for process in started)
        starter.kill()
        wait_for(lambda: not any(alive(process) for process in started), NOTICED_WITHIN_S, "end of both")
    finally:
        starter.kill()
        starter.wait()
        if starter.stdout is not None:
            starter.stdout.close()
        shutil.rmtree(directory)


def test_a_document_from_a_file_lies_there_until_it_is_taken_away(readers: Readers) -> None:
    passport = Path(scenario_module.__file__).with_name("scenarios") / "passport.toml"
    command = [sys.executable, "-m", "simulator.card", str(passport), "--cards", str(readers.stack.directory)]
    laid = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert laid.stdout is not None
        assert laid.stdout.readline().startswith("P<UTOERIKSSON<<ANNA<MARIA<")
        assert laid.stdout.readline().startswith("L898902C36UTO7408122F")
        assert "CAN 123456" in laid.stdout.readline()
        wait_for(lambda: transmit(readers.names[0], SELECT)[1] != b"", NOTICED_WITHIN_S, "card that pcscd has noticed")
    finally:
        laid.terminate()
        assert laid.wait(20) == 0
        if laid.stdout is not None:
            laid.stdout.close()
    wait_for(readers.empty, NOTICED_WITHIN_S, "empty reader")


def alive(process: Path) -> bool:
    """Neither gone nor waiting for somebody who fetches its exit code."""
    try:
        return "\nState:\tZ" not in (process / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_path_that_is_too_long_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(CardStackError, match="choose a shorter one"):
        CardStack(tmp_path / ("x" * 100)).start()

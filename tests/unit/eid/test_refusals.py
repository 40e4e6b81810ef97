"""Every circumstance in which a chip check must not let anybody in, each with its own reason, on virtual chips."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.eid.channel import Cancelled, CardRemoved, ChannelError, DeadlineExceeded, ReaderGone
from hal.eid.outcome import Refused, Verified
from hal.eid.trust_store import TrustStore
from simulator.card.chip import Chip
from simulator.card.scenario import Scenario
from tests.unit.eid.chip_line import ChipLine
from tests.unit.eid.documents import Access, Trusting, Watched, check, expected, issued, scenario, told, trust
from tests.unit.eid.refusals import AES_256, CAM, DOWNGRADED, NOT_OURS, PACE, PERSONS, ROWS, TDES, Row

GET_CHALLENGE = 0x84
Stores = Callable[[Trusting], TrustStore]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    directory = tmp_path_factory.mktemp("trust")
    made: dict[Trusting, Path] = {}

    def open_store(trusting: Trusting) -> TrustStore:
        if trusting not in made:
            made[trusting] = directory / trusting.value
            return trust(made[trusting], trusting)
        return TrustStore.open(made[trusting])

    return open_store


def test_no_two_rows_are_the_same() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_has_its_reason(row: Row, stores: Stores) -> None:
    line, trace = ChipLine(Chip(row.image)), Watched()
    outcome = check(
        line, row.scenario, stores(row.trusting), access=row.access, at=row.at, rules=row.rules, trace=trace
    )
    assert told(outcome) == row.told
    if isinstance(outcome, Verified):
        assert outcome.issuing_state == "UT"
        assert outcome.excused == row.excused, "a policy that does without something does so in writing"
        assert set(outcome.verifiers) & set(expected(row.scenario))
        assert trace.shown == 1
    elif trace.steps:
        # The trace ends where the verification did, with the same reason, and showed nobody's data.
        assert trace.steps[-1].outcome == row.told[1]
        assert trace.shown == 0
    if row.trusting is Trusting.NOBODY or row.at is None:
        assert not line.commands, "nothing is asked of a card that could not be checked"
    if row in (*PACE, *DOWNGRADED, *NOT_OURS) and row.offers_pace:
        assert not [command for command in line.commands if command[1] == GET_CHALLENGE], "never BAC"


def test_somebody_elses_passport_has_other_verifiers(stores: Stores) -> None:
    mine, theirs = PERSONS[0], PERSONS[-1]
    outcome = check(ChipLine(Chip(theirs.image)), theirs.scenario, stores(Trusting.FRESH))
    assert isinstance(outcome, Verified)
    assert not set(outcome.verifiers) & set(expected(mine.scenario))


def test_a_refusal_says_whose_state_signed_only_once_that_is_proven(stores: Stores) -> None:
    for forgery, state in (("clone", "UT"), ("signature", "")):
        of = scenario(forgery=forgery)
        outcome = check(ChipLine(Chip(issued(of))), of, stores(Trusting.FRESH))
        assert isinstance(outcome, Refused)
        assert outcome.issuing_state == state


@pytest.mark.parametrize("access", [Access.CAN, Access.MRZ])
def test_pulled_at_every_command_and_put_in_again(access: Access, stores: Stores) -> None:
    of = scenario(chip={} if access is Access.CAN else {"pace": [], "extended_length": False})
    chip, store = Chip(issued(of)), stores(Trusting.FRESH)
    whole = ChipLine(chip)
    assert told(check(whole, of, store, access=access)) == ("verified", "")
    assert len(whole.commands) <= 30
    for index in range(len(whole.commands)):
        trace = Watched()
        pulled = check(ChipLine(chip, pull_at=index), of, store, access=access, trace=trace)
        assert told(pulled) == ("retry", "card_removed")
        assert trace.shown == 0
    assert told(check(ChipLine(chip), of, store, access=access)) == ("verified", "")


@pytest.mark.parametrize(
    "error", [CardRemoved, ReaderGone, DeadlineExceeded, Cancelled, ChannelError], ids=lambda one: str(one.__name__)
)
def test_a_line_that_breaks_is_no_fault_of_the_document(error: type[ChannelError], stores: Stores) -> None:
    class Broken:
        extended_length = True

        def transmit(self, command: bytes) -> bytes:
            raise error

    outcome = check(Broken(), scenario(), stores(Trusting.FRESH))
    assert told(outcome) == ("retry", "reader_gone" if error is ChannelError else error.reason)


def spoiled(step: int, index: int, bit: int) -> Callable[[int, bytes], bytes]:
    def spoil(number: int, answer: bytes) -> bytes:
        if number != step or index >= len(answer):
            return answer
        return answer[:index] + bytes((answer[index] ^ bit,)) + answer[index + 1 :]

    return spoil


def refuse_every_change(of: Scenario, access: Access, store: TrustStore, every: int, offset: int) -> None:
    """Of each protected answer, every ``every``th byte from ``offset`` on is changed, one at a time."""
    lengths: list[int] = []

    def measure(_: int, answer: bytes) -> bytes:
        lengths.append(len(answer))
        return answer

    chip = Chip(issued(of))
    line = ChipLine(chip, spoil=measure)
    assert told(check(line, of, store, access=access)) == ("verified", "")
    protected = [index for index, command in enumerate(line.commands) if command[0] & 0x0C == 0x0C]
    assert len(protected) >= 7
    # What chip authentication's first answer under the new keys says cannot be told from an answer of a chip without
    # the keys.
    proof = max(protected)
    for step in protected:
        for index in range(offset % every, lengths[step], every):
            trace = Watched()
            outcome = check(ChipLine(chip, spoil=spoiled(step, index, 0x10)), of, store, access=access, trace=trace)
            reason = "cloned" if step == proof else "secure_messaging_failed"
            assert told(outcome) == ("refused", reason), f"byte {index} of answer {step}"


SHORT_ANSWERS = scenario(chip={"extended_length": False})
BY_BAC = scenario(chip={"pace": [], "extended_length": False, "chip_authentication": ["ECDH-3DES secp256r1"]})


@pytest.mark.parametrize("of", [SHORT_ANSWERS, BY_BAC], ids=["AES", "3DES"])
def test_bytes_of_every_protected_answer_changed(of: Scenario, stores: Stores) -> None:
    refuse_every_change(of, Access.MRZ, stores(Trusting.FRESH), 23, 5)


@pytest.mark.campaign
@pytest.mark.parametrize("of", [SHORT_ANSWERS, BY_BAC, scenario()], ids=["AES", "3DES", "extended length"])
def test_every_byte_of_every_protected_answer_changed(of: Scenario, stores: Stores) -> None:
    refuse_every_change(of, Access.MRZ, stores(Trusting.FRESH), 1, 0)


@pytest.mark.parametrize("bit", [0x01, 0x80])
def test_bytes_of_every_open_answer_changed_verify_nobody(bit: int, stores: Stores) -> None:
    """EF.CardAccess and PACE, which nothing protects: whatever is changed there is found out, at the latest by DG14."""
    of = scenario()
    chip, store = Chip(issued(of)), stores(Trusting.FRESH)
    line = ChipLine(chip)
    assert told(check(line, of, store, access=Access.MRZ)) == ("verified", "")
    opened = [index for index, command in enumerate(line.commands) if command[0] & 0x0C == 0]
    for step in opened:
        for index in range(0, 80, 5):
            changes: list[bool] = []

            def spoil(
                number: int, answer: bytes, step: int = step, index: int = index, changes: list[bool] = changes
            ) -> bytes:
                changed = spoiled(step, index, bit)(number, answer)
                changes.append(changed != answer)
                return changed

            outcome = check(ChipLine(chip, spoil=spoil), of, store, access=Access.MRZ)
            assert isinstance(outcome, Verified) != any(changes), f"byte {index} of answer {step}"


@settings(max_examples=60)
@given(st.data())
def test_whatever_comes_instead_of_an_answer_ends_with_a_reason(stores: Stores, data: st.DataObject) -> None:
    """Answers exchanged for anything at all; whoever is verified then is verified rightly."""
    of = scenario(chip={"pace": [data.draw(st.sampled_from([CAM, AES_256, TDES]))]})
    put = st.one_of(
        st.binary(max_size=300),
        st.sampled_from([b"", b"\x90", b"\x90\x00", b"\x62\x82", b"\x6a\x82", b"\x67\x00", b"\x69\x88", b"\x6c\x10"]),
        st.binary(max_size=40).map(lambda content: content + b"\x90\x00"),
        st.binary(max_size=40).map(lambda content: b"\x7c" + bytes((len(content),)) + content + b"\x90\x00"),
    )
    instead = data.draw(st.dictionaries(st.integers(0, 14), put, min_size=1, max_size=2))
    line = ChipLine(Chip(issued(of)), spoil=lambda number, answer: instead.get(number, answer))
    outcome = check(line, of, stores(Trusting.FRESH))
    if isinstance(outcome, Verified):
        assert set(outcome.verifiers) & set(expected(of))

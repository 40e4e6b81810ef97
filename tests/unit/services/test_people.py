"""Codes, second factors, badges and PINs: looked up, counted before they are compared, then forgotten."""

from __future__ import annotations

import asyncio
import hashlib

import pytest

from controller.adapters.control.kiosk_view import kiosk_view
from controller.domain import commands as cmd
from controller.domain.decision import Refusal
from controller.domain.model import Phase
from controller.domain.pickup_number import keyed_digest
from controller.domain.verifiers import token_secret
from controller.ports import ELSEWHERE_ORDER, PutCredential, PutElsewhere, PutStaffCredential, Tone
from controller.services.credentials import CredentialBook
from controller.services.front import LANGUAGE_MS, Front
from controller.services.one_at_a_time import OneAtATime
from controller.services.refusals import WINDOW_MS, RefusalLedger, Throttle
from controller.services.residents import STALE_SCAN_MS, Numbers, Residents
from controller.services.staff import Staff
from simulator.preload import Slip, credential_of, new_code
from tests.unit.services.bench import Bench, soon

CODES = {right: new_code("P") for right in ("R1", "R2", "R3")}
BADGES = {staff: new_code("B") for staff in ("lena", "sabine")}
UNKNOWN = new_code("P")


def tag(number: str) -> bytes:
    """As argon2id gives it, and quicker."""
    return hashlib.sha512(number.encode()).digest()


def keyed(digest: bytes) -> bytes:
    """What a device's key does to the digest of a pickup number."""
    return keyed_digest(b"k" * 32, digest)


class Counter:
    """The services that people meet, over one bench."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.tones: list[Tone] = []
        self.book = CredentialBook((), ())
        bench.actor.on_row(self.book.written)
        bench.actor.on_event(self.book.follow)
        self.front = Front(bench.actor, self.tones.append)
        self.refusals = RefusalLedger(bench.actor, bench.clock.mono_ms)
        throttle = Throttle(bench.clock.mono_ms)
        self.tagged: list[str] = []
        numbers = Numbers(self._tag, keyed, Throttle(bench.clock.mono_ms), OneAtATime())
        self.residents = Residents(bench.actor, self.book, self.front, self.refusals, throttle, token_secret, numbers)
        self.checks: list[str] = []
        self.staff = Staff(bench.actor, self.book, self.front, self.refusals, self._check)

    def _tag(self, number: str) -> bytes:
        self.tagged.append(number)
        return tag(number)

    def _check(self, stored: str, pin: str) -> bool:
        self.checks.append(pin)
        return stored == f"hash of {pin}"

    async def fill(self) -> None:
        """R1 asks for nothing, R2 for a birth date, R3 for a PIN; all are inside."""
        bench = self.bench
        for number, (types, slip) in enumerate(
            (
                (("eAT",), Slip("R1", CODES["R1"], ("D1",))),
                (("Personalausweis",), Slip("R2", CODES["R2"], ("D2",), birth_date="01.02.1990")),
                (("Reisepass",), Slip("R3", CODES["R3"], ("D3",), pin="123456")),
            ),
            1,
        ):
            await bench.announce(f"D{number}", *types)
            await bench.issue(f"R{number}", f"D{number}", row=credential_of(slip))
        for name, text in BADGES.items():
            await bench.done(
                cmd.RegisterStaff(name, tuple(role.value for role in bench.box.staff[name].roles)),
                PutStaffCredential(name, hashlib.sha256(text.encode()).digest(), f"hash of {name}"),
            )
        await bench.log_in()
        for number in (1, 2, 3):
            await bench.load(f"D{number}")
        await bench.log_out()

    async def show(self, text: str, ago_ms: int = 0) -> str:
        """The refusal's code, empty when taken."""
        return code(await self.residents.present(text, self.bench.clock.mono - ago_ms))

    async def badge(self, staff: str, ago_ms: int = 0) -> str:
        return code(await self.staff.badge(BADGES[staff], self.bench.clock.mono - ago_ms))

    async def order(self, text: str, ago_ms: int = 0) -> str:
        return code(await self.staff.order(text, self.bench.clock.mono - ago_ms))

    @property
    def session(self) -> str:
        assert self.bench.box.session is not None
        return self.bench.box.session.id

    @property
    def page(self) -> str:
        return self.front.state.notice.page if self.front.state.notice is not None else ""


def code(refusal: Refusal | None) -> str:
    return refusal.code if refusal is not None else ""


@pytest.fixture
async def counter(bench: Bench) -> Counter:
    made = Counter(bench)
    await made.fill()
    return made


# --- scans have an age ---


@pytest.mark.parametrize("ago_ms", [STALE_SCAN_MS + 1, 3_600_000, -1, -3_600_000])
async def test_an_old_scan_and_one_from_the_future_are_nobodys(counter: Counter, ago_ms: int) -> None:
    assert await counter.show(CODES["R1"], ago_ms) == "stale_scan"
    assert await counter.badge("lena", ago_ms) == "stale_scan"
    assert counter.bench.box.session is None
    await counter.bench.log_in()
    await counter.bench.announce("D9")
    assert await counter.order("ORDER-D9", ago_ms) == "stale_scan"
    assert counter.bench.box.opening is None


@pytest.mark.parametrize("ago_ms", [0, STALE_SCAN_MS])
async def test_a_fresh_scan_is_taken(counter: Counter, ago_ms: int) -> None:
    assert await counter.show(CODES["R1"], ago_ms) == ""
    assert counter.bench.box.opening is not None


# --- codes ---


async def test_codes_that_open_nothing_have_their_pages(counter: Counter) -> None:
    assert await counter.show(UNKNOWN) == "code_unknown"
    assert counter.page == "code_unknown"
    await counter.bench.done(cmd.RevokeRight(*counter.bench.central(), "R2"))
    assert await counter.show(CODES["R2"]) == "counter"
    await counter.show(CODES["R1"])
    await counter.bench.open_and_close()
    await counter.bench.done(cmd.Confirm(counter.session, "everything"))
    assert await counter.show(CODES["R1"]) == "collected"
    assert counter.page == "collected"
    assert counter.tones[-1] is Tone.REFUSED


async def test_wrong_codes_slow_down_and_the_next_person_does_not_wait(counter: Counter) -> None:
    for _ in range(8):
        await counter.show(UNKNOWN)
        counter.bench.clock.advance(100)
    assert await counter.show(UNKNOWN) == "slow_down"
    assert counter.page == "slow_down"
    assert await counter.show(CODES["R1"]) == "", "the next person, at once"
    await counter.bench.open_and_close()
    await counter.bench.done(cmd.Confirm(counter.session, "everything"))
    assert await counter.show(UNKNOWN) == "code_unknown", "and what they did is not laid at the next one's door"


def test_the_pause_grows_and_is_forgiven() -> None:
    now = [0]
    throttle = Throttle(lambda: now[0])
    pauses = []
    for _ in range(12):
        throttle.wrong()
        pauses.append(throttle.wait_ms())
        now[0] += pauses[-1]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (Throttle.FIRST_MS, Throttle.LONGEST_MS)
    now[0] += Throttle.FORGIVEN_AFTER_MS + 1
    assert throttle.wait_ms() == 0
    throttle.wrong()
    assert throttle.wait_ms() == Throttle.FIRST_MS


# --- second factors ---


async def test_a_birth_date_opens_and_a_wrong_one_is_counted_first(counter: Counter) -> None:
    assert await counter.show(CODES["R2"]) == ""
    before = len(counter.bench.log.appends)
    assert code(await counter.residents.enter_factor(counter.session, "19900203")) == "factor_wrong"
    assert counter.bench.log.appends[before : before + 1] == [("FactorTried",)]
    assert code(await counter.residents.enter_factor(counter.session, "19900201")) == ""
    assert counter.bench.box.opening is not None


@pytest.mark.parametrize("value", ["", "x", "9" * 1000, "1990-02-31", "\u0661\u0662"])
async def test_a_malformed_factor_is_a_wrong_one(counter: Counter, value: str) -> None:
    await counter.show(CODES["R3"])
    assert code(await counter.residents.enter_factor(counter.session, value)) == "factor_wrong"


async def test_a_factor_that_is_being_compared_is_not_wrong_yet(counter: Counter) -> None:
    """Counting comes first; whoever typed the right thing must not see "wrong" while the disk takes its time."""
    await counter.show(CODES["R2"])
    seen: list[str] = []

    def look() -> None:
        seen.append(kiosk_view(counter.bench.box, counter.front.state, counter.bench.actor.now()).view.page)

    counter.front.on_change(look)
    both = (counter.residents.enter_factor(counter.session, value) for value in ("19900201", "19900201"))
    answers = [code(answer) for answer in await asyncio.gather(*both)]
    assert answers == ["", "wrong_phase"], "a second tap is no second try"
    assert "birth_wrong" not in seen
    assert seen[-1] == "opening"


async def test_a_wrong_factor_is_told_once_it_was_compared(counter: Counter) -> None:
    await counter.show(CODES["R2"])
    await counter.residents.enter_factor(counter.session, "19900203")
    view = kiosk_view(counter.bench.box, counter.front.state, counter.bench.actor.now()).view
    assert (view.page, view.tries_left) == ("birth_wrong", 2)


async def test_a_pin_is_its_own_rights(counter: Counter) -> None:
    await counter.show(CODES["R3"])
    assert code(await counter.residents.enter_factor(counter.session, "123456")) == ""


async def test_a_factor_is_compared_with_the_code_that_was_shown(counter: Counter) -> None:
    """A right's other credential has another verifier of the same birth date: each is keyed by its own secret."""
    slip = Slip("R4", new_code("P"), ("D4",), birth_date="01.02.1990")
    other = PutCredential(b"n" * 32, "number", "R4", {"birth_date": "00" * 32})
    await counter.bench.announce("D4", "Personalausweis")
    command = cmd.IssueRight(*counter.bench.central(), "R4", ("D4",), "de", 0, 0)
    await counter.bench.done(command, other, credential_of(slip))
    await counter.bench.log_in()
    await counter.bench.load("D4")
    await counter.bench.log_out()
    assert await counter.show(slip.text) == ""
    assert code(await counter.residents.enter_factor(counter.session, "19900201")) == ""


async def test_no_factor_without_its_session(counter: Counter) -> None:
    assert code(await counter.residents.enter_factor("S1", "19900201")) == "no_session"
    await counter.show(CODES["R1"])
    assert code(await counter.residents.enter_factor(counter.session, "19900201")) == "no_session", "it has no factor"


async def test_a_reader_that_hangs_up_leaves_a_session_that_can_go_on(counter: Counter) -> None:
    """The caller goes away during the commit; the secret by which the factor is compared must be there."""
    counter.bench.log.hold()
    caller = asyncio.create_task(counter.show(CODES["R2"]))
    await counter.bench.log.begun.wait()
    caller.cancel()
    counter.bench.log.release()
    await soon(lambda: counter.bench.box.session is not None)
    assert code(await counter.residents.enter_factor(counter.session, "19900201")) == ""


async def test_secrets_are_forgotten_with_the_session(counter: Counter) -> None:
    await counter.show(CODES["R2"])
    session = counter.session
    assert counter.residents._secrets
    await counter.bench.done(cmd.CancelSession(session))
    assert not counter.residents._secrets
    assert not counter.residents._presented
    await counter.show(CODES["R1"])
    assert not counter.residents._secrets, "a right without a factor leaves no secret at all"


async def test_an_ended_rights_verifiers_leave_the_book(counter: Counter) -> None:
    digest = hashlib.sha256(CODES["R2"].encode()).digest()
    assert counter.book.verifiers(digest)
    await counter.bench.done(cmd.RevokeRight(*counter.bench.central(), "R2"))
    assert counter.book.verifiers(digest) == {}
    row = counter.book.pickup(CODES["R2"])
    assert row is not None
    assert (row.ended_reason, dict(row.verifiers)) == ("revoked", {})


# --- staff ---


async def test_no_login_without_a_badge_and_none_after_thirty_seconds(counter: Counter) -> None:
    counter.bench.clock.advance(31_000)
    assert code(await counter.staff.log_in("lena")) == "badge_needed"
    assert counter.checks == [], "nothing is hashed for nobody"
    await counter.badge("lena")
    counter.bench.clock.advance(30_001)
    assert code(await counter.staff.log_in("lena")) == "badge_needed"
    await counter.badge("lena")
    counter.bench.clock.advance(29_999)
    assert code(await counter.staff.log_in("lena")) == ""
    assert counter.bench.box.staff_session is not None


async def test_a_pin_is_counted_before_it_is_compared_and_locks_after_five(counter: Counter) -> None:
    await counter.badge("lena")
    answers = [code(await counter.staff.log_in("0000")) for _ in range(6)]
    assert answers == ["pin_wrong"] * 4 + ["staff_locked", "badge_needed"]
    assert len(counter.checks) == 5
    assert await counter.badge("lena") == "staff_locked"


async def test_the_pin_belongs_to_the_badge_that_was_read_last(counter: Counter) -> None:
    await counter.badge("lena")
    await counter.badge("sabine")
    assert code(await counter.staff.log_in("lena")) == "pin_wrong"
    assert code(await counter.staff.log_in("sabine")) == ""


async def test_a_badge_that_changes_while_its_pin_is_compared_logs_nobody_in(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await counter.badge("lena")
    loop = asyncio.get_running_loop()

    def slowly(stored: str, pin: str) -> bool:
        asyncio.run_coroutine_threadsafe(counter.badge("sabine"), loop).result(10)
        return True

    monkeypatch.setattr(counter.staff, "_check_pin", slowly)
    assert code(await counter.staff.log_in("lena")) == "badge_needed"
    assert counter.bench.box.staff_session is None


async def test_a_pin_is_compared_for_the_badge_it_was_counted_for(counter: Counter) -> None:
    """Another badge is read while the PIN is on its way: the try is that badge's, and so is the comparison."""
    await counter.badge("lena")
    counter.bench.log.hold()
    other = asyncio.create_task(counter.badge("sabine"))
    await counter.bench.log.begun.wait()
    entered = asyncio.create_task(counter.staff.log_in("sabine"))
    await asyncio.sleep(0)
    counter.bench.log.release()
    assert await other == ""
    assert code(await entered) == ""
    assert counter.bench.box.staff_session is not None
    assert counter.bench.box.staff_session.staff == "sabine"


async def test_a_badge_nobody_knows(counter: Counter) -> None:
    assert code(await counter.staff.badge(new_code("B"), counter.bench.clock.mono)) == "badge_unknown"
    assert counter.front.state.staff_notice is not None
    assert counter.front.state.staff_notice.page == "badge_unknown"


async def test_a_badge_is_one_persons(counter: Counter) -> None:
    digest = hashlib.sha256(BADGES["lena"].encode()).digest()
    assert code(await counter.staff.register("nina", ("loader",), digest, "hash")) == "badge_taken"
    again = [
        counter.staff.register("nina", ("loader",), b"n" * 32, "hash"),
        counter.staff.register("nora", ("loader",), b"n" * 32, "hash"),
    ]
    assert sorted([code(answer) for answer in await asyncio.gather(*again)]) == ["", "badge_taken"]


async def test_a_registration_counts_though_its_caller_has_gone(counter: Counter) -> None:
    counter.bench.log.hold()
    caller = asyncio.create_task(counter.staff.register("nina", ("loader",), b"n" * 32, "hash"))
    await counter.bench.log.begun.wait()
    caller.cancel()
    counter.bench.log.release()
    await soon(lambda: "nina" in counter.bench.box.staff)
    assert counter.book.badge_owner(b"n" * 32) == "nina"
    assert counter.book.pin_hash("nina") == "hash"


async def test_a_new_badge_replaces_the_old_one(counter: Counter) -> None:
    assert code(await counter.staff.register("lena", ("loader",), b"n" * 32, "new hash")) == ""
    assert counter.book.badge(BADGES["lena"]) is None
    assert counter.book.pin_hash("lena") == "new hash"


async def test_an_order_that_opens_nothing_says_which(counter: Counter) -> None:
    await counter.bench.log_in()
    assert await counter.order("ORDER-D9") == "load_unknown"
    assert counter.front.state.staff_notice is not None
    assert counter.front.state.staff_notice.details["order"] == "ORDER-D9"


async def test_an_order_of_another_site_says_where_it_belongs(counter: Counter) -> None:
    orders = {"ORDER-D9": "Rathaus Nord", "ORDER-D4": "Rathaus Süd"}
    for order, place in orders.items():
        row = PutElsewhere(hashlib.sha256(order.encode()).digest(), ELSEWHERE_ORDER, "", place, 0, 0)
        await counter.bench.actor.submit(cmd.NoteElsewhere("central", order, f"right-of-{order}", place), (row,))
    await counter.bench.announce("D4")
    await counter.bench.log_in()
    assert await counter.order("ORDER-D9") == "load_other_site"
    notice = counter.front.state.staff_notice
    assert notice is not None
    assert (notice.page, notice.details) == ("load_other_site", {"order": "ORDER-D9", "place": "Rathaus Nord"})
    assert counter.tones[-1] is Tone.REFUSED
    assert counter.bench.box.opening is None
    assert await counter.order("ORDER-D4") == "", "what is expected here is loaded here"


# --- refusals in the log ---


async def test_refusals_are_counted_and_do_not_flood_the_log(counter: Counter) -> None:
    before = len(counter.bench.log.appends)
    for _ in range(100):
        counter.refusals.note("code_unknown")
    await counter.bench.do(cmd.Tick())
    assert counter.bench.log.appends[before:] == [("RefusalsNoted",)]
    counter.bench.clock.advance(WINDOW_MS)
    counter.refusals.flush_due()
    counter.refusals.flush_due()
    await counter.bench.do(cmd.Tick())
    assert counter.bench.log.appends[before:] == [("RefusalsNoted",)] * 2


async def test_the_page_of_a_session_is_its_persons(counter: Counter) -> None:
    """Two codes at once: the first is served, the second changes nothing of its page."""
    await counter.show(CODES["R2"])
    token = counter.front.state.kiosk_token
    assert token
    assert await counter.show(CODES["R1"]) == "busy"
    assert counter.front.state.kiosk_token == token
    assert counter.page == ""
    assert counter.bench.box.session is not None
    assert counter.bench.box.session.phase is Phase.VERIFYING


# --- in whose language ---


async def issue_in(counter: Counter, right: str, deposit: str, language: str) -> str:
    """A right in a language of its own; the text of its code."""
    slip = Slip(right, new_code("P"), (deposit,))
    await counter.bench.announce(deposit)
    issued = cmd.IssueRight(*counter.bench.central(), right, (deposit,), language, 0, 0)
    await counter.bench.done(issued, credential_of(slip))
    return slip.text


async def test_an_answer_to_a_code_is_in_the_language_of_its_right(counter: Counter) -> None:
    arabic = await issue_in(counter, "R7", "D7", "ar")
    polish = await issue_in(counter, "R8", "D8", "pl")
    assert (await counter.show(arabic), counter.page, counter.front.state.language) == ("not_yet", "not_yet", "ar")
    assert (await counter.show(polish), counter.front.state.language) == ("not_yet", "pl"), "somebody else's code"
    counter.bench.clock.advance(60_000)
    counter.front.expire_notices(counter.bench.clock.mono)
    assert (counter.page, counter.front.state.language) == ("", "de")
    counter.front.choose_language("fr")
    assert (await counter.show(arabic), counter.front.state.language) == ("not_yet", "fr"), "what was chosen counts"
    counter.front.dismiss()
    assert counter.front.state.language == "de"


async def test_a_chosen_language_is_given_back_when_nobody_goes_on(counter: Counter) -> None:
    counter.front.choose_language("ar")
    counter.bench.clock.advance(LANGUAGE_MS - 1)
    counter.front.expire_notices(counter.bench.clock.mono)
    assert counter.front.state.language == "ar"
    counter.bench.clock.advance(1)
    counter.front.expire_notices(counter.bench.clock.mono)
    assert counter.front.state.language == "de"
    counter.front.choose_language("ar")
    await counter.show(CODES["R3"])
    counter.bench.clock.advance(LANGUAGE_MS)
    counter.front.expire_notices(counter.bench.clock.mono)
    assert (counter.bench.box.session is not None, counter.front.state.language) == (True, "ar"), "of whoever is served"

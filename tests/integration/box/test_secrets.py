"""A whole story with everything logged: nothing that people gave is left anywhere when they have gone (domain.md,
invariant 7; architecture.md, Secrets).
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from controller.api import ControlError, EnterFactor, StaffLogin
from controller.bootstrap.number_keys import NumberKeys
from controller.domain.pickup_number import digest_of_tag, secret_of_tag
from controller.identity import load_identity
from simulator.people import Hall
from simulator.pickup_codes import new_number, spoken
from simulator.preload import Badge, Envelope, Preload, Slip, credential_of, new_code, number_of
from simulator.processes import Process
from simulator.town import Town
from tests.integration.box.support import arguments, events, finish, hall, start_other, town, until

#: Long and unlike anything that a clock or a counter says.
STAFF_PIN, WRONG_STAFF_PIN = "90417536281", "90417536282"
PIN, WRONG_PIN = "7392816405", "7392816406"
LOADER = Badge("anna", new_code("B"), STAFF_PIN, ("loader",))
ITEMS = (
    Envelope("D0", "AUF-0000", "Personalausweis"),
    Envelope("D1", "AUF-0001", "Reisepass"),
    Envelope("D2", "AUF-0002", "Reiseausweis"),
    Envelope("D3", "AUF-0003", "Reisepass"),
)
SLIPS = (
    Slip("R0", new_code("P"), ("D0",)),
    Slip("R1", new_code("P"), ("D1",), birth_date="23.07.1958"),
    Slip("R2", new_code("P"), ("D2",), pin=PIN),
    Slip("R3", new_code("P"), ("D3",), birth_date="23.07.1958", number=new_number()),
)
NUMBER, UNKNOWN_NUMBER = SLIPS[3].number, new_number()
TYPO = NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)
UNKNOWN = new_code("P")
BIRTH_DATES = ("23.07.1958", "19580723", "1958-07-23", "24.07.1958", "19580724", "1958-07-24")
MALFORMED = "geheim-58-07"

DEBUG = """
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
from simulator.controller import main
sys.exit(main(sys.argv[1:]))
"""


def secrets() -> dict[str, bytes]:
    """Everything that must not be found, by what it is."""
    found = {"staff PIN": STAFF_PIN, "wrong staff PIN": WRONG_STAFF_PIN, "PIN": PIN, "wrong PIN": WRONG_PIN}
    found |= {f"birth date {text}": text for text in BIRTH_DATES}
    found |= {"malformed factor": MALFORMED}
    found |= {f"code of {slip.right}": slip.text.rpartition("-")[2] for slip in SLIPS}
    found |= {"number": NUMBER, "unknown number": UNKNOWN_NUMBER, "number with a typo": TYPO, "printed": spoken(NUMBER)}
    found |= {"unknown code": UNKNOWN.rpartition("-")[2], "badge": LOADER.text.rpartition("-")[2]}
    raw = {name: text.encode() for name, text in found.items()}
    for slip in SLIPS:
        code = slip.text.rpartition("-")[2]
        raw[f"bits of {slip.right}"] = base64.b32decode(code + "=" * (-len(code) % 8))
        for factor, verifier in credential_of(slip).verifiers.items():
            raw[f"{factor} verifier of {slip.right}, hex"] = verifier.encode()
            raw[f"{factor} verifier of {slip.right}"] = bytes.fromhex(verifier)
    return raw


def stretched(box: Town) -> dict[str, bytes]:
    """What is made of the number. The box keeps neither half of its tag, and its verifiers as long as its right
    lives.
    """
    keys = NumberKeys.of(load_identity(box.data), box.data)
    tag = keys.tag_of(NUMBER)
    digest, secret = digest_of_tag(tag), secret_of_tag(tag)
    made = {"digest of the number": digest, "secret of the number": secret}
    kept = {f"{factor} verifier of the number": text for factor, text in number_of(SLIPS[3], keys).verifiers.items()}
    made |= {name: bytes.fromhex(text) for name, text in kept.items()}
    return made | {f"{name}, hex": value.hex().encode() for name, value in made.items()}


@pytest.fixture
def box() -> Iterator[tuple[Town, Process]]:
    with town(Preload(ITEMS, SLIPS, (LOADER,)), start=False) as made:
        environment = {"NOTIFY_SOCKET": str(made._notify.path), "PYTHONASYNCIODEBUG": "1"}
        process = start_other(made, *arguments(made), code=DEBUG, environment=environment)
        try:
            assert made._notify.wait_ready(process, 30)
            yield made, process
        finally:
            process.stop()


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def places(box: Town, process: Process) -> dict[str, bytes]:
    """Every file of the box (database, its log and its freed pages, configuration, journals), and every command line
    and environment of its processes.
    """
    found = {str(path.relative_to(box.root)): path.read_bytes() for path in files(box.root)}
    for one in (process, box.plant_process):
        if one is not None and one.running:
            for name in ("cmdline", "environ"):
                found[f"{one.name} {name}"] = Path(f"/proc/{one.pid}/{name}").read_bytes()
    return found


def leaks(box: Town, process: Process) -> list[str]:
    where = places(box, process)
    hidden = secrets() | stretched(box)
    return sorted(f"{what} in {place}" for what, secret in hidden.items() for place in where if secret in where[place])


async def enter(people: Hall, value: str) -> str:
    """Types a second factor; the refusal, empty when it was right."""
    view = await people.until_kiosk("birth", "pin", "birth_wrong", "pin_wrong")
    try:
        await people.page.call(EnterFactor(view.session, view.revision, value))
    except ControlError as error:
        return error.reason
    return ""


async def story(box: Town) -> list[str]:
    """Everything that people give is given, right and wrong; the answers, as the pages got them."""
    answers: list[str] = []
    async with hall(box) as people:
        await people.scanner.show(LOADER.text)
        with pytest.raises(ControlError) as wrong:
            await people.page.call(StaffLogin(WRONG_STAFF_PIN))
        answers.append(str(wrong.value))
        await people.log_in(LOADER)
        for item in ITEMS:
            await people.load(item.order, item.deposit)
        await people.log_out()
        await people.scanner.show(UNKNOWN)
        await people.scanner.show(SLIPS[0].text)
        await finish(people)
        for slip, values in (
            (SLIPS[1], ("24.07.1958", MALFORMED, "19580723")),
            (SLIPS[2], (WRONG_PIN, MALFORMED, PIN)),
        ):
            assert await people.scanner.show(slip.text) == ""
            assert [await enter(people, value) for value in values] == ["factor_wrong", "factor_wrong", ""]
            await finish(people)
        for number, answer in ((TYPO, "number_typo"), (UNKNOWN_NUMBER, "code_unknown"), (NUMBER, "slow_down")):
            assert await people.type_number(number) == answer
        await asyncio.sleep(1.1)
        assert await people.type_number(NUMBER) == ""
        assert [await enter(people, value) for value in ("24.07.1958", "19580723")] == ["factor_wrong", ""]
        await finish(people)
        await until(lambda: len(events(box, "RightEnded")) == len(SLIPS), "all is collected")
        answers.append(msgspec.json.encode(await people.kiosk()).decode())
    return answers


async def malformed(box: Town) -> list[bytes]:
    """Secrets in every wrong shape, to every method of the pages and the readers; the answers."""
    answers = []
    for role, method, params in (
        ("ui", "staff.login", {"pin": [STAFF_PIN]}),
        ("ui", "staff.login", {STAFF_PIN: "x"}),
        ("ui", "staff.login", STAFF_PIN),
        ("ui", "resident.factor", {"session": "s", "revision": "19580723", "value": PIN}),
        ("ui", "resident.factor", {"session": "s", "revision": 1, "value": {"date": "19580723"}}),
        ("ui", f"resident.{PIN}", {}),
        ("ui", "resident.number", {"revision": 1, "number": [NUMBER]}),
        ("ui", "resident.number", {"revision": NUMBER, "number": NUMBER}),
        ("ui", "resident.number", {"revision": 1, NUMBER: NUMBER}),
        ("ui", "resident.number", {"revision": 0, "number": NUMBER}),
        ("reader-qr", "scan.report", {"text": SLIPS[0].text, "symbology": PIN, "captured_mono_ms": 1, "source": "x"}),
        ("reader-qr", "scan.report", {"text": [SLIPS[0].text]}),
        (
            "reader-qr",
            "scan.report",
            {"text": SLIPS[0].text * 3, "symbology": "qr", "captured_mono_ms": 1, "source": "x"},
        ),
        ("reader-qr", "scan.foreign", {"source": UNKNOWN * 9}),
        ("reader-qr", "scan.unreadable", {"source": "x", "hint": UNKNOWN}),
        (
            "reader-qr",
            "reader.health",
            {"source": "x", "state": "ok", "frames": 1, "decoded": 0, "light": SLIPS[0].text},
        ),
        (
            "admin",
            "admin.register_staff",
            {"staff": "x", "roles": [], "badge_sha256": STAFF_PIN, "pin_hash": STAFF_PIN},
        ),
        ("admin", "admin.register_staff", {"pin": STAFF_PIN}),
    ):
        line = msgspec.json.encode({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) + b"\n"
        for sent in (line, line[:-3] + b"\n", line.replace(b'"id"', b'"id\xff"')):
            reader, writer = await asyncio.open_unix_connection(str(box.sockets.paths[role]))
            writer.write(sent)
            while (answer := await asyncio.wait_for(reader.readline(), 10)) and b'"id"' not in answer:
                pass
            answers.append(answer)
            writer.close()
    return answers


async def test_nothing_that_people_gave_is_left_anywhere(box: tuple[Town, Process]) -> None:
    of, process = box
    answers = await story(of)
    answers += [answer.decode() for answer in await malformed(of)]
    given = [secret.decode() for name, secret in secrets().items() if "verifier" not in name and "bits" not in name]
    assert not [text for text in answers if any(secret in text for secret in given)], "no answer repeats it"
    assert "DEBUG" in process.log.read_text(), "everything was logged that could be"
    # The bytes of deleted verifiers leave the file and the write-ahead log when the box has a moment's rest.
    await until(lambda: not leaks(of, process), f"nothing is left; but {leaks(of, process)}")
    assert process.stop() == 0
    assert leaks(of, process) == [], "nor after an orderly end"
    assert any(path.suffix == ".db" for path in files(of.root)), "it was looked at"


async def test_while_a_right_lives_only_its_verifier_is_there(box: tuple[Town, Process]) -> None:
    of, process = box
    there = {leak.partition(" in ")[0] for leak in leaks(of, process)}
    assert there, "the search finds what is there"
    assert there <= {name for name in secrets() | stretched(of) if "verifier" in name}, (
        "and of the number not even its tag"
    )

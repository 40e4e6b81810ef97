"""Every way through the residents' pages with keys and ears alone: what is said is asserted sentence by sentence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from controller import api
from tests.e2e.accessibility.listening import Listener, listening
from tests.e2e.pages import views
from tests.e2e.pages.conftest import Stand
from tests.e2e.pages.running import browser
from tests.e2e.pages.scripted import Refusal

pytestmark = pytest.mark.e2e

ON = ("Vorlesen ist an", "Pfeiltasten: wählen. Runde Taste: bestätigen.")
START = (
    "Dokument abholen",
    "Halten Sie Ihren Abholcode vor das Lesefenster.",
    "Er steht auf dem Abholschein oder in unserer Nachricht.",
)
BIRTH = (
    "Ihr Geburtsdatum",
    "Tag, Monat, Jahr. Zum Beispiel 31 12 1990.",
    "Es zählt die Person, der wir geschrieben haben.",
)
OPENING = ("Fach A07 geht auf", "Die Tür leuchtet.", "Ziehen Sie sie ganz auf.")
TAKE = ("Nehmen Sie den Umschlag", "Dann Tür A07 schließen.")
CONFIRM = ("Alles da?", "Schauen Sie in den Umschlag.")
DONE = ("Fertig", "Bewahren Sie alle Papiere aus dem Umschlag gut auf.")


def start(**fields: object) -> api.KioskView:
    return msgspec.structs.replace(views.kiosk("start", help="offered", help_reference=""), **fields)


@asynccontextmanager
async def visit(stand: Stand, view: api.KioskView | None = None) -> AsyncIterator[Listener]:
    """Comes to the box and presses the tactile key."""
    stand.controller.show("kiosk", view or start())
    async with browser() as chrome, listening(chrome, stand.ui.address) as visitor:
        await visitor.press("F9")
        if view is None:
            await visitor.hears(*ON, *START)
        yield visitor
        assert [words for words in visitor.window.complaints if "422" not in words] == []


def leads(stand: Stand, method: str, view: api.KioskView, refusal: Refusal | None = None) -> None:
    """The next request of ``method`` puts ``view`` in place; with ``refusal`` it is refused as well."""

    def answer(_: dict[str, object]) -> None:
        del stand.controller.answers[method]
        stand.controller.show("kiosk", view)
        if refusal is not None:
            raise refusal

    stand.controller.answers[method] = answer


def comes(stand: Stand, page: str, **fields: object) -> None:
    """What the controller shows without having been asked: a code was read, a door moved."""
    stand.controller.show("kiosk", msgspec.structs.replace(views.kiosk(page), **fields))


async def collects(visitor: Listener, stand: Stand) -> None:
    """From the opening door to the end."""
    comes(stand, "take")
    await visitor.hears(*TAKE)
    comes(stand, "confirm")
    await visitor.hears(*CONFIRM)
    leads(stand, "resident.confirm", views.kiosk("done"))
    await visitor.chooses("Ja, alles da")
    await visitor.hears(*DONE)
    assert stand.controller.asked("resident.confirm")[-1]["choice"] == "everything"


async def test_scan_take_confirm_done_and_silence_for_the_next_person(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "opening")
        await visitor.hears(*OPENING)
        await collects(visitor, stand)
        leads(stand, "resident.dismiss", start())
        await visitor.chooses("Zurück zum Anfang")
        await visitor.window.shows("start")
        await visitor.press("ArrowDown", "F8")
        comes(stand, "opening")
        await visitor.window.shows("opening")
        await visitor.hears_nothing()


async def test_birth_date_wrong_then_right_and_no_digit_is_ever_said(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "birth")
        await visitor.hears(*BIRTH)
        await visitor.finds("Tag")
        await visitor.finds("Monat")
        await visitor.press(*"30121990")
        await visitor.hears("Weiter")
        leads(stand, "resident.factor", views.kiosk("birth_wrong", help="offered"), Refusal("factor_wrong"))
        await visitor.press("Enter")
        await visitor.hears("Das Datum passt nicht", "Noch 2 Versuche.", "So wie auf dem Ausweis: Tag, Monat, Jahr.")
        await visitor.press(*"31021990")
        await visitor.hears("Weiter")
        await visitor.press("Enter")
        await visitor.hears("Dieses Datum gibt es nicht. Bitte prüfen Sie Tag, Monat und Jahr.")
        await visitor.press(*"31121990")
        await visitor.hears("Weiter")
        leads(stand, "resident.factor", views.kiosk("opening"))
        await visitor.press("Enter")
        await visitor.hears(*OPENING)
        await collects(visitor, stand)
        texts = [text for _, text in visitor.spoken]
    assert [each["value"] for each in stand.controller.asked("resident.factor")] == ["19901230", "19901231"]
    assert not [text for text in texts if text.isdigit()]
    assert [text for text in texts if "1990" in text] == [BIRTH[1]], "the example, and nothing that was typed"
    assert "1990" not in "".join(stand.ui.output)


async def test_keys_of_the_screen_are_all_called_the_same(stand: Stand) -> None:
    """Whoever presses them with arrows is heard by others; the digits are on the tactile keypad."""
    async with visit(stand) as visitor:
        comes(stand, "birth")
        await visitor.hears(*BIRTH)
        for _ in range(3):
            await visitor.press("ArrowDown")
        await visitor.finds("Zifferntaste")
        for _ in range(8):
            await visitor.press("ArrowDown")
        await visitor.finds("Löschen")
        assert {text for _, text in visitor.spoken} & set("0123456789") == set()


async def test_pin(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "pin")
        await visitor.hears("Ihre Abhol-PIN", "Sie haben sie beim Antrag gewählt.", "Nicht die PIN Ihres Ausweises.")
        leads(stand, "resident.factor", views.kiosk("opening"))
        await visitor.press(*"471108", "Enter")
        await visitor.hears(*OPENING)
        assert "471108" not in repr(visitor.spoken)
    assert [each["value"] for each in stand.controller.asked("resident.factor")] == ["471108"]


async def test_several_envelopes_door_after_door(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "several", total=2)
        await visitor.hears("2 Umschläge für Sie", "Die Türen öffnen nacheinander.", "Schließen Sie jede Tür.")
        leads(stand, "resident.declare", views.kiosk("opening", number=1, total=2))
        await visitor.chooses("Weiter")
        await visitor.hears(*OPENING, "Umschlag 1 von 2.")
        comes(stand, "take", number=1, total=2)
        await visitor.hears(*TAKE, "Umschlag 1 von 2.")
        comes(stand, "next", number=2, total=2, compartment="B02")
        await visitor.hears("Jetzt Fach B02", "Umschlag 2 von 2.", "Ziehen Sie die Tür ganz auf.")
        await collects(visitor, stand)


async def test_old_documents(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "old_ask")
        await visitor.hears(
            "Alte Dokumente dabei?",
            "Alte Karte, Zusatzblatt und Bescheinigungen geben Sie hier ab.",
            "Ihren Nationalpass behalten Sie.",
        )
        await visitor.finds("Ja")
        leads(stand, "resident.declare", views.kiosk("old_none_allow", help="offered", help_reference=""))
        await visitor.chooses("Nein")
        await visitor.hears(
            "Sie können trotzdem abholen",
            "Bringen Sie das alte Dokument bis 14. März 2026 zum Schalter.",
            "Ist es verloren? Melden Sie das bitte dort.",
        )
        leads(stand, "resident.declare", views.kiosk("opening"))
        await visitor.chooses("Weiter")
        await visitor.hears(*OPENING)
    answers = [(each["declaration"], each["answer"]) for each in stand.controller.asked("resident.declare")]
    assert answers == [("old_documents", "no"), ("old_documents_none", "yes")]


async def test_a_declaration_is_said_in_the_language_of_the_page_and_in_german(stand: Stand) -> None:
    stand.controller.show("kiosk", views.kiosk("old_ask", "en"))
    async with browser() as chrome, listening(chrome, stand.ui.address) as visitor:
        await visitor.press("F9")
        await visitor.listens(at_least=6)
        await visitor.finds("Yes")
        said = [language for language, _ in visitor.spoken[2:-1]]
    assert said[0] == "en"
    assert said[-2:] == ["de", "en"], "the German text, and that it binds"


async def test_number_typed_with_a_mistake_then_right(stand: Stand) -> None:
    async with visit(stand) as visitor:
        await visitor.chooses("Nummer eintippen")
        await visitor.hears("Abholnummer eintippen", "Sie hat 12 Ziffern und steht unter dem Code.")
        await visitor.press(*"123456789012")
        await visitor.hears("Weiter")
        await visitor.press("Enter")
        await visitor.hears(
            "Bitte Nummer prüfen", "Etwas stimmt nicht.", "Tippen Sie auf die Stelle, die Sie ändern möchten."
        )
        assert stand.controller.asked("resident.number") == []
        # Back to the page below, to the button that led here.
        await visitor.press("Escape")
        await visitor.hears("Nummer eintippen")
        assert "1234" not in repr(visitor.spoken)


async def test_a_door_that_jams(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "opening")
        await visitor.hears(*OPENING)
        comes(stand, "stuck_retry")
        await visitor.hears("Drücken Sie kurz gegen Tür A07", "Dann loslassen.", "Wir versuchen es noch einmal.")
        comes(stand, "stuck_staffed", help="offered")
        await visitor.hears(
            "Die Tür klemmt",
            "Das ist nicht Ihr Fehler.",
            "Wir rufen Hilfe, Ihr Code bleibt gültig.",
            "Ihre Nummer für Rückfragen K7-2291",
        )


async def test_a_door_left_open(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "take")
        await visitor.hears(*TAKE)
        comes(stand, "close")
        await visitor.hears("Bitte Tür A07 schließen", "Drücken, bis es klickt.")
        comes(stand, "close_alarm")
        await visitor.hears("Tür A07 ist noch offen", "Bitte schließen.", "Wir geben dem Team Bescheid.")
        comes(stand, "confirm")
        await visitor.hears(*CONFIRM)


async def test_a_document_of_somebody_else(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "confirm")
        await visitor.hears(*CONFIRM)
        await visitor.chooses("Etwas stimmt nicht")
        await visitor.hears("Was stimmt nicht?")
        # A layer holds the focus: round it, not out of it.
        for label in (
            "Umschlag fehlt oder ist leer",
            "Gehört einer anderen Person",
            "Fehler in meinem Dokument",
            "Zurück",
        ):
            await visitor.press("ArrowDown")
            await visitor.hears(label)
        await visitor.press("ArrowDown")
        await visitor.hears("Umschlag fehlt oder ist leer")
        leads(stand, "resident.confirm", views.kiosk("problem_foreign"))
        await visitor.chooses("Gehört einer anderen Person")
        await visitor.hears(
            "Bitte zurücklegen", "Fach A07 geht auf. Hineinlegen, schließen.", "Es bleibt verschlossen."
        )
        comes(stand, "problem_reported")
        await visitor.hears(
            "Gemeldet",
            "Wir kümmern uns darum.",
            "Ihre Nummer für Rückfragen K7-2292",
            "Schalter 0.12",
            "Mo–Fr 8–12 Uhr, Do 14–18 Uhr",
            "0123 456-789",
        )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("pending", ("Wir rufen jemanden", "Bitte bleiben Sie hier.")),
        ("unstaffed", ("Jetzt ist niemand da", "Bitte rufen Sie an und sagen Sie diese Nummer.")),
    ],
)
async def test_help_is_called_and_its_state_is_said(stand: Stand, state: str, said: tuple[str, ...]) -> None:
    async with visit(stand) as visitor:
        comes(stand, "birth")
        await visitor.hears(*BIRTH)
        leads(stand, "resident.help", views.kiosk("birth", help=state, help_reference="K7-2293"))
        await visitor.chooses("Hilfe rufen")
        where = ("Schalter 0.12", "Mo–Fr 8–12 Uhr, Do 14–18 Uhr", "0123 456-789") if state == "unstaffed" else ()
        await visitor.hears(*said, "Ihre Nummer für Rückfragen K7-2293", *where)
        if state == "pending":
            comes(stand, "birth", help="acknowledged", help_reference="K7-2293")
            await visitor.hears("Hilfe kommt", "Bitte bleiben Sie hier.")
        # Back on the page: where the focus is, or the page when it is nowhere.
        await visitor.press("Escape")
        await visitor.listens()
        assert await visitor.window.page.evaluate("openLayer()") == ""


async def test_language_is_chosen_by_ear(stand: Stand) -> None:
    def choose(params: dict[str, object]) -> None:
        stand.controller.show("kiosk", start(language=str(params["language"])))

    async with visit(stand) as visitor:
        stand.controller.answers["resident.language"] = choose
        await visitor.chooses("Türkçe")
        await visitor.window.page.wait_for_selector('#page[lang="tr"]')
        await visitor.listens()
        await visitor.finds("Українська")
        after = [language for language, _ in visitor.spoken[-12:]]
        assert "tr" in after
        assert visitor.spoken[-1] == ("uk", "Українська"), "its name is said in its own language"


async def test_more_time_is_asked_and_given(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "birth", ends_in_ms=21_000, warns_in_ms=1)
        await visitor.window.page.wait_for_selector('[data-layer="more_time"]:not([hidden])')
        await visitor.listens()
        leads(stand, "resident.more_time", views.kiosk("birth"))
        await visitor.chooses("Mehr Zeit")
        # Back on the page, it is said where one is.
        await visitor.hears(*BIRTH)
        said = [text for _, text in visitor.spoken]
        assert said[said.index("Mehr Zeit?") + 1] == "Sonst Ende in 20 Sekunden."


async def test_cancel(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "birth")
        await visitor.hears(*BIRTH)
        leads(stand, "resident.cancel", views.kiosk("ended"))
        await visitor.chooses("Abbrechen")
        await visitor.hears("Beendet", "Kein Fach wurde geöffnet.", "Ihr Code bleibt gültig.")


async def test_wrong_code_then_help_and_privacy_by_ear(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "code_foreign")
        await visitor.hears("Das ist kein Abholcode", "Zeigen Sie den Code vom Abholschein oder aus unserer Nachricht.")
        stand.controller.show("kiosk", start())
        await visitor.hears(*START)
        await visitor.chooses("Hilfe")
        await visitor.hears("So geht es", "Code zeigen.", "Umschlag nehmen.", "Tür schließen.")
        await visitor.press("Escape")
        await visitor.hears("Hilfe")


async def test_other_site_and_staff_check(stand: Stand) -> None:
    async with visit(stand) as visitor:
        comes(stand, "other_site")
        await visitor.window.shows("other_site")
        await visitor.listens(at_least=6)
        comes(stand, "staff_check")
        await visitor.window.shows("staff_check")
        await visitor.listens()
        await visitor.finds("Abbrechen")
        said = [text for _, text in visitor.spoken]
        assert "Rathaus Nord, Lindenstraße 12, Erdgeschoss" in said


@pytest.mark.parametrize("page", ["opening", "confirm", "birth"])
async def test_a_new_revision_that_changes_nothing_says_nothing(stand: Stand, page: str) -> None:
    async with visit(stand) as visitor:
        comes(stand, page)
        await visitor.window.shows(page)
        await visitor.listens(at_least=6)
        heard = len(visitor.spoken)
        stand.controller.show("kiosk", msgspec.structs.replace(views.kiosk(page), ends_in_ms=44_000))
        await visitor.window.page.wait_for_selector(f'#page[data-tag$="-{stand.controller.kiosk.revision}"]')
        await visitor.listens()
        assert len(visitor.spoken) == heard

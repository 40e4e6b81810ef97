"""The key of a document's chip, read off rendered pages: whole, or not at all."""

from __future__ import annotations

import random
from functools import cache

import pytest
from PIL import Image, ImageDraw, ImageFont

from hal.eid.mrz import parse_mrz
from hal.interfaces import Frame
from hal.qr.document_key import AGREE_MS, DocumentKeyReader, read_document_key
from hal.qr.ocr_b import EVERYTHING, GLYPHS, likeness, vector
from hal.qr.text_lines import MAX_LINES, text_lines
from hal.wire import SecretText
from hal.wire.document_key import check_digit, is_access_information
from simulator.scene.model import Document, Pose, SceneError, scene_from_json
from simulator.scene.render import Renderer

PASSPORT = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
CARD = "I<UTOD23145890<7349<<<<<<<<<<<\n3407127M9507122UTO<<<<<<<<<<<2\nSTEVENSON<<PETER<JOHN<<<<<<<<<"
OLD_CARD = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
CALM = Pose(size=0.92, rotation=2, tilt_x=4, tilt_y=-3, blur=0.6, noise=4)


camera = cache(Renderer)


@cache
def shown(text: str, pose: Pose = CALM, seed: int = 1) -> bytes:
    camera(1280, 720).show(Document(SecretText(text), pose, seed))
    return camera(1280, 720).luma()


def passport(chance: random.Random) -> str:
    """Of nobody, with right check digits."""
    number = "".join(chance.choice("CFGHJKLMNPRTVWXYZ0123456789") for _ in range(9))
    birth = f"{chance.randint(50, 99)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    lower = f"{number}{check_digit(number)}UTO{birth}{check_digit(birth)}<331231{check_digit('331231')}{'<' * 14}0"
    return f"{'P<UTOMUSTER<<ANNA':<<44}\n{lower}{check_digit(lower[:10] + lower[13:20] + lower[21:43])}"


@pytest.mark.parametrize("size", [(1280, 720), (640, 480)], ids=["1280", "640"])
@pytest.mark.parametrize("text", [PASSPORT, CARD, OLD_CARD], ids=["passport", "card", "old card"])
def test_every_size_of_document_is_read(text: str, size: tuple[int, int]) -> None:
    """A small camera needs more than one look at the smaller print of a passport."""
    camera(*size).show(Document(SecretText(text), CALM))
    looks = (read_document_key(camera(*size).luma(), *size) for _ in range(6))
    assert next(filter(None, looks)) == parse_mrz(text).access_information


@pytest.mark.parametrize(
    "pose",
    [
        Pose(size=0.9, rotation=-11, tilt_x=2, tilt_y=2, blur=0.8, noise=6),
        Pose(size=0.9, rotation=8, tilt_x=-12, tilt_y=9, blur=0.8, noise=6),
        Pose(size=0.82, rotation=0, tilt_x=14, tilt_y=-12, blur=1.0, noise=8),
        Pose(size=0.95, rotation=3, tilt_x=0, tilt_y=0, blur=0.8, noise=6, brightness=0.45),
        Pose(size=0.95, rotation=3, tilt_x=0, tilt_y=0, blur=0.8, noise=6, brightness=1.5, glare=0.4),
    ],
    ids=["turned", "leaning", "aside", "dark", "glaring"],
)
def test_a_page_is_held_by_hand(pose: Pose) -> None:
    assert read_document_key(shown(PASSPORT, pose), 1280, 720) == parse_mrz(PASSPORT).access_information


def test_one_look_nearly_always_suffices_and_never_reads_something_else() -> None:
    chance = random.Random(20261122)
    read = 0
    for seed in range(10):
        text = passport(chance)
        pose = Pose(
            size=chance.uniform(0.82, 0.98),
            rotation=chance.uniform(-6, 6),
            tilt_x=chance.uniform(-10, 10),
            tilt_y=chance.uniform(-10, 10),
            blur=chance.uniform(0.5, 1.0),
            noise=6,
        )
        information = read_document_key(shown(text, pose, seed=seed), 1280, 720)
        assert information in (None, parse_mrz(text).access_information)
        read += information is not None
    assert read >= 8


@pytest.mark.parametrize(
    ("text", "changed"),
    [(PASSPORT, ("L898902C36", "L898902C46")), (PASSPORT, ("7408122", "7408123")), (CARD, ("3407127", "3407126"))],
)
def test_a_wrong_check_digit_is_not_mended(text: str, changed: tuple[str, str]) -> None:
    assert read_document_key(shown(text.replace(*changed)), 1280, 720) is None


def test_nothing_and_other_print_are_no_document() -> None:
    renderer = camera(640, 480)
    for scene in ({"kind": "nothing"}, {"kind": "phone", "text": "ABHOLFACH"}, {"kind": "barcode", "text": "PA-2026"}):
        renderer.show(scene_from_json(scene))
        assert read_document_key(renderer.luma(), 640, 480) is None


@pytest.mark.parametrize("size", [(640, 480), (16, 16), (64, 17), (17, 64), (300, 20)])
def test_no_picture_is_too_odd(size: tuple[int, int]) -> None:
    width, height = size
    noise = random.Random(1).randbytes(width * height)
    bars = bytes(30 if (at % width) // max(1, width // 90) % 2 else 220 for at in range(width * height))
    rules = bytes(30 if (at // width) // max(1, height // 30) % 2 else 220 for at in range(width * height))
    for luma in (noise, bars, rules, bytes(width * height), bytes([255]) * (width * height)):
        assert read_document_key(luma, width, height) is None


def test_a_full_page_of_print_costs_a_bounded_number_of_lines() -> None:
    page = Image.new("L", (1280, 960), 235)
    pen, face = ImageDraw.Draw(page), ImageFont.load_default(24)
    for row in range(24):
        pen.text((40, 20 + row * 38), "THE<QUICK<BROWN<FOX<0123456789<" * 3, fill=20, font=face)
    assert len(list(text_lines(page.tobytes(), 1280, 960))) <= MAX_LINES
    assert read_document_key(page.tobytes(), 1280, 960) is None


class Looking:
    """A reader and its clock."""

    def __init__(self) -> None:
        self.reader = DocumentKeyReader()
        self.now_ms = 1000

    def sees(self, text: str | None, after_ms: int = 200) -> str:
        self.now_ms += after_ms
        luma = shown(text) if text is not None else bytes([90]) * (1280 * 720)
        found = self.reader.read(Frame(luma, 1280, 720, self.now_ms))
        return found.reveal() if found is not None else ""


def test_two_looks_must_agree_and_it_is_told_once() -> None:
    looking = Looking()
    information = parse_mrz(PASSPORT).access_information
    assert looking.sees(PASSPORT) == ""
    assert looking.sees(None) == ""
    assert looking.sees(PASSPORT) == information
    assert looking.sees(PASSPORT) == ""
    assert looking.sees(CARD) == ""
    assert looking.sees(CARD) == parse_mrz(CARD).access_information
    looking.reader.forget()
    assert looking.sees(CARD) == ""
    assert looking.sees(CARD, AGREE_MS + 1) == ""
    assert looking.sees(CARD) == parse_mrz(CARD).access_information


def test_what_is_kept_of_a_reading_is_a_keyed_hash() -> None:
    looking = Looking()
    looking.sees(PASSPORT)
    looking.sees(PASSPORT)
    assert "L898902C3" not in repr(vars(looking.reader))


def test_every_character_is_most_alike_to_itself_however_faint() -> None:
    for character in EVERYTHING:
        ink = [17 * int(level, 16) for level in GLYPHS[character]]
        for factor, offset in ((1.0, 0), (0.25, 100), (0.5, 20)):
            cell = vector([round(level * factor) + offset for level in ink])
            assert cell is not None
            alike = likeness(cell)
            assert max(alike, key=alike.__getitem__) == character
            assert sorted(alike.values())[-2] < 0.97
    assert vector([90] * 192) is None


@pytest.mark.parametrize("text", ["P<UTO", "P<UTOERIKSSON\nL898", PASSPORT.lower(), PASSPORT + "\n"])
def test_what_is_no_zone_is_no_scene(text: str) -> None:
    with pytest.raises(SceneError):
        Renderer().show(Document(SecretText(text)))


def test_what_is_read_is_what_opens_a_chip() -> None:
    for text in (PASSPORT, CARD, OLD_CARD):
        assert is_access_information(parse_mrz(text).access_information)

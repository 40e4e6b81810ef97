"""Keypad, headphones and sound in provisioning: what is written for them, read by the libraries that will read it."""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from controller.config import load_settings
from controller.identity import Kind
from hal.keypad import KEY_CODES, MEANINGS, USUAL, meanings_of
from hal.profile import Speech, shipped_profiles
from provisioning import check_ears_and_hands, keyboard, sound
from provisioning.device_rules import headphones_rule
from provisioning.findings import Machine, State
from provisioning.initialise import Plan, initialise
from tests.packaging.project import ROOT

SHIPPED = ROOT / "systemd" / "xkb"
JACK = "/dev/input/by-path/platform-sound-event"
KEYPAD = "/dev/input/by-id/usb-Storm_Keypad-event-kbd"
AMPLIFIER = "loudspeaker = 15\n"
SECTIONS = f"""
[inputs.headphones]
device = "{JACK}"

[keypad]
device = "{KEYPAD}"

[keypad.keys]
KEY_A = "next"

[speech]
loudspeaker = "Device"
headphones = "Storm,1"

[[banks]]
"""


class _Names(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_char_p) for name in ("rules", "model", "layout", "variant", "options"))


def compiled(folder: Path, layout: str, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[int, list[str]], set[str]]:
    """The keymap as the compositor's library has it: the kernel's number of each key → its symbols; and the names of
    modifiers that any key has.
    """
    found = ctypes.util.find_library("xkbcommon")
    if found is None:
        pytest.skip("no libxkbcommon, and so no compositor, on this machine")
    monkeypatch.setenv("XKB_CONFIG_EXTRA_PATH", str(folder))
    xkb = ctypes.CDLL(found)
    for name in ("xkb_context_new", "xkb_keymap_new_from_names", "xkb_state_new"):
        getattr(xkb, name).restype = ctypes.c_void_p
    context = ctypes.c_void_p(xkb.xkb_context_new(0))
    names = _Names(keyboard.NAME.encode(), None, layout.encode(), None, None)
    keymap = ctypes.c_void_p(xkb.xkb_keymap_new_from_names(context, ctypes.byref(names), 0))
    assert keymap.value, "the compositor would have no keymap"
    symbols: dict[int, list[str]] = {}
    moved: set[str] = set()
    for code in range(xkb.xkb_keymap_min_keycode(keymap), xkb.xkb_keymap_max_keycode(keymap) + 1):
        # Whatever is held before: each key for itself, on a keyboard that was just plugged in.
        state = ctypes.c_void_p(xkb.xkb_state_new(keymap))
        each = ctypes.POINTER(ctypes.c_uint32)()
        count = xkb.xkb_state_key_get_syms(state, code, ctypes.byref(each))
        said = []
        for index in range(count):
            called = ctypes.create_string_buffer(64)
            xkb.xkb_keysym_get_name(each[index], called, 64)
            said.append(called.value.decode())
        if said:
            symbols[code - 8] = said
        if xkb.xkb_state_update_key(state, code, 1):
            moved.add(f"key {code - 8}")
        xkb.xkb_state_unref(state)
    xkb.xkb_keymap_unref(keymap)
    xkb.xkb_context_unref(context)
    return symbols, moved


def test_what_ships_is_what_is_written() -> None:
    there = {str(file.relative_to(SHIPPED)): file.read_text("utf-8") for file in SHIPPED.rglob("*") if file.is_file()}
    assert there == keyboard.shipped(), "python -m provisioning.keyboard systemd/xkb"


def test_keys_have_the_kernels_numbers() -> None:
    header = Path("/usr/include/linux/input-event-codes.h")
    if not header.is_file():
        pytest.skip("no headers of the kernel")
    codes = dict(re.findall(r"#define (KEY_\w+)\s+(\d+)", header.read_text("utf-8")))
    assert {key: int(codes[key]) for key in KEY_CODES} == dict(KEY_CODES)
    assert set(USUAL) <= set(KEY_CODES)
    assert set(USUAL.values()) == set(MEANINGS)


def test_the_screen_has_the_keypads_keys_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    symbols, moved = compiled(SHIPPED, keyboard.NAME, monkeypatch)
    assert {code: each for code, (each,) in symbols.items()} == meanings_of({})
    assert moved == set(), "no key is a modifier"
    for name in ("KEY_R", "KEY_F5", "KEY_F12", "KEY_HOME", "KEY_DELETE", "KEY_SPACE"):
        assert KEY_CODES[name] not in symbols
    for left_ctrl, left_alt, left_super, left_shift, number_lock in ((29, 56, 125, 42, 69),):
        assert not {left_ctrl, left_alt, left_super, left_shift, number_lock} & set(symbols)


def test_a_keypad_with_other_keys_has_a_layout_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SHIPPED, tmp_path / "xkb")
    own = keyboard.own({"KEY_A": "next", "KEY_F9": "previous"})
    for place, text in own.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text(text, "utf-8")
    symbols, moved = compiled(tmp_path / "xkb", keyboard.OWN, monkeypatch)
    assert (symbols[KEY_CODES["KEY_A"]], symbols[KEY_CODES["KEY_F9"]]) == (["Down"], ["Up"])
    assert len(symbols) == len(meanings_of({})) + 1
    assert moved == set()
    assert f"XKB_DEFAULT_LAYOUT={keyboard.OWN}" in own[keyboard.DROP_IN]
    assert keyboard.own({}) == {}


def test_the_browser_is_started_with_this_keymap() -> None:
    unit = (ROOT / "systemd" / "abholfach-browser.service").read_text("utf-8")
    assert f"Environment=XKB_DEFAULT_RULES={keyboard.NAME} XKB_DEFAULT_LAYOUT={keyboard.NAME}\n" in unit


def test_the_controller_may_read_the_socket_and_nothing_else() -> None:
    (line,) = headphones_rule(JACK).decode().splitlines()[1:]
    assert line == (
        'SUBSYSTEM=="input", SYMLINK=="input/by-path/platform-sound-event", GROUP="abholfach-controller", MODE="0640"'
    )
    assert headphones_rule("") == b""


PLAY = """
import ctypes, sys
alsa = ctypes.CDLL("libasound.so.2")
pcm = ctypes.c_void_p()
assert alsa.snd_pcm_open(ctypes.byref(pcm), b"default", 0, 0) == 0
alsa.snd_strerror.restype = ctypes.c_char_p
done = alsa.snd_pcm_set_params(pcm, 2, 3, 1, 22050, 1, 500000)
assert done == 0, alsa.snd_strerror(done)
sound = b"\\x10\\x20" * 2205
assert alsa.snd_pcm_writei(pcm, sound, ctypes.c_ulong(2205)) == 2205
alsa.snd_pcm_drain(pcm)
alsa.snd_pcm_close(pcm)
"""


@pytest.mark.parametrize(
    "speech", [Speech("Device"), Speech("", "Storm,1"), Speech("Device", "Device"), Speech("Device", "Storm,1")]
)
def test_a_sentence_is_heard_by_every_card(speech: Speech, tmp_path: Path) -> None:
    """Through ALSA's own library: as espeak-ng's sound comes, one channel of 22 050 Hz. The cards are files."""
    if ctypes.util.find_library("asound") is None:
        pytest.skip("no libasound, and so no browser that could play, on this machine")
    text = sound.configuration(speech)
    cards = re.findall(r'"(dmix:[^"]+)"', text)
    assert len(cards) == len({device for device in (speech.loudspeaker, speech.headphones) if device})
    for card in cards:
        name = card.replace(":", "_").replace("=", "_").replace(",", "_")
        text = text.replace(f'"{card}"', f'"{name}"')
        file = tmp_path / f"{name}.raw"
        text += f'\npcm.{name} {{ type file file "{file}" format raw slave.pcm null }}\n'
    (tmp_path / "asound.conf").write_text(text, "utf-8")
    base = "/usr/share/alsa/alsa.conf"
    (tmp_path / "all.conf").write_text(f"<{base}>\n<{tmp_path}/asound.conf>\n", "utf-8")
    environment = {**os.environ, "ALSA_CONFIG_PATH": str(tmp_path / "all.conf")}
    done = subprocess.run(
        [sys.executable, "-c", PLAY], env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    for file in tmp_path.glob("*.raw"):
        assert any(file.read_bytes()), f"nothing was heard by {file.stem}"
    assert len(list(tmp_path.glob("*.raw"))) == len(cards)


def test_no_words_on_sound_no_file() -> None:
    assert sound.configuration(Speech()) == ""


@pytest.fixture
def users(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a box are on this computer too."""
    monkeypatch.setattr("pwd.getpwnam", lambda name: SimpleNamespace(pw_uid=900 + len(name)))


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    profile = tmp_path / "mine.toml"
    text = shipped_profiles()["gpio-12"].read_text("utf-8")
    text = text.replace("buzzer = 15\n", AMPLIFIER, 1)
    profile.write_text(text.replace("\n[[banks]]\n", SECTIONS, 1), "utf-8")
    return Plan(
        config=tmp_path / "etc/abholfach",
        data=tmp_path / "data",
        box="musterstadt-1",
        kind=Kind.REAL,
        profile=str(profile),
        seen_empty_by="T",
    )


def findings(plan: Plan, root: Path) -> dict[str, list[tuple[State, str]]]:
    settings = load_settings(plan.config / "abholfach.toml")
    machine = Machine(plan.config / "abholfach.toml", root)
    found: dict[str, list[tuple[State, str]]] = {}
    for look in check_ears_and_hands.CHECKS:
        for each in look(machine, settings, None):  # type: ignore[arg-type]
            found.setdefault(each.check, []).append((each.state, each.words))
    return found


@pytest.mark.usefixtures("users")
def test_init_writes_what_the_profile_needs_and_check_says_what_is_missing(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    initialise(plan)
    etc = tmp_path / "etc"
    assert JACK.removeprefix("/dev/") in (etc / "udev/rules.d/62-abholfach-headphones.rules").read_text("utf-8")
    assert "dmix:CARD=Storm,DEV=1" in (etc / "asound.conf").read_text("utf-8")
    assert (etc / keyboard.DROP_IN).is_file()
    found = findings(plan, tmp_path)
    assert found["keyboard"][0][0] is State.FAILED, "install.sh has not been here"
    shutil.copytree(SHIPPED, etc / "xkb", dirs_exist_ok=True)
    found = findings(plan, tmp_path)
    assert found["keyboard"][0][0] is State.OK
    assert [state for state, _ in found["keypad"] + found["headphones"] + found["sound"]] == [State.WARNING] * 4
    for place in (KEYPAD, JACK, "/proc/asound/Device/pcm0p", "/proc/asound/Storm/pcm1p"):
        (tmp_path / place.removeprefix("/")).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place.removeprefix("/")).touch()
    monkeypatch.setattr(check_ears_and_hands, "_may_read", lambda device: True)
    assert {state for each in findings(plan, tmp_path).values() for state, _ in each} == {State.OK}
    monkeypatch.setattr(check_ears_and_hands, "_may_read", lambda device: False)
    [(state, words)] = findings(plan, tmp_path)["headphones"]
    assert state is State.FAILED
    assert "udevadm trigger" in words, "the rule is there: it does not count yet"
    (etc / "udev/rules.d/62-abholfach-headphones.rules").unlink()
    assert "init --force" in findings(plan, tmp_path)["headphones"][0][1]
    (etc / "asound.conf").write_text("pcm.!default null\n", "utf-8")
    (etc / "xkb/symbols" / keyboard.OWN).unlink()
    found = findings(plan, tmp_path)
    assert (found["sound"][0][0], found["keyboard"][0][0]) == (State.FAILED, State.FAILED)
    assert "init --force" in found["keyboard"][0][1]


@pytest.mark.usefixtures("users")
def test_check_says_when_the_loudspeaker_goes_on_beside_headphones(plan: Plan, tmp_path: Path) -> None:
    initialise(plan)
    cabinet = plan.config / "cabinet.toml"
    heard = [words for state, words in findings(plan, tmp_path)["sound"] if "overheard" in words]
    assert heard == [], "an amplifier switches it off"
    text = cabinet.read_text("utf-8")
    assert text.count(AMPLIFIER) == 1
    cabinet.write_text(text.replace(AMPLIFIER, ""), "utf-8")
    [(state, _)] = [each for each in findings(plan, tmp_path)["sound"] if "overheard" in each[1]]
    assert state is State.WARNING


@pytest.mark.usefixtures("users")
def test_check_says_what_an_earlier_profile_has_left_in_force(plan: Plan, tmp_path: Path) -> None:
    initialise(plan)
    assert "left over" not in findings(plan, tmp_path)
    cabinet = plan.config / "cabinet.toml"
    text = cabinet.read_text("utf-8").replace(AMPLIFIER, "")
    changed = text.replace('[keypad.keys]\nKEY_A = "next"\n', "").replace(f'device = "{JACK}"', "pin = 15", 1)
    cabinet.write_text(changed, "utf-8")
    left = findings(plan, tmp_path)["left over"]
    assert [state for state, _ in left] == [State.FAILED] * 2
    assert "keypad.conf" in left[0][1]
    assert "62-abholfach-headphones.rules" in left[1][1]


def test_a_simulated_box_leaves_the_computer_alone(plan: Plan, tmp_path: Path) -> None:
    initialise(replace(plan, kind=Kind.SIMULATED))
    assert sorted(path.name for path in (tmp_path / "etc").iterdir()) == ["abholfach"]

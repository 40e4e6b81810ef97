"""Who loads envelopes listens and does not look."""

from __future__ import annotations

from controller.bootstrap.controller import TONES as CHOSEN
from controller.ports import Tone
from hal.indicators.switched import TONES


def test_no_two_tones_sound_alike() -> None:
    assert len(set(TONES.values())) == len(TONES)
    assert set(CHOSEN) == set(Tone)
    assert set(CHOSEN.values()) == set(TONES), "a tone that nobody plays, or one that nobody can"


def test_booked_is_short_refused_is_long_and_full_is_long_twice() -> None:
    booked, refused, full = (TONES[CHOSEN[tone]] for tone in (Tone.BOOKED, Tone.REFUSED, Tone.FULL))
    assert max(booked) * 4 < min(refused[0], full[0])
    assert (len(booked), len(refused), len(full)) == (3, 1, 3)

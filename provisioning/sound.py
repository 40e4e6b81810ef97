"""What the browser's sound is heard by: ``/etc/asound.conf`` of the profile's ``[speech]``.

Chromium plays to ALSA's default device. With one sound card that is this card, by its name and not by a number that
changes when something is plugged in. With two (a keypad that brings a socket of its own) everything is played to both:
which of them is heard is switched by the loudspeaker's amplifier (`hal.headphones`), not by a mixer that somebody has
to set.
"""

from __future__ import annotations

from typing import Final

from hal.profile import Speech

PLACE: Final = "asound.conf"
"""Below ``/etc``."""

_HEAD: Final = "# Written by abholfach-provision init from [speech] of cabinet.toml.\n"
_ONE: Final = """\
pcm.!default {{
    type plug
    slave.pcm "{first}"
}}
"""
_TWO: Final = """\
pcm.abholfach_both {{
    type multi
    slaves.a {{ pcm "{first}" channels 2 }}
    slaves.b {{ pcm "{second}" channels 2 }}
    bindings.0 {{ slave a channel 0 }}
    bindings.1 {{ slave a channel 1 }}
    bindings.2 {{ slave b channel 0 }}
    bindings.3 {{ slave b channel 1 }}
}}
pcm.abholfach_route {{
    type route
    slave {{ pcm "abholfach_both" channels 4 }}
    ttable.0.0 1
    ttable.1.1 1
    ttable.0.2 1
    ttable.1.3 1
}}
pcm.!default {{
    type plug
    slave.pcm "abholfach_route"
}}
"""
_CONTROL: Final = """\
ctl.!default {{
    type hw
    card "{card}"
}}
"""


def configuration(speech: Speech) -> str:
    """The file; empty when the profile says nothing of sound."""
    devices = [device for device in (speech.loudspeaker, speech.headphones) if device]
    if not devices:
        return ""
    mixed = [_mixed(device) for device in dict.fromkeys(devices)]
    body = _ONE.format(first=mixed[0]) if len(mixed) == 1 else _TWO.format(first=mixed[0], second=mixed[1])
    return _HEAD + body + _CONTROL.format(card=devices[0].partition(",")[0])


def _mixed(device: str) -> str:
    """Opened by several at a time: a sentence and the tone of a key are two."""
    card, _, number = device.partition(",")
    return f"dmix:CARD={card},DEV={number or 0}"

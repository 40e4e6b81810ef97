"""Things that work by themselves and have to be there: the keypad, and what reading aloud is heard by.

Nobody here opens them (the keypad is the compositor's, sound the browser's): whether the kernel knows them is enough to
say that they are gone, which nobody would notice otherwise until somebody who does not see stands before a box that
says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hal.interfaces import Fault
from hal.profile import Profile

GONE_MS = 1_000
"""How long a thing has to be gone: adapters come and go for a moment when they are given a name."""
LOOK_EVERY_MS = 500

KEYPAD_GONE = "keypad_gone"
SPEECH_DEVICE_GONE = "speech_device_gone"


@dataclass
class Presence:
    """One thing. One thread."""

    path: str
    fault: Fault
    gone_since_ms: int | None = None

    def is_gone(self, present: Callable[[str], bool], now_ms: int) -> bool | None:
        """``None``: it is too early to say."""
        if present(self.path):
            self.gone_since_ms = None
            return False
        if self.gone_since_ms is None:
            self.gone_since_ms = now_ms
        return True if now_ms - self.gone_since_ms >= GONE_MS else None


def playback_file(device: str) -> str:
    """Where the kernel shows a playback device (``CARD`` or ``CARD,NUMBER``, by the card's name)."""
    card, _, number = device.partition(",")
    return f"/proc/asound/{card}/pcm{number or 0}p"


def presences(profile: Profile) -> Iterator[Presence]:
    """What the profile names."""
    if profile.keypad is not None:
        where = profile.keypad.device
        yield Presence(
            where,
            Fault(
                KEYPAD_GONE,
                "keypad",
                f"there is no {where}",
                "Plug the keypad in. Is it another model: name it in cabinet.toml (ls /dev/input/by-id).",
            ),
        )
    for place, device in (("loudspeaker", profile.speech.loudspeaker), ("headphones", profile.speech.headphones)):
        if device:
            yield Presence(
                playback_file(device),
                Fault(
                    SPEECH_DEVICE_GONE,
                    place,
                    f"the sound card {device} is not there",
                    "Plug it in, see that its driver is loaded (aplay -l), or name another one in cabinet.toml.",
                ),
            )

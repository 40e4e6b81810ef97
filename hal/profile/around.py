"""What a board profile says of everything beside locks and doors: lights and sounds, contacts and gauges, keypad,
headphones and sound.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

HEADER = "header"
"""The computer's own 40-pin header, wherever a bank is named: its channels are GPIO numbers."""


class ClosedLevel(StrEnum):
    """The level of a sensor's input while the door is closed. With ``low`` a cut wire says "open", which is the
    safer.
    """

    LOW = "low"
    HIGH = "high"


class IndicatorPins(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What tells people something, beside the screen: GPIO numbers of the header, or channels of a bank."""

    buzzer: int | None = None
    buzzer_bank: str = HEADER
    scanner_light: int | None = None
    """Lit while a resident's code is read."""
    scanner_light_bank: str = HEADER
    door_light: int | None = None
    """Lit while any door is open."""
    door_light_bank: str = HEADER
    loudspeaker: int | None = None
    """Switches the loudspeaker's amplifier on; off while headphones are in."""
    loudspeaker_bank: str = HEADER


class Contact(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A contact or signal on a pin of the header (pulled up there; GPIO number) or on a channel of a bank."""

    pin: int
    active: ClosedLevel
    """The pin's level while what the contact is for is the case: mains gone, housing open."""
    debounce_ms: int = 300
    """How long a level has to stand before it is believed; 10 to 10,000 ms."""
    bank: str = HEADER


class Jack(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How it is known that headphones are in: a contact of the socket (as `Contact`), or what the sound card says."""

    device: str = ""
    """``/dev/input/by-path/…``: an input device with the switch ``SW_HEADPHONE_INSERT``."""
    pin: int | None = None
    active: ClosedLevel = ClosedLevel.LOW
    """The pin's level while headphones are in."""
    debounce_ms: int = 300
    """How long they have to be in; out they are at once. 10 to 10,000 ms."""
    bank: str = HEADER


class Keypad(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The tactile keypad. Its keys reach the screen by the compositor; here is where it is, and what its keys are."""

    device: str
    """``/dev/input/by-id/…-event-kbd``."""
    keys: dict[str, str] = {}
    """Of a keypad that cannot be set to the usual keys: what it sends (``KEY_A``) → what it means (``next``)."""


class Speech(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where reading aloud is heard: playback devices of ALSA, ``CARD`` or ``CARD,DEVICE``, by the card's name."""

    loudspeaker: str = ""
    headphones: str = ""
    """Left out where the socket is the loudspeaker's own."""


class Gauge(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A measured value that the kernel offers as a file with a whole number: ``temp1_input`` in thousandths of a degree
    Celsius, ``in1_input`` in millivolts (https://docs.kernel.org/hwmon/sysfs-interface.html).
    """

    file: str
    """``/sys/…``."""
    low: int | None = None
    """Below it is a fault. In the file's unit."""
    high: int | None = None
    """Above it is a fault."""


class Inputs(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the box notices beside its doors. Nothing has to be there."""

    power_fail: Contact | None = None
    """The signal of the uninterruptible supply that the mains are gone."""
    tamper: Contact | None = None
    """The contact of the housing."""
    thermostat: Contact | None = None
    """A contact that says that it is too hot."""
    supply_fault: Contact | None = None
    """The contact by which the locks' supply says that its output is bad."""
    headphones: Jack | None = None
    temperature: Gauge | None = None
    supply_voltage: Gauge | None = None

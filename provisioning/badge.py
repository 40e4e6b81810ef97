"""A staff badge: its text, and the card to print. The text is a secret like a key; it exists on the card only."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import secrets
from pathlib import Path

import qrcode
from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_Q

from hal.wire.codes import BadgeCode, SecretText, classify
from provisioning.errors import ProvisioningError

PREFIX = "ABHOLFACH-B-"
SUFFIXES = (".png", ".pdf")

_DOTS_PER_INCH = 300
_CARD = (1016, 638)  # 86 × 54 mm, as a bank card


def new_badge() -> SecretText:
    """A fresh badge text: 128 random bits."""
    text = PREFIX + base64.b32encode(secrets.token_bytes(16)).decode("ascii").rstrip("=")
    if not isinstance(classify(text), BadgeCode):
        raise AssertionError("a badge text that the readers would not know")
    return SecretText(text)


def badge_sha256(badge: SecretText) -> str:
    """What the controller keeps of a badge, in hex."""
    return hashlib.sha256(badge.reveal().encode("ascii")).hexdigest()


def check_badge_file(path: Path) -> None:
    """Refuse early what ``write_badge`` would refuse. Raises ``ProvisioningError``."""
    if path.suffix.lower() not in SUFFIXES:
        raise ProvisioningError("bad_badge_file", f"{path}: the name must end in {' or '.join(SUFFIXES)}")
    if path.exists():
        raise ProvisioningError("badge_file_exists", f"{path} is there already; a badge is never written over another")
    if not path.absolute().parent.is_dir():
        raise ProvisioningError("bad_badge_file", f"{path.absolute().parent} is not a directory")


def write_badge(path: Path, badge: SecretText, staff: str) -> None:
    """Write the card, readable by its owner only. Raises ``ProvisioningError``; it never replaces a file."""
    check_badge_file(path)
    card = _draw(badge, staff)
    stream = io.BytesIO()
    if path.suffix.lower() == ".pdf":
        card.save(stream, "PDF", resolution=_DOTS_PER_INCH)
    else:
        card.save(stream, "PNG", dpi=(_DOTS_PER_INCH, _DOTS_PER_INCH))
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise ProvisioningError("cannot_write", f"{path}: {error.strerror}") from error
    with os.fdopen(handle, "wb") as file:
        file.write(stream.getvalue())


def _draw(badge: SecretText, staff: str) -> Image.Image:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, box_size=14, border=4)
    code.add_data(badge.reveal())
    code.make(fit=True)
    picture = code.make_image().get_image().convert("L")
    card = Image.new("L", _CARD, 255)
    card.paste(picture, (0, (_CARD[1] - picture.height) // 2))
    draw = ImageDraw.Draw(card)
    left = picture.width + 10
    draw.text((left, 180), "Abholstation", fill=0, font=ImageFont.load_default(48))
    draw.text((left, 250), "Dienstausweis", fill=0, font=ImageFont.load_default(40))
    draw.text((left, 330), staff, fill=0, font=ImageFont.load_default(40))
    return card

"""What a lens, a sensor and the light of a hall do to a drawing. Pillow only; every function returns a new image."""

from __future__ import annotations

import math
import random
import statistics
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from simulator.scene.cards import Card
from simulator.scene.model import Pose

FOCAL_WIDTHS: Final = 1.2
"""The focal length as a multiple of the frame's width: a lens of about 45 degrees."""

Coefficients = tuple[float, float, float, float, float, float, float, float]


def place(card: Card, pose: Pose, background: Image.Image, frame: tuple[int, int]) -> Image.Image:
    """``card`` as a pinhole camera sees it before ``background``, which may be larger than ``frame`` on every side."""
    coefficients = _from_view_to_card(card, pose, background.size, frame)
    seen = card.image.transform(
        background.size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC, fillcolor=0
    )
    mask = Image.new("L", card.image.size, 255).transform(
        background.size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BILINEAR, fillcolor=0
    )
    return Image.composite(seen, background, mask)


def light(view: Image.Image, pose: Pose) -> Image.Image:
    """Reflection, defocus and brightness."""
    if pose.glare > 0:
        view = ImageChops.screen(view, _reflection(view.size, pose.glare))
    if pose.blur > 0:
        view = view.filter(ImageFilter.GaussianBlur(pose.blur))
    if pose.brightness != 1.0:
        view = view.point([min(255, round(level * pose.brightness)) for level in range(256)])
    return view


def noise(size: tuple[int, int], deviation: float, middle: int, seed: int) -> Image.Image:
    """Gaussian noise around ``middle`` grey levels, the same for the same ``seed``."""
    normal = statistics.NormalDist(middle, deviation) if deviation > 0 else None
    levels = [round(normal.inv_cdf((step + 0.5) / 256)) if normal else middle for step in range(256)]
    uniform = Image.frombytes("L", size, random.Random(seed).randbytes(size[0] * size[1]))
    return uniform.point([max(0, min(255, level)) for level in levels])


def hall(size: tuple[int, int]) -> Image.Image:
    """A dim, unsharp room: what the camera sees when nobody is there."""
    width, height = size
    room = Image.new("L", (64, 48), 92)
    pen = ImageDraw.Draw(room)
    pen.rectangle((0, 34, 63, 47), fill=70)
    pen.rectangle((8, 6, 20, 34), fill=120)
    pen.rectangle((44, 10, 58, 30), fill=64)
    return room.filter(ImageFilter.GaussianBlur(2)).resize((width, height), Image.Resampling.BILINEAR)


def _from_view_to_card(card: Card, pose: Pose, view: tuple[int, int], frame: tuple[int, int]) -> Coefficients:
    """For every pixel of the view, where on the card it comes from: the inverse of the camera's homography.

    The card lies in a plane at a distance of one focal length, where one unit is one pixel of the frame; it is turned
    about the middle of its code. With rotation R, focal length f and middle (cx, cy), a point (X, Y) of the card is
    seen at ((f R1·X + cx (f + R3·X)) / (f + R3·X), …).
    """
    width, height = frame
    focal = FOCAL_WIDTHS * width
    scale = pose.size * (width if card.wide else height) / card.code_side
    centre_x = view[0] / 2 + pose.x * width
    centre_y = view[1] / 2 + pose.y * height
    (r11, r12), (r21, r22), (r31, r32) = _turn(pose)
    forward = (
        (focal * r11 + centre_x * r31, focal * r12 + centre_x * r32, centre_x * focal),
        (focal * r21 + centre_y * r31, focal * r22 + centre_y * r32, centre_y * focal),
        (r31, r32, focal),
    )
    (a, b, c), (d, e, f), (g, h, i) = _inverse(forward)
    # From the plane's units to the card's pixels.
    middle_x, middle_y = card.middle
    rows = (
        (a / scale + middle_x * g, b / scale + middle_x * h, c / scale + middle_x * i),
        (d / scale + middle_y * g, e / scale + middle_y * h, f / scale + middle_y * i),
    )
    (a, b, c), (d, e, f) = rows
    return (a / i, b / i, c / i, d / i, e / i, f / i, g / i, h / i)


def _turn(pose: Pose) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """The first two columns of the rotation: in the plane, then leaning back, then turning aside."""
    roll, pitch, yaw = (math.radians(angle) for angle in (pose.rotation, pose.tilt_x, pose.tilt_y))
    columns = []
    for x, y in ((math.cos(roll), math.sin(roll)), (-math.sin(roll), math.cos(roll))):
        y, z = y * math.cos(pitch), y * math.sin(pitch)
        x, z = x * math.cos(yaw) + z * math.sin(yaw), -x * math.sin(yaw) + z * math.cos(yaw)
        columns.append((x, y, z))
    first, second = columns
    return (first[0], second[0]), (first[1], second[1]), (first[2], second[2])


Row = tuple[float, float, float]


def _inverse(matrix: tuple[Row, Row, Row]) -> tuple[Row, Row, Row]:
    """The inverse of a 3 x 3 matrix up to a factor: a homography has none of its own."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )


def _reflection(size: tuple[int, int], strength: float) -> Image.Image:
    width, height = size
    lamp = Image.new("L", size, 0)
    box = (width * 0.42, height * 0.25, width * 0.62, height * 0.50)
    ImageDraw.Draw(lamp).ellipse(box, fill=round(255 * strength))
    return lamp.filter(ImageFilter.GaussianBlur(height / 24))

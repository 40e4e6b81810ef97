"""Turns a scene into frames, cheaply: what does not change between frames is drawn once for each scene."""

from __future__ import annotations

import math
import random
from typing import Final

from PIL import Image, ImageChops

from simulator.scene import cards, optics
from simulator.scene.model import Barcode, Document, Nothing, Phone, Picture, Pose, Scene, Slip

_MARGIN: Final = 24
"""How far a trembling hand may move the view, in pixels, and how much the noise is shifted from frame to frame."""

_OVERSAMPLING: Final = 1.5
_STILL: Final = Pose(noise=2.0, jitter=0.0)


class Renderer:
    """Renders one scene after the other for a camera of ``width`` x ``height``. Not thread-safe.

    The same scene, seed included, gives the same frames in the same order.
    """

    def __init__(self, width: int = 640, height: int = 480) -> None:
        if not (16 <= width <= 4096 and 16 <= height <= 4096):
            raise ValueError("a frame has 16 to 4096 pixels a side")
        self.width, self.height = width, height
        self._hall = optics.hall((width + 2 * _MARGIN, height + 2 * _MARGIN))
        self._view = self._hall
        self._noise = self._hall
        self._pose = _STILL
        self._random = random.Random(0)
        self.show(Nothing())

    def show(self, scene: Scene) -> None:
        """Put ``scene`` before the camera. Raises ``SceneError`` if it cannot be drawn; the one before then stays."""
        pose, seed, view = _STILL, 1, self._hall
        if isinstance(scene, Picture):
            view = self._hall.copy()
            photograph = cards.open_picture(scene, self.width, self.height)
            view.paste(photograph, ((view.width - photograph.width) // 2, (view.height - photograph.height) // 2))
        elif not isinstance(scene, Nothing):
            pose, seed = scene.pose, scene.seed
            view = optics.light(self._placed(scene, pose), pose)
        self._view, self._pose = view, pose
        self._noise = optics.noise(self._hall.size, pose.noise, 128, seed)
        self._random = random.Random(seed)
        self._count = 0

    def luma(self) -> bytes:
        """The next frame: ``width * height`` bytes of 8 bits."""
        self._count += 1
        seen = self._crop(self._view, *self._tremble())
        grain = self._crop(
            self._noise, self._random.randint(-_MARGIN, _MARGIN), self._random.randint(-_MARGIN, _MARGIN)
        )
        return ImageChops.add(seen, grain, 1.0, -128).tobytes()

    def _placed(self, scene: Phone | Slip | Barcode | Document, pose: Pose) -> Image.Image:
        wide = isinstance(scene, Document) or (
            isinstance(scene, Barcode) and scene.symbology in ("code_128", "code_39")
        )
        side = pose.size * (self.width if wide else self.height)
        card = cards.draw(scene, max(64, round(side * _OVERSAMPLING)))
        return optics.place(card, pose, self._hall, (self.width, self.height))

    def _tremble(self) -> tuple[int, int]:
        """A hand sways slowly and trembles a little."""
        reach = self._pose.jitter
        sway = self._count / 7
        return (
            round(reach * (0.7 * math.sin(sway) + 0.3 * self._random.uniform(-1, 1))),
            round(reach * (0.7 * math.cos(1.3 * sway) + 0.3 * self._random.uniform(-1, 1))),
        )

    def _crop(self, image: Image.Image, right: int, down: int) -> Image.Image:
        left, top = _MARGIN + right, _MARGIN + down
        return image.crop((left, top, left + self.width, top + self.height))

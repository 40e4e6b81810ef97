"""What somebody holds before the camera, made of a button's request."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator.card.personalisation import printed_zone
from simulator.panel.requests import Hold
from simulator.scene.model import scene_from_json
from simulator.townsfolk import People
from simulator.visitors import read_card


def scene_for(wanted: Hold, codes: Mapping[str, Mapping[str, Any]], people: People) -> dict[str, Any]:
    """The scene. Raises ``ValueError`` when there is no such thing or it cannot be held so."""
    scene: dict[str, Any] = {"kind": "slip" if wanted.on == "slip" else "phone", "pose": wanted.pose}
    match wanted.what:
        case "code":
            if wanted.name not in codes:
                raise ValueError("there is no code of this right")
            scene["text"] = codes[wanted.name]["token"]
        case "badge":
            badges = [member.badge for member in people.staff if member.id == wanted.name]
            if not badges:
                raise ValueError("nobody of this name works here")
            scene |= {"kind": "slip", "text": read_card(Path(badges[0]))}
        case "order":
            letter = people.letter(wanted.name)
            if letter is None:
                raise ValueError("there is no such envelope")
            scene |= {"kind": "barcode", "text": letter.order}
        case "page":
            document = people.document(wanted.name)
            if document is None:
                raise ValueError("nobody has such a document")
            scene |= {"kind": "document", "text": "\n".join(printed_zone(document.scenario).lines)}
        case "text":
            scene["text"] = wanted.name
        case _:
            raise ValueError("what is held up is a code, a badge, an order, a document's page or a text")
    if wanted.inverted and scene["kind"] == "phone":
        scene["inverted"] = True
    scene_from_json(scene)  # refused here, with words, rather than as an empty hall
    return scene

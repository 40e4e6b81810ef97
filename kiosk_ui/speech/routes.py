"""``/speech/NAME.wav``: what a page says, one sentence each."""

from __future__ import annotations

import logging
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response

from kiosk_ui.speech.espeak import Unspeakable
from kiosk_ui.speech.speaker import Speaker

log = logging.getLogger(__name__)

#: What is said, in percent-encoding: for those who test with their eyes. It never leaves this machine's loopback.
SAYS = "x-says"


def router(speaker: Speaker) -> APIRouter:
    routes = APIRouter()

    @routes.get("/speech/{name}.wav")
    async def sound(name: str) -> Response:
        """404: no such name was given, or long ago. 503: it cannot be said now."""
        try:
            found = await speaker.sound(name)
        except (Unspeakable, OSError) as error:
            log.warning("a sentence could not be read aloud: %s", error)
            return PlainTextResponse("cannot be said\n", 503)
        if found is None:
            return PlainTextResponse("nothing of that name\n", 404)
        headers = {"content-language": found.utterance.language, SAYS: quote(found.utterance.text)}
        return Response(found.data, media_type=found.media_type, headers=headers)

    return routes

"""Answers that are paper."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup
from starlette.responses import Response

from controller.api import SlipView
from kiosk_ui.office.desk import Refused
from kiosk_ui.paper import DEADLINE_S, PaperError, render
from kiosk_ui.paper.slip import document
from kiosk_ui.settings import Office

#: A hundred slips take longer than one.
EACH_S = 0.5


async def slips_response(slips: Sequence[SlipView], office: Office, zone: str, cover: Markup | None = None) -> Response:
    """The slips as a PDF, shown by the browser. Raises `Refused`: the codes are then nobody's, and others are made."""
    html = document(slips, office, zone, cover)
    return await pdf_response(html, "abholschein.pdf", DEADLINE_S + EACH_S * len(slips))


async def pdf_response(html: str, name: str, deadline_s: float = DEADLINE_S) -> Response:
    """Raises `Refused` (paper_failed)."""
    try:
        made = await render(html, deadline_s=deadline_s)
    except PaperError as error:
        raise Refused("paper_failed") from error
    return Response(made, media_type="application/pdf", headers={"content-disposition": f'inline; filename="{name}"'})

"""The report on two pages: the figures and what they mean, then all figures, how they come about and whose they are
not.
"""

from __future__ import annotations

import base64

from jinja2 import Environment
from markupsafe import Markup, escape

from controller.api import ReportView
from kiosk_ui.paper import sheet
from kiosk_ui.report import plots
from kiosk_ui.report.facts import facts_of
from kiosk_ui.report.meanings import METHOD


def document(environment: Environment, view: ReportView) -> str:
    """The whole HTML document, for `kiosk_ui.paper.render`. ``view`` must be ready."""
    if view.month is None:
        raise ValueError("the report is not ready")
    return environment.get_template("report_paper.html").render(
        facts=facts_of(view),
        trend=picture(plots.trend(view.trend)),
        shares=picture(plots.shares(view.month, view.previous)),
        losses=picture(plots.losses(view.month, view.previous)),
        method=METHOD,
        base=sheet(),
    )


def picture(plot: plots.Plot | None) -> Markup | None:
    """A plot as a picture with its text beside it: what a screen reader gets of a PDF."""
    if plot is None:
        return None
    svg = base64.b64encode(str(plot.svg).encode("utf-8")).decode("ascii")
    alt = escape(f"{plot.title}. {plot.description}")
    return Markup(f'<img class="plot" alt="{alt}" src="data:image/svg+xml;base64,{svg}">')  # noqa: S704 - base64, escaped

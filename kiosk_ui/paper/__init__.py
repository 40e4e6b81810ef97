"""Paper: HTML in, a PDF for the printer out.

`render` is the whole of it. The page is laid out by WeasyPrint in a process of its own that lives for one document: it
chews fonts and pictures in native code, needs some sixty megabytes for a second, and takes both away with it. Only what
ships with the pages can be in a document: `sheet` names the style sheet, the fonts are in it.
"""

from __future__ import annotations

from kiosk_ui.paper.press import DEADLINE_S, PaperError, render
from kiosk_ui.paper.resources import SCHEME, sheet

__all__ = ["DEADLINE_S", "SCHEME", "PaperError", "render", "sheet"]

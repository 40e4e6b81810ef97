"""Where the resident's page offers to type the pickup number."""

from __future__ import annotations

import msgspec

from controller.api import KioskView
from controller.ports import FrontState

#: Pages on which a code could be shown now, or on which one did not help.
NUMBER_PAGES = frozenset(
    {
        "start",
        "scan_hint",
        "scan_hint_dark",
        "scan_hint_glare",
        "scan_hint_blurred",
        "scan_hint_small",
        "scan_hint_bent",
        "scanner_down",
        "code_unknown",
        "code_foreign",
        "factor_denied",
        "ended",
        "interrupted",
    }
)


def with_number(view: KioskView, front: FrontState) -> KioskView:
    """``view``, offering the typed number where that makes sense."""
    if not front.numbers or view.page not in NUMBER_PAGES:
        return view
    return msgspec.structs.replace(view, actions=(*view.actions, "number"))

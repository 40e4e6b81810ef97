"""The monthly report out of the log: read in threads of its own on a connection that cannot write."""

from __future__ import annotations

from controller.adapters.reports.desk import ReportDesk
from controller.adapters.reports.local_zone import local_zone
from controller.adapters.reports.reading import feed, view_of

__all__ = ["ReportDesk", "feed", "local_zone", "view_of"]

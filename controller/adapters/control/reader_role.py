"""The ``reader-qr`` socket: what scanners report. Here alone do badges, order barcodes and pickup codes enter the
box.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from controller.adapters.control.reader_params import checked, params_object
from controller.adapters.control.server import Connection, Handler
from controller.ports import Operations, TechnicianDesk
from hal.wire import (
    MODE_METHOD,
    BadgeCode,
    DocumentKeyReport,
    ForeignScan,
    PickupCode,
    ReaderHealth,
    ScanMode,
    ScanReport,
    ScanVerdict,
    UnreadableScan,
    admits,
    mode_params,
)


class ReaderRole:
    """Methods of the scanners' reader processes. One event loop."""

    def __init__(self, operations: Operations, technician: TechnicianDesk | None = None) -> None:
        self._operations = operations
        self._technician = technician

    def methods(self) -> Mapping[str, Handler]:
        return {
            ScanReport.METHOD: self._report,
            DocumentKeyReport.METHOD: self._document_key,
            ForeignScan.METHOD: self._foreign,
            UnreadableScan.METHOD: self._unreadable,
            ReaderHealth.METHOD: self._health,
        }

    def joined(self, connection: Connection) -> None:
        """Tells a new reader what it may let out."""
        connection.notify(MODE_METHOD, mode_params(ScanMode(self._operations.scan_mode())))

    def left(self, connection: Connection) -> None:
        if connection.name:
            self._operations.scanner_state(connection.name, "gone")
            if self._technician is not None:
                self._technician.reader_gone(connection.name)

    async def _report(self, connection: Connection, params: msgspec.Raw) -> object:
        report = checked(lambda: ScanReport.from_params(params_object(params)))
        mode = ScanMode(self._operations.scan_mode())
        text = report.text.reveal()
        code = admits(mode, text, report.symbology)
        if code is None:
            return ScanVerdict(False, "not_in_this_mode").result()
        if isinstance(code, PickupCode):
            refusal = await self._operations.pickup_code(text, report.captured_mono_ms)
        elif isinstance(code, BadgeCode):
            refusal = await self._operations.badge(text, report.captured_mono_ms)
        else:
            refusal = await self._operations.order_barcode(text, report.captured_mono_ms)
        return ScanVerdict(refusal is None, refusal.code if refusal is not None else "").result()

    async def _document_key(self, connection: Connection, params: msgspec.Raw) -> object:
        report = checked(lambda: DocumentKeyReport.from_params(params_object(params)))
        if ScanMode(self._operations.scan_mode()) is not ScanMode.DOCUMENT_KEY:
            return ScanVerdict(False, "not_in_this_mode").result()
        refusal = self._operations.document_key(report.information.reveal(), report.captured_mono_ms)
        return ScanVerdict(refusal is None, refusal.code if refusal is not None else "").result()

    async def _foreign(self, connection: Connection, params: msgspec.Raw) -> object:
        checked(lambda: ForeignScan.from_params(params_object(params)))
        self._operations.foreign_code()
        return {}

    async def _unreadable(self, connection: Connection, params: msgspec.Raw) -> object:
        scan = checked(lambda: UnreadableScan.from_params(params_object(params)))
        self._operations.unreadable_code(scan.hint.value)
        if self._technician is not None:
            self._technician.reader_hinted(scan.source, scan.hint.value)
        return {}

    async def _health(self, connection: Connection, params: msgspec.Raw) -> object:
        health = checked(lambda: ReaderHealth.from_params(params_object(params)))
        connection.name = health.source
        self._operations.scanner_state(health.source, health.state.value, health.pages)
        if self._technician is not None:
            light = health.light.value if health.light is not None else ""
            self._technician.reader_said(health.source, health.state.value, health.frames, health.decoded, light)
        return {}

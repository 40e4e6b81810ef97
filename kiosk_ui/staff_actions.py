"""What the staff page at the box posts, and the requests that are made of it."""

from __future__ import annotations

from controller import api
from kiosk_ui.answers import Actions
from kiosk_ui.forms import AnswerForm, CompartmentForm, Form, FormError, OpeningForm, PinForm, ReportForm


class RoundForm(Form, frozen=True):
    purpose: str = ""
    reason: str = ""


class ServiceForm(CompartmentForm, frozen=True):
    state: str = ""
    reason: str = ""


class OutageForm(Form, frozen=True):
    reason: str = ""


class CallForm(Form, frozen=True):
    call: str = ""


def _login(form: PinForm) -> api.StaffLogin:
    if not (form.pin.isascii() and form.pin.isdigit() and 4 <= len(form.pin) <= 12):
        raise FormError("pin")
    return api.StaffLogin(form.pin)


ACTIONS: Actions = {
    "login": (PinForm, _login),
    "logout": (Form, lambda f: api.StaffLogout(f.session)),
    "keep_active": (Form, lambda f: api.StaffKeepActive(f.session)),
    "dismiss": (Form, lambda f: api.StaffDismiss(f.shown()[1])),
    "obstructed": (Form, lambda f: api.StaffObstructed(f.session)),
    "too_small": (Form, lambda f: api.StaffTooSmall(f.session)),
    "no_old_document": (Form, lambda f: api.StaffNoOldDocument(f.session)),
    "undo": (Form, lambda f: api.StaffUndo(f.session)),
    "answer_loading": (AnswerForm, lambda f: api.StaffAnswerLoading(f.session, f.deposit, f.answer)),
    "request_opening": (
        OpeningForm,
        lambda f: api.StaffRequestOpening(f.session, f.compartment, f.purpose, f.reason),
    ),
    "drop_request": (Form, lambda f: api.StaffDropRequest(f.session)),
    "report": (ReportForm, lambda f: api.StaffReport(f.session, f.contents, f.deposit_end)),
    "start_round": (RoundForm, lambda f: api.StaffStartRound(f.session, f.purpose, f.reason)),
    "go_on": (Form, lambda f: api.StaffGoOn(f.session)),
    "skip": (Form, lambda f: api.StaffSkip(f.session)),
    "leave_round": (Form, lambda f: api.StaffLeaveRound(f.session)),
    "stop_round": (Form, lambda f: api.StaffStopRound(f.session)),
    "set_service": (ServiceForm, lambda f: api.StaffSetService(f.session, f.compartment, f.state, f.reason)),
    "interrupt": (Form, lambda f: api.StaffInterrupt(f.session)),
    "soon": (Form, lambda f: api.StaffSoon(f.session)),
    "acknowledge_help": (CallForm, lambda f: api.StaffAcknowledgeHelp(f.session, f.call)),
    "end_help": (CallForm, lambda f: api.StaffEndHelp(f.session, f.call)),
    "report_outage": (OutageForm, lambda f: api.StaffReportOutage(f.session, f.reason)),
    "end_outage": (Form, lambda f: api.StaffEndOutage(f.session)),
}

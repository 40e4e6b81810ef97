"""Plumbing that every test shares: a run in which no test ran is a failed run."""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest
from hypothesis import settings

# No test is timed: a busy machine is no fault of the code. hypothesis does not read this from pyproject.toml.
settings.register_profile("abholfach", deadline=None)
settings.load_profile("abholfach")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests are there to stay: the collector need not walk through them, now or in the middle of one."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail when everything that was collected was skipped: pytest itself calls that a success."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    is_worker = hasattr(session.config, "workerinput")
    if reporter is None or is_worker or session.config.option.collectonly or exitstatus != pytest.ExitCode.OK:
        return
    if not reporter.stats.get("passed"):
        reporter.write_line("no test ran: everything was skipped", red=True)
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED

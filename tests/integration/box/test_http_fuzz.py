"""The pages under malformed and unexpected requests, by schemathesis, with a real controller behind them: no answer is
an error of the server, each is one that is documented, and no door opens.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_headers_conformance, status_code_conformance

from simulator.preload import Preload
from simulator.town import Town
from tests.integration.box import support
from tests.integration.box.http_api import openapi

API = schemathesis.openapi.from_dict(openapi())
#: How many requests an operation gets.
EXAMPLES = 12

CHECKS = [not_a_server_error, status_code_conformance, response_headers_conformance]


@pytest.fixture(scope="module")
def served() -> Iterator[Town]:
    what = Preload(support.envelopes(2), support.slips(2), support.STAFF)
    with support.town(what) as made:
        made.start_pages()
        yield made


@pytest.mark.xdist_group("http_fuzz")
@API.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture],
)
def test_whatever_is_asked_is_answered(served: Town, case: schemathesis.Case[Any]) -> None:
    origin = served.pages_address.rstrip("/")
    headers = {**dict(case.headers or {}), "origin": origin}
    response = case.call(base_url=origin, headers=headers, timeout=20)
    if response.status_code in (404, 405) and case.method.lower() not in API.raw_schema["paths"][case.operation.path]:
        return  # a method that schemathesis made up
    case.validate_response(response, checks=CHECKS)
    assert response.headers["cache-control"] == ["no-store"]
    assert "default-src 'none'" in response.headers["content-security-policy"][0]


@pytest.mark.xdist_group("http_fuzz")
def test_and_no_door_was_opened(served: Town) -> None:
    """Runs after the others, in the same worker."""
    assert support.authorised(served) == 0
    assert support.pulses(served) == []
    assert served.started_controller().running
    assert served.pages is not None
    assert served.pages.running

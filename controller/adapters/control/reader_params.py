"""What reader processes send, checked: one way for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from controller import api
from controller.adapters.control.server import RequestError
from hal.wire import WireError

Value = TypeVar("Value")


def params_object(params: msgspec.Raw) -> dict[str, object]:
    decoded: dict[str, object] = msgspec.json.decode(params, type=dict[str, object])
    return decoded


def checked(make: Callable[[], Value]) -> Value:
    """What ``make`` gives. Raises `RequestError`, which quotes nothing that was sent."""
    try:
        return make()
    except WireError as error:
        raise RequestError(api.INVALID_PARAMS, "the parameters do not fit the method", reason=error.reason) from None

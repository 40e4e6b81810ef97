"""The shapes the database has had, one file a step, never changed once released.

A step is a function over a `sqlite_utils.Database`, registered under its number in `STEPS`; all steps that
are missing run in one transaction, together with the record that they ran and the new ``user_version``. Each released
shape has a stored database in ``tests/fixtures/databases``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlite_utils import Database

from controller.adapters.event_store.migrations.v0001_first_shape import first_shape

STEPS: Mapping[int, Callable[[Database], None]] = {1: first_shape}

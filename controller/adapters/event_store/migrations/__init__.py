"""The shapes the database has had, one file a step, never changed once released.

A step is a function over a `sqlite_utils.Database`, registered under its number in `STEPS`; all steps that
are missing run in one transaction, together with the record that they ran and the new ``user_version``. Each released
shape has a stored database in ``tests/fixtures/databases``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlite_utils import Database

from controller.adapters.event_store.migrations.v0001_first_shape import first_shape
from controller.adapters.event_store.migrations.v0002_office_passwords import office_passwords
from controller.adapters.event_store.migrations.v0003_other_sites import other_sites

STEPS: Mapping[int, Callable[[Database], None]] = {1: first_shape, 2: office_passwords, 3: other_sites}

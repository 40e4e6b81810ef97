"""Documents for tests: a state, a trust store, and chips made from a few words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from simulator.card.scenario import Scenario, scenario_from

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def passport(forgery: str = "none", **chip: Any) -> Scenario:
    """Of Anna Maria Eriksson, the standards' example."""
    return scenario_from(
        {
            "holder": {"primary": "Eriksson", "given": "Anna Maria", "birth_date": "19740812", "sex": "F"},
            "document": {
                "number": "L898902C3",
                "expires": "20251231" if forgery == "expired" else "20321231",
                "can": "123456",
            },
            "chip": chip,
            "forgery": forgery,
        }
    )


def residence_permit(forgery: str = "none", **chip: Any) -> Scenario:
    return scenario_from(
        {
            "holder": {"primary": "Yıldız", "given": "Ayşe", "birth_date": "19850704", "sex": "F"},
            "document": {"kind": "residence_permit", "number": "AR1234567", "expires": "20301231", "can": "500540"},
            "chip": {"bac": False, **chip},
            "forgery": forgery,
        }
    )

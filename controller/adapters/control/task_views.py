"""The office's tasks as the pages show them."""

from __future__ import annotations

from controller.api import TaskView
from controller.domain.decide_office import PURPOSES
from controller.domain.model import Box


def task_views(box: Box) -> tuple[TaskView, ...]:
    """The oldest first."""
    ordered = sorted(box.tasks.values(), key=lambda task: (task.since_wall_ms, task.id))
    return tuple(
        TaskView(
            task=task.id,
            kind=task.kind.value,
            purpose=PURPOSES[task.kind].value,
            compartment=task.compartment,
            deposit=task.deposit,
            orders=deposit.orders if (deposit := box.deposits.get(task.deposit)) is not None else (),
            reason=task.reason,
            by=task.by,
            since_wall_ms=task.since_wall_ms,
        )
        for task in ordered
    )

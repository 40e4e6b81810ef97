"""Compartments taken out of service, and put back."""

from __future__ import annotations

from dataclasses import dataclass

from controller.domain.events.base import Event


@dataclass(frozen=True, slots=True)
class CompartmentServiceChanged(Event):
    """Nothing is put in any more (``state``: ``out_of_service``), or again (``in_service``). What it holds stays its
    holder's to collect. ``reason`` is a code; without ``by`` it is a device's fault, and only this
    reason comes or goes.
    """

    compartment: str
    state: str
    reason: str
    by: str

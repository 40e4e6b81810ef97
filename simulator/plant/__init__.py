"""The physical cabinet, simulated: coils, latches, spring doors, contacts, contents, and the people in front of it.

``world`` is the physics, with a clock that is handed in; ``server`` runs it in real time as a process of its own
(``python -m simulator.plant``), which outlives the controller as a real cabinet does. ``client`` is for whoever plays
pins or people.
"""

"""The rules of the box: pure functions over frozen dataclasses, standard library only.

Read in this order: `model` (the things and their states), `events` (what can have happened), `evolve` (what an event
means for the state), `commands` (what can be asked), then one `decide_*` module for each thing the box does. `decision`
holds the words they share.
"""

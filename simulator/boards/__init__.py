"""Lock boards that are not there: emulated on serial lines (ptys), their locks and contacts in the plant.

``python -m simulator.boards`` is a process of its own, beside the plant's. The drivers open its ptys as they open a USB
adapter and cannot tell the difference; what can be wrong with boards and cables is told to it over a socket
(`simulator.boards.protocol`).
"""

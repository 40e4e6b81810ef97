"""What a person holds in front of the box's camera, and what the camera makes of it.

``model``: the scene as JSON and as values. ``cards``: flat drawings. ``optics``: perspective and light. ``render``: the
frames. ``sources`` and ``synthetic``: frame sources for the reader.
"""

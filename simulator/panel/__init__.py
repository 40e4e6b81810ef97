"""The simulator's panel: a page on which somebody plays the town hall. See the cabinet, be the people, hold
things before the camera, break what can break.

It talks to the plant, the reference central system and the demo's supervisor over their sockets, and to the box only as
people do. It is no part of a box.
"""

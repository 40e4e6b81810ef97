"""Which wire is whose, found out by firing locks: what was seen, what it means, the map that it proves.

``observation`` is what was seen at one lock, ``judgement`` what all of it means, ``correction`` the map that it proves,
``moved_wires`` keeps a map that was corrected at the box itself. The round before the front is somebody else's: the
installer's in the terminal (`provisioning.commissioning`) or the technician's page.
"""

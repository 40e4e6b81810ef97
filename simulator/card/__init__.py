"""A virtual document chip: passport, residence permit, identity card.

The chip's side of ICAO Doc 9303-10/-11 and BSI TR-03110, written for itself: it shares no code with `hal.eid`, so that
two readings of the standards have to agree. ``image`` says what a chip holds and how it misbehaves, ``chip`` answers
command APDUs. Personalisation, PKI and the line to pcscd are beside them.
"""

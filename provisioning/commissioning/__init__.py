"""``abholfach-provision commission``: each lock of an empty box is fired once, and what moves tells how it is wired.

The installer says which door stands open; all door contacts say what they saw. Two plugs that are exchanged together
agree with each other and not with the labels, so neither of the two is believed alone.

``examine`` is the round before the front, ``map_file`` writes the map that it proves (`hal.wiring`), ``protocol`` is
the paper, ``run`` all of it in order.
"""

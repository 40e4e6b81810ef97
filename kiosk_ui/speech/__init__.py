"""Reading aloud: every page of a resident says what it shows, in its language.

What may be said is decided here and nowhere else: each element of a fragment is given the names of its utterances
(`reading`), and only a name that was given can be heard (`speaker`). A browser cannot have a text of its own spoken.
Typed digits are in no fragment, so they are in no utterance.
"""

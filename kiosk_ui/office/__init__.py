"""The office's pages: in a browser on the office's network, over TLS, after a login. Off unless they are switched on.

An application of its own on a listener of its own: nothing of the residents' and staff pages at the box is on it, and
nothing of it is on theirs. It opens no door: it leaves tasks that are done at the box.
"""

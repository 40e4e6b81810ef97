"""eID with eID-PIN: the online function of identity cards, residence permits and eID cards (TR-03124, TR-03130).

AusweisApp speaks with the card and the eID service; the box speaks with AusweisApp through its SDK (a WebSocket on this
computer) and decides on the result that the service has signed. ``messages``: what AusweisApp says. ``client``: the
line to it. ``verifier``: one authentication. ``service``: the eID service, as much as the box needs of it. ``gateway``:
one over HTTPS.
"""

"""Verifying identity by a document's chip: passports, residence permits and identity cards in a contactless reader.

Terms are those of ICAO Doc 9303 and BSI TR-03110. ``pcsc``: readers and cards over PC/SC. ``apdu``, ``tlv``, ``files``:
how one speaks with a card. ``pace``, ``bac``, ``secure_messaging``: the protected channel. ``passive_authentication``
and ``trust``: is what it says genuine. ``chip_authentication``, ``active_authentication``: is it the original chip.
``emrtd`` puts them in order. ``online``: eID with eID-PIN through AusweisApp.
"""

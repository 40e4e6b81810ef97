"""One file for each thing the box does. Services decide nothing by themselves: they ask the domain, through the
actor.
"""

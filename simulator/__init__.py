"""A whole town hall on a laptop: cabinet, people, cards, central system, faults. Never part of a box."""

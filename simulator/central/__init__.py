"""A central system as small as one can be and still be right: it stores a fleet's events, acknowledges them, and
commands.

It is what the contract (docs/mqtt/) is tested against, what the demonstration talks to, and what somebody who connects
a real one may read first.
"""

from simulator.central.client import CentralClient, CentralError

__all__ = ["CentralClient", "CentralError"]

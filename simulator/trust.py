"""A trust store as an office would fill it: the test state's root pinned, its master list and revocation list
imported.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from hal.eid.revocation_import import import_revocation_list
from hal.eid.trust_import import import_master_list, pin_root
from simulator.card.issuing_state import IssuingState


def fill_trust_store(directory: Path, state: IssuingState, *, revocation: bool = True) -> None:
    """Makes ``directory`` anew; whoever has it open opens it again. Raises what the imports raise."""
    fresh = directory.with_name(f".{directory.name}-fresh")
    for path in (fresh, directory):
        shutil.rmtree(path, ignore_errors=True)
    fresh.mkdir(parents=True)
    pin_root(fresh, state.csca.certificate, state.at)
    import_master_list(fresh, state.master_list(), state.at)
    if revocation:
        import_revocation_list(fresh, state.revocation_list(), state.at)
    fresh.rename(directory)

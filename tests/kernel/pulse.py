"""A process to be killed: opens the twelve doors' cabinet, says so, fires one lock for a second, and says when it is
done.
"""

from __future__ import annotations

import sys

from hal.factory import build_cabinet
from hal.gpio import open_pins
from hal.profile import load_profile
from tests.contract.subjects import wait_out_the_first_gap
from tests.fakes.plant import GPIO_12

if __name__ == "__main__":
    cabinet = build_cabinet(load_profile(GPIO_12), open_pins())
    wait_out_the_first_gap(cabinet.locks)
    print("open", flush=True)
    cabinet.locks.pulse(sys.argv[1], 1000).result(10)
    print("done", flush=True)
    cabinet.close()

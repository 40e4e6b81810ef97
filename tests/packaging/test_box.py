"""`box` and the choice of the interpreter: the chosen one gets a virtual environment of its own, or the run ends.

`box` runs as it is, in a directory of its own; the interpreter is the one of this test behind a script that writes down
what it is asked to install, for what is installed is the business of the lists' own tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.project import ROOT

_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"

# As `python -m venv`, it leaves bin/python and bin/pip; whoever asks where the interpreter comes from is told $origin.
_INTERPRETER = """#!/bin/sh
origin=@ORIGIN@
case $* in
    "-m venv "*)
        mkdir -p "$3/bin"
        cp "$0" "$3/bin/python"
        echo "#!$3/bin/python" >"$3/bin/pip"
        echo "made by $origin" >>"@LOG@" ;;
    "-m pip "*) echo "pip $*" >>"@LOG@" ;;
    "-m tests.bench"*) echo "bench under $0" ;;
    *sys.base_prefix*) echo "$origin" ;;
    *) exec "@PYTHON@" "$@" ;;
esac
"""


class _Checkout:
    """A directory with `box` and what it reads."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "checkout"
        self.root.mkdir()
        self._log = directory / "log"
        shutil.copy2(ROOT / "box", self.root / "box")
        shutil.copy2(ROOT / "pyproject.toml", self.root / "pyproject.toml")
        shutil.copytree(ROOT / "requirements", self.root / "requirements")

    def interpreter(self, name: str) -> Path:
        """One that says it comes from `name`."""
        path = self.root.parent / name
        text = _INTERPRETER.replace("@ORIGIN@", name).replace("@LOG@", str(self._log))
        path.write_text(text.replace("@PYTHON@", sys.executable), encoding="utf-8")
        path.chmod(0o755)
        return path

    def bench(self, interpreter: Path) -> subprocess.CompletedProcess[str]:
        """`./box bench` with the interpreter chosen."""
        return subprocess.run(
            [self.root / "box", "bench"],
            env=os.environ | {"ABHOLFACH_PYTHON": str(interpreter)},
            check=False,
            capture_output=True,
            text=True,
        )

    def done(self) -> list[str]:
        """What the interpreters were asked to make and to install since last asked."""
        lines = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        self._log.unlink(missing_ok=True)
        return lines


@pytest.fixture
def checkout(tmp_path: Path) -> _Checkout:
    return _Checkout(tmp_path)


def test_a_chosen_interpreter_gets_a_virtual_environment_of_its_own(checkout: _Checkout) -> None:
    ran = checkout.bench(checkout.interpreter("first"))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"bench under {checkout.root}/.venv-{_VERSION}/bin/python\n"
    made, *installed = checkout.done()
    assert made == "made by first"
    assert all("--require-hashes" in line or "--no-index --no-deps" in line for line in installed)
    assert [name for name in ("build", "runtime", "test") if any(f"/{name}.txt" in line for line in installed)] == [
        "build",
        "runtime",
        "test",
    ]
    assert not (checkout.root / ".venv").exists()


def test_what_is_installed_for_the_chosen_interpreter_is_not_installed_again(checkout: _Checkout) -> None:
    chosen = checkout.interpreter("first")
    assert checkout.bench(chosen).returncode == 0
    assert checkout.done()
    assert checkout.bench(chosen).returncode == 0
    assert checkout.done() == []


def test_another_interpreter_of_the_same_version_does_not_get_the_first_ones(checkout: _Checkout) -> None:
    assert checkout.bench(checkout.interpreter("first")).returncode == 0
    assert checkout.done()
    assert checkout.bench(checkout.interpreter("second")).returncode == 0
    assert checkout.done()[0] == "made by second"


@pytest.mark.parametrize("chosen", ["/bin/false", "/nowhere/python3.13"])
def test_a_chosen_interpreter_that_does_not_suit_ends_the_run(checkout: _Checkout, chosen: str) -> None:
    ran = checkout.bench(Path(chosen))
    assert ran.returncode == 1
    assert f"ABHOLFACH_PYTHON={chosen} is no Python 3.11, 3.12 or 3.13" in ran.stderr
    assert not list(checkout.root.glob(".venv*"))

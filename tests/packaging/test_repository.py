"""The repository: it stands alone, its lists are locked, its commands are the documented ones."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.packaging.project import METADATA, ROOT, SETS, declared, files, locked, names

#: What a box must never be asked to install.
_DEVELOPMENT_ONLY = {"pytest", "hypothesis", "playwright", "mypy", "ruff", "import-linter", "numpy", "hatchling"}

_MARKDOWN_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


@pytest.mark.parametrize("name", SETS)
def test_every_declared_dependency_is_locked_with_hashes(name: str) -> None:
    pins = {canonicalize_name(pin.name): pin for pin in (*locked("runtime"), *locked(name))}
    for wanted in declared(name):
        (version,) = (item.version for item in pins[canonicalize_name(wanted.name)].specifier)
        assert wanted.specifier.contains(version), f"{wanted} is locked as {version}"


def test_a_package_has_one_version_in_all_sets() -> None:
    versions: dict[tuple[str, str], set[str]] = {}
    for name in SETS:
        for pin in locked(name):
            # numpy, for one, has a version for old and one for new interpreters: the marker tells them apart.
            marker = str(pin.marker or "") if "python" in str(pin.marker or "") else ""
            versions.setdefault((canonicalize_name(pin.name), marker), set()).add(str(pin.specifier))
    assert {key: found for key, found in versions.items() if len(found) > 1} == {}


def test_the_runtime_set_is_what_a_box_needs_and_no_more() -> None:
    assert names(locked("runtime")) & _DEVELOPMENT_ONLY == set()


@pytest.mark.parametrize("path", ["pyproject.toml", "box", ".ci/run", *(f"requirements/{name}.txt" for name in SETS)])
def test_no_file_says_where_packages_come_from(path: str) -> None:
    """Which index is asked is the business of the machine's own configuration; the hashes say what is accepted."""
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host|^-[if] |@ file:", text, re.MULTILINE)
    if path.startswith("requirements/"):
        assert "://" not in text


def test_no_file_names_a_home_directory() -> None:
    pattern = re.compile(rb"/(?:home|Users)/[A-Za-z]\w*/|\b[A-Z]:\\Users\\")
    named = [path.relative_to(ROOT).as_posix() for path in files() if pattern.search(path.read_bytes())]
    assert named == [] or named == [Path(__file__).relative_to(ROOT).as_posix()]


def test_every_relative_link_of_the_documentation_leads_somewhere() -> None:
    dead = {
        f"{path.relative_to(ROOT)}: {target}"
        for path in files()
        if path.suffix == ".md"
        for target in _MARKDOWN_LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    }
    assert dead == set()


@pytest.mark.parametrize("path", ["box", ".ci/run"])
def test_commands_are_executable(path: str) -> None:
    assert os.access(ROOT / path, os.X_OK)


@pytest.mark.parametrize("shell", [name for name in ("sh", "dash", "bash") if shutil.which(name)])
def test_box_is_a_posix_script(shell: str) -> None:
    subprocess.run([shell, "-n", str(ROOT / "box")], check=True)


def test_box_help_names_every_subcommand_and_an_unknown_one_is_refused() -> None:
    helped = subprocess.run([ROOT / "box", "help"], check=True, capture_output=True, text=True)
    for subcommand in ("demo", "test", "lint", "bench", "i18n", "crash", "setup"):
        assert re.search(rf"^  {subcommand}\b", helped.stdout, re.MULTILINE), subcommand
    refused = subprocess.run([ROOT / "box", "dance"], check=False, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "usage:" in refused.stderr


def test_continuous_integration_runs_the_documented_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    run = (ROOT / ".ci/run").read_text(encoding="utf-8")
    for command in ("./box lint", "./box test"):
        assert command in readme
        assert command in run
    assert "./box demo" in readme


def test_the_classifiers_name_the_supported_pythons() -> None:
    supported = SpecifierSet(METADATA["project"]["requires-python"])
    named = {
        classifier.rpartition(" ")[2]
        for classifier in METADATA["project"]["classifiers"]
        if re.search(r":: 3\.\d+$", classifier)
    }
    assert named == {f"3.{minor}" for minor in range(30) if supported.contains(f"3.{minor}.0")}

"""The wheel a box installs: exactly our packages, whole, and nobody else's."""

from __future__ import annotations

import importlib
import subprocess
import sys
import tarfile
import venv
import zipfile
from importlib import metadata
from pathlib import Path, PurePosixPath

import pytest

from tests.packaging.project import METADATA, PACKAGES, ROOT, files


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the wheel and the source distribution of this checkout."""
    directory = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-t", "sdist", "-d", str(directory)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return directory


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def wheel_files(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_a_clean_environment_gets_exactly_our_top_level_names(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv/bin/python"
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index", str(wheel)],
        check=True,
        capture_output=True,
    )
    (site_packages,) = (tmp_path / "venv").glob("lib/python3.*/site-packages")
    assert {entry.name for entry in site_packages.iterdir() if entry.suffix != ".dist-info"} == PACKAGES
    scripts = METADATA["project"]["scripts"]
    assert all((tmp_path / "venv/bin" / script).is_file() for script in scripts)


def test_no_other_distribution_owns_a_file_under_our_names() -> None:
    ours = {*PACKAGES, "simulator", "tests"}
    foreign = {
        f"{distribution.name}: {file}"
        for distribution in metadata.distributions()
        if distribution.name != METADATA["project"]["name"]
        for file in distribution.files or ()
        if PurePosixPath(str(file)).parts[0] in ours
    }
    assert foreign == set()


def test_everything_in_the_packages_ships(wheel_files: set[str]) -> None:
    expected = {relative.as_posix() for path in files() if (relative := path.relative_to(ROOT)).parts[0] in PACKAGES}
    assert expected
    assert expected - wheel_files == set()


@pytest.mark.parametrize(
    ("package", "kind"),
    [
        ("kiosk_ui", ".html"),
        ("kiosk_ui", ".css"),
        ("kiosk_ui", ".js"),
        ("kiosk_ui", ".woff2"),
        ("kiosk_ui", ".mo"),
        ("hal", ".toml"),
    ],
)
def test_pages_styles_fonts_translations_and_profiles_are_inside(
    wheel_files: set[str], package: str, kind: str
) -> None:
    assert [name for name in wheel_files if name.startswith(f"{package}/") and name.endswith(kind)]


def test_neither_tests_nor_the_simulator_are_inside(wheel_files: set[str]) -> None:
    assert {PurePosixPath(name).parts[0] for name in wheel_files if ".dist-info/" not in name} == PACKAGES
    names = {part for name in wheel_files for part in PurePosixPath(name).parts}
    assert not [name for name in names if name.startswith(("test_", "conftest.")) or name in {"tests", "__pycache__"}]


def test_the_licence_is_inside(wheel_files: set[str]) -> None:
    assert [name for name in wheel_files if name.endswith(".dist-info/licenses/LICENSE")]


def test_the_source_distribution_holds_the_simulator_and_the_tests(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        top = {PurePosixPath(name).parts[1] for name in archive.getnames() if len(PurePosixPath(name).parts) > 1}
    assert {*PACKAGES, "simulator", "tests", "LICENSE", "README.md", "requirements", "box"} <= top


@pytest.mark.parametrize(("script", "target"), METADATA["project"]["scripts"].items())
def test_every_installed_command_has_its_function(script: str, target: str) -> None:
    module, _, function = target.partition(":")
    assert callable(getattr(importlib.import_module(module), function)), script

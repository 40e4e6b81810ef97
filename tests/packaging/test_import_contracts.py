"""The contract kind `only` breaks for what is not listed and for nothing else."""

from __future__ import annotations

import pytest
from grimp import ImportGraph

from tests.packaging.import_contracts import OnlyContract


def _graph(*imported: str) -> ImportGraph:
    """`rules.rights`, in package `rules`, imports these; `outside` and `json` are libraries, `face` is our own."""
    graph = ImportGraph()
    for module in ("rules", "rules.rights", "rules.model", "face", "face.pages"):
        graph.add_module(module)
    for library in ("json", "outside"):
        graph.add_module(library, is_squashed=True)
    for module in imported:
        graph.add_import(importer="rules.rights", imported=module, line_number=7, line_contents=f"import {module}")
    return graph


def _is_kept(graph: ImportGraph, **options: object) -> bool:
    contract = OnlyContract(
        name="rules",
        session_options={"root_packages": ["rules", "face"]},
        contract_options={"source_modules": ["rules"], **options},
    )
    return contract.check(graph, verbose=False).kept


@pytest.mark.parametrize("imported", [(), ("json",), ("rules.model",)])
def test_itself_and_the_standard_library_are_always_allowed(imported: tuple[str, ...]) -> None:
    assert _is_kept(_graph(*imported))


@pytest.mark.parametrize("imported", ["outside", "face", "face.pages"])
def test_everything_else_is_refused(imported: str) -> None:
    assert not _is_kept(_graph("json", imported))


def test_what_is_listed_is_allowed_with_everything_below_it() -> None:
    assert _is_kept(_graph("face.pages"), allowed_modules=["face"])
    assert not _is_kept(_graph("face"), allowed_modules=["face.pages"])


def test_third_party_allows_libraries_but_not_our_own_packages() -> None:
    assert _is_kept(_graph("outside"), third_party="true")
    assert not _is_kept(_graph("face.pages"), third_party="true")

"""The import-linter contract `only`: these modules import what is listed here and nothing else.

import-linter's own contracts name what is forbidden. The rules of this house name what is allowed ("the rules of the
box need the standard library only"), and a list of forbidden things forgets the library that is added next year.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from importlinter import Contract, ContractCheck, fields, output
from importlinter.domain.helpers import module_expressions_to_modules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grimp import ImportGraph


class OnlyContract(Contract):
    """Direct imports of `source_modules` (with everything below them) stay inside themselves, the standard library and
    `allowed_modules` (with everything below those).

    Options: `third_party` (bool, default false) additionally allows every library that is not part of this project.
    Direct imports are enough: what an allowed module may import in turn is the business of its own contract.
    """

    type_name = "only"

    source_modules = fields.SetField(subfield=fields.ModuleExpressionField())
    allowed_modules = fields.SetField(subfield=fields.StringField(), required=False, default=[])
    third_party = fields.BooleanField(required=False, default=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """See `Contract.check`."""
        sources = sorted(
            module.name for module in module_expressions_to_modules(graph, cast("Iterable[Any]", self.source_modules))
        )
        allowed = {*cast("Iterable[str]", self.allowed_modules), *sources}
        missing = [source for source in sources if source not in graph.modules]
        violations = [
            (importer, imported, self._lines(graph, importer, imported))
            for source in sources
            for importer in sorted({source, *graph.find_descendants(source)})
            for imported in sorted(graph.find_modules_directly_imported_by(importer))
            if not self._is_allowed(graph, imported, allowed)
        ]
        return ContractCheck(
            kept=not violations and not missing, metadata={"violations": violations, "allowed": sorted(allowed)}
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        """See `Contract.render_broken_contract`."""
        output.print_error(f"allowed are: standard library, {', '.join(check.metadata['allowed'])}", bold=True)
        for importer, imported, lines in check.metadata["violations"]:
            output.print_error(f"- {importer} -> {imported} (line {lines})")
        output.new_line()

    def _is_allowed(self, graph: ImportGraph, module: str, allowed: set[str]) -> bool:
        root = module.partition(".")[0]
        if any(module == name or module.startswith(f"{name}.") for name in allowed) or root in sys.stdlib_module_names:
            return True
        return bool(self.third_party) and graph.is_module_squashed(module)

    @staticmethod
    def _lines(graph: ImportGraph, importer: str, imported: str) -> str:
        details = graph.get_import_details(importer=importer, imported=imported)
        return ", ".join(str(detail["line_number"]) for detail in details) or "?"

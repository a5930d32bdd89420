"""What an importer refuses: every fault of the input, not only the first; and what an export does.

HabeasError
├── ImportRefused    import.refused
│   └── ImportedAlready    import.already
├── ExportRefused    export.refused
└── PackageMissing   export.package-missing   an extra that the form of a table needs
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from habeas.errors import HabeasError


@dataclass(frozen=True, slots=True)
class InputFault:
    """One thing wrong in one place. ``line`` counts from 1, the header included; 0: the file.

    ``pointer`` (RFC 6901) says it where the format has no lines.
    """

    file: str
    line: int
    column: str
    reason: str
    valid: str = ""
    pointer: str = ""

    def __str__(self) -> str:
        place = self.file if not self.line else f"{self.file}, line {self.line}"
        place += f" at {self.pointer}" if self.pointer else ""
        column = f", column {self.column}" if self.column else ""
        remedy = f" {self.valid}" if self.valid else ""
        return f"{place}{column}: {self.reason}{remedy}"


class ImportRefused(HabeasError):
    """The input has faults; nothing was imported."""

    code = "import.refused"

    def __init__(self, faults: Sequence[InputFault]) -> None:
        self.faults = tuple(faults)
        count = f"{len(self.faults)} faults" if len(self.faults) != 1 else "1 fault"
        super().__init__(
            f"The import has {count}. Nothing was imported.",
            next_step="Correct them and import again.",
        )


class ImportedAlready(HabeasError):
    """The same files were imported before."""

    code = "import.already"


class ExportRefused(HabeasError):
    """The tables cannot be handed over so; nothing was written or recorded."""

    code = "export.refused"


class PackageMissing(HabeasError):
    """A form of a table needs a package that is not installed."""

    code = "export.package-missing"

    def __init__(self, what: str, package: str, extra: str) -> None:
        super().__init__(
            f"{what} needs {package}, which is not installed.",
            next_step=f"Install habeas with its extra: `pip install 'habeas[{extra}]'`.",
        )

"""The options that many verbs share, each written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ArchiveOption = Annotated[
    Path | None,
    typer.Option(
        "--archive",
        metavar="DIR",
        help="The archive to act on. By default, the archive that the current directory is in.",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]
PassphraseFileOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="Read the archive's passphrase from the first line of a file instead of asking.",
        show_default=False,
    ),
]
PersonOption = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="PSEUDONYM",
        help="Who acts. Not needed where the archive holds one person's key.",
        show_default=False,
    ),
]
PersonPassphraseFileOption = Annotated[
    Path | None,
    typer.Option(
        "--person-passphrase-file",
        metavar="FILE",
        help="Read the acting person's passphrase from the first line of a file.",
        show_default=False,
    ),
]
NewKeyPassphraseFileOption = Annotated[
    Path | None,
    typer.Option(
        "--person-passphrase-file",
        metavar="FILE",
        help="Read the new key's passphrase, not that of who acts, from the first line of a file.",
        show_default=False,
    ),
]
SignerOption = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="PSEUDONYM",
        help="Who signs for the new person. Needed from the third person on.",
        show_default=False,
    ),
]
AsPassphraseFileOption = Annotated[
    Path | None,
    typer.Option(
        "--as-passphrase-file",
        metavar="FILE",
        help="Read the passphrase of who acts (--as) from the first line of a file.",
        show_default=False,
    ),
]
UnsignedOption = Annotated[
    bool,
    typer.Option(
        "--unsigned",
        help="No person signs: it is recorded as done by the installation alone. Only for what "
        "makes things stricter.",
    ),
]
ApproverHoursOption = Annotated[
    int,
    typer.Option(
        metavar="N",
        min=0,
        max=720,
        help="How many hours both people's keys must be older than the request.",
    ),
]
ChangeHoursOption = Annotated[
    int,
    typer.Option(
        metavar="N",
        min=0,
        max=720,
        help="How many hours a change of the policy waits before it can be approved.",
    ),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what would come of it; ask and record nothing.")
]
WorkersOption = Annotated[
    int,
    typer.Option(
        "--workers",
        metavar="N",
        min=0,
        help="How many files to read at once. 0: one a core.",
    ),
]
AsOfOption = Annotated[
    int | None,
    typer.Option(
        "--as-of",
        metavar="N",
        min=1,
        help="As the archive was when its ledger had N entries.",
        show_default=False,
    ),
]

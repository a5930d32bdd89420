"""What for: asked of a person where a command reaches above public, signed and recorded first."""

from __future__ import annotations

from typing import Annotated

import typer

PurposeOption = Annotated[
    str,
    typer.Option(
        "--purpose",
        metavar="TEXT",
        help="What for; recorded and signed before anything is shown.",
        show_default=False,
    ),
]

"""Text inside DrawingML: slides, charts, diagrams. Paragraphs ``a:p``, values ``c:v``."""

from __future__ import annotations

from habeas.reading.readers.flow import Flow, Place
from habeas.reading.readers.interface import DraftReading
from habeas.reading.readers.package import Package, whole


def read(
    draft: DraftReading, package: Package, name: str, place: Place, *, hidden: bool = False
) -> None:
    """The paragraphs and tables of one part, numbered within ``place``."""
    flow = Flow(draft, place, hidden=hidden)
    walk = package.walk(name)
    title = False
    try:
        for what, value, attributes in whole(draft, name, walk):
            if what == "text":
                if walk.path[-1] in {"a:t", "m:t"}:
                    flow.text(value)
                elif walk.path[-1] == "?:v" and flow.paragraph is None:
                    flow.begin()
                    flow.text(value)
                    flow.end()
            elif what == "start":
                if value == "mc:Fallback":
                    walk.skip()
                elif value == "p:sp":
                    title = False
                elif value == "p:ph":
                    title = (attributes or {}).get("type", "") in {"title", "ctrTitle"}
                elif value == "p:cNvPr" and (attributes or {}).get("descr"):
                    flow.begin()
                    flow.aside(
                        "hidden",
                        "A picture's description, not shown on the slide.",
                        (attributes or {})["descr"][:10_000],
                    )
                    flow.end()
                elif value == "a:p":
                    flow.begin(heading=int(title))
                elif value in {"a:br", "a:tab"}:
                    flow.text("\n" if value == "a:br" else "\t")
                elif value == "a:tbl":
                    flow.begin_table()
                elif value == "a:tr":
                    flow.begin_row()
                elif value == "a:tc":
                    flow.begin_cell()
            elif value == "a:p":
                flow.end()
            elif value == "a:tc":
                flow.end_cell()
            elif value == "a:tr":
                flow.end_row()
            elif value == "a:tbl":
                flow.end_table()
        flow.close()
    finally:
        flow.shut()

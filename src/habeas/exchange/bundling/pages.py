"""The report as one HTML file: no script, nothing from elsewhere, everything escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from habeas.exchange.bundling.blocks import DocumentPart

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1, h2 { line-height: 1.25; margin: 2rem 0 .5rem; }
dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: .25rem 1rem; }
dt { opacity: .75; } dd { margin: 0; overflow-wrap: anywhere; }
div.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: start; vertical-align: top; padding: .35rem .5rem; }
tr { border-top: 1px solid #8888; }
td { overflow-wrap: anywhere; min-width: 4rem; }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .5rem; } }
"""


def as_html(blocks: Sequence[DocumentPart]) -> bytes:
    """The document as a page that can be opened anywhere, offline."""
    title = next((block.text for block in blocks if block.kind == "heading"), "Report")
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    body = "\n".join(part for block in blocks for part in _block(block))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"{body}\n</main>\n</body>\n</html>\n"
    ).encode("utf-8", "replace")


def _text(text: str) -> str:
    """A text of others: escaped, and its direction kept to itself."""
    safe = "".join(c if c.isprintable() or c in "\n\u200c\u200d" else "\ufffd" for c in text)
    return f"<bdi>{escape(safe)}</bdi>"


def _block(block: DocumentPart) -> Iterator[str]:
    if block.kind == "heading":
        yield f"<h{block.level}>{_text(block.text)}</h{block.level}>"
    elif block.kind == "text":
        yield f"<p>{_text(block.text)}</p>"
    elif block.kind == "list":
        yield "<ul>" + "".join(f"<li>{_text(row[0])}</li>" for row in block.rows) + "</ul>"
    elif block.kind == "facts":
        pairs = (f"<dt>{_text(label)}</dt><dd>{_text(value)}</dd>" for label, value in block.rows)
        yield f"<dl>{''.join(pairs)}</dl>"
    else:
        head = "".join(f'<th scope="col">{_text(cell)}</th>' for cell in block.head)
        yield '<div class="table" role="region" tabindex="0" aria-label="Table"><table>'
        yield f"<thead><tr>{head}</tr></thead><tbody>"
        for row in block.rows:
            yield "<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in row) + "</tr>"
        yield "</tbody></table></div>"

"""The report as one HTML file: no script, nothing from outside, the picture inside."""

from __future__ import annotations

import html

from exports.evidence.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Notice,
    Pairs,
    Paragraph,
    Picture,
    Table,
)
from visualize.lettering import FONT_FAMILY, clean

_CSS = f"""
body{{font:15px/1.65 {FONT_FAMILY};color:#1d2530;margin:0 auto;max-width:1080px;padding:32px 28px;background:#fff;overflow-wrap:anywhere}}
h1{{font-size:24px;margin:0 0 4px}}h2{{font-size:18px;margin:30px 0 8px;border-bottom:2px solid #1f4e79;padding-bottom:3px}}
h3{{font-size:15px;margin:18px 0 6px}}.sub{{color:#5b6675;margin:0 0 16px}}.quiet{{color:#5b6675;font-size:13px}}
.notice{{border:1px solid #b54708;background:#fff8ef;padding:9px 14px;border-radius:4px;margin:12px 0}}
table{{border-collapse:collapse;width:100%;margin:8px 0 14px;font-size:13px}}
th,td{{border:1px solid #cfd6df;padding:5px 8px;text-align:left;vertical-align:top}}
th{{background:#eef2f7}}table.set{{table-layout:fixed}}table.pairs th{{width:11em;background:#f7f9fb;font-weight:600}}
figure{{margin:8px 0;overflow-x:auto}}figure svg{{max-width:100%;height:auto;border:1px solid #dfe4ea}}
figcaption{{color:#5b6675;font-size:13px}}footer{{margin-top:36px;border-top:1px solid #cfd6df;padding-top:8px;color:#5b6675;font-size:12px}}
@media print{{body{{max-width:none;padding:0}}tr,figure{{break-inside:avoid}}h2,h3{{break-after:avoid}}}}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"


def report_html(document: Document, picture: str) -> bytes:
    """The document with `picture` (an SVG element) in its place."""
    parts = [
        "<!doctype html>",
        f'<html lang="{"zh-CN" if document.lang == "zh" else "en"}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{_e(document.title)}</title><style>{_CSS}</style></head><body>",
        f'<h1>{_e(document.title)}</h1><p class="sub">{_e(document.subtitle)}</p>',
        *(_block(block, picture) for block in document.blocks),
        f"<footer>{_e(document.footer)}</footer></body></html>",
    ]
    return ("\n".join(parts) + "\n").encode("utf-8", errors="replace")


def _e(text: str) -> str:
    return html.escape(clean(text), quote=True)


def _block(block: Block, picture: str) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{_e(block.text)}</h{block.level}>"
    if isinstance(block, Paragraph):
        quiet = ' class="quiet"' if block.quiet else ""
        return f"<p{quiet}>{_e(block.text)}</p>"
    if isinstance(block, Notice):
        return f'<p class="notice">{_e(block.text)}</p>'
    if isinstance(block, Bullets):
        return "<ul>" + "".join(f"<li>{_e(item)}</li>" for item in block.items) + "</ul>"
    if isinstance(block, Pairs):
        rows = "".join(f"<tr><th>{_e(a)}</th><td>{_e(b)}</td></tr>" for a, b in block.rows)
        return f'<table class="pairs">{rows}</table>'
    if isinstance(block, Table):
        head = "".join(f"<th>{_e(h)}</th>" for h in block.headings)
        body = "".join("<tr>" + "".join(f"<td>{_e(c)}</td>" for c in row) + "</tr>" for row in block.rows)
        # As wide as in print: left to itself a browser takes letters from the short columns for the long.
        wide = "".join(f'<col style="width:{100 * w / sum(block.widths):.2f}%">' for w in block.widths)
        return (
            f'<table class="set"><colgroup>{wide}</colgroup><thead><tr>{head}</tr></thead>'
            f"<tbody>{body}</tbody></table>"
        )
    if isinstance(block, Picture):
        shown = f"<figure>{picture}<figcaption>{_e(block.caption)}</figcaption></figure>"
        return f"<h2>{_e(block.heading)}</h2>{shown}"
    raise TypeError(type(block))

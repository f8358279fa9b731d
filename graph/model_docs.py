"""The page that describes the model, written from its declarations.

`python -m graph.model_docs [FILE]` writes it, to `docs/graph-model.md` where no file is named.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from graph.model import (
    BATCH,
    BOOKKEEPING,
    META,
    NODES,
    RELATIONSHIPS,
    SCHEMA_VERSION,
    STATED_RELATIONSHIP,
    Field,
    NodeType,
    RelType,
)

PAGE: Final = Path("docs/graph-model.md")

_BEGINNING: Final = f"""\
# The graph's model

Written from `graph/model.py` by `python -m graph.model_docs`; change the declarations, not this page.
Schema version {SCHEMA_VERSION}.

## Types of values

| type | is |
|---|---|
| `STRING`, `INT64`, `DOUBLE`, `BOOL`, `STRING[]` | as named |
| `DATE` | `YYYY-MM-DD`, or `YYYY-MM` where the source says no more |
| `MONTH` | `YYYY-MM` |
| `TIME` | `YYYY-MM-DDTHH:MM:SS`, Asia/Shanghai |
| `MONEY` | integer minor units (分) of the currency beside it |
| `SHARE` | a fraction from 0 to 1 |

A field marked *derived* is worked out after each batch; no source states it. Spans of time are half open:
`valid_from` counts, `valid_to` no longer does; empty = open.
"""


def page() -> str:
    """The whole page, as Markdown."""
    parts = [_BEGINNING, "## Nodes\n"]
    parts.append("Every node has the key `id` (`scheme:value`). All but `Batch` and `Meta` also have:\n")
    parts.append(_fields(BOOKKEEPING))
    parts += [_node(node) for node in (*NODES, BATCH, META)]
    parts.append("## Relationships\n")
    parts.append("Every stated relationship has these fields beside its own:\n")
    parts.append(_fields(STATED_RELATIONSHIP))
    parts += [_relationship(rel) for rel in RELATIONSHIPS]
    return "\n".join(parts)


def _node(node: NodeType) -> str:
    return f"### {node.name}\n\n{_sentence(node.doc)}\n\n{_fields(node.fields)}"


def _relationship(rel: RelType) -> str:
    ends = ", ".join(f"{start} → {end}" for start, end in rel.pairs)
    kind = "Derived: computed, and replaced as a whole." if rel.derived else "Stated by sources."
    fields = f"\n{_fields(rel.fields)}" if rel.fields else ""
    return f"### {rel.name}\n\n{_sentence(rel.doc)} {kind}\n\n{ends}\n{fields}"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _fields(fields: Iterable[Field]) -> str:
    rows = (
        f"| `{field.name}` | `{field.type}` | {_cell(field.doc)}{' (derived)' if field.derived else ''} |"
        for field in fields
    )
    return "\n".join(("| field | type | meaning |", "|---|---|---|", *rows, ""))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Write the page."""
    target = Path(arguments[0]) if arguments else PAGE
    target.write_text(page(), encoding="utf-8")
    sys.stderr.write(f"{target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

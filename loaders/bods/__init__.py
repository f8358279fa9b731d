"""Beneficial Ownership Data Standard: 0.4 (records), 0.3 and 0.2 (statements).

* Every version of a relationship record becomes rows with `stated_from` and `stated_to`, so that the rows of a
  date are the standard's snapshot of that date: from the statement's own date until the next version, the
  interest's end, or the closing of the record or of either party.
* `shareholding` feeds `share`, `votingRights` feeds `votes`; a relationship that states both gives one row. A
  row of votes alone leaves the share empty, one of shares alone the votes, so that each kind of interest adds up
  by itself.
* Everything else is EXERCISES_CONTROL (`vocabulary.toml`).
* Entities meet by identifier; what has none is scoped to its file, since ids of statements and records are only
  unique within one publication.
"""

from __future__ import annotations

from collections.abc import Sequence

from loaders.bods.history import Records
from loaders.bods.parties import Parties
from loaders.bods.relationships import Relationships
from loaders.bods.statements import Statement, read_statements
from loaders.context import InputFile, ReadContext
from loaders.record_rows import RecordRows

__all__ = ["read_bods"]


def read_bods(files: Sequence[InputFile], context: ReadContext) -> None:
    """Read all BODS files of one load into the context's extract; references may cross files.

    Statements that can't be used are reported and the rest is loaded. Raises `UnreadableFileError` for a file
    that is no JSON or is cut off.
    """
    statements: list[Statement] = []
    counted: list[tuple[InputFile, int, int]] = []
    for file in files:
        read, items, refused = read_statements(file, context, len(statements))
        statements.extend(read)
        counted.append((file, items, refused))
        if context.progress:
            context.progress(file.name, items, items)
    records = Records(statements, context)
    rows = RecordRows()
    Parties(records, rows, context)
    relationships = Relationships(records, rows, context)
    rows.flush(context.extract)
    for file, items, refused in counted:
        context.finish_file(file, "bods", items, refused + relationships.rejected.get(file.sha256, 0))
    for kind in ("entity", "person", "relationship"):
        context.count(f"bods_{kind}_statements", sum(s.kind == kind for s in statements))

"""Statements grouped into records, and the time each version of a record holds.

Source: the snapshot rule of openownership/visualisation-tool (docs/spec.md): group by record, drop what is
stated after the date, keep the latest, then drop what is closed. Every version of a record becomes a half-open
span, so that a filter by date gives the snapshot of that date.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from loaders.bods.complaints import complain
from loaders.bods.statements import Statement, read_date
from loaders.context import InputFile, ReadContext

Span = tuple[str | None, str | None]
"""(from, to) as dates, half open; None = open."""


@dataclass(eq=False, slots=True)
class Record:
    """All statements about one record, oldest first."""

    kind: str
    record_id: str
    versions: list[Statement]
    node: tuple[str, str] | None = None
    """(node type, id), once known."""
    gone: list[Span] = field(default_factory=list)
    """When the record's entity or person is closed, dissolved or dead."""

    @property
    def home(self) -> InputFile:
        """The file that scopes the record's id."""
        return self.versions[0].file

    def spans(self) -> Iterable[tuple[Statement, str | None, str | None]]:
        """(version, from, to): from its own date until the next version's."""
        for i, version in enumerate(self.versions):
            later = self.versions[i + 1].day if i + 1 < len(self.versions) else None
            if later is None or version.day is None or version.day < later:
                yield version, version.day, later


class Records:
    """The records of a load, and what a reference in one file means."""

    def __init__(self, statements: Sequence[Statement], context: ReadContext):
        self._context = context
        self._by_file: dict[tuple[str, str], list[Record]] = {}
        self._by_name: dict[str, list[Record]] = {}
        self._by_statement: dict[tuple[str, str], Record] = {}
        self.all = self._group(statements)
        for record in self.all:
            record.versions.sort(key=lambda s: (s.moment, s.order))
            self._check_series(record)
            files = {v.file.sha256 for v in record.versions}
            names = {record.record_id, *(v.id for v in record.versions if v.by_statement)}
            for name in names:
                self._by_name.setdefault(name, []).append(record)
                for sha in files:
                    self._by_file.setdefault((sha, name), []).append(record)
            for version in record.versions:
                self._by_statement[(version.file.sha256, version.id)] = record

    def of_kind(self, *kinds: str) -> list[Record]:
        """Records of the kinds, in the order of the files."""
        return [r for r in self.all if r.kind in kinds]

    def find(self, name: str, statement: Statement, prefer: str = "entity") -> tuple[Record | None, str]:
        """(what `name` means in the statement's file, a complaint's code or "").

        Its own file goes first; then the other files of the load, if only one of them knows the name.
        """
        found = self._by_file.get((statement.file.sha256, name), [])
        if not found:
            others = self._by_name.get(name, [])
            if len(others) > 1:
                return None, "bods-ambiguous"
            found = others
        if found:
            return next((r for r in found if r.kind == prefer), found[0]), ""
        by_statement = self._by_statement.get((statement.file.sha256, name))
        if by_statement is not None:
            return by_statement, "bods-reference-by-statement-id"
        return None, "bods-dangling"

    def _group(self, statements: Sequence[Statement]) -> list[Record]:
        groups: dict[tuple[str, str, str], Record] = {}
        for s in statements:
            if not s.by_statement:
                key = (s.file.sha256, s.kind, s.record_id)
                group = groups.get(key)
                if group is None:
                    groups[key] = Record(s.kind, s.record_id, [s])
                else:
                    group.versions.append(s)
        joined = _continued(groups)
        return joined + _replaced([s for s in statements if s.by_statement])

    def _check_series(self, record: Record) -> None:
        new = [v for v in record.versions if v.status == "new"]
        for version in new[1:]:
            complain(
                self._context,
                "bods-two-new",
                version.file,
                version.id,
                column="recordStatus",
                value=record.record_id,
            )


def _continued(groups: dict[tuple[str, str, str], Record]) -> list[Record]:
    """Records, where a file that only updates a record goes on with the one other file that began it."""
    began: dict[tuple[str, str], list[Record]] = {}
    for (_, kind, record_id), record in groups.items():
        if any(v.status == "new" for v in record.versions):
            began.setdefault((kind, record_id), []).append(record)
    out: list[Record] = []
    for (_, kind, record_id), record in groups.items():
        start = began.get((kind, record_id), [])
        if len(start) == 1 and start[0] is not record and all(v.status for v in record.versions):
            start[0].versions.extend(record.versions)
        else:
            out.append(record)
    return out


def _replaced(statements: Sequence[Statement]) -> list[Record]:
    """Records of 0.2 and 0.3: statements chained by `replacesStatements`."""
    by_file = {(s.file.sha256, s.id): s for s in statements}
    by_id: dict[str, list[Statement]] = {}
    for s in statements:
        by_id.setdefault(s.id, []).append(s)
    parent: dict[Statement, Statement] = {}

    def root(s: Statement) -> Statement:
        while s in parent:
            s = parent[s]
        return s

    for s in statements:
        for name in s.replaces:
            old = by_file.get((s.file.sha256, name))
            if old is None and len(by_id.get(name, [])) == 1:
                old = by_id[name][0]
            if old is not None and old.kind == s.kind and root(old) is not root(s):
                parent[root(s)] = root(old)
    groups: dict[Statement, list[Statement]] = {}
    for s in statements:
        groups.setdefault(root(s), []).append(s)
    return [Record(first.kind, first.record_id, versions) for first, versions in groups.items()]


def gone_spans(record: Record, end_key: str) -> list[Span]:
    """When a party is not there: while its latest statement is closed, and from its end (`end_key`) on."""
    out: list[Span] = []
    for version, start, stop in record.spans():
        ended, _ = read_date(version.details.get(end_key))
        if version.status == "closed":
            out.append((start, stop))
        elif ended is not None:
            latest = max(ended, start) if start else ended
            if stop is None or latest < stop:
                out.append((latest, stop))
    return out


def without(span: Span, gone: Iterable[Span]) -> list[Span]:
    """The parts of a span outside others."""
    parts = [span]
    for low, high in gone:
        left: list[Span] = []
        for start, stop in parts:
            if low is not None and (start is None or start < low):
                left.append((start, low if stop is None or low < stop else stop))
            if high is not None and (stop is None or high < stop):
                left.append((high if start is None or start < high else start, stop))
        parts = [(a, b) for a, b in left if a is None or b is None or a < b]
    return parts

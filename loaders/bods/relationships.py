"""Relationships of BODS: who holds or controls what, in every version of every record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from loaders.bods.complaints import complain
from loaders.bods.history import Record, Records, Span, without
from loaders.bods.interests import Control, Holding, read_interests
from loaders.bods.parties import file_scope
from loaders.bods.shares import Share
from loaders.bods.statements import Statement
from loaders.bods.vocabulary import HOLDING, NOBODY, snake
from loaders.context import ReadContext
from loaders.record_rows import RecordRows

Node = tuple[str, str]


class Relationships:
    """States the relationships of a load. `rejected` counts refused statements by file hash."""

    def __init__(self, records: Records, rows: RecordRows, context: ReadContext):
        self._records, self._rows, self._context = records, rows, context
        self.rejected: dict[str, int] = {}
        self._listed: set[int] = set()
        self._of_holding: set[int] = set()
        self._find_components()
        for record in records.of_kind("relationship"):
            closed = [v.status == "closed" for v in record.versions]
            context.count("bods_closed_without_history", int(all(closed)))
            for version, start, stop in record.spans():
                self._state(record, version, (start, stop))
        self._check_components()

    def _find_components(self) -> None:
        for record in self._records.of_kind("relationship"):
            for version in record.versions:
                holds = any(
                    isinstance(i, dict) and snake(i.get("type")) in HOLDING
                    for i in version.details.get("interests") or []
                )
                for name in _components(version):
                    found, _ = self._records.find(name, version, prefer="relationship")
                    if found is not None:
                        self._listed.add(id(found))
                        if holds:
                            self._of_holding.add(id(found))

    def _check_components(self) -> None:
        for record in self._records.all:
            latest = record.versions[-1]
            if latest.details.get("isComponent") is True and id(record) not in self._listed:
                complain(
                    self._context,
                    "bods-component-not-listed",
                    latest.file,
                    latest.id,
                    column="isComponent",
                    value=record.record_id,
                )

    def _state(self, record: Record, version: Statement, span: Span) -> None:
        ends = self._ends(record, version)
        if ends is None:
            return
        subject, party, gone = ends
        read = read_interests(version, id(record) in self._of_holding, self._context)
        if read is None:
            self._reject(version)
            return
        self._rows.node(*subject, [version.source])
        self._rows.node(*party, [version.source])
        # A closed version says that the relationship has ended; what it repeats is history.
        if version.status == "closed":
            return
        components = self._component_ids(version)
        for holding in read[0]:
            for start, stop in _spans(span, holding.until, gone):
                self._holding(version, party, subject, holding, components, start, stop)
        for control in read[1]:
            for start, stop in _spans(span, control.until, gone):
                self._control(version, party, subject, control, components, start, stop)

    def _holding(
        self,
        version: Statement,
        party: Node,
        subject: Node,
        holding: Holding,
        components: list[str],
        start: str | None,
        stop: str | None,
    ) -> None:
        # The model has one pair of open ends: the share's, or the votes' where no share is stated.
        ends: Share = holding.share or holding.votes
        share, votes = holding.share.bounds, holding.votes.bounds
        self._rows.rel(
            "OWNS",
            party,
            subject,
            [version.source],
            stated_from=start,
            stated_to=stop,
            share=holding.share.exact,
            share_min=share[0],
            share_max=share[1],
            votes=holding.votes.exact,
            votes_min=votes[0],
            votes_max=votes[1],
            min_open=ends.ends[0],
            max_open=ends.ends[1],
            declared_indirect=True if holding.indirect else None,
            components=components if holding.indirect and components else None,
        )

    def _control(
        self,
        version: Statement,
        party: Node,
        subject: Node,
        control: Control,
        components: list[str],
        start: str | None,
        stop: str | None,
    ) -> None:
        dates: dict[str, Any] = {"stated_from": start, "stated_to": stop}
        if control.branch is not None and party[0] == "Company":
            self._rows.rel("BRANCH_OF", subject, party, [version.source], role=control.branch, **dates)
            return
        self._rows.rel(
            "EXERCISES_CONTROL",
            party,
            subject,
            [version.source],
            interest=control.interest,
            direct=control.direct,
            share=control.share,
            details=control.details,
            components=components if components and control.direct is False else None,
            **dates,
        )

    def _ends(self, record: Record, version: Statement) -> tuple[Node, Node, list[Span]] | None:
        """(subject, interested party, when either is gone); None where the statement says nothing usable."""
        subject_name, party_name = version.details.get("subject"), version.details.get("interestedParty")
        if not subject_name:
            complain(
                self._context,
                "bods-subject-missing",
                version.file,
                version.id,
                column="recordDetails.subject",
            )
            self._reject(version)
            return None
        if isinstance(party_name, dict) and snake(party_name.get("reason")) in NOBODY:
            self._context.count("bods_no_beneficial_owner")
            return None
        if not party_name:
            column = "recordDetails.interestedParty"
            complain(self._context, "bods-interested-party-missing", version.file, version.id, column=column)
            party_name = {"reason": "unknown"}
        subject, gone_subject = self._end(record, version, "subject", subject_name)
        if subject[0] != "Company":
            complain(
                self._context,
                "bods-subject-is-person",
                version.file,
                version.id,
                column="recordDetails.subject",
                value=subject_name,
            )
            self._reject(version)
            return None
        party, gone_party = self._end(record, version, "interestedParty", party_name)
        return subject, party, [*gone_subject, *gone_party]

    def _end(self, record: Record, version: Statement, role: str, name: Any) -> tuple[Node, list[Span]]:
        if isinstance(name, dict):
            # Two parties nobody names are not one party.
            suffix = "subject" if role == "subject" else "interested-party"
            unnamed = ("Company", file_scope(record.home, f"{record.record_id}/{suffix}"))
            reason = snake(name.get("reason")) or "unspecified"
            self._rows.node(*unnamed, [version.source], kind="unknown", flag=reason)
            return unnamed, []
        found, code = self._records.find(str(name).strip(), version)
        if found is not None and found.node is None:
            found, code = None, "bods-dangling"
        if code:
            complain(
                self._context,
                code,
                version.file,
                version.id,
                column=f"recordDetails.{role}",
                value=name,
            )
        if found is not None and found.node is not None:
            self._check_order(found, version, role)
            return found.node, found.gone
        scope = file_scope(version.file, str(name).strip())
        if version.party_kind == "person" and role == "interestedParty":
            person = ("Person", "person." + scope)
            self._rows.node(*person, [version.source], flag="dangling")
            return person, []
        company = ("Company", scope)
        self._rows.node(*company, [version.source], kind="unknown", flag="dangling")
        return company, []

    def _check_order(self, found: Record, version: Statement, role: str) -> None:
        first = found.versions[0]
        same_file = first.file.sha256 == version.file.sha256
        if same_file and min(v.position for v in found.versions) > version.position:
            column = f"recordDetails.{role}"
            complain(
                self._context,
                "bods-order",
                version.file,
                version.id,
                column=column,
                value=found.record_id,
            )

    def _component_ids(self, version: Statement) -> list[str]:
        """Ids of the nodes on the route, and record ids of the relationships on it."""
        out: list[str] = []
        for name in _components(version):
            found, code = self._records.find(name, version, prefer="relationship")
            if code:
                column = "recordDetails.componentRecords"
                complain(self._context, code, version.file, version.id, column=column, value=name)
            out.append(found.node[1] if found is not None and found.node is not None else name)
        return list(dict.fromkeys(out))

    def _reject(self, version: Statement) -> None:
        sha = version.file.sha256
        self.rejected[sha] = self.rejected.get(sha, 0) + 1


def _components(version: Statement) -> list[str]:
    names = version.details.get("componentRecords")
    return [str(n).strip() for n in names if isinstance(n, (str, int))] if isinstance(names, list) else []


def _spans(span: Span, until: str | None, gone: Iterable[Span]) -> list[Span]:
    """The span of a version, cut at the interest's end, without the time either party is gone."""
    start, stop = span
    if until is not None and (stop is None or until < stop):
        stop = until
    if start is not None and stop is not None and stop <= start:
        return []
    return without((start, stop), gone)

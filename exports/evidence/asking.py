"""What a package is asked for: one finding, or one party, with what the store says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from cases.content import parties_of
from cases.records import FindingRecord
from detectors.definition import Detector
from detectors.finding import Finding
from detectors.registry import DETECTORS
from detectors.rules.values import NO_RULES, LocalRules
from detectors.running.detecting import detect
from exports.errors import PackageError
from exports.evidence.former_members import former_members
from exports.evidence.paid_and_earned import ids_of, keys_of, paid_and_earned, paid_in
from exports.evidence.proving import (
    Proof,
    proof_of_company,
    proof_of_finding,
    proof_of_person,
    prove_between,
)
from exports.evidence.telling import is_own
from exports.evidence.unjudged import Unjudged, unjudged_in_run
from graph.current_ownership import current_ownership
from graph.in_play import is_current
from graph.round_of_lot import RoundOfLot
from graph.stores import GraphStore
from graph.stores.hops import types_named
from graph.subgraph import Subgraph
from visualize.excerpt import picture_of, type_of
from visualize.proof import finding_picture, round_of

FINGERPRINT: Final = re.compile(r"[0-9a-f]{20}")
_RECIPIENTS: Final = ("household", "person")
PARTIES: Final = ("Company", "Person", "Household")
OWNERSHIP: Final = frozenset({"OWNS", "ULTIMATELY_HOLDS", "CONTROLS", "EXERCISES_CONTROL"})
"""Relationships that an own detector's query asks of, where its package proves shares and control."""


@dataclass(frozen=True)
class About:
    """What is found about a party, named in its package but not proved there.

    `over`: "loaded" where the detectors looked at the data loaded; "partly" where some did, and those of `waiting` did not;
    "earlier" where they looked at others before them; "not" where they looked at none: whether there is anything is not
    known. `data`: by finding, the fingerprint of the earlier data it is of. `waiting`: by detector, the fingerprint of the
    data it last looked at, None where it never did. `records`: what the ledger holds of a finding, by its fingerprint.
    `unjudged`: what could not be decided by those that looked at the data loaded; None where that is not known.
    """

    found: tuple[Finding, ...] = ()
    over: Literal["loaded", "partly", "earlier", "not"] = "loaded"
    data: Mapping[str, str | None] = field(default_factory=dict)
    waiting: Mapping[str, str | None] = field(default_factory=dict)
    records: Mapping[str, FindingRecord] = field(default_factory=dict)
    unjudged: Unjudged | None = None


@dataclass(frozen=True)
class Asked:
    """`kind`: finding or party. `found`: what the package proves; `about`: findings only named. `party`: answers."""

    kind: str
    id: str
    type: str
    as_of: str | None
    picture: Subgraph
    proof: Proof
    found: Finding | None = None
    about: About = About()
    party: Mapping[str, Any] | None = None
    ids: tuple[str, ...] = field(default=())
    """Nodes the proof names besides."""
    keys: tuple[str, ...] = field(default=())
    own: tuple[Detector, ...] = ()
    """An operator's own detectors, beside the product's."""
    proved: Mapping[str, Any] | None = None
    """Of a finding of such a detector: what those it names hold and control of each other."""
    paid: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    """Of a finding about months of payments: ids of all payments of these months, and keys of their rows."""
    round: RoundOfLot | None = None
    """Of a finding about one round of its lot: that round."""

    @property
    def detector(self) -> Detector | None:
        """The definition of the finding's detector."""
        return next((d for d in (*DETECTORS, *self.own) if self.found and d.id == self.found.detector), None)


def ask(
    store: GraphStore,
    question: str | Finding,
    as_of: str | None,
    rules: LocalRules = NO_RULES,
    detector: str | None = None,
    known: About | None = None,
    own: Sequence[Detector] = (),
    unchecked: bool = False,
) -> Asked:
    """The finding of a fingerprint, or the party of an id, with its proof. Raises `PackageError`.

    `detector`: the one that made the finding, where it is known: only it is run. `known`: what is found about the
    party, where that is known: nothing is run. `own`: an operator's own detectors, beside the product's. `unchecked`: the last run could not check this finding for want of data.
    Where what is in play is not up to date the store must be open for writing.
    """
    if isinstance(question, Finding):
        return _finding(store, question, own)
    if FINGERPRINT.fullmatch(question):
        wanted = [d for d in (*DETECTORS, *own) if detector in (None, d.id)]
        if not wanted:
            raise _undefined(str(detector))
        found = next(
            (f for f in detect(store, wanted, None, rules).findings if f.fingerprint == question), None
        )
        if found is None and unchecked:
            # That the data do not give it says nothing of whether it stands.
            raise PackageError(
                "该预警所依据的数据已撤回或缺失，最近一次检测未能核对；请重新导入数据、运行检测后再生成材料包。",
                "The data it rests on are missing or were taken back, and the last run could not check it: load them again, "
                "run the detectors, then make the package.",
            )
        if found is None:
            raise PackageError(
                f"当前数据下没有编号为 {question} 的风险预警：可能已不再成立，或来自另一数据库。用 lookthrough detect 查看现有预警。",
                f"The data loaded give no finding {question}: it no longer stands, or belongs to another store. "
                "lookthrough detect lists those there are.",
            )
        return _finding(store, found, own)
    return _party(store, question, as_of, rules, known, own)


def _undefined(detector: str) -> PackageError:
    return PackageError(
        f"检测项 {detector} 不在本程序中，也不在所给的自定义检测项文件里（环境变量 LOOKTHROUGH_DETECTORS）：没有它的定义，不能生成材料包。",
        f"The detector {detector} is none of this program's, nor of the files that LOOKTHROUGH_DETECTORS names: without its "
        "definition there is no package.",
    )


def _finding(store: GraphStore, found: Finding, own: Sequence[Detector]) -> Asked:
    ownership = current_ownership(store)
    defined = next((d for d in (*DETECTORS, *own) if d.id == found.detector), None)
    if defined is None:
        raise _undefined(found.detector)
    proof = proof_of_finding(ownership, found)
    picture = finding_picture(store, found, ownership)
    proved = None
    if is_own(defined) and not OWNERSHIP.isdisjoint(types_named(defined.queries["rows"])):
        held = [
            (e.source, e.target) for e in picture.edges if e.type == "OWNS" and e.id in found.evidence.keys
        ]
        parties = {*found.subjects, *found.evidence.nodes, *(i for pair in held for i in pair)}
        proved = prove_between(proof, ownership, sorted(parties))
    return Asked(
        "finding",
        found.fingerprint,
        found.scope_kind,
        str(found.facts.get("as_of") or "") or None,
        picture,
        proof,
        found,
        ids=tuple(found.evidence.nodes),
        keys=tuple(found.evidence.keys),
        own=tuple(own),
        proved=proved,
        paid=_paid_in(store, found),
        round=round_of(store, found),
    )


def _paid_in(store: GraphStore, found: Finding) -> tuple[frozenset[str], frozenset[str]]:
    """The payments of a recipient's finding: its proof has those of the last month, and its amount is of all."""
    months = found.facts.get("months")
    if found.scope_kind not in _RECIPIENTS or not isinstance(months, Mapping):
        return frozenset(), frozenset()
    beside = [r["id"] for r in found.facts.get("recipients") or () if isinstance(r, Mapping) and "id" in r]
    whose = {found.scope_id, *found.subjects, *beside}
    ids, keys = paid_in(store, whose, str(months["from"]), str(months["to"]))
    return frozenset(ids), frozenset(keys)


def about_party(found: Finding, id_: str) -> bool:
    """Does a finding name the party: as its scope, among its subjects, or as who ties them?"""
    return found.scope_id == id_ or id_ in parties_of(found)


def _party(
    store: GraphStore,
    id_: str,
    as_of: str | None,
    rules: LocalRules,
    known: About | None,
    own: Sequence[Detector],
) -> Asked:
    try:
        type_ = type_of(store, id_)
    except KeyError:
        type_ = ""
    if type_ not in PARTIES:
        raise PackageError(
            f"“{id_}”既不是风险预警编号，也不是企业、人员或家庭户。",
            f"“{id_}” is neither a finding's id nor a company, a person or a household.",
        )
    ownership = current_ownership(store)
    proof, party = Proof(as_of), None
    if type_ == "Company" and not ownership.is_empty:
        proof, party = proof_of_company(ownership, id_, as_of)
    held = None
    if type_ == "Person" and not ownership.is_empty:
        held = proof_of_person(ownership, id_, as_of)
        proof = held[0] if held else proof
    day = proof.as_of if type_ == "Company" or held else as_of
    picture = picture_of(store, [id_], day, (), ownership=ownership)
    if type_ == "Person":
        party = {"holdings": _held(picture, id_)} | (held[1] if held else {})
    former: list[str] = []
    if type_ == "Household" and (party := former_members(store, id_, as_of, picture)):
        # The picture is of a day; what is found of earlier months is of those who belonged to it then.
        former = [who["person"] for who in party["former"]]
        proof.keys |= {key for who in party["former"] for key in (*who["rows"], *who["titles"])}
    told: dict[str, Any] = {}
    earning: list[str] = []
    if type_ in ("Household", "Person"):
        household = id_ if type_ == "Household" else None
        inside = sorted({e.source for e in picture.edges if e.type == "MEMBER_OF" and e.target == household})
        told = paid_and_earned(store, household, [*inside, *former] if household else [id_], as_of)
        proof.keys |= keys_of(told)
        earning = [row["person"] for row in (*told.get("incomes", ()), *told.get("vehicles", ()))]
        # What a person is paid may be told with what the household is: that row begins at the person.
        earning += [*inside, *former] if household and told.get("payments") else []
        party = (party or {}) | told or None
    about = known
    if about is None:
        # A look at a party is no reason to work out everything anew.
        about = _found_about(store, id_, rules, own) if is_current(store) else About(over="not")
    return Asked(
        "party",
        id_,
        type_,
        proof.as_of,
        picture,
        proof,
        None,
        about,
        party,
        ids=tuple(dict.fromkeys((id_, *former, *earning, *sorted(ids_of(told))))),
        own=tuple(own),
    )


def _found_about(store: GraphStore, id_: str, rules: LocalRules, own: Sequence[Detector]) -> About:
    run = detect(store, [d for d in (*DETECTORS, *own) if not d.support], None, rules)
    found = tuple(f for f in run.findings if about_party(f, id_))
    return About(found, unjudged=unjudged_in_run(run, id_))


def _held(picture: Subgraph, id_: str) -> list[dict[str, Any]]:
    return [
        {
            "company": e.target,
            "share": e.facts.get("share"),
            "share_min": e.facts.get("share_min"),
            "share_max": e.facts.get("share_max"),
            "rows": [e.id],
        }
        for e in picture.edges
        if e.type == "OWNS" and e.source == id_
    ]

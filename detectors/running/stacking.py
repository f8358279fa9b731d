"""The combined view of a lot: which bidders are tied by how many independent kinds of evidence, and why they rank so.

Kinds are independent where they rest on different roots: a person who is both representative and shareholder of two
bidders is one root, and counts for one kind. Behaviour (prices, patterns) strengthens a tie and never stands alone.
Suppressed findings count for nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from detectors.definition import Detector
from detectors.finding import Finding
from detectors.running.sides import PARTY_LINKS, Pair, reached_by, tied_pairs
from graph.counted import counted

KINDS: Final[dict[str, tuple[str, str]]] = {
    "ownership": ("股权与控制", "ownership and control"),
    "people": ("人员", "people"),
    "contact": ("联系方式", "contacts"),
    "documents": ("投标文件与保证金", "bid documents and deposits"),
    "dealings": ("合同往来", "dealings"),
    "award": ("定标过程", "the award"),
    "prices": ("报价", "prices"),
    "pattern": ("投标行为", "bidding pattern"),
    "other": ("其他", "other"),
}
BEHAVIOUR: Final = ("prices", "pattern")
_KIND: Final = {
    **dict.fromkeys(
        (
            *("bidder-controls-bidder", "common-controller", "common-beneficial-owner"),
            *("common-shareholder", "cross-holding", "affiliate-of-debarred", "concert-partners"),
        ),
        "ownership",
    ),
    **dict.fromkeys(
        ("same-legal-representative", "shared-officer", "related-persons", "possible-same-person"), "people"
    ),
    "shared-contact": "contact",
    "winner-declines": "award",
}
_OF_PROCEDURE: Final = "招标程序"
"""What is said of how a lot was tendered names its bidders, and ties none of them to another."""
_SCENES: Final = {
    "投标文件与保证金": "documents",
    "合同履行": "dealings",
    "报价规律": "prices",
    "投标行为": "pattern",
}
_STRENGTH: Final = ("service", "lead", "review", "deemed", "prohibited")
_SEVERITY: Final = {
    "prohibited": ("法定禁止情形（待核实）", "prohibited (to be verified)"),
    "deemed": ("法定“视为”情形（待核实）", "deemed (to be verified)"),
    "review": ("需人工核查", "needs review"),
    "lead": ("一般疑点", "lead"),
    "service": ("服务提醒", "service"),
}
_ROOTS: Final = ("holder", "person", "contact", "official", "related", "account")


@dataclass(frozen=True)
class Stack:
    """Bidders tied by the same findings; `kinds`: independent kinds, ties before behaviour, strongest first, with their findings."""

    bidders: tuple[str, ...]
    kinds: tuple[tuple[str, tuple[Finding, ...]], ...]
    not_independent: tuple[Finding, ...]
    """Findings that rest on a root counted already."""
    titles: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the detectors are called in Chinese, by id."""

    @property
    def alone(self) -> bool:
        """Is there nothing but behaviour?"""
        return all(kind in BEHAVIOUR for kind, _ in self.kinds)

    @property
    def severity(self) -> str:
        """The strongest severity among the findings, whether they count for a kind or not."""
        told = [f for _, found in self.kinds for f in found]
        return max((f.severity for f in (*told, *self.not_independent)), key=_STRENGTH.index)

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Ordered by, highest first: more than behaviour, severity, independent kinds, findings."""
        count = sum(len(found) for _, found in self.kinds)
        return (0 if self.alone else 1, _STRENGTH.index(self.severity), len(self.kinds), count)

    def explained(self) -> dict[str, str]:
        """Why it ranks where it does, in both languages."""
        zh = "＋".join(
            f"{KINDS[k][0]}（{'、'.join(self.titles.get(i, i) for i in _each_once(fs))}）"
            for k, fs in self.kinds
        )
        en = " + ".join(f"{KINDS[k][1]} ({', '.join(_each_once(fs))})" for k, fs in self.kinds)
        n, severity = len(self.kinds), _SEVERITY[self.severity]
        if self.alone:
            return {
                "zh": f"仅有行为类指标，单独不构成线索：{zh}",
                "en": f"behaviour only, no lead by itself: {en}",
            }
        same = len(self.not_independent)
        return {
            "zh": f"最高级别：{severity[0]}；{n}类相互独立的依据：{zh}"
            + (f"；另有{same}条基于同一来源，不重复计" if same else ""),
            "en": f"strongest: {severity[1]}; {counted(n, 'independent kind')}: {en}"
            + (
                f"; {counted(same, 'more rests', 'more rest')} on the same root and {'does' if same == 1 else 'do'} not count again"
                if same
                else ""
            ),
        }

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "bidders": list(self.bidders),
            "severity": self.severity,
            "independent_kinds": len(self.kinds),
            "behaviour_only": self.alone,
            "kinds": [
                {
                    "kind": k,
                    "detectors": [f.detector for f in fs],
                    "fingerprints": [f.fingerprint for f in fs],
                }
                for k, fs in self.kinds
            ],
            "not_independent": [f.fingerprint for f in self.not_independent],
            "explained": self.explained(),
        }


def _each_once(findings: Sequence[Finding]) -> list[str]:
    """The detectors of some findings; one may find several ties of the same bidders."""
    return list(dict.fromkeys(f.detector for f in findings))


def stack(
    findings: Sequence[Finding], lot: str, bidders: Sequence[str], detectors: Iterable[Detector]
) -> list[Stack]:
    """The stacks of a lot, strongest first. `bidders`: ids in the lot; `detectors`: those that may have found them.

    Findings on the lot tie the bidders they name, as far as `sides.tied_pairs` has it; those on a group tie its members in
    the lot; those on one bidder strengthen what ties it to others; those on the procedure tie nobody. Each set of findings
    that ties two bidders is told once, with all bidders that every one of them ties to one another.
    """
    known = tuple(detectors)
    scenes, titles = {d.id: d.scene for d in known}, {d.id: d.title_zh for d in known}
    present = set(bidders)
    tying: dict[str, Finding] = {}
    single: list[tuple[Finding, str]] = []
    pairs: dict[Pair, list[str]] = defaultdict(list)
    for _, f in sorted({f.fingerprint: f for f in findings}.items()):
        here = frozenset(f.subjects) & present
        if not _ties(f, lot, scenes):
            continue
        if len(here) >= 2:
            tying[f.fingerprint] = f
            for pair in tied_pairs(f, here):
                pairs[pair].append(f.fingerprint)
        elif here and f.scope_kind == "company":
            single.append((f, min(here)))
    stacks = []
    for prints in sorted({tuple(found) for found in pairs.values()}):
        for tied in _tied_alike(prints, pairs):
            found = [tying[p] for p in prints] + [f for f, bidder in single if bidder in tied]
            stacks.append(replace(_stacked(tied, found, scenes), titles=titles))
    return sorted(stacks, key=lambda s: ([-n for n in s.rank], s.bidders))


def _tied_alike(prints: tuple[str, ...], pairs: Mapping[Pair, Sequence[str]]) -> list[tuple[str, ...]]:
    """The groups of bidders that all these findings tie, and no other ties more: whole where each is tied to each, else by
    pairs.
    """
    joined: dict[str, set[str]] = defaultdict(set)
    for (one, other), found in pairs.items():
        if set(prints) <= set(found):
            joined[one].add(other)
            joined[other].add(one)
    groups: set[tuple[str, ...]] = set()
    for (one, other), found in pairs.items():
        if tuple(found) == prints:
            near = joined[one] | {one}
            whole = all(joined[b] | {b} == near for b in near)
            groups.add(tuple(sorted(near)) if whole else (one, other))
    return sorted(groups)


def tied_bidders(
    findings: Sequence[Finding], lot: str, bidders: Iterable[str], detectors: Iterable[Detector]
) -> frozenset[str]:
    """The bidders that more than behaviour ties: to one another, or to a third party such as the buyer.

    How the lot was tendered, or what is said of one bidder alone, ties nobody.
    """
    scenes, present = {d.id: d.scene for d in detectors}, set(bidders)
    tied: set[str] = set()
    for f in findings:
        here = present.intersection(f.subjects)
        if _ties(f, lot, scenes) and kind_of(f.detector, scenes) not in BEHAVIOUR:
            tied |= here if len(here) > 1 or _root(f) != f.fingerprint else set()
    return frozenset(tied)


def _ties(f: Finding, lot: str, scenes: Mapping[str, str]) -> bool:
    """Does a finding say something of its parties, in this lot, that no rule sets aside?"""
    return not (
        f.suppressed_by
        or f.severity == "service"
        or (f.scope_kind == "lot" and f.scope_id != lot)
        or scenes.get(f.detector) == _OF_PROCEDURE
    )


def _stacked(bidders: tuple[str, ...], findings: Sequence[Finding], scenes: Mapping[str, str]) -> Stack:
    # On the same root, what ties two bidders says more than that both are linked to a third party.
    ordered = sorted(findings, key=lambda f: (f.detector in PARTY_LINKS, *_strongest_first(f)))
    kinds: dict[str, list[Finding]] = {}
    roots: dict[str, str] = {}
    again = []
    for f in ordered:
        kind = kind_of(f.detector, scenes)
        # Who stands in both bidders and in a third party may tie them already, as a shareholder of both.
        free = [r for r in reached_by(f, bidders) or {_root(f)} if roots.get(r, kind) == kind]
        if not free:
            again.append(f)
            continue
        roots |= dict.fromkeys(free, kind)
        kinds.setdefault(kind, []).append(f)
    told = sorted(
        kinds.items(), key=lambda item: (item[0] in BEHAVIOUR, min(_strongest_first(f) for f in item[1]))
    )
    return Stack(bidders, tuple((k, tuple(fs)) for k, fs in told), tuple(again))


def _strongest_first(f: Finding) -> tuple[int, str, str]:
    return -_STRENGTH.index(f.severity), f.detector, f.fingerprint


def kind_of(detector: str, scenes: Mapping[str, str]) -> str:
    """The kind of evidence a detector gives."""
    return _KIND.get(detector) or _SCENES.get(scenes.get(detector, ""), "other")


def _root(f: Finding) -> str:
    """What a finding rests on: the party or thing that ties, else the finding itself."""
    for name in _ROOTS:
        value = f.facts.get(name)
        if isinstance(value, Mapping) and value.get("id"):
            return str(value["id"])
    return f.fingerprint

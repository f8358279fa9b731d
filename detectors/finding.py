"""A finding: what a detector found, worded, with its legal basis and proof."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from detectors.behaviour.markets import market_said
from detectors.definition import Detector, Draft, Evidence, LegalBasis, Severity
from detectors.identities import BASES, identity_label
from detectors.rules.values import LocalRule, RuledValues, Settled
from graph.counted import Told


@dataclass(frozen=True, slots=True)
class Finding:
    """风险预警（疑点）: what the data say, to be verified. Never a statement that somebody did wrong."""

    detector: str
    version: str
    severity: str
    scope_kind: str
    scope_id: str
    subjects: tuple[str, ...]
    facts: Mapping[str, Any]
    basis: tuple[Mapping[str, str], ...]
    suppressed_by: Mapping[str, str] | None
    text: Mapping[str, str]
    fingerprint: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    identity: Mapping[str, str] = field(default_factory=dict)
    """What the fingerprint is made of, by column."""

    def to_json(self) -> dict[str, Any]:
        """The wire form: `detect --format json`."""
        return {
            "detector": self.detector,
            "version": self.version,
            "severity": self.severity,
            "scope": {"kind": self.scope_kind, "id": self.scope_id},
            "subjects": list(self.subjects),
            "facts": dict(self.facts) | {"parameters": dict(self.parameters)},
            "basis": [dict(b) for b in self.basis],
            "suppressed_by": dict(self.suppressed_by) if self.suppressed_by else None,
            "text": dict(self.text),
            "fingerprint": self.fingerprint,
        }


def finding(
    detector: Detector,
    draft: Draft,
    parameters: Mapping[str, Any],
    methods: Sequence[str] = (),
    regimes: Sequence[str] = (),
    by_notice: bool = False,
) -> Finding:
    """Word a draft, cite the basis in force at its date (or over its months) and regime, and give it its fingerprint.

    `methods`: by which the lot was procured (empty: not stated, or none); an article that is not for it is cited as an
    analogy. Of several, which one it was can't be decided: that is said, and only what is for all of them forbids.
    `regimes`: under which it was procured; of several, the articles of each are cited, and what is forbidden under each
    of them is forbidden. `by_notice`: the lot states no day of its bids, and is judged by that of its notice: so it is said.
    """
    under = regimes if len(regimes) > 1 else (draft.regime,)
    values = draft.values
    if values is None:
        values = parameters.everywhere if isinstance(parameters, RuledValues) else parameters
    times: Sequence[tuple[str | None, Mapping[str, Any]]] = draft.times or ((draft.date, values),)
    cited = [b for b in detector.basis if any(b.applies(day, one) for day, _ in times for one in under)]
    basis = tuple(_cited(b, under, methods) for b in cited if b.cited(methods))
    # Of months under several rules each is cited, once, in the order in which they held.
    local = dict.fromkeys(r for _, then in times if isinstance(then, Settled) for r in then.rules)
    suppressed = None
    if draft.suppressed_by:
        rule, zh, en = draft.suppressed_by
        suppressed = {"rule": rule, "reason": zh, "reason_en": en}
    words = {k: Told(v) for k, v in draft.words.items()}
    english = {**words, "lot": words["lot_en"]} if "lot_en" in words else words
    return Finding(
        detector=detector.id,
        version=detector.version,
        severity=_severity(detector, draft, under, methods),
        scope_kind=draft.scope_kind,
        scope_id=draft.scope_id,
        subjects=draft.subjects,
        facts=draft.facts,
        basis=(*basis, *map(_local_basis, local)),
        suppressed_by=suppressed,
        text={
            "zh": detector.wording_zh.format_map(words) + _rests_on(detector, draft, by_notice, 0),
            "en": detector.wording_en.format_map(english) + _rests_on(detector, draft, by_notice, 1),
        },
        fingerprint=fingerprint(detector, draft.identity),
        parameters=dict(values),
        evidence=draft.evidence,
        identity={name: draft.identity[name] for name in detector.identity},
    )


def _rests_on(detector: Detector, draft: Draft, by_notice: bool, language: int) -> str:
    """What a finding rests on that no wording says, in Chinese (0) or English (1): identities known by less than a number,
    the day of a notice in the place of the bids'.
    """
    identity, said = draft.facts.get("identity", "id"), ""
    if identity in BASES[1:] and "{identity_zh}" not in detector.wording_zh:
        told = identity_label(identity)[language]
        said = (f"主体识别：{told}。", f" Identities rest on: {told}.")[language]
    if by_notice and draft.date:
        said += (
            f"投标日期缺失，以公告日期{draft.date}代替，请核实。",
            f" The date of the bids is missing: that of the notice, {draft.date}, stands for it; verify.",
        )[language]
    return said


_UNDER: Final = {
    "construction": ("工程建设项目招标投标", "the tendering of works"),
    "government_procurement": ("政府采购", "government procurement"),
}


def _cited(basis: LegalBasis, regimes: Sequence[str | None], methods: Sequence[str]) -> dict[str, str]:
    """The basis as a finding tells it; of a lot whose regime or method is not known, or of several, under which one it
    would be.
    """
    under_zh, under_en = _under(basis, regimes)
    other_zh, other_en = _for_others(basis, methods)
    return {
        "law": basis.law_zh,
        "law_en": basis.law_en,
        "article": basis.article,
        "says": basis.says_zh + under_zh + other_zh,
        "says_en": basis.says_en + under_en + other_en,
        "in_force_from": basis.in_force_from,
        "in_force_to": basis.in_force_to,
    }


def _under(basis: LegalBasis, regimes: Sequence[str | None]) -> tuple[str, str]:
    """Under which regime an article would apply, in Chinese and in English; empty where one is stated, or it is for any."""
    meant = _UNDER.get(basis.regime)
    if not meant or (len(regimes) == 1 and regimes[0]):
        return "", ""
    if len(regimes) == 1:
        return f"（采购制度未载明；属{meant[0]}的，适用此条）", (
            f" (no regime is stated; this applies where it is {meant[1]})"
        )
    zh, en = (between.join(market_said(str(r))[n] for r in regimes) for n, between in enumerate(("、", ", ")))
    return f"（本标段所属各项目采购制度不一：{zh}；属{meant[0]}的，适用此条）", (
        f" (the lot hangs on tenders of several regimes: {en}; this applies where it is {meant[1]})"
    )


def _for_others(basis: LegalBasis, methods: Sequence[str]) -> tuple[str, str]:
    """That an article is not for the method, or may not be for it, in Chinese and in English; empty where it is."""
    if all(basis.binds(m) for m in methods):
        return "", ""
    zh, en = (between.join(market_said(m)[n] for m in methods) for n, between in enumerate(("、", ", ")))
    if any(basis.binds(m) for m in methods):
        return (
            f"（此条规范招标，本标段所属各项目采购方式不一：{zh}；是否适用无法判定，请核实）",
            f" (this is of bidding, and the lot hangs on tenders of several methods: {en}; whether it applies can't be "
            "decided, verify)",
        )
    return (
        f"（此条规范招标，本项目采购方式为{zh}，仅供参照）",
        f" (this is of bidding, and the method here is {en}: by analogy only)",
    )


def _severity(
    detector: Detector, draft: Draft, regimes: Sequence[str | None], methods: Sequence[str]
) -> Severity:
    """The draft's severity; what no article forbids at its own date, and method, under each of its regimes is for a
    person to judge.
    """
    stated = draft.severity or detector.severity
    forbidding = [
        b for b in detector.basis if b.in_force_from and not b.defines and all(map(b.binds, methods))
    ]
    forbids = all(any(b.applies(draft.date, regime) for b in forbidding) for regime in regimes)
    return stated if forbids or stated not in ("prohibited", "deemed") else "review"


def _local_basis(rule: LocalRule) -> dict[str, str]:
    """A local rule as a basis: the value it sets, and the text it comes from."""
    says = f"{rule.parameter} = {rule.value} {rule.unit}".strip()
    return {
        "law": rule.citation,
        "law_en": rule.citation,
        "article": rule.region,
        "says": says,
        "says_en": says,
        "in_force_from": rule.in_force_from,
        "in_force_to": rule.in_force_to,
    }


def fingerprint(detector: Detector, identity: Mapping[str, str]) -> str:
    """The same detector, major version and identity values give the same fingerprint, on every run."""
    return identity_hash(detector.id, detector.major, [(name, identity[name]) for name in detector.identity])


def identity_hash(detector: str, major: str, identity: Iterable[tuple[str, str]]) -> str:
    """The fingerprint over (column, value) in the order the detector declares."""
    parts = [detector, major, *[f"{name}={value}" for name, value in identity]]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]

"""Precision and recall of the detectors against a truth: what must be found, suppressed, left undecided, and what not.

A truth is JSON Lines of `{detector, scope: {kind, id}, subjects, expect, reason}`, with `rule` beside "suppressed"; or
findings with the outcome a person reached (`id` or `fingerprint`, and `state`: confirmed, cleared …).
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from detectors.definition import Detector, Undecided
from detectors.finding import Finding
from detectors.running.runner import Run
from graph.stores.contract import GraphStore
from graph.stores.hops import EACH
from loaders.lot_numbers import known_id

EXPECT: Final = ("finding", "suppressed", "undecided", "none")
_OUTCOMES: Final = {"confirmed": "finding", "cleared": "none"}
_OPEN: Final = ("new", "in_review", "not_decidable")
_NODES: Final = {
    "lot": "Lot",
    "household": "Household",
    "company": "Company",
    "person": "Person",
    "tender": "Tender",
}
"""What a scope of a kind is in the graph; others are no nodes."""
KINDS: Final = (*_NODES, "group", "account", "region", "program", "all")
_SHOWN: Final = 10
"""Lines that can't be used which are named one by one."""


class TruthError(ValueError):
    """A truth file that can't be used; names the lines and what each should be."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Label:
    """One line of a truth. `scope` "*" is any; `finding`, the fingerprint of a finding somebody decided on."""

    detector: str
    kind: str
    scope: str
    subjects: frozenset[str]
    expect: str
    reason: str = ""
    rule: str = ""
    or_none: bool = False
    finding: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Its scope and its subjects."""
        return self.subjects | {self.scope}

    @property
    def closes(self) -> bool:
        """Does it say that nothing beside the other lines is right?"""
        return self.kind == "all" and self.expect == "none"

    def contradicts(self, other: Label) -> bool:
        """Does one say that something is found where the other says that nothing is?"""
        if {self.expect, other.expect} != {"finding", "none"} or self.detector != other.detector:
            return False
        if self.finding or other.finding:
            return self.finding == other.finding
        none = self if self.expect == "none" else other
        same = (self.kind, self.scope) == (other.kind, other.scope)
        return same and (not none.subjects or self.subjects == other.subjects)


@dataclass(frozen=True, slots=True)
class Truth:
    """A truth file's lines; `open`: findings in it that nobody has decided yet."""

    labels: tuple[Label, ...]
    open: int = 0


@dataclass(slots=True)
class Score:
    """How one detector did.

    * `expected` findings, of which `found`; `false`: findings that should not be.
    * `checked` lines that are no finding (suppressed, undecided, none), of which `right`.
    * `missed`, `wrong`: the lines concerned; `unexpected`: the findings; `absent`: lines about what is not loaded,
      which say nothing of the detector.
    """

    detector: str
    identity_based: bool
    expected: int = 0
    found: int = 0
    false: int = 0
    checked: int = 0
    right: int = 0
    missed: list[Label] = field(default_factory=list)
    wrong: list[Label] = field(default_factory=list)
    unexpected: list[Finding] = field(default_factory=list)
    absent: list[Label] = field(default_factory=list)

    @property
    def precision(self) -> float | None:
        """Findings that are right, of all that could be judged; None where there are none."""
        total = self.found + self.false
        return self.found / total if total else None

    @property
    def recall(self) -> float | None:
        """Expected findings that are there; None where none is expected."""
        return self.found / self.expected if self.expected else None

    @property
    def perfect(self) -> bool:
        """Is everything decided right?"""
        return self.found == self.expected and not self.false and self.right == self.checked

    def to_json(self) -> dict[str, Any]:
        """The wire form: `evaluate --format json`."""
        return {
            "detector": self.detector,
            "identity_based": self.identity_based,
            "precision": self.precision,
            "recall": self.recall,
            "expected": self.expected,
            "found": self.found,
            "false": self.false,
            "near_misses": self.checked,
            "near_misses_right": self.right,
            "missed": [_told(m) for m in self.missed],
            "wrong": [_told(m) for m in self.wrong],
            "absent": [_told(m) for m in self.absent],
            "unexpected": [
                {"scope": f.scope_id, "subjects": list(f.subjects), "fingerprint": f.fingerprint}
                for f in self.unexpected
            ],
        }


def _told(label: Label) -> dict[str, Any]:
    return {
        "scope": label.scope,
        "subjects": sorted(label.subjects),
        "expect": label.expect,
        "reason": label.reason,
    }


def read_truth(path: Path, detectors: Sequence[Detector]) -> Truth:
    """Read a truth file. Raises `TruthError`, naming the lines that can't be used; `OSError`."""
    known = {d.id: d for d in detectors}
    labels: list[Label] = []
    undecided = 0
    places: dict[tuple[str, str, str], list[tuple[Label, str]]] = defaultdict(list)
    wrong: list[TruthError] = []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise TruthError(f"{path} 不是 UTF-8 文本。", f"{path} is no UTF-8 text.") from error
    if _another_format(text):
        raise TruthError(
            f"{path} 不是 JSON Lines（每行一个 JSON 对象）；台账中的结论请以 lookthrough findings list --format jsonl 导出。",
            f"{path} is not JSON Lines, one JSON object a line; export the ledger's outcomes with lookthrough findings list "
            "--format jsonl.",
        )
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        place = f"{path.name}:{number}"
        try:
            label = _label(line, known, place)
        except TruthError as error:
            wrong.append(error)
            continue
        if label is None:
            undecided += 1
            continue
        labels.append(label)
        beside = places[label.detector, label.kind, label.scope]
        against = next((other for told, other in beside if label.contradicts(told)), None)
        if against:
            wrong.append(_contradiction(place, against))
        beside.append((label, place))
    if wrong:
        raise _all_of(wrong)
    if not labels and not undecided:
        raise TruthError(f"{path} 没有任何一行。", f"There is no line in {path}.")
    return Truth(tuple(labels), undecided)


def _another_format(text: str) -> bool:
    """Is a file as a whole another form of a table: one array of JSON objects, or CSV with a header?"""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if not first.startswith(("{", "[")):
        return "detector" in next(csv.reader([first]), [])[1:]
    try:
        json.loads(first)
    except json.JSONDecodeError:
        pass
    else:
        return first.startswith("[{")
    try:
        return isinstance(json.loads(text), list | dict)
    except json.JSONDecodeError:
        return False


def _contradiction(place: str, other: str) -> TruthError:
    return TruthError(
        f"{place} 与 {other} 矛盾：同一检测项、同一范围，一行应有疑点，另一行应无。",
        f"{place} contradicts {other}: of one detector and scope, one line expects a finding and the other none.",
    )


def _all_of(wrong: Sequence[TruthError]) -> TruthError:
    """What is wrong with each line, and how many more there are."""
    more = len(wrong) - _SHOWN
    zh, en = [e.zh for e in wrong[:_SHOWN]], [e.en for e in wrong[:_SHOWN]]
    if more > 0:
        zh.append(f"另有 {more} 行有误。")
        en.append(f"{more} more lines can't be used.")
    return TruthError("\n".join(zh), "\n".join(en))


def _label(line: str, known: Mapping[str, Detector], place: str) -> Label | None:
    """One line; None for a finding that nobody has decided."""
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise TruthError(
            f"{place} 不是一行有效的 JSON（第 {error.colno} 列起）。",
            f"{place} is no line of JSON (from column {error.colno} on).",
        ) from error
    named = row.get("detector") if isinstance(row, dict) else None
    if not isinstance(named, str) or named not in known:
        raise TruthError(
            f"{place} 没有已知的 detector（现为 {named}）；可用的见 lookthrough detectors list。",
            f"{place} names no known detector ({named}); lookthrough detectors list shows them.",
        )
    expect, state = row.get("expect"), row.get("state", row.get("outcome"))
    if expect is None and state in _OPEN:
        return None
    expect = expect or _OUTCOMES.get(str(state))
    if expect not in EXPECT:
        raise TruthError(
            f"{place} 的 expect 应为 {'、'.join(EXPECT)}（或 state 为 confirmed、cleared），现为 {expect or state}。",
            f"expect in {place} is one of {', '.join(EXPECT)} (or state is confirmed or cleared), not {expect or state}.",
        )
    scope, subjects = row.get("scope"), row.get("subjects", [])
    if not isinstance(scope, Mapping) or not all(isinstance(scope.get(k), str) for k in ("kind", "id")):
        raise TruthError(
            f'{place} 的 scope 应写作 {{"kind": …, "id": …}}。',
            f'scope in {place} is written {{"kind": …, "id": …}}.',
        )
    if not isinstance(subjects, list) or not all(isinstance(s, str) for s in subjects):
        raise TruthError(f"{place} 的 subjects 应为编号的列表。", f"subjects in {place} is a list of ids.")
    if scope["kind"] not in KINDS:
        raise TruthError(
            f"{place} 的 scope.kind 应为 {'、'.join(KINDS)}，现为 {scope['kind']}。",
            f"scope.kind in {place} is one of {', '.join(KINDS)}, not {scope['kind']}.",
        )
    names = [s for s in subjects if ":" not in s]
    if names:
        raise TruthError(
            f"{place} 的 subjects 应为带标识类型的编号（如 cn-uscc:…、local:…），现有 {names[0]}。",
            f"subjects in {place} are ids with their scheme (cn-uscc:…, local:…), not {names[0]}.",
        )
    _suppressor(row, expect, known[named], place)
    decided = str(row.get("id") or row.get("fingerprint") or "") if "expect" not in row else ""
    return Label(
        str(row["detector"]),
        scope["kind"],
        known_id(scope["id"]) if scope["kind"] == "lot" else scope["id"],
        frozenset(subjects),
        expect,
        str(row.get("reason") or ""),
        str(row.get("rule") or ""),
        bool(row.get("or_none")),
        decided,
    )


def _suppressor(row: Mapping[str, Any], expect: str, detector: Detector, place: str) -> None:
    """Raises `TruthError` where a line names a suppressor that its detector does not have, or that can't be meant."""
    rule = row.get("rule")
    rules = [x.name for x in detector.suppressors]
    if not rule:
        return
    if expect != "suppressed":
        raise TruthError(
            f"{place} 的 rule 只能与 expect 为 suppressed 一起写。",
            f"rule in {place} goes with expect = suppressed alone.",
        )
    if rule not in rules:
        raise TruthError(
            f"{place} 的 rule 应为 {detector.id} 的抑制规则（{'、'.join(rules) or '没有'}），现为 {rule}。",
            f"rule in {place} is a suppressor of {detector.id} ({', '.join(rules) or 'it has none'}), not {rule}.",
        )


def evaluate(
    run: Run, truth: Truth, detectors: Sequence[Detector], absent: Set[str] = frozenset()
) -> list[Score]:
    """The scores of all detectors the truth speaks of, in the order of `detectors`.

    `absent`: scopes and subjects of the truth that are not loaded (`not_loaded`); lines about them are told, and count
    for nothing.
    """
    labels: dict[str, list[Label]] = defaultdict(list)
    for label in truth.labels:
        labels[label.detector].append(label)
    findings: dict[str, list[Finding]] = defaultdict(list)
    for f in run.findings:
        findings[f.detector].append(f)
    gaps: dict[str, list[Undecided]] = defaultdict(list)
    for id_, undecided in run.undecided:
        gaps[id_].append(undecided)
    scores = []
    for d in (d for d in detectors if d.id in labels):
        score = _score(d, [x for x in labels[d.id] if not x.names & absent], findings[d.id], gaps[d.id])
        score.absent = [x for x in labels[d.id] if x.names & absent]
        scores.append(score)
    return scores


def not_loaded(store: GraphStore, truth: Truth) -> set[str]:
    """Scopes and subjects of a truth's lines that the store does not hold. What a finding was decided on is a row of the
    ledger.
    """
    lines = [x for x in truth.labels if not x.finding]
    missing: set[str] = set()
    for kind, node in _NODES.items():
        ids = {x.scope for x in lines if x.kind == kind and x.scope != "*"}
        missing |= ids - _held(store, node, ids)
    parties = {s for x in lines for s in x.subjects}
    for node in _NODES.values():
        parties -= _held(store, node, parties)
    return missing | parties


def _held(store: GraphStore, node: str, ids: Set[str]) -> set[str]:
    if not ids:
        return set()
    query = f"{EACH}MATCH (n:{node} {{id: i}}) RETURN n.id AS id"
    return set(store.query(query, {"ids": sorted(ids)}, timeout=120).column("id").to_pylist())


def _score(
    detector: Detector, labels: Sequence[Label], findings: Sequence[Finding], gaps: Sequence[Undecided]
) -> Score:
    score = Score(detector.id, detector.rests_on == "identity")
    live = _Pool([f for f in findings if not f.suppressed_by])
    quiet = _Pool([f for f in findings if f.suppressed_by])
    for label in (x for x in labels if x.expect == "finding"):
        score.expected += 1
        if live.take(label):
            score.found += 1
        else:
            score.missed.append(label)
    judged = {x.scope for x in labels if not x.finding and x.scope != "*"}
    nowhere = [x.subjects for x in labels if x.scope == "*" and x.expect == "none" and not x.closes]
    cleared = {x.finding for x in labels if x.finding and x.expect == "none"}
    closed = any(x.closes for x in labels)
    score.unexpected = [
        f
        for f in live.left
        if closed
        or f.scope_id in judged
        or f.fingerprint in cleared
        or any(of <= set(f.subjects) for of in nowhere)
    ]
    score.false = len(score.unexpected)
    astray = {f.scope_id for f in live.left}
    told = [(u.scope_id, frozenset(u.subjects)) for u in gaps]
    for label in (x for x in labels if x.expect != "finding" and not x.closes):
        if label.expect == "none" and label.scope == "*":
            # Wherever it may be: nothing that names all of them.
            right = not any(label.subjects <= set(f.subjects) for f in live.left)
        elif label.expect == "none":
            right = label.finding not in {f.fingerprint for f in live.left} and (
                bool(label.finding) or label.scope not in astray
            )
        elif label.expect == "suppressed":
            right = quiet.take(label) or (label.or_none and label.scope not in astray)
        else:
            right = label.scope not in astray and any(
                scope == label.scope and _of(label, subjects) for scope, subjects in told
            )
        score.checked += 1
        score.right += right
        if not right:
            score.wrong.append(label)
    return score


class _Pool:
    """Findings not yet claimed by a line, by scope."""

    def __init__(self, findings: Sequence[Finding]):
        self.left = list(findings)

    def take(self, label: Label) -> bool:
        """Claim a finding the label describes; False where there is none."""
        for place, found in enumerate(self.left):
            if _meets(label, found):
                del self.left[place]
                return True
        return False


def _meets(label: Label, found: Finding) -> bool:
    if label.finding:
        return label.finding == found.fingerprint
    if label.scope not in ("*", found.scope_id):
        return False
    if label.rule and (found.suppressed_by or {}).get("rule") != label.rule:
        return False
    return _of(label, frozenset(found.subjects))


def _of(label: Label, subjects: frozenset[str]) -> bool:
    # Persons' ids depend on a secret key, so a truth made elsewhere cannot name them.
    parties = frozenset(s for s in subjects if not s.startswith("person"))
    return label.subjects in (frozenset(), parties, subjects)

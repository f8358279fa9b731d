"""What a detector is: data. A definition that does not hold together refuses to be made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from graph.model import NODE_TYPES, REL_TYPES

Severity = Literal["prohibited", "deemed", "review", "lead", "service"]
Row = Mapping[str, Any]
Values = Mapping[str, Any]
"""Parameter values by name."""


class DefinitionError(ValueError):
    """A definition contradicts itself; names the place, in both languages."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One rule, with the dates and the regime it is in force for (half open; empty = open)."""

    law_zh: str
    law_en: str
    article: str
    says_zh: str
    says_en: str
    in_force_from: str = ""
    in_force_to: str = ""
    regime: str = ""
    """"construction", "government_procurement"; empty = any."""
    link: str = ""
    compared: bool = True
    """Were the number of the article and what it says compared with the published text? The pages say where not."""
    methods: tuple[str, ...] = ()
    """Codes of the methods of procurement it is for (`open`, `invited` …); empty = any."""
    alone: bool = False
    """For other methods another text has the same rule: there it is not cited, not even by analogy."""
    defines: bool = False
    """It says what a word means, and forbids nothing by itself."""

    def applies(self, date: str | None, regime: str | None) -> bool:
        """Is it in force on `date` (ISO; empty = take it as in force) under `regime`?"""
        if date and (
            (self.in_force_from and date < self.in_force_from)
            or (self.in_force_to and date >= self.in_force_to)
        ):
            return False
        return not self.regime or not regime or self.regime == regime

    def binds(self, method: str | None) -> bool:
        """Is it for this method of procurement? One that is not stated is taken for one it is for."""
        return not self.methods or not method or method in self.methods

    def cited(self, methods: Sequence[str]) -> bool:
        """Does a finding about a procedure of these methods cite it?"""
        return not self.alone or any(method in self.methods for method in methods)


LEAST_SHARE: Final = 0.0001
"""The smallest share from which something counts: from 0 on everybody does, and whoever holds nothing known."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number or text that an operator may set, with its unit and what it means."""

    name: str
    default: float | int | str | bool
    unit: str
    doc_zh: str
    doc_en: str
    citation: str = ""
    form: str = ""
    """A regular expression that a text must match as a whole; empty = any text."""
    least: float | int | None = None
    """The smallest number that makes sense; empty = 0. A smaller one would point out everybody, or nobody."""
    greatest: float | int | None = None
    """The greatest number that makes sense; empty = any (of a fraction: 1)."""
    separator: str = ""
    """What stands between the words of a list; empty = no list (or one by its unit: see `units.SEPARATORS`)."""
    codes: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Of a list: codes that loaders write, each with the words of files that they read as it."""

    def __post_init__(self) -> None:
        number = isinstance(self.default, int | float) and not isinstance(self.default, bool)
        if (self.least is not None or self.greatest is not None) and not number:
            raise DefinitionError(
                f"参数 {self.name} 不是数字，不能有最小值、最大值",
                f"the parameter {self.name} is no number: it has no least or greatest value",
            )
        if isinstance(self.default, int | float) and not self.allows(self.default):
            raise DefinitionError(
                f"参数 {self.name} 的内置值 {self.default} 不在允许的范围内（{self.allowed}）",
                f"the default {self.default} of {self.name} lies outside what is allowed ({self.allowed})",
            )

    def allows(self, value: float) -> bool:
        """Does a number lie within what makes sense? `bool` counts as a number here, and always does."""
        low, high = self._range
        return isinstance(value, bool) or low <= value <= high

    @property
    def allowed(self) -> str:
        """The numbers that make sense, as a person writes them: `≥ 1`, `0 – 1`; empty of texts and yes-or-no."""
        if isinstance(self.default, bool | str):
            return ""
        low, high = self._range
        return f"≥ {low:g}" if high == float("inf") else f"{low:g} – {high:g}"

    @property
    def _range(self) -> tuple[float, float]:
        widest = 1.0 if self.unit == "fraction" else float("inf")
        return 0 if self.least is None else self.least, widest if self.greatest is None else self.greatest


@dataclass(frozen=True, slots=True)
class Suppressor:
    """An innocent explanation that is looked for in every hit; `name` is the rule's stable name."""

    name: str
    doc_zh: str
    doc_en: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """The smallest subgraph that proves a finding: node ids, and keys of stated relationships."""

    nodes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """A hit before it is worded: what a detector's `assemble` gives."""

    scope_kind: str
    scope_id: str
    identity: Mapping[str, str]
    subjects: tuple[str, ...]
    facts: Mapping[str, Any]
    words: Mapping[str, str]
    """Values for the wording's placeholders."""
    date: str | None
    regime: str | None
    evidence: Evidence
    suppressed_by: tuple[str, str, str] | None = None
    """(rule, reason in Chinese, reason in English)."""
    severity: Severity | None = None
    """Where this hit's differs from the detector's, as when the regime or the kind of trace decides."""
    values: Values | None = None
    """The parameter values this hit was made with, where local rules make them differ by place and date."""
    times: tuple[tuple[str, Values], ...] = ()
    """Of a hit over months: the first day of each (ISO) in order, with the values that hold then. What is cited is the law
    and the rules of all of them; empty = of `date` alone."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """A lot or household that can't be judged, with what is missing."""

    scope_kind: str
    scope_id: str
    subjects: tuple[str, ...]
    """The parties data are missing for: bidders, companies, persons, the recipient; no property, no programme."""
    missing_zh: str
    missing_en: str

    def to_json(self, detector: str) -> dict[str, Any]:
        """The wire form; `detector`: the id of the one that could not decide."""
        return {
            "detector": detector,
            "scope": {"kind": self.scope_kind, "id": self.scope_id},
            "subjects": list(self.subjects),
            "missing": {"zh": self.missing_zh, "en": self.missing_en},
        }


Assemble = Callable[[Mapping[str, Sequence[Row]], Values], Iterator[Draft | Undecided]]


@dataclass(frozen=True, slots=True)
class Detector:
    """One detector.

    `queries`: named Cypher, run as they stand on either engine; `columns`: what each returns, in order.
    `assemble` turns their rows into drafts, and nothing else: it sees no store.
    `population`: Cypher for the denominator. `yields_to`: stronger detectors whose finding on the same
    identity and at least the same subjects makes this one's superfluous.
    """

    id: str
    version: str
    domain: str
    scene: str
    title_zh: str
    title_en: str
    severity: Severity
    basis: tuple[LegalBasis, ...]
    needs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    queries: Mapping[str, str]
    columns: Mapping[str, tuple[str, ...]]
    population: str
    identity: tuple[str, ...]
    suppressors: tuple[Suppressor, ...]
    wording_zh: str
    wording_en: str
    assemble: Assemble
    innocent_zh: tuple[str, ...] = ()
    innocent_en: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    support: bool = False
    """Only strengthens other findings: run when asked for, and in the combined view of a lot."""
    needs_any: tuple[str, ...] = ()
    """Of these relationship types at least one must have data."""
    rests_on: Literal["identity", "name", "pattern"] = "identity"
    """What a hit rests on: who or what something is, a name alone, or how often something happens."""
    warn_above: float = 0.2
    """Fires on more than this share of its population: then the run warns about the detector itself."""
    counts_rows: bool = False
    """Too few of something is the finding: rows that a load refused of its files are told beside it."""
    counts_rows_of: tuple[str, ...] = ()
    """Too few of these relationship types is the finding: of every file that states one, refused rows are told beside it,
    for a row that is missing proves nothing."""
    over_all: bool = False
    """About how bidders behave over all lots, or of a market: one lot or household alone does not say it."""
    meaning_zh: str = ""
    """What it means, in one Chinese sentence; in English its module's docstring says it."""
    by_place: bool = False
    """Settles its values by the district that pays and the month, so that rules of a region hold there."""
    needs_fields: tuple[str, ...] = ()
    """Of these properties of nodes (`Person.died_on`) at least one must be filled in somewhere."""
    decided_by: tuple[str, ...] = ()
    """Further properties of persons that a finding rests on: the files that state them are among its sources."""
    by_round: bool = False
    """Counts or compares bids: those of each round of a lot whose tender was held again apart."""
    each_round: bool = False
    """Judges each bidder by what holds on the day: where a tender was held again, that of each round by who bid in it. A bid of no
    known day may be of any of them."""
    in_play: bool = False
    """Needs effective shares and control of what is in play to be written first."""
    defaults: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "defaults", {p.name: p.default for p in self.parameters})
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.id):
            raise DefinitionError(
                f"编号 {self.id} 只能用小写字母、数字和连字符", f"the id {self.id} is not kebab-case"
            )
        if set(self.queries) != set(self.columns):
            raise DefinitionError("每个查询都须列出各列", "every query names its columns")
        for name, query in self.queries.items():
            returned = _returned(query)
            if returned != self.columns[name]:
                said, meant = ", ".join(returned) or "-", ", ".join(self.columns[name])
                raise DefinitionError(
                    f"查询 {name} 返回的是 {said}，不是 {meant}",
                    f"the query {name} returns {said}, not {meant}",
                )
        everything = {c for columns in self.columns.values() for c in columns}
        lost = [c for c in self.identity if c not in everything]
        if lost:
            raise DefinitionError(
                f"查询没有返回 {'、'.join(lost)}，而疑点要靠这些列辨认是否为同一条",
                f"no query returns {', '.join(lost)}, which make a finding the same next time",
            )
        unknown = [n for n in (*self.needs, *self.needs_any, *self.counts_rows_of) if n not in REL_TYPES]
        if unknown:
            raise DefinitionError(
                f"needs 中的 {'、'.join(unknown)} 不是图中的关系类型",
                f"it needs {', '.join(unknown)}, which the graph does not hold",
            )
        labels = {name.partition(".")[0] for name in self.needs_fields}
        strange = [n for n in self.needs_fields if not _is_field(n)]
        if strange or len(labels) > 1:
            raise DefinitionError(
                f"needs_fields 中的 {'、'.join(strange or self.needs_fields)} 不是同一类节点的属性",
                f"its needs_fields {', '.join(strange or self.needs_fields)} are no properties of one type of node",
            )

    @property
    def of_lots(self) -> bool:
        """Is it about bidders and procedure, so that it can be asked of some lots alone?"""
        return self.domain == "政府工程"

    @property
    def major(self) -> str:
        """The part of the version that a fingerprint depends on."""
        return self.version.split(".")[0]


def _is_field(name: str) -> bool:
    label, _, field_name = name.partition(".")
    return label in NODE_TYPES and any(f.name == field_name for f in NODE_TYPES[label].fields)


def _returned(query: str) -> tuple[str, ...]:
    """The names of the last RETURN's columns, each given by AS."""
    _, _, tail = query.rpartition("RETURN ")
    tail = tail.split("ORDER BY")[0].removeprefix("DISTINCT ")
    return tuple(re.findall(r"\bAS (\w+)", tail))

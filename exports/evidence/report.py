"""The report's content, in Chinese or English: what was found, why it matters, how it is computed, where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from detectors.law.english import articles
from exports.evidence.citing import Cited
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
from exports.evidence.report_party import PartyTelling
from exports.evidence.report_proof import ProofTelling
from exports.evidence.telling import band, currency_in
from exports.evidence.words import METHODS, SEVERITIES, STATEMENT, about_checking
from graph.counted import counted
from visualize.wording import RELATIONS, pick

_MOST_ROWS: Final = 200
"""Source rows printed, or as many as the report cites where those are more; `source-rows.csv` has them all."""


_MOST_COLUMNS: Final = 8
_TOLD_ELSEWHERE: Final = frozenset({"paths", "keys", "stakes", "truncated", "currency", "fingerprint"})
"""Of a fact's fields: what the sections on paths and sources tell."""
_MOST_OWN_ROWS: Final = 60
"""Rows of an operator's own query that are printed; facts.json has them all."""
_DAYS: Final = ("observed_on", "to_month", "month", "valid_from", "bid_on")
"""Facts that say how far the data reach."""


def _each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)


class Report(ProofTelling, PartyTelling):
    """Makes the document in one language."""

    def document(self) -> Document:
        """The whole report."""
        found = self.facts["findings"][0] if self.facts["findings"] else None
        blocks: list[Block] = [Notice(pick(STATEMENT, self.lang))]
        blocks += self._finding(found) if found else self._party()
        if found:
            blocks += list(self._law(found))
            blocks += list(self._innocent(found))
        blocks.append(Picture(self.section("关系图", "Picture").text, self._caption()))
        blocks += list(self._shares())
        blocks += list(self._control())
        if found:
            blocks += list(self._dwellings(found))
            blocks += list(self._own_rows(found))
            blocks += list(self._other_facts(found))
        blocks += list(self._method())
        blocks += list(self._sources(found))
        blocks += list(self._checking())
        asked = str(self.facts["question"]["id"])
        title = found["title"][self.lang] if found else self.household(asked) or self.called(asked)
        head = self.say("核查材料包：", "Evidence package: ") + title
        sub = self.say(
            f"{self._days(found)} · 数据指纹 {self.facts['dataset']}",
            f"{self._days(found)} · data fingerprint {self.facts['dataset']}",
        )
        return Document(self.lang, head, sub, f"facts.json SHA-256 {self.subject.facts_hash}", tuple(blocks))

    def _days(self, found: Mapping[str, Any] | None) -> str:
        """The day that is judged or asked about, and, of a finding, the day of the newest extract that proves it: two things."""
        as_of = self.facts["as_of"] or self._undated()
        if found is None:
            return self.say(f"截至日期 {as_of}", f"As of {as_of}")
        told = self.say(f"判断基准日 {as_of}", f"Judged as of {as_of}")
        if extract := (found["facts"].get("data") or {}).get("as_of"):
            # As the sentence says it.
            told += self.say(f" · 数据截至 {extract}", f" · data as of {extract}")
        return told

    def _undated(self) -> str:
        """Where no day was asked for: how far the data reach that the package encloses."""
        graph = self.subject.subgraph
        told = [*(n.facts for n in graph.nodes), *(e.facts for e in graph.edges)]
        days = [str(facts[name]) for facts in told for name in _DAYS if facts.get(name)]
        if not days:
            return self.say("未指定", "none asked for")
        last = max(days)
        return self.say(
            f"未指定（所附数据最晚至 {last}）", f"none asked for (the data enclosed reach {last})"
        )

    def _caption(self) -> str:
        text = self.say(
            f"共 {len(self.subject.subgraph.nodes)} 个节点、{len(self.subject.subgraph.edges)} 条关系；图例、计算方法、截至日期与数据指纹见图下。",
            f"{counted(len(self.subject.subgraph.nodes), 'node')} and "
            f"{counted(len(self.subject.subgraph.edges), 'relationship')}; legend, method, "
            "as-of date and data fingerprint stand below the picture.",
        )
        if self.subject.subgraph.truncated:
            text += self.say(
                "图已按上限截断，未显示全部。", " The picture was cut at its limit; not everything is shown."
            )
        return text

    def _finding(self, found: Mapping[str, Any]) -> Iterator[Block]:
        yield self.section("风险预警（疑点）", "The finding (a lead)")
        yield Paragraph(found["text"][self.lang])
        suppressed = found["suppressed_by"]
        if suppressed:
            reason = suppressed["reason" if self.lang == "zh" else "reason_en"]
            yield Notice(
                self.say(
                    f"本预警已被精度规则抑制（{suppressed['rule']}）：{reason}",
                    f"Suppressed by a precision rule ({suppressed['rule']}): {reason}",
                )
            )
        if found.get("own_detector"):
            yield Notice(
                self.say(
                    f"{found['detector']} 是运营单位的自定义检测项，不在产品的检测项目录中。其查询语句见 provenance.json；查询所得各列与上述说明不能由"
                    "本材料包复算，所附来源记录、持股比例与控制关系可以。",
                    f"{found['detector']} is an operator's own detector, and none of the product's catalogue. Its query stands in "
                    "provenance.json; what the query gave, and the sentence above, can't be worked out again from this package. The "
                    "enclosed source rows, shares and control can.",
                )
            )
        yield Pairs(
            (
                (self.say("预警编号", "Finding"), found["fingerprint"]),
                (
                    self.say("检测项", "Detector"),
                    f"{found['title'][self.lang]}（{found['detector']} {found['version']}）",
                ),
                (
                    self.say("领域 / 场景", "Domain / scene"),
                    f"{self.field(found['domain'])} / {self.field(found['scene'])}",
                ),
                (self.say("级别", "Severity"), pick(SEVERITIES[found["severity"]], self.lang)),
                (self.say("范围", "Scope"), self._scope(found)),
                (
                    self.say("涉及对象", "Subjects"),
                    self.say("、", "; ").join(self.name(s) for s in found["subjects"]),
                ),
            )
        )

    def _scope(self, found: Mapping[str, Any]) -> str:
        kinds = {
            "lot": ("标段", "lot"),
            "household": ("家庭户", "household"),
            "person": ("人员", "person"),
            "company": ("企业", "company"),
            "tender": ("招标项目", "tender"),
        }
        kind = pick(kinds.get(found["scope"]["kind"], (found["scope"]["kind"],) * 2), self.lang)
        told = f"{kind} {self.name(found['scope']['id'])}"
        if day := found["facts"].get("round"):
            told += self.say(f"，{day} 开标的一次", f", the opening of {day}")
        return told

    def _law(self, found: Mapping[str, Any]) -> Iterator[Block]:
        yield self.section("法律依据（按所涉日期有效的条文）", "Legal basis (in force at the date)")
        rows = tuple(
            (
                b["law"] if self.lang == "zh" else b["law_en"],
                b["article"] if self.lang == "zh" else articles(b["article"]),
                b["says"] if self.lang == "zh" else b["says_en"],
                self.span(b["in_force_from"], b["in_force_to"])
                if b["in_force_from"] or b["in_force_to"]
                else "—",
            )
            for b in found["basis"]
        )
        if not rows:
            yield Paragraph(self.say("本项为指标，无对应条文。", "An indicator; no article of law."))
            return
        headings = [("法规", "Law"), ("条款", "Article"), ("内容", "Says"), ("施行期间", "In force")]
        yield Table(tuple(pick(h, self.lang) for h in headings), rows, (2.4, 1.5, 4.4, 1.7))

    def _innocent(self, found: Mapping[str, Any]) -> Iterator[Block]:
        yield self.section("可能的合理解释（须一并核实）", "Innocent explanations (to be checked as well)")
        items = tuple(found["innocent"][self.lang])
        yield Bullets(items) if items else Paragraph(self.say("未列举。", "None is listed."))

    def _own_rows(self, found: Mapping[str, Any]) -> Iterator[Block]:
        """What an operator's own query gave, a row a row, each with the sources of the relationships it names."""
        rows = found["facts"].get("rows") if found.get("own_detector") else None
        if not rows:
            return
        yield self.section("查询结果", "What the query gave")
        proof = set(found["evidence"]["keys"])
        shown = rows[:_MOST_OWN_ROWS]
        named = {c: [v for r in shown for v in _each(r[c]) if v is not None] for c in shown[0]}
        columns = [c for c, values in named.items() if not (values and proof.issuperset(map(str, values)))]
        yield Table(
            (*columns, self.say("来源", "Source")),
            tuple(
                (
                    *(self.told(row[c], c) for c in columns),
                    self.cite(str(v) for c in row for v in _each(row[c]) if str(v) in proof),
                )
                for row in shown
            ),
            (*(2.0 for _ in columns), 1.0),
        )
        if len(rows) > len(shown):
            more = len(rows) - len(shown)
            yield Paragraph(
                self.say(f"另有 {more} 行见 facts.json。", f"{counted(more, 'more row')} in facts.json."),
                True,
            )

    def _other_facts(self, found: Mapping[str, Any]) -> Iterator[Block]:
        apart = (
            "bidders",
            "holders_above",
            "control",
            "names",
            "dwellings",
            "parameters",
            "holder",
            "holdings",
            "members",
            *(("rows", "personal_columns") if found.get("own_detector") else ()),
        )
        # Where a finding names no currency its amounts are in that of its lot.
        scope = next((n for n in self.subject.subgraph.nodes if n.id == found["scope"]["id"]), None)
        currency = currency_in(found["facts"]) or str((scope.facts if scope else {}).get("currency") or "")
        told = {k: v for k, v in sorted(found["facts"].items()) if k not in apart and v not in (None, [], {})}
        lists = {k: table for k, v in told.items() if (table := self._listed(v, currency))}
        rows = tuple((self.label(k), self.fact(k, v, currency)) for k, v in told.items() if k not in lists)
        parameters = tuple(self.parameter(k, v) for k, v in sorted(found["facts"]["parameters"].items()))
        if rows or lists or parameters:
            yield self.section("其他事实与参数", "Other facts, and parameters")
        if rows:
            yield Pairs(rows)
        for name, table in lists.items():
            yield Heading(self.label(name), 3)
            yield table
        if parameters:
            yield Heading(self.say("采用的参数", "Parameters used"), 3)
            headings = (self.say("参数", "Parameter"), self.say("取值", "Value"))
            yield Table(headings, parameters, (5, 3))

    def _listed(self, value: Any, currency: str) -> Table | None:
        """A list of things with several fields each, one a row; None where it is none, or has more fields than a page."""
        things = value if isinstance(value, list | tuple) else ()
        if not things or not all(isinstance(one, Mapping) and len(one) > 1 for one in things):
            return None
        rows = [self._plainly(one, currency) for one in things]
        columns = [c for c in dict.fromkeys(c for row in rows for c in row) if any(c in row for row in rows)]
        if not 1 < len(columns) <= _MOST_COLUMNS:
            return None
        return Table(
            tuple(self.label(c) for c in columns),
            tuple(tuple(row.get(c, "—") for c in columns) for row in rows),
            tuple(2.0 if c in ("name", "id") else 1.4 for c in columns),
        )

    def _plainly(self, one: Mapping[str, Any], currency: str) -> dict[str, str]:
        """A thing's fields in words: what it is called first, and nothing that another field tells."""
        inside = currency_in(one) or currency
        exact = one.get("share") is not None
        told = {
            k: self.told(v, k, inside)
            for k, v in one.items()
            if v not in (None, "", [], {})
            and k not in _TOLD_ELSEWHERE
            and not (exact and k in ("share_min", "share_max"))
        }
        called = told.pop("name", "") or (self.called(str(one["id"])) if one.get("id") else "")
        told.pop("id", None)
        if told.get("note") == told.get("share"):
            told.pop("note", None)
        when: dict[str, str] = {k: told.pop(k) for k in ("month", "from", "to") if k in told}
        return {**({"name": called} if called else {}), **when, **told}

    def _method(self) -> Iterator[Block]:
        yield self.section("方法与数据", "Method and data")
        methods = self.subject.provenance["methods"]
        yield Bullets(tuple(pick(METHODS[m], self.lang) for m in methods if m in METHODS))
        origin = self.subject.provenance
        yield Pairs(
            (
                (self.say("数据指纹", "Data fingerprint"), str(self.facts["dataset"])),
                (
                    self.say("判断基准日", "Judged as of")
                    if self.facts["findings"]
                    else self.say("截至日期", "As of"),
                    str(self.facts["as_of"] or "—"),
                ),
                (
                    self.say("软件版本", "Software"),
                    f"{origin['software']['name']} {origin['software']['version']}",
                ),
                (self.say("图结构版本", "Schema"), str(origin["dataset"]["schema_version"])),
            )
        )

    def _sources(self, found: Mapping[str, Any] | None) -> Iterator[Block]:
        yield self.section("来源", "Sources")
        files = [f for f in self.subject.provenance["files"] if f["cited"]]
        headings = [
            ("文件", "File"),
            ("SHA-256", "SHA-256"),
            ("行数 / 拒收", "Rows / refused"),
            ("批次", "Batch"),
        ]
        yield Table(
            tuple(pick(h, self.lang) for h in headings),
            tuple((f["name"], f["sha256"], f"{f['rows']} / {f['rejected']}", f["batch"]) for f in files),
            (2.4, 4.4, 1.8, 1.6),
        )
        proof = {*found["evidence"]["keys"], *found["evidence"]["nodes"], *self._claimed()} if found else None
        rows: dict[str, list[Cited]] = {}
        for cited in self.subject.citations.rows:
            if proof is None or cited.key in proof or cited.ref in self.told_refs:
                rows.setdefault(cited.ref, []).append(cited)
        yield Paragraph(
            self.say(
                "证明所依据的原始行（规范化并脱敏后的全文见 source-rows.csv）：",
                "The source rows the proof rests on (normalised and masked in source-rows.csv):",
            ),
            True,
        )
        # Whoever follows a number that stands above must find its row; of the others as many as there is room for.
        others = [ref for ref in rows if ref not in self.told_refs]
        kept = self.told_refs | set(others[: max(0, _MOST_ROWS - len(self.told_refs))])
        printed = [(ref, cited) for ref, cited in rows.items() if ref in kept]
        headings = [("编号", "Ref"), ("文件", "File"), ("工作表", "Sheet"), ("行", "Row"), ("内容", "States")]
        yield Table(
            tuple(pick(h, self.lang) for h in headings),
            tuple(
                (
                    ref,
                    str(c[0].file.get("name") or c[0].source.file),
                    c[0].source.sheet,
                    c[0].source.row,
                    self._states(c),
                )
                for ref, c in printed
            ),
            (0.8, 2.4, 1.5, 1.1, 5),
        )
        if len(rows) > len(printed):
            yield Paragraph(
                self.say(
                    f"另有 {len(rows) - len(printed)} 行见 source-rows.csv。",
                    f"{len(rows) - len(printed)} more are in source-rows.csv.",
                ),
                True,
            )

    def _claimed(self) -> set[str]:
        return {
            k
            for own in (self.facts["ownership"], *self.facts.get("ownership_elsewhen", ()))
            for r in own["registers"]
            for link in r["links"]
            for group in link["rows"]
            for k in group
        }

    def _states(self, rows: Sequence[Cited]) -> str:
        said = []
        related = [c for c in rows if c.record != "node"]
        for cited in related or rows:
            if cited.record == "node":
                said.append(self.called(cited.start))
                continue
            relation = pick(RELATIONS.get(cited.type, (cited.type, cited.type)), self.lang)
            shown = self._held(cited.says)
            start, end = self.called(cited.start), self.called(cited.end)
            said.append(f"{start} —{relation}{shown}→ {end}")
        return "; ".join(dict.fromkeys(said))

    def _held(self, says: Mapping[str, Any]) -> str:
        """The share that a row states, or its range; votes where it states those alone."""
        for name, zh, en in (("share", "", ""), ("votes", "表决权 ", "votes ")):
            stated = [says.get(name), says.get(f"{name}_min"), says.get(f"{name}_max")]
            if any(isinstance(value, int | float) for value in stated):
                return " " + self.say(zh, en) + band(*stated)
        return ""

    def _checking(self) -> Iterator[Block]:
        yield self.section("如何复核本材料包", "How to check this package")
        yield Bullets(about_checking(self.lang))
        yield Notice(pick(STATEMENT, self.lang))

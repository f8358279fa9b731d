"""The report's content, in Chinese or English: what was found, why it matters, how it is computed, where it stands."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detectors.definition import Detector
from exports.evidence.citing import Citations, Cited
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
from exports.evidence.words import FACT_NAMES, METHODS, SEVERITIES, STATEMENT, VERDICTS, about_checking
from graph.subgraph import SubEdge, Subgraph
from visualize.wording import RELATIONS, Lang, pick

_MOST_ROWS: Final = 400
"""Source rows printed; the package's `source-rows.csv` has them all."""
_MOST_HOLDERS: Final = 100


@dataclass(frozen=True)
class Subject:
    """What a report is about: `facts` is facts.json's object, `facts_hash` its SHA-256."""

    facts: Mapping[str, Any]
    facts_hash: str
    subgraph: Subgraph
    citations: Citations
    provenance: Mapping[str, Any]
    detector: Detector | None


class Report:
    """Makes the document in one language."""

    def __init__(self, subject: Subject, lang: Lang):
        self.subject, self.lang = subject, lang
        self.facts = subject.facts
        self.names = {n.id: n.name for n in subject.subgraph.nodes if n.name}
        self.edges: dict[str, SubEdge] = {e.id: e for e in subject.subgraph.edges}
        self.refs: dict[str, list[str]] = {}
        self._sections = 0
        for cited in subject.citations.rows:
            at = self.refs.setdefault(cited.key, [])
            if cited.ref not in at:
                at.append(cited.ref)

    def say(self, zh: str, en: str) -> str:
        """The wording in the report's language."""
        return zh if self.lang == "zh" else en

    def name(self, id_: str | None) -> str:
        """A party's name with its id."""
        if not id_:
            return ""
        name = self.names.get(id_)
        return f"{name} {_short(id_)}" if name else _short(id_)

    def section(self, zh: str, en: str) -> Heading:
        """The next section's heading, numbered."""
        self._sections += 1
        return Heading(
            self.say(f"{'一二三四五六七八九十'[self._sections - 1]}、{zh}", f"{self._sections}. {en}")
        )

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
            blocks += list(self._other_facts(found))
        blocks += list(self._method())
        blocks += list(self._sources(found))
        blocks += list(self._checking())
        title = found["title"][self.lang] if found else self.name(self.facts["question"]["id"])
        head = self.say("核查材料包：", "Evidence package: ") + title
        as_of = self.facts["as_of"] or self.say("未注明", "not dated")
        sub = self.say(
            f"数据截至日期 {as_of} · 数据指纹 {self.facts['dataset']}",
            f"As of {as_of} · data fingerprint {self.facts['dataset']}",
        )
        return Document(self.lang, head, sub, f"facts.json SHA-256 {self.subject.facts_hash}", tuple(blocks))

    def _caption(self) -> str:
        text = self.say(
            f"共 {len(self.subject.subgraph.nodes)} 个节点、{len(self.subject.subgraph.edges)} 条关系；图例、计算方法、截至日期与数据指纹见图下。",
            f"{len(self.subject.subgraph.nodes)} nodes and {len(self.subject.subgraph.edges)} relationships; legend, method, "
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
        yield Pairs(
            (
                (self.say("预警编号", "Finding"), found["fingerprint"]),
                (
                    self.say("检测项", "Detector"),
                    f"{found['title'][self.lang]}（{found['detector']} {found['version']}）",
                ),
                (self.say("领域 / 场景", "Domain / scene"), f"{found['domain']} / {found['scene']}"),
                (self.say("级别", "Severity"), pick(SEVERITIES[found["severity"]], self.lang)),
                (self.say("范围", "Scope"), self._scope(found)),
                (
                    self.say("涉及对象", "Subjects"),
                    self.say("、", "; ").join(self.name(s) for s in found["subjects"]),
                ),
            )
        )

    def _scope(self, found: Mapping[str, Any]) -> str:
        kinds = {"lot": ("标段", "lot"), "household": ("家庭户", "household"), "person": ("人员", "person")}
        kind = pick(kinds.get(found["scope"]["kind"], (found["scope"]["kind"],) * 2), self.lang)
        return f"{kind} {self.name(found['scope']['id'])}"

    def _party(self) -> Iterator[Block]:
        question = self.facts["question"]
        party = self.facts["party"]
        yield self.section("主体情况", "The party")
        node = next((n for n in self.subject.subgraph.nodes if n.id == question["id"]), None)
        facts = dict(node.facts) if node else {}
        rows = [
            (self.say("编号", "Id"), question["id"]),
            (self.say("名称", "Name"), self.names.get(question["id"], "")),
        ]
        rows += [(self._label(k), _told(v)) for k, v in facts.items() if k not in ("sources", "flag")]
        yield Pairs(tuple(rows))
        if party and party.get("beneficial"):
            yield from self._beneficial(party)
        if party and party.get("holdings"):
            yield from self._holdings(party)
        yield from self._findings_about(self.facts["findings_about"])

    def _beneficial(self, party: Mapping[str, Any]) -> Iterator[Block]:
        answer = party["beneficial"]
        yield Heading(self.say("受益所有人", "Ultimate beneficial owners"), 3)
        rows = tuple(
            (
                self.name(o["id"]),
                pick(VERDICTS[o["verdict"]], self.lang),
                o["test"] or "—",
                _band(o["share"], o["share_min"], o["share_max"]),
                _band(None, o["votes_min"], o["votes_max"]),
                str(o["depth"]),
            )
            for o in answer["owners"][:_MOST_HOLDERS]
        )
        if rows:
            headings = [
                ("受益所有人", "Owner"),
                ("判断", "Verdict"),
                ("标准", "Test"),
                ("穿透持股", "Effective share"),
                ("穿透表决权", "Votes"),
                ("层级", "Depth"),
            ]
            yield Table(tuple(pick(h, self.lang) for h in headings), rows, (4, 1, 1, 1.6, 1.6, 0.8))
        if answer["reason"]:
            yield Paragraph(answer["reason"][self.lang])
        control = party["control"]
        yield Heading(self.say("疑似实际控制人", "Controller"), 3)
        one = control["controller"]
        said = self.name(one["id"]) if one else (control["reason"] or {}).get(self.lang, "")
        yield Paragraph(said)

    def _holdings(self, party: Mapping[str, Any]) -> Iterator[Block]:
        rows = tuple(
            (
                self.name(h["company"]),
                _band(h["share"], h["share_min"], h["share_max"]),
                self._cite(h["rows"]),
            )
            for h in party["holdings"][:_MOST_HOLDERS]
        )
        yield Heading(self.say("直接持股", "Direct holdings"), 3)
        yield Table(
            (
                self.say("企业", "Company"),
                self.say("直接持股比例", "Direct share"),
                self.say("来源", "Source"),
            ),
            rows,
            (5, 2, 1.5),
        )

    def _findings_about(self, found: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
        yield Heading(self.say("涉及该对象的风险预警（疑点）", "Findings about it (leads)"), 3)
        if not found:
            yield Paragraph(
                self.say("当前数据下没有涉及该对象的风险预警。", "There is none in the data loaded.")
            )
            return
        rows = tuple(
            (f["fingerprint"], pick(SEVERITIES[f["severity"]], self.lang), f["text"][self.lang])
            for f in found
        )
        yield Table(
            (self.say("编号", "Id"), self.say("级别", "Severity"), self.say("说明", "Text")),
            rows,
            (2, 1.6, 7),
        )
        yield Paragraph(
            self.say(
                "每条预警的证明见其自身的材料包：lookthrough evidence 编号。",
                "Each is proved by a package of its own: lookthrough evidence ID.",
            ),
            True,
        )

    def _shares(self) -> Iterator[Block]:
        claims = self.facts["claims"]["shares"]
        if not claims:
            return
        yield self.section("穿透持股与算式", "Effective shares and their formulas")
        shown = claims[:_MOST_HOLDERS]
        headings = [
            ("持有人", "Holder"),
            ("企业", "Company"),
            ("穿透持股", "Effective share"),
            ("表决权", "Votes"),
            ("层级", "Depth"),
            ("方法", "Method"),
        ]
        yield Table(
            tuple(pick(h, self.lang) for h in headings),
            tuple(
                (
                    self.name(c["holder"]),
                    self.name(c["company"]),
                    _band(c["share"], c["share_min"], c["share_max"]),
                    "—" if c["votes"] is None else f"{c['votes']:.2%}",
                    str(c["depth"]),
                    c["method"],
                )
                for c in shown
            ),
            (3.2, 3.2, 1.5, 1.2, 0.9, 1.5),
        )
        if len(claims) > len(shown):
            more = len(claims) - len(shown)
            yield Paragraph(
                self.say(f"另有 {more} 个持有人见 facts.json。", f"{more} more holders are in facts.json."),
                True,
            )
        for claim in shown:
            for path in claim["paths"]:
                yield from self._path(path)
            if claim["truncated"]:
                yield Paragraph(
                    self.say("还有更多路径未列出。", "There are more paths than are listed."), True
                )

    def _path(self, path: Mapping[str, Any]) -> Iterator[Block]:
        nodes = path["nodes"]
        chain = " → ".join(self.names.get(n) or _short(n) for n in nodes)
        by = self.say("（按表决权）", " (by votes)") if path.get("by") == "votes" else ""
        yield Heading(f"{chain}{by}: {path['formula']}", 3)
        if path.get("votes_formula") and path.get("by") != "votes":
            yield Paragraph(self.say("表决权：", "Votes: ") + path["votes_formula"], True)
        registers = {r["company"]: r["links"] for r in self.facts["ownership"]["registers"]}
        rows = []
        for holder, company in itertools.pairwise(nodes):
            link = next((k for k in registers.get(company, ()) if k["holder"] == holder), None)
            keys = [k for group in link["rows"] for k in group] if link else []
            share = _band(None, link["low"], link["high"]) if link else "?"
            rows.append((self.name(holder), self.name(company), share, self._since(keys), self._cite(keys)))
        headings = [
            ("股东", "Holder"),
            ("企业", "Company"),
            ("直接持股", "Direct"),
            ("期间 / 观察日", "Span / observed"),
            ("来源", "Source"),
        ]
        yield Table(tuple(pick(h, self.lang) for h in headings), tuple(rows), (3.2, 3.2, 1.2, 2, 0.9))

    def _since(self, keys: Iterable[str]) -> str:
        told = []
        for key in keys:
            facts = self.edges[key].facts if key in self.edges else {}
            span = f"{facts.get('valid_from') or '…'} – {facts.get('valid_to') or '…'}"
            told.append(span + (f" / {facts['observed_on']}" if facts.get("observed_on") else ""))
        return "; ".join(dict.fromkeys(told))

    def _cite(self, keys: Iterable[str]) -> str:
        refs = [r for key in keys for r in self.refs.get(key, ())]
        return " ".join(dict.fromkeys(refs))

    def _control(self) -> Iterator[Block]:
        claims = self.facts["claims"]["control"]
        if not claims:
            return
        yield self.section("控制认定的依据", "What control rests on")
        yield Paragraph(
            self.say(
                "控制按表决权逐层认定：自身表决权加上已控制主体的表决权，"
                + ("超过二分之一" if claims[0]["rule"] == "strict" else "达到二分之一")
                + "即为控制；表决权不沿链相乘。",
                "Control is judged link by link: one's own votes plus those of what one already controls, "
                + ("more than one half" if claims[0]["rule"] == "strict" else "one half or more")
                + "; votes are not multiplied along a chain.",
            )
        )
        for claim in claims:
            yield Heading(f"{self.name(claim['holder'])} → {self.name(claim['company'])}", 3)
            rows = tuple(
                (
                    self.name(link["company"]),
                    self.name(link["holder"]),
                    link["interest"] or "" if link["votes"] is None else f"{link['votes']:.2%}",
                    "—" if link["running"] is None else f"{link['running']:.2%}",
                    self._cite(link["rows"]),
                )
                for link in claim["links"]
            )
            headings = [
                ("企业", "Company"),
                ("表决权人", "Holder"),
                ("表决权", "Votes"),
                ("累计", "Running sum"),
                ("来源", "Source"),
            ]
            yield Table(tuple(pick(h, self.lang) for h in headings), rows, (3.4, 3.4, 1.2, 1.2, 0.9))

    def _dwellings(self, found: Mapping[str, Any]) -> Iterator[Block]:
        dwellings = found["facts"].get("dwellings")
        if not dwellings:
            return
        yield self.section("住房清单", "Dwellings")
        rows = []
        for n, dwelling in enumerate(dwellings, start=1):
            for holder in dwelling["holders"]:
                owner = holder.get("through") or holder["id"]
                keys = [
                    e.id
                    for e in self.edges.values()
                    if e.type == "HOLDS_PROPERTY" and e.target in dwelling["properties"] and e.source == owner
                ]
                share = "—" if holder["share"] is None else f"{holder['share']:.2%}"
                span = f"{holder['from'] or '…'} – {holder['to'] or '…'}"
                rows.append(
                    (
                        str(n),
                        " ".join(dwelling["properties"]),
                        self.name(owner),
                        share,
                        span,
                        self._cite(keys),
                    )
                )
        headings = [
            ("序", "No."),
            ("不动产", "Property"),
            ("权利人", "Owner"),
            ("份额", "Share"),
            ("期间", "Span"),
            ("来源", "Source"),
        ]
        yield Table(tuple(pick(h, self.lang) for h in headings), tuple(rows), (0.5, 3, 3, 1, 2, 0.9))

    def _law(self, found: Mapping[str, Any]) -> Iterator[Block]:
        yield self.section("法律依据（按所涉日期有效的条文）", "Legal basis (in force at the date)")
        rows = tuple(
            (
                b["law"] if self.lang == "zh" else b["law_en"],
                b["article"],
                b["says"] if self.lang == "zh" else b["says_en"],
                f"{b['in_force_from'] or '…'} – {b['in_force_to'] or '…'}",
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

    def _other_facts(self, found: Mapping[str, Any]) -> Iterator[Block]:
        told = (
            "bidders",
            "holders_above",
            "control",
            "names",
            "dwellings",
            "parameters",
            "holder",
            "holdings",
            "members",
        )
        rows = [
            (self._label(k), _told(v))
            for k, v in sorted(found["facts"].items())
            if k not in told and v not in (None, [], {})
        ]
        rows += [
            (self.say("参数 ", "Parameter ") + k, _told(v))
            for k, v in sorted(found["facts"]["parameters"].items())
        ]
        if rows:
            yield self.section("其他事实与参数", "Other facts, and parameters")
            yield Pairs(tuple(rows))

    def _label(self, name: str) -> str:
        return pick(FACT_NAMES[name], self.lang) if name in FACT_NAMES else name

    def _method(self) -> Iterator[Block]:
        yield self.section("方法与数据", "Method and data")
        methods = self.subject.provenance["methods"]
        yield Bullets(tuple(pick(METHODS[m], self.lang) for m in methods if m in METHODS))
        told = self.subject.provenance
        yield Pairs(
            (
                (self.say("数据指纹", "Data fingerprint"), str(self.facts["dataset"])),
                (self.say("截至日期", "As of"), str(self.facts["as_of"] or "—")),
                (
                    self.say("软件版本", "Software"),
                    f"{told['software']['name']} {told['software']['version']}",
                ),
                (self.say("图结构版本", "Schema"), str(told["dataset"]["schema_version"])),
            )
        )

    def _sources(self, found: Mapping[str, Any] | None) -> Iterator[Block]:
        yield self.section("来源", "Sources")
        files = [f for f in self.subject.citations.files if f["cited"]]
        headings = [
            ("文件", "File"),
            ("SHA-256", "SHA-256"),
            ("行数 / 拒收", "Rows / refused"),
            ("批次", "Batch"),
        ]
        yield Table(
            tuple(pick(h, self.lang) for h in headings),
            tuple((f["name"], f["sha256"], f"{f['rows']} / {f['rejected']}", f["batch"]) for f in files),
            (2.4, 5, 1.2, 1.5),
        )
        proof = set(found["evidence"]["keys"]) | set(found["evidence"]["nodes"]) if found else None
        rows: dict[str, list[Cited]] = {}
        for cited in self.subject.citations.rows:
            if proof is None or cited.key in proof or cited.key in self._claimed():
                rows.setdefault(cited.ref, []).append(cited)
        yield Paragraph(
            self.say(
                "证明所依据的原始行（规范化并脱敏后的全文见 source-rows.csv）：",
                "The source rows the proof rests on (normalised and masked in source-rows.csv):",
            ),
            True,
        )
        printed = list(rows.items())[:_MOST_ROWS]
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
            for r in self.facts["ownership"]["registers"]
            for link in r["links"]
            for group in link["rows"]
            for k in group
        }

    def _states(self, rows: Sequence[Cited]) -> str:
        told = []
        related = [c for c in rows if c.record != "node"]
        for cited in related or rows:
            if cited.record == "node":
                told.append(self.names.get(cited.start) or _short(cited.start))
                continue
            relation = pick(RELATIONS.get(cited.type, (cited.type, cited.type)), self.lang)
            share = cited.says.get("share")
            shown = f" {share:.2%}" if isinstance(share, int | float) else ""
            start, end = (self.names.get(i) or _short(i) for i in (cited.start, cited.end))
            told.append(f"{start} —{relation}{shown}→ {end}")
        return "; ".join(dict.fromkeys(told))

    def _checking(self) -> Iterator[Block]:
        yield self.section("如何复核本材料包", "How to check this package")
        yield Bullets(about_checking(self.lang))
        yield Notice(pick(STATEMENT, self.lang))


def _short(id_: str) -> str:
    """An id a reader can bear: a keyed hash by its first eight characters."""
    scheme, _, value = id_.partition(":")
    return f"{scheme}:{value[:8]}…" if scheme.startswith("person") and len(value) > 20 else id_


def _band(share: float | None, low: float | None, high: float | None) -> str:
    if share is not None:
        return f"{share:.2%}"
    if low is not None and high is not None and abs(high - low) <= 1e-12:
        return f"{low:.2%}"
    if low is None and high is None:
        return "?"
    return f"{low or 0:.2%}–{'?' if high is None else f'{high:.2%}'}"


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {_told(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_told(v) for v in value) or "—"
    return "—" if value is None else str(value)

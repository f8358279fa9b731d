"""The pages that describe the detectors, one each and a list, written from their definitions.

`python -m detectors.docs [FOLDER]` writes them, into `docs/detectors` where no folder is named.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

from detectors.behaviour.markets import market_said
from detectors.definition import Detector, LegalBasis, Parameter
from detectors.law.english import articles
from detectors.law.texts import LAW_DATABASE
from detectors.registry import DETECTORS
from graph.counted import counted
from graph.model import REL_TYPES

FOLDER: Final = Path("docs/detectors")
PICTURES: Final = FOLDER / "images"
"""What proves the first finding of each page's example; `python -m tests.docs.findings_drawn` draws them."""

SEVERITIES: Final = {
    "prohibited": ("法定禁止情形（待核实）", "prohibited, if the facts are confirmed"),
    "deemed": ("法定“视为”情形（待核实）", "deemed by law, if the facts are confirmed"),
    "review": ("需人工核查", "needs a person's review"),
    "lead": ("一般疑点", "a lead: an indicator, no article of law"),
    "service": ("服务提醒", "service: somebody may need help"),
}
REGIMES: Final = {
    "": "任何 any",
    "construction": "招标投标（工程） bidding law",
    "government_procurement": "政府采购 government procurement",
}
UNITS: Final = {"fraction": "fraction (0.05 = 5%)", "": "—"}

_BY_TENDER: Final = (
    "；只规范招标的，采购方式不是招标时注明为参照，级别至多为“需人工核查”",
    "; what is of bidding alone it cites, where the method is another, as an analogy, and is then at most for a person's "
    "judgement",
)
_NOT_COMPARED: Final = (
    "; of those marked ‡ the number or the words of the article could not be compared with the published text: look "
    "before you quote（标 ‡ 的，条号或内容未能与公布文本核对，引用前请查证）"
)
_LIST: Final = """\
# Detectors · 检测项

Written from the definitions by `python -m detectors.docs`; change the definitions, not these pages.

A finding is a lead (风险预警、疑点): it says what the data say, and asks to verify. It is no statement that anybody broke a
rule. What an innocent explanation covers is kept and shown as suppressed (已抑制，可查); what lacks data is named as
undecided (无法判定), which is not the same as nothing found.

预警只陈述数据比对的结果，供人工核查，不作任何违纪违法的认定。

| detector | 名称 | title | severity |
|---|---|---|---|
"""

_LAW: Final = """
## 依据 · Law

The numbers of articles, what they say (shortened here) and their dates of force were compared with public texts of
招标投标法 (2017), 招标投标法实施条例 (2019), 政府采购法 (2014), 政府采购法实施条例 (2015), 建筑法 (2019), 公司法 (2018 and 2023;
in 2013 article 216 stood as in 2018: the decision of 2018 changed article 142 alone), 社会救助暂行办法 (2019), 社会救助法
(2026) and article 37 of 财政部令第87号 (2017). What could not be compared is marked ‡ where it is cited. The codes of the
red-flag guide come from a list of its indicators, not from the guide itself. Texts change: look up what you quote.

条号、内容（摘要）与施行日期已与上列公开文本核对；未能核对的，在引用处标 ‡。引用前请以公布文本为准。
"""


def pages() -> dict[str, str]:
    """File name → page, as Markdown: `README.md` with the list, and `<id>.md` for each detector."""
    rows = [
        f"| [`{d.id}`]({d.id}.md) | {d.title_zh} | {d.title_en} | {SEVERITIES[d.severity][0]} `{d.severity}` |"
        for d in DETECTORS
    ]
    return {"README.md": _LIST + "\n".join(rows) + "\n" + _LAW} | {f"{d.id}.md": page(d) for d in DETECTORS}


def page(detector: Detector) -> str:
    """One detector's page."""
    d = detector
    zh, en = SEVERITIES[d.severity]
    of_bidding = any(b.methods and not b.alone for b in d.basis)
    parts = [
        f"# {d.title_zh} · {d.title_en}\n",
        f"`{d.id}` {d.version} · {d.domain} / {d.scene}\n",
        f"**级别 Severity:** {zh} · {en}\n",
        f"## 含义 · Meaning\n\n{d.meaning_zh or d.title_zh}\n\n{meaning_en(d)}\n",
        f"> {_filled(d.wording_zh)}\n>\n> {_filled(d.wording_en)}\n",
        "## 依据 · Basis\n",
        f"预警只引用其日期、其制度下有效的条文{_BY_TENDER[0] if of_bidding else ''}。链接指向公布机关的全文；标 † 的指向国家法律法规数据库，按名称检索。\n",
        "Of these, a finding cites what is in force at its own date and under its own regime"
        f"{_BY_TENDER[1] if of_bidding else ''}. Links lead to the whole text "
        "at the body that publishes it; those marked † to the national database of laws, which is searched by title"
        f"{_NOT_COMPARED if any(not b.compared for b in d.basis) else ''}.\n",
        *_table(("依据", "basis", "in force", "regime"), map(_law, d.basis)),
        "## 图样 · Picture\n",
        *_picture(d),
        "## 所需数据 · Needs\n",
        f"{_needs(d)}. 库中没有所需数据时，本项提示“无法判定”。Where the store has none of what is needed, the detector says "
        "that it cannot decide.\n",
    ]
    if d.parameters:
        parts += ["## 参数 · Parameters\n"]
        parts += _table(
            ("parameter", "default", "unit", "允许 allowed", "说明", "meaning"), map(_parameter, d.parameters)
        )
    if d.suppressors:
        parts += [
            "## 抑制规则 · Suppressors\n",
            "能由下列情形解释的不作预警，但保留可查，并写明理由。A hit that one of these explains is kept, with the reason.\n",
        ]
        rows = ((f"`{s.name}`", s.doc_zh, s.doc_en) for s in d.suppressors)
        parts += _table(("rule", "说明", "meaning"), rows)
    if d.innocent_zh or d.innocent_en:
        both = zip(d.innocent_zh, d.innocent_en, strict=True)
        parts += ["## 可能的正当解释 · Innocent explanations\n", *(f"* {zh} · {en}" for zh, en in both), ""]
    if d.yields_to:
        stronger = ", ".join(f"[`{i}`]({i}.md)" for i in d.yields_to)
        parts += ["## 与其他检测项 · Beside other detectors\n"]
        parts += [
            f"下列检测项已就同一关联、至少同样的对象作出预警时，本项不再重复：{stronger}。\n",
            f"Gives way to {stronger}, where that reports the same tie of at least the same subjects.\n",
        ]
    parts += [
        "## 运行 · Run\n",
        "在演示数据上（`make demo`）· On the demo world (`make demo`):\n",
        f"```console\n$ lookthrough detect --detector {d.id} --store output/demo/store\n```\n",
    ]
    return "\n".join(parts)


def _picture(detector: Detector) -> list[str]:
    """What proves the example's first finding; where the demo world gives none, the pattern of the queries."""
    drawn = f"{detector.id}.svg"
    if (PICTURES / drawn).exists():
        said = (
            "下面示例中第一条预警的证明图；企业与人员均为虚构。What proves the first finding of the example below, drawn by "
            "Lookthrough; the companies and people are invented."
        )
        return [f"{said}\n", f"![{detector.title_zh}]({PICTURES.name}/{drawn})\n"]
    pattern = f"```mermaid\n{_pattern(detector)}\n```\n"
    return [
        "查询所看的节点与关系。What the queries look at: the kinds of nodes, and the relationships between them.\n",
        pattern,
    ]


def _pattern(detector: Detector) -> str:
    """The pattern of the queries as a diagram, which Markdown viewers draw."""
    queries = " ".join(detector.queries.values())
    labels = set(re.findall(r"\(\w*:(\w+)", queries))
    types = sorted({t for found in re.findall(r"\[\w*:([\w|]+)", queries) for t in found.split("|")})
    lines = [
        f"  {start} -->|{type_}| {end}"
        for type_ in types
        for start, end in REL_TYPES[type_].pairs
        if {start, end} <= labels
    ]
    alone = [f"  {label}" for label in sorted(labels) if not any(f" {label} " in f"{x} " for x in lines)]
    return "\n".join(["graph LR", *lines, *alone])


def _needs(detector: Detector) -> str:
    def linked(names: Iterable[str]) -> list[str]:
        return [f"[`{n}`](../graph-model.md#{n.lower()})" for n in names]

    any_of = " or ".join(linked(detector.needs_any))
    parts = linked(detector.needs) + ([f"and at least one of {any_of}"] if any_of else [])
    if detector.needs_fields:
        filled = " or ".join(
            f"[`{n}`](../graph-model.md#{n.partition('.')[0].lower()})" for n in detector.needs_fields
        )
        parts.append(f"and {filled} filled in somewhere")
    return ", ".join(parts) or "Dates and amounts of tenders and lots alone"


def meaning_en(detector: Detector) -> str:
    """What the definition's own module says of it; its title where it says nothing."""
    said = next((m.__doc__ or "" for m in _modules() if getattr(m, "DETECTOR", None) is detector), "")
    text = " ".join(said.split("\n\n")[0].split()).partition(": ")[2] or detector.title_en + "."
    return text[:1].upper() + text[1:]


def _modules() -> Iterator[ModuleType]:
    return (m for name, m in sorted(sys.modules.items()) if name.startswith("detectors.") and m is not None)


def _blank(filled: re.Match[str]) -> str:
    """A place that a wording fills, with what it counts where it says so."""
    shown, (one, _, several) = f"‹{filled[1]}›", (filled[2] or "").partition("|")
    return counted(shown, one, several) if one else shown


def _filled(wording: str) -> str:
    return re.sub(r"\{(\w+)(?::([^}]+))?\}", _blank, " ".join(wording.split()))


def _law(basis: LegalBasis) -> tuple[str, ...]:
    span = f"{basis.in_force_from or '…'} – {basis.in_force_to or '…'}" if basis.in_force_from else "—"
    zh, en = f"{basis.law_zh} {basis.article}：{basis.says_zh}", _cited_en(basis)
    searched = " †" if basis.link == LAW_DATABASE else ""
    searched += "" if basis.compared else " ‡"
    return (
        f"[{zh}]({basis.link}){searched}" if basis.link else zh,
        en,
        span,
        REGIMES.get(basis.regime, basis.regime) + _of_methods(basis),
    )


def _of_methods(basis: LegalBasis) -> str:
    if not basis.alone:
        return "；招标方式 by tender" if basis.methods else ""
    zh, en = (joined.join(market_said(m)[n] for m in basis.methods) for n, joined in enumerate(("、", ", ")))
    return f"；{zh} {en}"


def _cited_en(basis: LegalBasis) -> str:
    return f"{', '.join(filter(None, (basis.law_en, articles(basis.article))))}: {basis.says_en}"


def _parameter(p: Parameter) -> tuple[str, ...]:
    cited = f" ({p.citation})" if p.citation else ""
    unit = UNITS.get(p.unit, p.unit)
    return f"`{p.name}`", f"`{_value(p.default)}`", unit, p.allowed or "—", p.doc_zh, p.doc_en + cited


def _value(default: float | int | str | bool) -> str:
    """As a rules file has it: `true`, where Python would say True."""
    return str(default).lower() if isinstance(default, bool) else str(default)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Lines of a table, with an empty one after it."""
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return [*lines, *(f"| {' | '.join(c.replace('|', chr(92) + '|') for c in row)} |" for row in rows), ""]


def main(arguments: list[str]) -> int:
    """Write the pages; those of detectors that are no more are removed."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = pages()
    for old in folder.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    sys.stderr.write(f"{folder}: {len(written)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

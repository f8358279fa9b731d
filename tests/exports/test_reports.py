"""What a reader of a report is told: money with its unit, findings where they stand, and with what explains them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from detectors.finding import Finding
from exports.evidence.asking import About, ask
from exports.evidence.contents import prove
from exports.evidence.report import Report
from exports.evidence.report_html import report_html
from tests.exports.conftest import World

COMPANY = "cn-uscc:919999999000000144"


def read(world: World, of: str | Finding, lang: Any, as_of: str | None = None, **how: Any) -> str:
    """A report's text, a cell or paragraph a line."""
    subject = prove(world.store, ask(world.store, of, as_of, **how), None).subject
    page = report_html(Report(subject, lang).document(), "").decode()
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"<[^>]+>", "\n", page))


def one(world: World, detector: str) -> Finding:
    return next(f for f in world.findings if f.detector == detector)


@pytest.mark.parametrize(("lang", "unit"), [("zh", "元"), ("en", "CNY")])
def test_money_is_told_in_yuan_with_its_unit_wherever_it_stands(world: World, lang: str, unit: str) -> None:
    text = read(world, COMPANY, lang, known=About())
    assert f"10,500,000.00 {unit}" in text and "1050000000" not in text
    for detector, wanted in {
        "overpayment": ("amount", "surplus", "due", "paid"),
        "underpayment": ("shortfall", "due", "paid"),
        "eligible-not-receiving": ("due",),
        "household-size-change": ("amount_before",),
        "duplicate-benefit": ("amount",),
        "deposit-above-limit": ("deposit", "estimate"),
        "loser-becomes-subcontractor": ("sub_amount",),
    }.items():
        found = one(world, detector)
        text = read(world, found, lang)
        # Of less than ten yuan the digits stand in dates and counts as well.
        amounts = {a for name in wanted for a in _held(found.facts, name) if a >= 1000}
        assert amounts, detector
        for minor in amounts:
            assert f"{minor / 100:,.2f} {unit}" in text, (detector, minor)
            assert not re.search(rf"(?<![\d.,]){minor}(?![\d.,])", text), (detector, minor)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1_000_000.0, "1000000"),
        (1_234_567.89, "1234567.89"),
        (0.05, "0.05"),
        (0.1 + 0.2, "0.3"),
        (1e16, "10000000000000000"),
    ],
)
def test_parameters_are_told_with_every_digit(world: World, value: float, told: str) -> None:
    found = one(world, "deposit-above-limit")
    name = next(k for k, v in found.parameters.items() if isinstance(v, float))
    of_value = replace(
        found, parameters={**found.parameters, name: value}, facts={**found.facts, "limit": value}
    )
    text = read(world, of_value, "en")
    assert re.search(rf"(?<![\d.,]){re.escape(told)} (?:as a fraction|yuan)", text)


def _held(value: Any, name: str) -> set[int]:
    if isinstance(value, dict):
        mine = {v for k, v in value.items() if k == name and isinstance(v, int)}
        return mine.union(*(_held(v, name) for v in value.values()))
    return set().union(*(_held(v, name) for v in value)) if isinstance(value, list | tuple) else set()


def test_money_is_told_in_the_currency_it_is_stated_in(world: World) -> None:
    found = one(world, "overpayment")
    subject = prove(world.store, ask(world.store, found, None), None).subject
    telling = Report(subject, "zh")
    assert telling.fact("surplus", 96000, "USD") == "960.00 USD"
    assert telling.told({"currency": "HKD", "parts": [{"amount": 5}]}).endswith("0.05 HKD")
    # What is bid may be a rate.
    assert telling.told({"unit": "rate", "price": 0.95}).endswith("95.00%")
    assert telling.told({"unit": "CNY/total", "price": 1100000000.0}).endswith("11,000,000.00 元")
    assert telling.told(True, "paid") == "√" and telling.told(None, "paid") == "—"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_households_report_has_its_members_and_what_stands_in_their_names(world: World, lang: str) -> None:
    text = read(world, "local:XGDB0001", lang, known=About())
    words = {
        "zh": (
            "家庭成员",
            "成员名下的不动产，及其持股企业",
            "户主",
            "住宅",
            "未指定（所附数据最晚至 2025-12）",
        ),
        "en": ("Members", "Real property in the members", "head", "dwelling", "reach 2025-12)"),
    }[lang]
    assert all(w in text for w in words), [w for w in words if w not in text]
    # Tables come before the picture, which has the names as well.
    tables = text[: text.index("关系图" if lang == "zh" else "Picture")]
    for name in (
        "虚构宋广厦",
        "虚构安居娘",
        "样本沈齐思",
        "虚构市虚构区示例路11号2栋202室",
        "100.00%",
        "2016-04-08",
    ):
        assert name in tables, name
    assert "未注明" not in text and "not dated" not in text
    assert not re.search(r"\n(名称|Name)\n\n", text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_households_report_names_it_as_people_do_and_what_its_companies_hold(
    world: World, lang: str
) -> None:
    text = read(world, "local:BZDB0014", lang, known=About())
    title, held = {
        "zh": (
            r"核查材料包：BZDB0014（户主(样本\w+)）",
            "（{}持股 30.00%）",
        ),
        "en": (
            r"Evidence package: BZDB0014 \(head: (样本\w+)\)",
            "(30.00% held by {})",
        ),
    }[lang]
    head = re.search(title, text)
    assert head is not None
    tables = text[: text.index("关系图" if lang == "zh" else "Picture")]
    assert "local:" not in tables and "person:" not in tables
    assert held.format(head[1]) in tables, tables
    assert "?" not in tables


def test_what_is_held_alone_is_told_so_where_no_share_is_stated(world: World) -> None:
    subject = prove(world.store, ask(world.store, "local:BZDB0014", None, known=About()), None).subject
    titles = [e for e in subject.subgraph.edges if e.type == "HOLDS_PROPERTY"]
    for form, zh in (("sole", "单独所有"), ("by_share", "按份共有，份额未载明"), (None, "份额未载明")):
        facts = [
            replace(e, facts={k: v for k, v in e.facts.items() if k != "share"} | {"holding_form": form})
            for e in titles
        ]
        kept = tuple(e for e in subject.subgraph.edges if e.type != "HOLDS_PROPERTY")
        stated = replace(subject, subgraph=replace(subject.subgraph, edges=(*kept, *facts)))
        text = report_html(Report(stated, "zh").document(), "").decode()
        assert f"<td>{zh}</td>" in text, zh


def test_means_and_months_are_told_in_words_and_tables(world: World) -> None:
    text = read(world, world.found("undeclared-means", "local:BZDB0014"), "zh")
    facts = text[text.index("其他事实与参数") : text.index("方法与数据")]
    assert "2025-01 至 2025-12（12 个月）" in facts
    assert "满此年龄须有收入数据" in facts and "adult_age" not in facts
    for raw in ("paths", "计算式", "0.3,", "豁免"):
        assert raw not in facts, raw


def test_a_household_without_titles_is_not_said_to_hold_none(world: World) -> None:
    titled = {f.scope_id for f in world.findings if "property" in f.detector or "dwelling" in f.detector}
    bare = next(
        f.scope_id for f in world.findings if f.scope_kind == "household" and f.scope_id not in titled
    )
    subject = prove(world.store, ask(world.store, bare, None, known=About()), None).subject
    untitled = replace(
        subject,
        subgraph=replace(
            subject.subgraph, edges=tuple(e for e in subject.subgraph.edges if e.type != "HOLDS_PROPERTY")
        ),
    )
    text = report_html(Report(untitled, "zh").document(), "").decode()
    assert "是否持有不得而知" in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_source_row_that_is_cited_is_printed_however_few_there_is_room_for(
    world: World, monkeypatch: pytest.MonkeyPatch, lang: Any
) -> None:
    subject = prove(world.store, ask(world.store, world.found("common-controller"), None), None).subject
    whole = report_html(Report(subject, lang).document(), "").decode()
    monkeypatch.setattr("exports.evidence.report._MOST_ROWS", 3)
    page = report_html(Report(subject, lang).document(), "").decode()
    opening = {"zh": "证明所依据的原始行", "en": "The source rows the proof rests on"}[lang]
    above, _, sources = page.partition(opening)
    cited = {ref for cell in re.findall(r"<td>(S\d+(?: S\d+)*)</td>", above) for ref in cell.split()}
    every, printed = (re.findall(r"<td>(S\d+)</td>", t) for t in (whole.partition(opening)[2], sources))
    assert len(cited) > 3 and cited == set(printed)
    # In the order of the files, as before, and what was left out is counted.
    assert printed == sorted(printed, key=lambda ref: int(ref[1:]))
    (left,) = re.findall(r"另有 (\d+) 行见|(?<=>)(\d+) more are in", sources)
    assert len(printed) + int("".join(left)) == len(every)


def test_a_source_row_says_its_range_and_its_votes(world: World) -> None:
    subject = prove(world.store, ask(world.store, world.found("common-controller"), None), None).subject
    row = next(c for c in subject.citations.rows if c.type == "OWNS")

    def states(lang: Any, **says: Any) -> str:
        return Report(subject, lang)._states([replace(row, says=says)])

    assert "持股 50.00%–60.00%→" in states("zh", share_min=0.5, share_max=0.6)
    assert "50.00%–?→" in states("en", share_min=0.5)
    assert "持股 0.00%–30.00%→" in states("zh", share_max=0.3)
    assert "持股 80.00%→" in states("zh", share=0.8, votes=0.9)
    assert "持股 表决权 51.00%→" in states("zh", votes=0.51)
    assert "votes 51.00%–66.00%→" in states("en", votes_min=0.51, votes_max=0.66)
    assert "持股→" in states("zh")


def test_the_head_names_the_day_judged_and_the_day_of_the_data_each_as_what_it_is(world: World) -> None:
    dated = [
        f
        for f in world.findings
        if f.facts["data"]["as_of"] and f.facts.get("as_of") not in (None, f.facts["data"]["as_of"])
    ]
    assert dated
    found = dated[0]
    day, extract = found.facts["as_of"], found.facts["data"]["as_of"]
    zh, en = read(world, found, "zh"), read(world, found, "en")
    assert (
        f"判断基准日 {day} · 数据截至 {extract} · 数据指纹" in zh and f"数据截至{extract}" in found.text["zh"]
    )
    assert f"Judged as of {day} · data as of {extract} · data fingerprint" in en
    undated = next(f for f in world.findings if not f.facts["data"]["as_of"] and f.facts.get("as_of"))
    assert "数据截至" not in read(world, undated, "zh").partition("数据指纹")[0]
    assert "截至日期 2025-06-01 · 数据指纹" in read(world, COMPANY, "zh", as_of="2025-06-01", known=About())

"""The file that local rules are written in: read, and checked against the detectors.

docs/rules.md describes it.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from detectors.definition import Detector, Parameter
from detectors.rules.form import KEYS, TOP
from detectors.rules.lists import listed, wrong_list
from detectors.rules.values import LocalRule, LocalRules
from detectors.units import UNITS, spellings
from graph.written_toml import WrittenTomlError, read_toml

_KEYS: Final = tuple(key.name for key in KEYS)

_HALF: Final = 0.5
"""From this default on a whole is a value like others: nearly all the works, most of a stake."""
_Place = tuple[str, str]
"""Which rule it is, in Chinese and English, to stand before what is said of it."""


class RulesError(ValueError):
    """A rules file that can't be used; `problems` are pairs (Chinese, English), each naming its place."""

    def __init__(self, problems: Sequence[tuple[str, str]]):
        self.problems = tuple(dict.fromkeys(problems))
        self.zh = "规则文件有误：\n" + "\n".join(f"  {zh}" for zh, _ in self.problems)
        self.en = "The rules file can't be used:\n" + "\n".join(f"  {en}" for _, en in self.problems)
        super().__init__(self.en)


def read_rules(text: str, detectors: Sequence[Detector]) -> LocalRules:
    """Read and check a rules file. Raises `RulesError` with every problem found, not just the first."""
    try:
        document = read_toml(text)
    except WrittenTomlError as error:
        raise RulesError([(error.zh, error.en)]) from error
    return check_rules(document, detectors)


def check_rules(document: Mapping[str, Any], detectors: Sequence[Detector]) -> LocalRules:
    """The rules of a file as read. Raises `RulesError` with every problem found, not just the first."""
    problems = [_unknown_key(("", ""), key, TOP) for key in document if key not in TOP]
    tables = document.get("rule", [])
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise RulesError([*problems, ("rule 应写作 [[rule]]", "write each rule as [[rule]]")])
    if not tables and not problems:
        problems.append(("没有任何 [[rule]]", "there is no [[rule]]"))
    by_id = {d.id: d for d in detectors}
    rules: list[LocalRule] = []
    for number, table in enumerate(tables, start=1):
        rule = _rule((f"第 {number} 条 [[rule]]：", f"rule {number}: "), table, by_id, problems)
        if rule is not None:
            rules.append(rule)
    problems.extend(_overlaps(rules))
    if problems:
        raise RulesError(problems)
    return LocalRules(str(document.get("title", "")), tuple(rules))


def _unknown_key(place: _Place, key: str, known: Sequence[str]) -> tuple[str, str]:
    near = difflib.get_close_matches(key, known, 1)
    return (
        f"{place[0]}没有名为 {key} 的项"
        + (f"，是否指 {near[0]}？" if near else f"；可用：{'、'.join(known)}"),
        f"{place[1]}unknown key {key}"
        + (f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"),
    )


def _rule(
    place: _Place, table: Mapping[str, Any], by_id: Mapping[str, Detector], problems: list[tuple[str, str]]
) -> LocalRule | None:
    before = len(problems)
    problems.extend(_unknown_key(place, key, _KEYS) for key in table if key not in _KEYS)
    ids = _detectors(place, table, problems)
    name = table.get("parameter")
    unit, set_in = table.get("unit", ""), ""
    for id_ in (i for i in ids if isinstance(i, str)):
        if id_ not in by_id:
            problems.append(_unknown_detector(place, id_, by_id))
            continue
        parameter = next((p for p in by_id[id_].parameters if p.name == name), None)
        if parameter is None:
            problems.append(_unknown_parameter(place, by_id[id_], name))
            continue
        if table.get("region") and not by_id[id_].by_place:
            problems.append(
                (
                    f"{place[0]}{id_} 不按地区判断（标段没有地区），region 须留空；各地标准不同的，请分别用各地的规则文件运行",
                    f"{place[1]}{id_} does not judge by place (lots have none): leave region empty, and where places differ "
                    "run with a rules file of each",
                )
            )
        if "value" not in table:
            problems.append((f"{place[0]}缺少 value", f"{place[1]}value is missing"))
        else:
            problems.extend(_wrong_value(place, parameter, _plain(table["value"]), unit))
            set_in = parameter.unit
    if not str(table.get("citation", "")).strip():
        problems.append(
            (
                f"{place[0]}缺少 citation（写明文件名称与条款）",
                f"{place[1]}citation is missing (name the document and article)",
            )
        )
    since = _date(place, table, "in_force_from", problems)
    until = _date(place, table, "in_force_to", problems)
    if since and until and since >= until:
        problems.append(
            (
                f"{place[0]}in_force_from 应早于 in_force_to",
                f"{place[1]}in_force_from must be before in_force_to",
            )
        )
    for key in ("region", "unit", "citation", "link"):
        if not isinstance(table.get(key, ""), str):
            problems.append((f"{place[0]}{key} 应为文字", f"{place[1]}{key} must be text"))
    if len(problems) > before:
        return None
    texts = {k: str(table.get(k, "")).strip() for k in ("region", "citation", "link")}
    value = _plain(table["value"])
    if isinstance(value, str):
        parameter = next(p for p in by_id[ids[0]].parameters if p.name == name)
        value = listed(parameter, value)
    # The unit as the definition writes it, in whichever language the file does.
    return LocalRule(ids, str(name), value, set_in, in_force_from=since, in_force_to=until, **texts)


def _detectors(place: _Place, table: Mapping[str, Any], problems: list[tuple[str, str]]) -> tuple[Any, ...]:
    stated = table.get("detectors", table.get("detector"))
    ids = tuple(stated) if isinstance(stated, list) else (stated,) if isinstance(stated, str) else ()
    if not ids or not all(isinstance(i, str) for i in ids):
        problems.append(
            (f"{place[0]}缺少 detector（检测项编号）", f"{place[1]}detector is missing (ids of detectors)")
        )
        return ids
    if "detector" in table and "detectors" in table:
        problems.append(
            (
                f"{place[0]}detector 与 detectors 只能写一个，请都写入 detectors",
                f"{place[1]}write either detector or detectors: all of them in detectors",
            )
        )
    for id_ in (i for i, n in Counter(ids).items() if n > 1):
        problems.append((f"{place[0]}detectors 重复列出 {id_}", f"{place[1]}detectors lists {id_} twice"))
    return ids


def _unknown_parameter(place: _Place, detector: Detector, name: Any) -> tuple[str, str]:
    known = [p.name for p in detector.parameters]
    if not known:
        return (
            f"{place[0]}{detector.id} 没有可设定的参数",
            f"{place[1]}{detector.id} has no parameters to set",
        )
    if name is None:
        fault = ("缺少 parameter（参数名称）", "parameter is missing (its name)")
    elif not isinstance(name, str):
        fault = ("parameter 应为文字（参数名称）", "parameter must be text (its name)")
    else:
        fault = (f"{detector.id} 没有参数 {name}", f"{detector.id} has no parameter {name}")
    return (
        f"{place[0]}{fault[0]}；{detector.id} 可用：{'、'.join(known)}",
        f"{place[1]}{fault[1]}; of {detector.id} there are: {', '.join(known)}",
    )


def _plain(value: Any) -> Any:
    """A date, which TOML can write without quotes, as text."""
    return value.isoformat() if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else value


def _unknown_detector(place: _Place, id_: str, by_id: Mapping[str, Detector]) -> tuple[str, str]:
    near = difflib.get_close_matches(id_, list(by_id), 1)
    hint = (f"，是否指 {near[0]}？", f"; did you mean {near[0]}?") if near else ("", "")
    return f"{place[0]}没有检测项 {id_}{hint[0]}", f"{place[1]}there is no detector {id_}{hint[1]}"


def _wrong_value(place: _Place, parameter: Parameter, value: Any, unit: Any) -> Iterator[tuple[str, str]]:
    name = parameter.name
    if unit not in spellings(parameter.unit):
        word = UNITS.get(parameter.unit, ("", ""))[0].strip("（）")
        yield (
            f"{place[0]}{name} 的单位应写作“{parameter.unit}”{f'或“{word}”' if word else ''}，现为“{unit}”",
            f"{place[1]}the unit of {name} is {parameter.unit!r}, not {unit!r}"
            + (f" (in Chinese: {word})" if word else ""),
        )
    kind = type(parameter.default)
    fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
    if kind is float:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits:
        example = json.dumps(parameter.default, ensure_ascii=False)
        yield (
            f"{place[0]}{name} 的值 {value!r} 类型不符，应写作 {example} 这样的值",
            f"{place[1]}the value {value!r} of {name} has the wrong type: write it like {example}",
        )
    elif isinstance(value, str):
        yield from _wrong_text(place, parameter, value)
    elif parameter.unit == "fraction" and not 0 <= float(value) <= 1:
        percent = 1 < float(value) <= 100
        hint = (
            f"；像是百分数，请写 {float(value) / 100:g}",
            f"; it looks like a percent: write {float(value) / 100:g}",
        )
        yield (
            f"{place[0]}{name} 是 0 到 1 之间的小数，不能是 {value}{hint[0] if percent else ''}",
            f"{place[1]}{name} is a fraction from 0 to 1, not {value}{hint[1] if percent else ''}",
        )
    elif _a_whole_or_one_per_cent(parameter, value):
        # A file that means 1% would turn the detector off, or on for everybody.
        yield (
            f"{place[0]}{name} 是小数，1 表示 100%：如指 1%，请写 0.01；确为 100%，请写 1.0",
            f"{place[1]}{name} is a fraction, of which 1 is 100%: write 0.01 for 1%, and 1.0 if 100% is meant",
        )
    elif not (value < float("inf") and parameter.allows(value)):
        yield _outside(place, parameter, value)


def _a_whole_or_one_per_cent(parameter: Parameter, value: float) -> bool:
    small = isinstance(parameter.default, float) and parameter.default < _HALF
    return parameter.unit == "fraction" and small and type(value) is int and value == 1


def _outside(place: _Place, parameter: Parameter, value: Any) -> tuple[str, str]:
    """A number that would point out everybody or nobody, or means nothing; with what may be written."""
    least, _, greatest = parameter.allowed.removeprefix("≥ ").partition(" – ")
    may = (f"{least} 到 {greatest} 之间的数", f"from {least} to {greatest}")
    if not greatest:
        may = (f"不小于 {least} 的数", f"{least} or more")
    name = parameter.name
    return (
        f"{place[0]}{name} 不能是 {value}，请写{may[0]}（{parameter.doc_zh}）",
        f"{place[1]}{name} can't be {value}: write {may[1]} ({parameter.doc_en})",
    )


def _wrong_text(place: _Place, parameter: Parameter, value: str) -> Iterator[tuple[str, str]]:
    """A text that is no date where one is meant, or is not written as the parameter says."""
    if parameter.unit == "date":
        found: list[tuple[str, str]] = []
        _date(place, {parameter.name: value}, parameter.name, found)
        yield from found
    elif parameter.form and not re.fullmatch(parameter.form, value):
        yield (
            f"{place[0]}{parameter.name} 的值“{value}”写法有误：{parameter.doc_zh}",
            f"{place[1]}{parameter.name} {value!r} is not written as it must be: {parameter.doc_en}",
        )
    else:
        yield from wrong_list(place, parameter, value)


def _date(place: _Place, table: Mapping[str, Any], key: str, problems: list[tuple[str, str]]) -> str:
    value = table.get(key, "")
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    if value == "":
        return ""
    try:
        return dt.date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        problems.append(
            (
                f"{place[0]}{key} 的日期 {value!r} 应为 2024-01-31 的形式",
                f"{place[1]}{key} {value!r} is no date like 2024-01-31",
            )
        )
        return ""


def _overlaps(rules: Sequence[LocalRule]) -> Iterator[tuple[str, str]]:
    """Two rules that set one value for one place on one day contradict each other."""
    spans: dict[tuple[str, str, str], list[LocalRule]] = {}
    for rule in rules:
        for id_ in rule.detectors:
            spans.setdefault((id_, rule.parameter, rule.region), []).append(rule)
    for (id_, parameter, region), found in spans.items():
        found.sort(key=lambda r: r.in_force_from)
        for one, two in pairwise(found):
            if not one.in_force_to or two.in_force_from < one.in_force_to:
                where = region or "*"
                yield (
                    f"{id_}.{parameter}（{where}）有两条规则的施行时间重叠：{one.citation}；{two.citation}",
                    f"{id_}.{parameter} ({where}): two rules are in force at once: {one.citation}; {two.citation}",
                )

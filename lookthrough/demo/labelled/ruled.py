"""Labelled scenes of what a local rule sets aside, in two districts that have rules; elsewhere the same is found."""

from __future__ import annotations

from typing import Final

from lookthrough.demo.labelled.households import HOMES, HUKOU, MEANS, THROUGH
from lookthrough.demo.labelled.tables import Labelled, Party
from lookthrough.demo.planting import ELSEWHERE, STREET

_SOUTH, _NORTH = "虚构市标注南区", "虚构市标注北区"
_RENT: Final = "虚构标注公租房租赁补贴"
RULES: Final = f'''# 标注场景所用的地方规则（全部虚构）· Local rules of the labelled scenes, all invented
title = "标注场景地方规则"

[[rule]]
detector = "{HUKOU}"
parameter = "resident_programs"
value = "公租房租赁补贴"
region = "{_SOUTH}"
citation = "《虚构市标注南区住房保障办法》第二条"

[[rule]]
detectors = ["{HOMES}", "{THROUGH}"]
parameter = "co_owned_minor_share"
value = 0.3
unit = "比例"
region = "{_SOUTH}"
citation = "《虚构市标注南区社会救助家庭财产认定办法》第五条"

[[rule]]
detectors = ["{HOMES}", "{THROUGH}"]
parameter = "area_per_head_limit"
value = 30
unit = "平方米"
region = "{_NORTH}"
citation = "《虚构市标注北区社会救助家庭财产认定办法》第五条"
'''
"""The rules file that these scenes are judged by; no other scene lies in its districts."""


def plant_ruled(w: Labelled) -> None:
    """Plant them."""
    _open_to_residents(w)
    _held_in_common(w)
    _small(w)
    _through_companies(w)


def _family(w: Labelled, region: str, count: int = 1) -> list[Party]:
    """Persons who are registered where they are paid."""
    return [w.person(hukou_region=region) for _ in range(count)]


def _paid(w: Labelled, region: str, family: list[Party]) -> str:
    return w.household(*family, relations=("户主", "配偶", "子", "女"), region=f"{region}示例街道")


def _open_to_residents(w: Labelled) -> None:
    for region, program, rule, why in (
        (f"{_SOUTH}示例街道", _RENT, "resident-programme", "当地的租赁补贴面向常住人口"),
        (f"{_SOUTH}示例街道", "最低生活保障", "", "当地的低保不面向常住人口"),
        (STREET, _RENT, "", "该区没有面向常住人口的规定"),
    ):
        scope = w.household(w.person(hukou_region=ELSEWHERE), program=program, region=region)
        if rule:
            w.suppressed(HUKOU, scope, (scope,), rule, f"户籍在外地，{why}")
        else:
            w.finding(HUKOU, scope, (scope,), f"户籍在外地，{why}")


def _held_in_common(w: Labelled) -> None:
    for region, share, rule, why in (
        (_SOUTH, 29, "co-owned-minor-share", "第二套共有29%，不足当地所定30%"),
        (_SOUTH, 30, "", "第二套共有30%"),
        (_NORTH, 29, "", "第二套共有29%，该区没有这样的规定，人均建筑面积60平方米"),
    ):
        (head,) = _family(w, region)
        w.home((head, 100))
        w.home((head, share))
        scope = _paid(w, region, [head])
        if rule:
            w.suppressed(HOMES, scope, (scope,), rule, why)
        else:
            w.finding(HOMES, scope, (scope,), why)


def _small(w: Labelled) -> None:
    """Two dwellings of 60 square metres."""
    for region, count, rule in ((_NORTH, 4, "small-area"), (_NORTH, 3, ""), (_SOUTH, 4, "")):
        family = _family(w, region, count)
        for _ in range(2):
            w.home((family[0], 100))
        scope = _paid(w, region, family)
        why = f"两套共120平方米，{count}人；{'人均不超过30平方米的不提示' if region == _NORTH else '该区不看面积'}"
        if rule:
            w.suppressed(HOMES, scope, (scope,), rule, why)
        else:
            w.finding(HOMES, scope, (scope,), why)


def _through_companies(w: Labelled) -> None:
    for region, share, count, rule, why in (
        (_SOUTH, 29, 1, "co-owned-minor-share", "自有的一套共有29%，不足当地所定30%"),
        (_SOUTH, 30, 1, "", "自有的一套共有30%"),
        (_NORTH, 100, 4, "small-area", "连同企业的一套共120平方米，4人"),
        (_NORTH, 100, 3, "", "连同企业的一套共120平方米，3人"),
    ):
        family = _family(w, region, count)
        w.home((family[0], share))
        w.home((w.chain(family[0], [60]), 100))
        scope = _paid(w, region, family)
        if rule:
            w.suppressed(THROUGH, scope, (scope,), rule, f"{why}；企业另有一套")
        else:
            w.finding(THROUGH, scope, (scope,), f"{why}；企业另有一套")
        w.none(HOMES, scope, "自有住房不足两套")
        w.finding(MEANS, scope, (scope,), "领取人持有企业股权")

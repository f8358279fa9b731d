"""What a load counted, in words: the loaders count by short names, people read these."""

from __future__ import annotations

from typing import Final

SUMMARY_WORDS: Final[dict[str, tuple[str, str]]] = {
    "skipped-title": ("跳过的标题行", "title rows left out"),
    "skipped-total": ("跳过的合计行", "rows of totals left out"),
    "skipped-blank": ("跳过的空行", "blank rows left out"),
    "skipped-note": ("跳过的说明行", "rows of notes left out"),
    "skipped-repeated_header": ("跳过的重复表头", "repeated headings left out"),
    "masked-numbers": ("脱敏证件号（不用于识别）", "masked numbers (they identify nobody)"),
    "companies-by-name": (
        "仅有名称的企业（相同名称计一次）",
        "companies known by name only (each name once)",
    ),
    "people-by-name": ("仅有姓名的人员", "people known by name only"),
    "excel-serial-dates": ("由序列值还原的日期", "dates read from serial numbers"),
    "starts-in-a-month": (
        "只到月份的起始日期（按该月第一天计，具体日期存疑）",
        "beginnings that name a month alone (taken for its first day; the day is in doubt)",
    ),
    "ends-in-a-month": (
        "只到月份的截止日期（按该月最后一天计，具体日期存疑）",
        "ends that name a month alone (taken for its last day; the day is in doubt)",
    ),
    "derived-shares": ("由出资额推算的比例", "shares worked out from amounts"),
    "consortia-split": ("拆分的联合体", "consortia told apart"),
    "consortia": ("联合体投标", "bids of consortia"),
    "lots-without-bidder-rows": ("没有投标人的标段", "lots without a bidder"),
    "posts-that-are-no-office": ("非任职岗位（未记为董监高）", "posts that are no office"),
    "identities-left-open": ("尚未填写的主体对应", "names not filled in yet"),
    "ocds_releases": ("OCDS 发布", "OCDS releases"),
    "ocds_processes": ("OCDS 采购过程", "OCDS processes"),
    "bods_entity_statements": ("BODS 实体声明", "BODS entity statements"),
    "bods_person_statements": ("BODS 自然人声明", "BODS person statements"),
    "bods_relationship_statements": ("BODS 权益声明", "BODS relationship statements"),
    "bods_closed_without_history": ("已关闭且无历史的权益", "closed relationships without history"),
    "bods_no_beneficial_owner": ("声明无受益所有人", "statements that there is no beneficial owner"),
    "dates_by_year_only": ("只有年份的日期", "dates that give the year only"),
    "tree_people": ("股东树中的自然人", "people in shareholder trees"),
}
"""Name counted by → (Chinese, English)."""


def summary_words(what: str) -> tuple[str, str]:
    """Both wordings of what was counted; the name itself where there is none."""
    return SUMMARY_WORDS.get(what, (what, what))

"""What a recipient's means are called in a sentence, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from detectors.ties.roles import role_en, role_zh

_KINDS: Final = {
    "vehicle": ("车辆", "vehicle"),
    "stake": ("企业股权", "stake in a company"),
    "post": ("企业任职", "post in a company"),
    "income": ("收入", "income"),
}
_INCOMES: Final = {
    "public_payroll": ("财政供养", "public payroll"),
    "wage": ("工资", "wage"),
    "pension": ("养老金", "pension"),
}
"""Kinds of income that are pointed out whatever their amount."""


def means_said(means: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """Each of the means by its kind, with what it is called and what is known of it; codes in words."""
    said = [_said(x) for x in means]
    return "、".join(zh for zh, _ in said), "; ".join(en for _, en in said)


def _said(mean: Mapping[str, Any]) -> tuple[str, str]:
    kind, note = mean["kind"], mean["note"]
    if kind == "payroll":
        return _INCOMES.get(note, (note, note))
    zh, en = _KINDS[kind]
    if kind == "income":
        return f"{zh}（人均每月{note}元）", f"{en} ({note} yuan a head and month)"
    name = mean["name"] or mean["id"].removeprefix("local:")
    note_zh, note_en = (role_zh(note), role_en(note)) if kind == "post" else (note, note)
    died = mean.get("died_on")
    told_zh, told_en = (f"，名下人{died}去世", f", its holder died {died}") if died else ("", "")
    return f"{zh}（{name}，{note_zh or '—'}{told_zh}）", f"{en} ({name}, {note_en or '—'}{told_en})"

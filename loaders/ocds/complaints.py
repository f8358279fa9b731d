"""What can be wrong with a release, and how it is said."""

from __future__ import annotations

from typing import Final

from loaders.context import InputFile, ReadContext
from loaders.identity import masked_in
from loaders.problems import Kind

COMPLAINTS: Final[dict[str, tuple[Kind, str, str]]] = {
    "ocds-not-a-release": (
        "reject",
        "不是 OCDS 发布（release）或记录（record）。请检查该条内容。",
        "This is no OCDS release or record. Check the item.",
    ),
    "ocds-bad-json-line": (
        "reject",
        "该行不是有效的 JSON。请修正后重新加载。",
        "The line is no valid JSON. Correct it and load again.",
    ),
    "ocds-linked-releases": (
        "reject",
        "记录只以网址链接各次发布，且没有 compiledRelease。请加载发布文件本身，或含 compiledRelease 的记录。",
        "The record only links its releases by URL and has no compiledRelease. Load the releases themselves, or a "
        "record with a compiledRelease.",
    ),
    "ocds-no-ocid": (
        "note",
        "缺少 ocid；按文件内位置编号，只在本文件内有效。",
        "The ocid is missing; the process is named after its file and position and meets no other file.",
    ),
    "ocds-date": (
        "flag",
        "不是有效日期或时间；该值未采用，其余内容已加载。请更正。",
        "This is no valid date or time; it was left out and the rest loaded. Correct it.",
    ),
    "ocds-currency": (
        "flag",
        "金额缺少币种；不作猜测，金额留空。请补充 currency。",
        "The amount has no currency; none is guessed and the amount stays empty. Supply currency.",
    ),
    "ocds-amount": (
        "flag",
        "金额不是数字；留空。请更正。",
        "The amount is no number; it stays empty. Correct it.",
    ),
    "ocds-amount-rounded": (
        "flag",
        "金额的小数位超过该币种的最小单位；已取最接近的值。请核对。",
        "The amount is finer than the currency's smallest unit; the nearest is used. Check it.",
    ),
    "ocds-spreadsheet-id": (
        "flag",
        "标识号带有电子表格留下的“.0”；已按当事方编号去除。请在来源处更正。",
        "The identifier has a spreadsheet's “.0”; removed, as the party's id shows. Correct it at the source.",
    ),
    "ocds-identifier": (
        "flag",
        "标识号被遮盖、校验位错误或是自然人证件号码；不用于合并。请核对。",
        "The identifier is masked, fails its check digit or is a person's number; it is never used to join. "
        "Check it.",
    ),
    "ocds-id-from-party-id": (
        "note",
        "当事方没有 identifier；其编号形如“登记机构-号码”，据此标识。",
        "The party has no identifier; its id has the form register-number and identifies it.",
    ),
    "ocds-party-unnamed": (
        "flag",
        "当事方既无标识号也无名称，只有编号；只在本项目内有效。",
        "The party has neither identifier nor name, only an id; it is known within this process alone.",
    ),
    "ocds-bid-without-tenderers": (
        "flag",
        "投标未写明投标人；投标已计入，但无法判断其股权。",
        "The bid names no tenderer; it is counted, but its owners can't be looked at.",
    ),
    "ocds-duplicate-bid-id": (
        "flag",
        "同一发布中投标编号重复；两条都已加载。请核对。",
        "A bid id stands twice in one release; both bids are loaded. Check them.",
    ),
    "ocds-lot-not-said": (
        "note",
        "项目分标段，但此处未写明标段；按整个项目计。",
        "The tender has lots and this names none; it counts for the tender as a whole.",
    ),
    "ocds-status": (
        "flag",
        "状态不在 OCDS 代码表中；未采用。请更正。",
        "The status is not in the OCDS code list; it was left out. Correct it.",
    ),
    "ocds-shareholding": (
        "reject",
        "shareholding 应为 0 到 1 之间的小数（如 0.51）；百分数请除以 100。请更正后重新加载。",
        "shareholding should be a fraction from 0 to 1 (0.51); divide per cents by 100. Correct it.",
    ),
    "ocds-shareholder": (
        "reject",
        "股东缺少 shareholder（编号或名称）。请补充后重新加载。",
        "The shareholder entry has no shareholder (id or name). Supply it and load again.",
    ),
}


def complain(
    context: ReadContext, code: str, file: InputFile, row: str, *, column: str = "", value: object = ""
) -> None:
    """Report one of `COMPLAINTS` about a release."""
    kind, zh, en = COMPLAINTS[code]
    shown = "" if value is None else str(value)
    context.problem(kind, code, file, row, zh=zh, en=en, column=column, value=masked_in(shown)[:200])

"""What can be wrong with a statement, and how it is said."""

from __future__ import annotations

from typing import Final

from loaders.context import InputFile, ReadContext
from loaders.identity import masked_in
from loaders.problems import Kind

COMPLAINTS: Final[dict[str, tuple[Kind, str, str]]] = {
    "bods-not-a-statement": (
        "reject",
        "不是 BODS 声明对象（缺少 recordType 或 statementType，或类型未知）。请检查该条内容。",
        "This is no BODS statement (no recordType or statementType, or an unknown one). Check the item.",
    ),
    "bods-bad-json-line": (
        "reject",
        "该行不是有效的 JSON。请修正后重新加载。",
        "The line is no valid JSON. Correct it and load again.",
    ),
    "bods-missing-statement-id": (
        "flag",
        "缺少 statementId；已按位置编号加载。请补充。",
        "statementId is missing; loaded under its position. Supply one.",
    ),
    "bods-missing-record-id": (
        "flag",
        "缺少 recordId；以 statementId 代替，其他声明可能无法引用它。请补充。",
        "recordId is missing; the statementId stands in, and other statements may not find it. Supply one.",
    ),
    "bods-no-id": (
        "reject",
        "既无 statementId 也无 recordId，无法引用。请补充后重新加载。",
        "There is neither statementId nor recordId. Supply them and load again.",
    ),
    "bods-duplicate-statement-id": (
        "flag",
        "statementId 在文件中重复且内容不同；两条都已加载。请核对。",
        "The statementId stands twice in the file with different content; both are loaded. Check them.",
    ),
    "bods-repeated-statement": (
        "note",
        "同一声明重复出现，只计一次。",
        "The same statement is repeated; it counts once.",
    ),
    "bods-two-new": (
        "flag",
        "同一 recordId 有两条状态为 new 的声明；较晚的一条按更新处理。请核对。",
        "The record has two statements with status new; the later one is taken as an update. Check them.",
    ),
    "bods-record-status": (
        "flag",
        "recordStatus 应为 new、updated 或 closed；已按更新处理。",
        "recordStatus should be new, updated or closed; taken as an update.",
    ),
    "bods-statement-date": (
        "flag",
        "statementDate 应为日期（YYYY-MM-DD 或日期时间）；该声明按无日期处理。请更正。",
        "statementDate should be a date (YYYY-MM-DD or date-time); the statement counts as undated. Correct it.",
    ),
    "bods-date": (
        "flag",
        "不是有效日期；该日期未采用，其余内容已加载。请更正。",
        "This is no valid date; it was left out and the rest loaded. Correct it.",
    ),
    "bods-interest-date": (
        "reject",
        "权益的起止日期不是有效日期，无法判断何时有效。请更正后重新加载。",
        "A start or end of the interest is no valid date, so that it can't be told when it holds. Correct it.",
    ),
    "bods-end-before-start": (
        "reject",
        "权益的结束日期早于开始日期。请更正后重新加载。",
        "The interest ends before it starts. Correct it and load again.",
    ),
    "bods-person-name": (
        "flag",
        "姓名缺少 fullName；已用其他姓名部分代替，或留空。请补充。",
        "The name has no fullName; other parts of it stand in, or it is empty. Supply it.",
    ),
    "bods-unknown-code": (
        "flag",
        "代码不在 BODS 代码表中；按未知处理，原文保留。请更正。",
        "The code is not in the BODS code list; taken as unknown, the original is kept. Correct it.",
    ),
    "bods-subject-missing": (
        "reject",
        "关系声明缺少 subject（被持有的主体）。请补充后重新加载。",
        "The relationship has no subject (the entity that is held). Supply it and load again.",
    ),
    "bods-interested-party-missing": (
        "flag",
        "关系声明缺少 interestedParty；以未知主体代替。请补充。",
        "The relationship has no interestedParty; an unknown party stands in. Supply it.",
    ),
    "bods-subject-is-person": (
        "reject",
        "subject 指向自然人；只能持有或控制实体。请更正后重新加载。",
        "The subject is a person; only an entity can be held or controlled. Correct it and load again.",
    ),
    "bods-dangling": (
        "note",
        "引用的声明不在所加载的文件中；以占位主体代替。请一并加载包含它的文件。",
        "The statement referred to is in none of the files loaded; a placeholder stands in. Load its file, too.",
    ),
    "bods-ambiguous": (
        "flag",
        "引用的声明不在本文件中，而在其他多个文件中都有；以占位主体代替。请放在同一文件中。",
        "The statement referred to is not in this file and in several others; a placeholder stands in. Put "
        "them into one file.",
    ),
    "bods-reference-by-statement-id": (
        "flag",
        "此处应引用 recordId，实为 statementId；已按其所属记录处理。请更正。",
        "A recordId belongs here and this is a statementId; its record was taken. Correct it.",
    ),
    "bods-component-not-listed": (
        "flag",
        "标为组成部分（isComponent），但没有关系声明在 componentRecords 中列出它。请核对。",
        "It is marked as a component, but no relationship lists it in componentRecords. Check it.",
    ),
    "bods-order": (
        "note",
        "关系声明出现在其主体声明之前；不影响加载。",
        "The relationship comes before a statement it refers to; it is loaded all the same.",
    ),
    "bods-share-not-a-number": (
        "reject",
        "share 应为 0 到 100 之间的数字（百分数）。请更正后重新加载。",
        "A share should be a number from 0 to 100 (per cent). Correct it and load again.",
    ),
    "bods-share-bounds": (
        "reject",
        "share 的下限大于上限，或确切值在上下限之外。请更正后重新加载。",
        "The share's minimum is above its maximum, or the exact value lies outside them. Correct it.",
    ),
    "bods-share-exact-and-range": (
        "flag",
        "share 同时给出确切值和范围（或同一端两种界限）；采用较确切者。请核对。",
        "The share has both an exact value and a range (or two bounds at one end); the narrower is used. Check it.",
    ),
    "bods-interest-repeated": (
        "flag",
        "同一关系中完全相同的权益出现多次，只计一次。请核对。",
        "The same interest stands more than once in one relationship; it counts once. Check it.",
    ),
    "bods-component-without-type": (
        "note",
        "间接持股的组成环节未写明权益类型；按比例未知的持股处理。",
        "A link of an indirect holding says no interest type; taken as a holding of unknown share.",
    ),
    "bods-person-number": (
        "flag",
        "实体的标识号是自然人的证件号码；未作为标识采用。请更正。",
        "An entity's identifier is a person's number; it was not used. Correct it.",
    ),
    "bods-identifier": (
        "flag",
        "标识号被遮盖或校验位错误；保留标记，不用于合并。请核对。",
        "The identifier is masked or fails its check digit; it is flagged and never used to join. Check it.",
    ),
}


def complain(
    context: ReadContext, code: str, file: InputFile, row: str, *, column: str = "", value: object = ""
) -> None:
    """Report one of `COMPLAINTS` about a statement."""
    kind, zh, en = COMPLAINTS[code]
    text = "" if value is None else str(value)
    context.problem(kind, code, file, row, zh=zh, en=en, column=column, value=masked_in(text)[:200])

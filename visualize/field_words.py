"""Words of fields that only details beside a picture show, and of codes that mean one thing in one field alone."""

from __future__ import annotations

from typing import Final

from visualize.wording import FACTS, Lang, Pair, coded, pick

FIELDS: Final[dict[str, Pair]] = {
    "scheme": ("标识类型", "Scheme"),
    "number": ("编号", "Number"),
    "contract_signed_on": ("合同签订日期", "Contract signed"),
    "deposit": ("保证金", "Deposit"),
    "deposit_amount": ("保证金", "Deposit"),
    "price_kind": ("报价方式", "Price is"),
    "rate": ("费率", "Rate"),
    "account": ("收款账户（脱敏）", "Account (masked)"),
    "payee": ("收款人", "Payee"),
    "stage": ("阶段", "Stage"),
    "due_on": ("期限", "Due"),
    "begun_on": ("开始日期", "Begun"),
    "ended_on": ("结束日期", "Ended"),
    "derived_from": ("比例推算自", "Share worked out from"),
    "declared_indirect": ("申报的间接持股", "Indirect, as declared"),
    "components": ("组成部分", "Parts"),
    "subscribed_amount": ("认缴出资额", "Subscribed"),
    "paid_amount": ("实缴出资额", "Paid in"),
    "holder_role": ("股东身份", "Holder is"),
    "decided_by": ("确认人", "Decided by"),
    "company_id": ("涉及企业", "Company"),
    "document_no": ("文号", "Document"),
    "lot": ("标段", "Lot"),
    "signed_on": ("签订日期", "Signed"),
    "holds_from": ("起始", "From"),
    "holds_to": ("截止", "To"),
    "rule": ("控制标准", "Rule of control"),
    "via": ("经由", "Via"),
    "bid": ("投标编号", "Bid"),
    "bidders": ("共同投标人数", "Bidders of the bid"),
}
"""Fields of the model, and of what a picture puts together, that `FACTS` does not name."""

_REGIMES: Final[dict[str, Pair]] = {
    "construction": ("招标投标法", "Bidding law"),
    "government_procurement": ("政府采购法", "Government procurement law"),
}
_IDENTITIES: Final[dict[str, Pair]] = {
    "id": ("证件号或统一社会信用代码一致", "Equal official identifier"),
    "identifier": ("标识一致", "Equal identifier"),
    "vendor_id": ("同一数据商编号", "Equal vendor id"),
    "unique_name": (
        "按名称唯一匹配（企业全称，或同一企业内的姓名）",
        "Unique name (a company's full one, or a person's within one company)",
    ),
    "name_only": ("仅凭名称，未核实", "Same name only, not verified"),
    "scope": ("同一数据集、同一企业内同名", "Same name within one data set and company"),
    "decision": ("人工确认", "A person's decision"),
    "former_name": ("曾用名", "Former name"),
    "other_name": ("其他名称", "Other name"),
}
VALUES: Final[dict[str, dict[str, Pair]]] = {
    "regime": _REGIMES,
    "method": {"open": ("公开招标", "Open tender")},
    "bid_on_from": {
        "bid_deadline": ("投标截止时间", "Bid deadline"),
        "opened_on": ("开标时间", "Opening"),
        "submitted_at": ("递交时间", "Submission"),
        "published_on": ("公告日期", "Publication"),
    },
    "status": {
        "won": ("中标", "Won"),
        "lost": ("未中标", "Lost"),
        "registered": ("仅报名", "Registered only"),
        "current": ("现势", "Current"),
        "ended": ("已终止", "Ended"),
    },
    "list_kind": {"all_bidders": ("全部投标人", "All bidders")},
    "id_kind": {
        "resident_id": ("居民身份证", "Resident identity card"),
        "hk_macau_permit": ("港澳居民来往内地通行证", "Mainland permit, Hong Kong and Macau"),
        "taiwan_permit": ("台湾居民来往大陆通行证", "Mainland permit, Taiwan"),
        "passport": ("护照", "Passport"),
        "military_id": ("军人证件", "Military identity card"),
        "permanent_residence": ("外国人永久居留证", "Permanent residence card"),
    },
    "flag": {
        "masked": ("证件号被遮盖", "Number masked in the source"),
        "uscc-check-digit": ("统一社会信用代码校验位不符", "Credit code with a wrong check character"),
        "person-number": ("企业栏中为个人证件号", "A person's number in a company's place"),
        "resident-id-form": ("身份证号格式不符", "Not the form of a resident id"),
        "resident-id-birth-date": ("身份证号中的出生日期无效", "No birth date in the resident id"),
        "resident-id-check-digit": ("身份证号校验位不符", "Resident id with a wrong check character"),
    },
    "purpose": {
        "upload": ("上传或制作设备", "Device of the upload"),
        "author": ("文件编制", "Making of the files"),
        "deposit": ("缴纳保证金", "Payment of the deposit"),
        "contact": ("投标联系", "Contact of the bid"),
    },
    "kind": {
        "sentence": ("服刑", "Prison sentence"),
        "detention": ("羁押", "Detention"),
        "compulsory_treatment": ("强制隔离戒毒", "Compulsory treatment"),
        "at_liberty": ("取保候审、社区矫正或监外执行等", "At liberty: bail, probation or outside prison"),
        "ban": ("禁止投标", "Bars from bidding"),
        "unclear": ("未写明是否禁止投标", "Not said whether it bars from bidding"),
        "unknown": ("未知", "Unknown"),
    },
    "role": {"member": ("项目成员", "Member of the team"), "branch": ("分支机构", "Branch")},
    "interest": {"unknown": ("方式不详", "Not said how")},
    "derived_from": {"subscribed_amount": ("认缴出资额", "Subscribed amount")},
    "rule": {"strict": ("过半数", "More than half"), "inclusive": ("半数及以上", "Half or more")},
    "by": _IDENTITIES,
    "identity": _IDENTITIES,
}
"""Codes by the field they stand in, before those that mean the same wherever they stand."""
_CODED: Final = frozenset(VALUES) | frozenset(
    {
        "relation",
        "relation_to_head",
        "interest",
        "holding_form",
        "acquired_by",
        "price_kind",
        "holder_role",
        "post",
    }
)


def field_label(name: str, lang: Lang) -> str | None:
    """What a field is called; None where it has no word."""
    pair = FACTS.get(name) or FIELDS.get(name)
    return pick(pair, lang) if pair else None


def field_code(name: str, value: str, lang: Lang) -> str:
    """A field's value in words where it is a code, else as it is."""
    pair = VALUES.get(name, {}).get(value)
    if pair:
        return pick(pair, lang)
    if name == "id_kind":
        # A kind of document that has no code stands behind this, in the words of its source.
        return value.removeprefix("other:")
    return coded(value, lang) if name in _CODED else value

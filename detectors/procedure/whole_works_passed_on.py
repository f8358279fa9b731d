"""D21b `whole-works-passed-on`: nearly all of a lot's works, or its main structure, is subcontracted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from detectors.definition import LEAST_SHARE, Detector, Draft, Parameter, Row, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.procedure import subcontracts
from detectors.procedure.limits import rule_draft
from detectors.procedure.subcontracts import by_contractor


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and contractor. Labour only, supplies, services and what a consortium or a company with its branches divides do not count; unknown amounts are undecided."""
    for found in by_contractor(rows):
        yield from _judge(found, float(values["share"]))


def _judge(found: Sequence[Row], limit: float) -> Iterator[Draft | Undecided]:
    works = [r for r in found if r["kind"] in ("works", "")]
    others = [r for r in found if r["kind"] not in ("works", "")]
    first = found[0]
    main = [r for r in works if r["main"]]
    currencies = {r["sub_currency"] for r in works} | {first["contract_currency"]}
    amounts = [r["sub_amount"] for r in works]
    counted = first["contract"] and works and None not in amounts and len(currencies - {None}) <= 1
    share = sum(amounts) / first["contract"] if counted else None
    everything = sum(r["sub_amount"] or 0 for r in found) / first["contract"] if first["contract"] else 0.0
    if main or (share is not None and share >= limit - 1e-9):
        shown = main if main and (share is None or share < limit) else works
        yield _draft(shown, found, share, limit, bool(main), None)
    elif share is None and works:
        yield Undecided(
            "lot",
            first["lot_id"],
            (first["party_id"],),
            "分包金额、合同金额、币种或分包内容不全，无法判定",
            "amounts, currency or scope of the subcontracts are incomplete: cannot be decided",
        )
    elif everything >= limit - 1e-9 or any(
        r["main"] and r["kind"] in ("supply", *subcontracts.INSIDE) for r in others
    ):
        shown = list(found) if everything >= limit - 1e-9 else [r for r in others if r["main"]]
        why = subcontracts.set_aside(
            {r["kind"] for r in others if r in shown}, works=any(r in shown for r in works)
        )
        yield _draft(shown, found, everything, limit, any(r["main"] for r in shown), why)


def _draft(
    shown: Sequence[Row],
    found: Sequence[Row],
    share: float | None,
    limit: float,
    main: bool,
    why: tuple[str, str, str] | None,
) -> Draft:
    first = found[0]
    names = list(dict.fromkeys(str(r["to_name"] or r["to_id"]) for r in shown))
    part_zh = ["分包内容涉及主体结构"] if main else []
    part_en = ["the scope includes the main structure"] if main else []
    if share is not None:
        part_zh.append(f"分包金额合计为合同金额的{share:.2%}（提示线{limit * 100:g}%）")
        part_en.append(f"subcontracts add up to {share:.2%} of the contract (limit {limit * 100:g}%)")
    drafted = rule_draft(
        "lot",
        first,
        date=first["bid_on"],
        facts={
            "contractor": {"id": first["party_id"], "name": first["party_name"]},
            "share": None if share is None else round(share, 10),
            "limit": limit,
            "main_structure": main,
            "subcontracts": [
                {"id": r["to_id"], "amount": r["sub_amount"], "scope": r["scope"]} for r in shown
            ],
        },
        words={
            "contractor": str(first["party_name"] or first["party_id"]),
            "names_zh": "、".join(names),
            "names_en": ", ".join(names),
            "what_zh": "，".join(part_zh),
            "what_en": ", ".join(part_en),
        },
        subjects=sorted({str(first["party_id"]), *(str(r["to_id"]) for r in shown)}),
        nodes=[
            str(first["party_id"]),
            *(str(r["to_id"]) for r in shown),
            *([first["won_bid"]] if first["won_bid"] else []),
        ],
        suppressed_by=why,
    )
    keys = tuple(sorted({str(r["link_key"]) for r in shown} | subcontracts.of_branches(shown)))
    return subcontracts.with_keys(drafted, keys, {"party_id": str(first["party_id"])})


DETECTOR = Detector(
    id="whole-works-passed-on",
    version="1.4",
    domain="政府工程",
    scene="合同履行",
    title_zh="工程几乎全部或主体部分分包",
    title_en="Nearly all the works, or the main structure, are subcontracted",
    meaning_zh="标段的工程几乎全部，或者其主体结构，被分包出去。",
    severity="prohibited",
    basis=(
        statutes.BIDDING_48,
        statutes.REGULATIONS_59,
        statutes.BUILDING_28,
        statutes.red_flag("R071, R072", "中标后大比例或全部分包", "a large part, or all, is subcontracted"),
    ),
    needs=("SUBCONTRACTS_TO", "SUBMITS", "FOR_LOT"),
    parameters=(
        Parameter(
            "share",
            0.9,
            "fraction",
            "分包金额合计达到合同金额的此比例即提示（法条无数值，为提示线）",
            "subcontracts of this share of the contract are pointed out (the law gives no number)",
            least=LEAST_SHARE,
        ),
    ),
    queries=subcontracts.QUERIES,
    columns=subcontracts.COLUMNS,
    population=subcontracts.SUBCONTRACTED_LOTS,
    identity=("lot_id", "party_id"),
    suppressors=subcontracts.SET_ASIDE,
    wording_zh="【风险预警】{tender}（{lot}）：{contractor}疑似将工程几乎全部或主体部分交由{names_zh}，{what_zh}。"
    + CAUTION_ZH,
    wording_en="[Lead] {tender} ({lot}): {contractor} appears to pass nearly all the works, or the main structure, on to "
    "{names_en}: {what_en}. " + CAUTION_EN,
    assemble=assemble,
    innocent_zh=("金额含材料设备采购", "联合体内部分工误登为分包"),
    innocent_en=(
        "the amounts include supplies",
        "a division of work inside a consortium entered as subcontracts",
    ),
)

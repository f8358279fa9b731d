"""D21a `re-subcontract`: a subcontractor of a lot subcontracts again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.procedure import subcontracts
from detectors.procedure.limits import rule_draft
from detectors.procedure.scopes import scope_kind, told
from detectors.rows import table


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and subcontractor that passes work of the lot on."""
    links = table(rows["subcontracts"])
    second = links.select(
        "lot_id",
        party_id="to_id",
        next_id="party_id",
        further_id="to_id",
        further="to_name",
        second_scope="scope",
        second_key="link_key",
        second_on="signed_on",
    ).with_columns(party_id=pl.col("next_id"))
    chained = links.join(second, left_on=["lot_id", "to_id"], right_on=["lot_id", "party_id"]).filter(
        (pl.col("further_id") != pl.col("party_id")) & (pl.col("further_id") != pl.col("to_id"))
    )
    # From one member of the winning consortium to another, or within one company, no work is subcontracted.
    chained = subcontracts.inside(rows, chained)
    own = subcontracts.one_company(rows).select("own_id", to_id="party_id", within="branch_keys")
    chained = chained.join(own, left_on=["to_id", "further_id"], right_on=["to_id", "own_id"], how="left")
    whole = chained.join(table(rows["lots"]), on="lot_id").sort(
        "lot_id", "to_id", "further_id", "party_id", "second_key"
    )
    for _, group in whole.group_by("lot_id", "to_id", maintain_order=True):
        yield _draft(group.to_dicts())


def _draft(found: Sequence[Row]) -> Draft:
    kinds = {str(r["second_key"]): scope_kind(r["second_scope"]) for r in found}
    first_links = [r for r in found if not r["inside"] and not r["within"]]
    works = [r for r in first_links if kinds[str(r["second_key"])] in ("works", "")]
    shown = works or found
    first = shown[0]
    further = list(dict.fromkeys(str(r["further"] or r["further_id"]) for r in shown))
    why = None
    if not works:
        why = subcontracts.set_aside(
            {kinds[str(r["second_key"])] for r in first_links}
            if first_links
            else {str(r["inside"] or "branch") for r in found}
        )
    drafted = rule_draft(
        "lot",
        first,
        date=first["bid_on"],
        facts={
            "contractor": {"id": first["party_id"], "name": first["party_name"]},
            "subcontractor": {"id": first["to_id"], "name": first["to_name"]},
            "further": [
                {"id": r["further_id"], "scope": r["second_scope"], "signed_on": r["second_on"]}
                for r in shown
            ],
        },
        words={
            "contractor": str(first["party_name"] or first["party_id"]),
            "subcontractor": str(first["to_name"] or first["to_id"]),
            "further_zh": "、".join(further),
            "further_en": ", ".join(further),
            "unknown_zh": ""
            if all(told(r["second_scope"]) for r in shown)
            else "再分包内容不明，须排除劳务分包。",
            "unknown_en": ""
            if all(told(r["second_scope"]) for r in shown)
            else "Its scope is unknown: rule out labour only. ",
        },
        severity=None if all(told(r["second_scope"]) for r in shown) else "review",
        subjects=sorted({str(r[c]) for r in shown for c in ("party_id", "to_id", "further_id")}),
        nodes=[str(r[c]) for r in shown for c in ("party_id", "to_id", "further_id")],
        suppressed_by=why,
    )
    stated = {str(r[c]) for r in shown for c in ("link_key", "second_key")}
    within = {str(k) for r in shown for k in r["within"] or ()}
    keys = tuple(sorted(stated | within | subcontracts.of_branches(shown)))
    return subcontracts.with_keys(drafted, keys, {"to_id": str(first["to_id"])})


DETECTOR = Detector(
    id="re-subcontract",
    version="1.3",
    domain="政府工程",
    scene="合同履行",
    title_zh="分包单位再次分包",
    title_en="A subcontractor subcontracts again",
    meaning_zh="标段的分包单位把分包的工作再次分包。",
    severity="prohibited",
    basis=(statutes.BIDDING_48, statutes.REGULATIONS_59, statutes.BUILDING_28),
    needs=("SUBCONTRACTS_TO",),
    parameters=(),
    queries=subcontracts.QUERIES,
    columns=subcontracts.COLUMNS,
    population=subcontracts.SUBCONTRACTED_LOTS,
    identity=("lot_id", "to_id"),
    suppressors=subcontracts.SET_ASIDE,
    wording_zh="【风险预警】{tender}（{lot}）：{contractor}分包给{subcontractor}的工程，疑似又由其再分包给{further_zh}。{unknown_zh}"
    + CAUTION_ZH,
    wording_en="[Lead] {tender} ({lot}): {subcontractor}, a subcontractor of {contractor}, appears to subcontract again "
    "to {further_en}. {unknown_en}" + CAUTION_EN,
    assemble=assemble,
    innocent_zh=("劳务分包", "材料设备采购合同误登为分包"),
    innocent_en=("labour only", "a supply contract entered as a subcontract"),
)

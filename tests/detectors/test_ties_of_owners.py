"""Common shareholder and common controller: what ties bidders, what does not, and what the finding says of its own weakness."""

from __future__ import annotations

import json
from typing import Any

import pytest

from detectors.bidders import common_beneficial_owner, common_controller, common_shareholder
from detectors.ties.drafts import of_other_lots
from tests.detectors.bidder_world import Found, World, found_on_both, ids, name

SHAREHOLDER, CONTROLLER = "common-shareholder", "common-controller"
OWNER = "common-beneficial-owner"
BID = "2025-03-01"

CLEARING_HOUSES = (
    "HKSCC NOMINEES LIMITED",
    "香港中央结算有限公司",
    "香港中央结算（代理人）有限公司",
    "中国证券登记结算有限责任公司上海分公司",
)


def tied(
    world: World, tender: str, holder: str, percents: tuple[float, float] = (20, 10), **more: Any
) -> None:
    """Two bidders of a tender's only lot, `<tender>a` and `<tender>b`, that one party holds."""
    world.lot(tender, f"{tender}a", f"{tender}b")
    for bidder, percent in zip("ab", percents, strict=True):
        world.holds(holder, tender + bidder, percent, **more)


def build(world: World) -> None:
    """All scenes; each has a tender and companies of its own."""
    tied(world, "plain", "H1")

    world.lot("loop", "loopa", "loopb")
    world.holds("PLOOP", "LOOPMID", 80)
    world.holds("LOOPMID", "loopa", 60)
    world.holds("LOOPMID", "loopb", 50)
    world.holds("loopa", "LOOPOTHER", 40)
    world.holds("LOOPOTHER", "LOOPMID", 20)

    world.add("companies", id="SASAC", name="虚构市国有资产监督管理委员会", kind="state_holder")
    tied(world, "state", "SASAC", (60, 60))
    world.holds("SASAC", "GROUP", 100)
    tied(world, "group", "GROUP", (60, 60))

    world.add("companies", id="FUND", name="虚构稳健投资基金", kind="fund")
    tied(world, "fund", "FUND", (2, 4.9))
    tied(world, "bigfund", "FUND", (5, 6))
    tied(world, "small", "PSMALL", (2, 2))
    for bidder in "ab":
        world.add("companies", id=f"listed{bidder}", name=name(f"listed{bidder}"), kind="上市公司")
    tied(world, "listed", "PLISTED", (2, 2))
    for tender, percents in (("halflisted", (4.9, 20)), ("halfatlimit", (5, 20)), ("halfandtwo", (2, 20))):
        world.add("companies", id=f"{tender}a", name=name(f"{tender}a"), kind="上市公司")
        tied(world, tender, f"P{tender.upper()}", percents)
    world.bid("halfandtwo", "halfandtwoc")
    world.holds("PHALFANDTWO", "halfandtwoc", 20)

    # Below listed parents: little of both, a fair part of one, two ways to one, and partly around it.
    for tender in ("below", "belowfair", "belowtwice", "around", "belowpart"):
        world.lot(tender, f"{tender}a", f"{tender}b")
        for side in "ab":
            parent = f"{tender}{side}UP"
            world.add("companies", id=parent, name=name(parent), kind="股份有限公司(上市)")
            # A small share of the bidder may be a fair part of its parent.
            world.holds(parent, f"{tender}{side}", 30 if tender == "belowpart" else 90)
            percent = {"below": 4.9, "belowtwice": 3}.get(tender, 10)
            world.holds(f"P{tender.upper()}", parent, percent)
            if tender == "belowtwice":
                world.holds(f"P{tender.upper()}", f"{parent}X", 100)
                world.holds(f"{parent}X", parent, 3)
            if tender == "around":
                world.holds(f"P{tender.upper()}", f"{tender}{side}", 1)
    for n, clears in enumerate((*CLEARING_HOUSES, "虚构中央结算有限公司")):
        tied(world, f"clearing{n}", f"HK{n}", (16, 15), holder_name=clears, holder_kind="境外法人")

    # One register adds up to 150%; of another the sum is the whole.
    tied(world, "over", "POVER", (90, 30))
    world.holds("POVER2", "overa", 60)
    tied(world, "whole", "PWHOLE", (90, 30))
    world.holds("PWHOLE2", "wholea", 10)
    # Two layers up.
    tied(world, "overabove", "OVERGROUP", (60, 60))
    world.holds("PTOP", "OVERGROUP", 90)
    world.holds("PTOP2", "OVERGROUP", 60)

    tied(world, "hub", "HUB")
    tied(world, "nothub", "BUSY")
    tied(world, "hubabove", "HUB", (60, 60))
    for holder, companies in (("HUB", 199), ("BUSY", 198)):
        for n in range(companies):
            world.holds(holder, f"{holder}{n}", 1)

    world.tender("joint")
    for member in ("jointa", "jointb"):
        world.bid("joint", member, consortium_id="K")
        world.holds("HJOINT", member, 20)
    world.tender("jointrival")
    for member in ("rivala", "rivalb"):
        world.bid("jointrival", member, consortium_id="K")
    world.bid("jointrival", "rivalc")
    for bidder in ("rivala", "rivalc"):
        world.holds("HRIVAL", bidder, 20)

    world.lot("itself", "itselfa", "itselfb")
    world.holds("itselfa", "MIDDLE", 30)
    world.holds("MIDDLE", "itselfb", 60)
    world.holds("PABOVE", "itselfa", 20)

    world.tender("withdrawn")
    world.bid("withdrawn", "withdrawna", status="撤回")
    world.bid("withdrawn", "withdrawnb", status="有效")
    for bidder in "ab":
        world.holds("HWITHDRAWN", f"withdrawn{bidder}", 20)
    world.tender("rejected")
    world.bid("rejected", "rejecteda", status="否决")
    world.bid("rejected", "rejectedb", status="有效")
    for bidder in "ab":
        world.holds("HREJECTED", f"rejected{bidder}", 20)

    world.tender("lots")
    for lot, bidder in (("1", "lotsa"), ("2", "lotsb")):
        world.bid("lots", bidder, lot)
        world.holds("HLOTS", bidder, 20)

    world.lot("endsbelow", "endsbelowa", "endsbelowb")
    world.holds("HENDSBELOW", "MIDBELOW", 50, valid_to="2024-06-30")
    world.holds("MIDBELOW", "endsbelowa", 40)
    world.holds("HENDSBELOW", "endsbelowb", 30)
    world.holds("PNEW", "endsbelowa", 5, valid_from="2024-12-01")
    tied(world, "stays", "HSTAYS")
    world.holds("PLEFT", "HSTAYS", 30, valid_to="2024-01-01")

    # A alone in one lot, with B as a consortium in another: whichever comes first.
    for tender, alone, joint in (("mixed", "1", "2"), ("mixedback", "2", "1")):
        world.tender(tender)
        world.bid(tender, f"{tender}a", alone)
        for bidder in "ab":
            world.bid(tender, f"{tender}{bidder}", joint, consortium_id="joint")
            world.holds(f"H{tender.upper()}", f"{tender}{bidder}", 20)

    # B bids in the second lot too, and the holder has B only from between the two.
    world.tender("both", None)  # type: ignore[arg-type]
    for bidder, lot, day in (("a", "1", BID), ("b", "1", BID), ("b", "2", "2025-06-01")):
        world.bid("both", f"both{bidder}", lot, submitted_at=f"{day} 09:00")
    world.holds("HBOTH", "botha", 20)
    world.holds("HBOTH", "bothb", 20, valid_from="2025-05-01")

    # The state is behind both as well, and explains nothing of who left.
    world.lot("leftstate", "leftstatea", "leftstateb")
    for bidder in "ab":
        world.holds("SASAC", f"leftstate{bidder}", 30, holder_kind="国资委")
    world.holds("PLEFTSTATE", "leftstatea", 20)
    world.holds("PLEFTSTATE", "leftstateb", 20, valid_to="2024-06-01")

    tied(world, "endson", "HENDSON", valid_from="2020-01-01", valid_to=BID)
    tied(world, "endsafter", "HENDSAFTER", valid_from="2020-01-01", valid_to="2025-03-02")
    tied(world, "beginson", "HBEGINSON", valid_from=BID)
    tied(world, "beginsafter", "HBEGINSAFTER", valid_from="2025-03-02")

    tied(world, "seenbefore", "HSEENBEFORE", observed_on=BID)
    world.lot("seenafter", "seenaftera", "seenafterb")
    world.holds("HSEENAFTER", "seenaftera", 20, observed_on="2025-02-01")
    world.holds("HSEENAFTER", "seenafterb", 10, observed_on="2025-06-30")

    world.tender("undated", None)  # type: ignore[arg-type]
    for bidder in "ab":
        world.bid("undated", f"undated{bidder}")
        world.holds("HUNDATED", f"undated{bidder}", 20)
        world.holds("HGONE", f"undated{bidder}", 20, valid_to="2030-01-01")
    world.bid("undated", "undatedc")
    world.holds("HGONE", "undatedc", 20, valid_to="2030-01-01")

    world.lot("votes", "votesa", "votesb")
    world.holds("PVOTES", "votesa", 100)
    for bidder, votes in (("votesa", 0.15), ("VOTESMID", 1.0)):
        world.add("shareholdings", company_id=bidder, holder_id="HVOTES", holder_kind="company", votes=votes)
    world.add("shareholdings", company_id="votesb", holder_id="VOTESMID", holder_kind="company", votes=0.2)
    world.lot("apart", "aparta", "apartb")
    for bidder in "ab":
        world.holds("HAPART", f"apart{bidder}", 10, votes=0.3)

    # Nominally a holder, who holds nothing and votes nothing.
    tied(world, "nothing", "HNOTHING", (0, 0))
    world.lot("half", "halfa", "halfb")
    world.holds("HHALF", "halfa", 50)
    world.holds("HHALF", "halfb", 50.01)
    world.lot("control", "controla", "controlb", "controlc")
    for bidder, percent in (("controla", 51), ("controlb", 50.01), ("controlc", 30)):
        world.holds("HCONTROL", bidder, percent)
    world.lot("stated", "stateda", "statedb")
    for bidder in ("stateda", "statedb"):
        world.add("control", party_id="HSTATED", company_id=bidder, interest="实际控制")
        world.holds("HOTHER" + bidder, bidder, 10)


def test_a_share_that_is_more_than_its_paths_says_what_a_loop_adds(found: Found) -> None:
    """80% × 60% once, and again with each turn of the loop: 48% / (1 − 60% × 40% × 20%)."""
    (one,) = found.of(OWNER, "loop")
    shares = {b["id"]: (b["share"], b["paths"][0]["formula"]) for b in one.facts["bidders"]}
    (first, second) = (shares[i] for i in sorted(shares))
    assert first == (pytest.approx(0.48 / 0.952), "80% × 60% = 48%")
    assert second == (pytest.approx(0.4 / 0.952), "80% × 50% = 40%")
    for share, paths, more in (("50.42%", "48.00%", "2.42%"), ("42.02%", "40.00%", "2.02%")):
        assert f"{share}（2层，所列路径合计{paths}，循环持股另计{more}）" in one.text["zh"]
        assert f"{share} (depth 2, of which the paths come to {paths} and loops add {more})" in one.text["en"]
    (plain,) = found.of(SHAREHOLDER, "plain")
    assert "所列路径" not in plain.text["zh"] and "paths come to" not in plain.text["en"]


found = found_on_both(
    build, [common_shareholder.DETECTOR, common_controller.DETECTOR, common_beneficial_owner.DETECTOR]
)


@pytest.mark.parametrize(
    ("tender", "holder"),
    [
        ("plain", "H1"),
        ("bigfund", "FUND"),
        ("rejected", "HREJECTED"),
        ("nothub", "BUSY"),
        ("endsafter", "HENDSAFTER"),
        ("beginson", "HBEGINSON"),
    ],
)
def test_a_party_behind_two_bidders_is_found(found: Found, tender: str, holder: str) -> None:
    one = found.one(SHAREHOLDER, tender)
    assert one.subjects == ids(f"{tender}a", f"{tender}b")
    assert one.facts["holder"]["id"] == f"local:{holder}"
    assert one.facts["as_of"] == BID
    assert f"截至{BID}，" in one.text["zh"]
    assert f"As of {BID}," in one.text["en"]


@pytest.mark.parametrize("tender", ["withdrawn", "nothing"])
def test_a_near_miss_is_not(found: Found, tender: str) -> None:
    assert found.of(SHAREHOLDER, tender) == []
    assert found.of(CONTROLLER, tender) == []


@pytest.mark.parametrize(
    ("tender", "rule", "said"),
    [
        ("joint", "consortium", "为同一联合体的成员"),
        ("endson", "ended", "的持股已于2025-03-01结束"),
        ("beginsafter", "ended", "的持股2025-03-02才开始"),
        ("endsbelow", "ended", "的持股已于2024-06-30结束"),
    ],
)
def test_a_holder_who_ties_no_bids_of_the_day_is_told_and_set_aside(
    found: Found, tender: str, rule: str, said: str
) -> None:
    assert found.suppressed(SHAREHOLDER, tender) == rule
    (one,) = found.of(SHAREHOLDER, tender)
    assert one.subjects == ids(f"{tender}a", f"{tender}b")
    assert one.suppressed_by is not None and said in one.suppressed_by["reason"]
    assert found.of(CONTROLLER, tender) == []


def test_when_it_was_held_is_said_beside_the_share_of_then(found: Found) -> None:
    (one,) = found.of(SHAREHOLDER, "endsbelow")
    held = {b["id"]: (b["share"], b["depth"], b.get("held_until")) for b in one.facts["bidders"]}
    assert held == {"local:endsbelowa": (0.2, 2, "2024-06-30"), "local:endsbelowb": (0.3, 1, None)}
    assert "20.00%（2层，至2024-06-30）" in one.text["zh"]
    assert "20.00% (depth 2, until 2024-06-30)" in one.text["en"]
    assert "截至2025-03-01" not in one.text["zh"]


def test_who_is_tied_on_the_day_is_not_told_again_for_an_earlier_time(found: Found) -> None:
    one = found.one(SHAREHOLDER, "stays")
    assert one.facts["holder"]["id"] == "local:HSTAYS"


def test_bidders_of_different_lots_are_told_in_each_of_them_and_set_aside(found: Found) -> None:
    both = found.of(SHAREHOLDER, "lots")
    assert [f.scope_id for f in both] == ["local:lots/1", "local:lots/2"]
    for one, other in zip(both, ("lotsb", "lotsa"), strict=True):
        assert one.suppressed_by is not None and one.suppressed_by["rule"] == "lot"
        assert one.subjects == ids("lotsa", "lotsb")
        (elsewhere,) = (b for b in one.facts["bidders"] if "lot" in b)
        assert elsewhere["id"] == f"local:{other}"
        # Each by its own lot, whichever lot the finding is of.
        for bidder, lot in (("lotsa", "1"), ("lotsb", "2")):
            assert f"虚构{bidder}建设有限公司投的是标段{lot}" in one.suppressed_by["reason"]
            assert f"虚构{bidder}建设有限公司 bid for lot {lot}" in one.suppressed_by["reason_en"]
    assert found.of(CONTROLLER, "lots") == []


def test_lots_of_one_title_are_told_apart_by_their_numbers() -> None:
    def bid(bidder: str, lot: str) -> dict[str, str]:
        return {
            "bidder_id": bidder,
            "bidder_name": bidder,
            "lot_id": f"local:T/{lot}",
            "lot_title": "虚构道路",
            "tender_id": "local:T",
        }

    mine, other = [bid("甲", "1"), bid("乙", "1")], bid("丙", "2")
    rule, zh, en = of_other_lots(mine, [{**other, "lot_id": "local:T", "own_lot": "local:T/2"}])
    assert (rule, zh) == ("lot", "甲、乙投的是虚构道路（1）；丙投的是虚构道路（2），不是同一标段")
    assert en == "甲, 乙 bid for 虚构道路 (1); 丙 bid for 虚构道路 (2): these are different lots"


@pytest.mark.parametrize(("tender", "alone", "joint"), [("mixed", "1", "2"), ("mixedback", "2", "1")])
def test_how_lots_are_numbered_decides_nothing(found: Found, tender: str, alone: str, joint: str) -> None:
    told = {f.scope_id: f.suppressed_by["rule"] for f in found.of(SHAREHOLDER, tender) if f.suppressed_by}
    assert told == {f"local:{tender}/{alone}": "lot", f"local:{tender}/{joint}": "consortium"}


def test_who_bids_in_this_lot_is_not_said_to_bid_for_another(found: Found) -> None:
    told = {f.scope_id: f.suppressed_by for f in found.of(SHAREHOLDER, "both")}
    first = told["local:both/1"]
    assert first is not None and first["rule"] == "ended"
    second = told["local:both/2"]
    assert (
        second is not None and second["rule"] == "lot" and "虚构botha建设有限公司投的是" in second["reason"]
    )


def test_a_holder_that_left_is_told_beside_the_state(found: Found) -> None:
    rules = {
        f.facts["holder"]["id"]: (f.suppressed_by or {}).get("rule")
        for f in found.of(SHAREHOLDER, "leftstate")
    }
    assert rules == {"person.local:PLEFTSTATE": "ended", "local:SASAC": "state"}


def test_a_lot_without_a_date_is_undecided_where_a_common_holder_has_left(found: Found) -> None:
    assert ids("undateda", "undatedb", "undatedc") in found.undecided(SHAREHOLDER, "undated")


@pytest.mark.parametrize(
    ("tender", "detector", "rule"),
    [
        ("state", CONTROLLER, "state"),
        ("fund", SHAREHOLDER, "fund"),
        ("listed", SHAREHOLDER, "fund"),
        ("halflisted", SHAREHOLDER, "fund"),
        ("below", SHAREHOLDER, "fund"),
        *((f"clearing{n}", SHAREHOLDER, "clearing") for n in range(len(CLEARING_HOUSES))),
        ("hub", SHAREHOLDER, "hub"),
    ],
)
def test_an_innocent_explanation_suppresses_and_is_shown(
    found: Found, tender: str, detector: str, rule: str
) -> None:
    assert found.suppressed(detector, tender) == rule


@pytest.mark.parametrize(
    "tender", ["belowfair", "belowtwice", "around", "belowpart", f"clearing{len(CLEARING_HOUSES)}"]
)
def test_more_than_a_little_of_listed_parents_still_counts(found: Found, tender: str) -> None:
    assert found.one(SHAREHOLDER, tender).subjects == ids(f"{tender}a", f"{tender}b")


def test_who_controls_two_bidders_does_so_however_many_others_it_holds(found: Found) -> None:
    assert found.one(CONTROLLER, "hubabove").facts["holder"]["id"] == "local:HUB"


def test_the_group_below_the_state_still_counts(found: Found) -> None:
    one = found.one(CONTROLLER, "group")
    assert one.facts["holder"]["id"] == "local:GROUP"
    assert [h["id"] for h in one.facts["holders_above"]] == ["local:SASAC"]


def test_a_small_stake_of_a_person_in_unlisted_bidders_is_no_financial_stake(found: Found) -> None:
    assert found.one(SHAREHOLDER, "small").subjects == ids("smalla", "smallb")


def test_a_small_stake_in_a_listed_bidder_ties_it_to_no_other_and_hides_no_other_tie(found: Found) -> None:
    (aside,) = found.of(SHAREHOLDER, "halflisted")
    assert aside.suppressed_by is not None
    assert f"{name('halflisteda')}的股份低于5%" in aside.suppressed_by["reason"]
    assert name("halflistedb") not in aside.suppressed_by["reason"]
    assert found.one(SHAREHOLDER, "halfatlimit").subjects == ids("halfatlimita", "halfatlimitb")
    assert set(ids("halfandtwob", "halfandtwoc")) <= set(found.one(SHAREHOLDER, "halfandtwo").subjects)


def test_a_register_above_100_percent_is_told_in_what_rests_on_it(found: Found) -> None:
    over, whole = found.one(OWNER, "over"), found.one(OWNER, "whole")
    assert (over.facts["certain"], whole.facts["certain"]) == (False, True)
    told = {b["id"]: b.get("registers_above_100") for b in over.facts["bidders"]}
    assert told == {"local:overa": [{"id": "local:overa", "total": 1.5}], "local:overb": None}
    assert "持股比例合计150.00%，超过100%，按所载计算，须核实" in over.text["zh"]
    assert "adds up to 150.00%, above 100%" in over.text["en"]
    assert "超过100%" not in whole.text["zh"]
    (above,) = (f for f in found.of(OWNER, "overabove") if f.facts["holder"]["id"] == "person.local:PTOP")
    assert all(
        b["registers_above_100"] == [{"id": "local:OVERGROUP", "total": 1.5}] for b in above.facts["bidders"]
    )


def test_a_rival_tied_to_a_member_of_a_consortium_is_found(found: Found) -> None:
    assert found.one(SHAREHOLDER, "jointrival").subjects == ids("rivala", "rivalc")


def test_holdings_seen_only_after_the_bid_are_said_to_be(found: Found) -> None:
    before, after = found.one(SHAREHOLDER, "seenbefore"), found.one(SHAREHOLDER, "seenafter")
    assert before.facts["observed_after_bid"] == []
    assert "晚于投标日期" not in before.text["zh"]
    assert after.facts["observed_after_bid"] == ["2025-06-30"]
    assert "股权数据晚于投标日期，数据截至2025-06-30，需核实投标时状态" in after.text["zh"]
    assert "2025-06-30, later than the bid: verify how it stood then" in after.text["en"]


def test_a_lot_without_a_date_says_so_and_takes_only_holdings_without_an_end(found: Found) -> None:
    one = found.one(SHAREHOLDER, "undated")
    assert one.facts["holder"]["id"] == "local:HUNDATED"
    assert one.facts["as_of"] is None
    assert "标段无日期" in one.text["zh"]
    assert "The lot has no date" in one.text["en"]


def test_votes_alone_tie_and_are_told_as_votes(found: Found) -> None:
    one = found.one(SHAREHOLDER, "votes")
    near, far = one.facts["bidders"]
    assert (near["share"], near["votes"], far["share"], far["votes"]) == (0.0, 0.15, None, 0.2)
    assert [(p["by"], p["formula"]) for b in (near, far) for p in b["paths"]] == [
        ("votes", "15%"),
        ("votes", "100% × 20% = 20%"),
    ]
    assert "表决权15.00%" in one.text["zh"]
    assert "20.00% of the votes" in one.text["en"]
    assert "0.00% " not in one.text["en"].replace("20.00% of", "")


def test_votes_beside_a_smaller_share_are_told_too(found: Found) -> None:
    one = found.one(SHAREHOLDER, "apart")
    path = one.facts["bidders"][0]["paths"][0]
    assert (path["by"], path["formula"], path["votes_formula"]) == ("shares", "10%", "30%")
    assert "10.00%，表决权30.00%" in one.text["zh"]
    assert "10.00%, 30.00% of the votes" in one.text["en"]


def test_shares_and_votes_alike_are_told_once(found: Found) -> None:
    one = found.one(SHAREHOLDER, "plain")
    assert "表决权" not in one.text["zh"]
    assert one.facts["bidders"][0]["paths"] == [
        {"nodes": ["local:H1", "local:plaina"], "by": "shares", "formula": "20%"}
    ]


def test_half_is_no_control_and_a_little_more_is(found: Found) -> None:
    assert found.of(CONTROLLER, "half") == []
    assert found.one(SHAREHOLDER, "half").subjects == ids("halfa", "halfb")
    assert found.one(CONTROLLER, "control").subjects == ids("controla", "controlb")


def test_the_weaker_tier_speaks_only_of_more_bidders(found: Found) -> None:
    assert found.one(SHAREHOLDER, "control").subjects == ids("controla", "controlb", "controlc")
    assert found.of(SHAREHOLDER, "group") == []


def test_declared_control_without_a_share_is_proven_by_its_own_rows(found: Found) -> None:
    one = found.one(CONTROLLER, "stated")
    assert one.subjects == ids("stateda", "statedb")
    assert one.evidence.keys
    assert {c["rule"] for c in one.facts["control"]} == {"strict"}


def test_findings_are_plain_json_and_hold_no_statement_of_guilt(found: Found) -> None:
    for one in found.run.findings:
        told = json.dumps(one.to_json(), ensure_ascii=False)
        assert json.loads(told)["fingerprint"] == one.fingerprint
        for word in ("违法", "串通", "围标"):
            assert word not in one.text["zh"].replace("认定违纪违法", "")


def test_who_holds_a_holder_that_bids_itself_is_above_it(found: Found) -> None:
    one = found.one(SHAREHOLDER, "itself")
    assert one.facts["holder"]["id"] == "local:itselfa"
    assert [h["id"] for h in one.facts["holders_above"]] == ["person.local:PABOVE"]
    assert one.facts["holders_above_count"] == 1

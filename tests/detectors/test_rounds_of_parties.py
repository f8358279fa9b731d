"""Bans, and ties with the buyer and those who serve it, of a tender that was held again under the same number: each round is
judged as of its own day, by who bid in it; on both stores."""

from __future__ import annotations

from detectors.bidders import (
    affiliate_of_debarred,
    agency_bids,
    bidder_linked_to_buyer,
    bidder_linked_to_service_party,
)
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.detectors.test_rounds import CODES, FIRST, NAMES, SECOND, bids
from tests.loaders.shapes.numbers import resident, uscc

DEBARRED, AGENCY = affiliate_of_debarred.DETECTOR, agency_bids.DETECTOR
BUYER, SERVING = bidder_linked_to_buyer.DETECTOR, bidder_linked_to_service_party.DETECTOR
ROUNDS = bids(("子", FIRST), ("丑", FIRST), ("卯", FIRST), ("子", SECOND), ("寅", SECOND), ("辰", SECOND))
BETWEEN = "2024-05-01"


def ban(who: str, since: str, until: str) -> tuple[str, ...]:
    return (NAMES[who], CODES[who], "虚构市住房和城乡建设局", "禁止参加投标", since, until)


BANS = "当事人,统一社会信用代码,处罚机关,处罚内容,处罚起始日期,处罚截止日期"
BEFORE, AFTER = ("虚构前任控股有限公司", uscc(25)), ("虚构后任控股有限公司", uscc(26))
BARRED_FIRST, BARRED_LATER = ("虚构受罚一建设有限公司", uscc(27)), ("虚构受罚二建设有限公司", uscc(28))
HELD = "企业名称,统一社会信用代码,股东名称,股东统一社会信用代码,股东类型,持股比例(%),入股日期,退出日期"


def held(
    firm: tuple[str, str], holder: tuple[str, str], since: str = "2010-01-01", until: str = ""
) -> tuple[object, ...]:
    return (*firm, *holder, "企业法人", 100, since, until)


def of(who: str) -> tuple[str, str]:
    return NAMES[who], CODES[who]


banned = found_in_files(
    [
        {
            "开标记录.csv": ROUNDS,
            "禁止投标名单.csv": table(
                BANS,
                [
                    # In both rounds, barred in the first alone.
                    ban("子", "2023-06-01", BETWEEN),
                    # In the first round alone: barred only later, and then barred that day.
                    ban("丑", BETWEEN, "2025-01-01"),
                    ban("卯", "2023-06-01", BETWEEN),
                    # In the second round alone: barred only before, and then barred that day.
                    ban("寅", "2023-06-01", BETWEEN),
                    ban("辰", BETWEEN, "2025-01-01"),
                    (*BARRED_FIRST, "虚构市住房和城乡建设局", "禁止参加投标", "2023-06-01", BETWEEN),
                    (*BARRED_LATER, "虚构市住房和城乡建设局", "禁止参加投标", BETWEEN, "2025-01-01"),
                ],
            ),
            # Each of one owner with a debarred company.
            "股东信息.csv": table(
                HELD,
                [
                    held(who, owner)
                    for owner, firms in (
                        (BEFORE, (of("丑"), BARRED_FIRST)),
                        (AFTER, (of("寅"), BARRED_LATER)),
                    )
                    for who in firms
                ],
            ),
        }
    ],
    [DEBARRED],
)
BUYING, AGENT, EXPERTS = "虚构城市投资集团有限公司", "虚构招标代理有限公司", "虚构工程咨询有限公司"
PARTIES = {BUYING: uscc(22), AGENT: uscc(23), EXPERTS: uscc(24)}
OWNERS = table(
    HELD,
    [
        # Who owned the buyer, and the agency, by the day of the second round did not own them by that of the first.
        *(held((p, PARTIES[p]), BEFORE, until=BETWEEN) for p in (BUYING, AGENT)),
        *(held((p, PARTIES[p]), AFTER, since=BETWEEN) for p in (BUYING, AGENT)),
        # Bidders of the first round alone, and of the second alone.
        held(of("卯"), BEFORE),
        held(of("寅"), BEFORE),
        held(of("丑"), AFTER),
        held(of("辰"), AFTER),
        # For whom the evaluator works was a bidder's of the first round, then is one's of the second.
        held((EXPERTS, PARTIES[EXPERTS]), of("卯"), until=BETWEEN),
        held((EXPERTS, PARTIES[EXPERTS]), of("辰"), since=BETWEEN),
    ],
)
EXPERT = resident(40)
TIED_FILES = {
    "开标记录.csv": ROUNDS,
    "招标项目.csv": table(
        "项目编号,项目名称,招标人,招标人统一社会信用代码",
        [("P1", "虚构工程", BUYING, PARTIES[BUYING])],
    ),
    "参与单位.csv": table(
        "项目编号,参与单位,单位统一社会信用代码,参与角色",
        [("P1", AGENT, PARTIES[AGENT], "招标代理机构")],
    ),
    "评标专家.csv": table("项目编号,姓名,身份证号,参与角色", [("P1", "样本专家", EXPERT, "评标专家")]),
    "主要人员.csv": table(
        "企业名称,统一社会信用代码,姓名,身份证号,职务",
        [(EXPERTS, PARTIES[EXPERTS], "样本专家", EXPERT, "董事")],
    ),
    "股东信息.csv": OWNERS,
}
tied_to_parties = found_in_files([TIED_FILES], [BUYER, SERVING])
agency_bids_too = found_in_files(
    [
        {
            "开标记录.csv": ROUNDS,
            "参与单位.csv": table(
                "项目编号,参与单位,单位统一社会信用代码,参与角色",
                [("P1", *of("丑"), "招标代理机构"), ("P1", *of("子"), "招标代理机构")],
            ),
        }
    ],
    [AGENCY],
)
undated = found_in_files(
    [
        {
            "开标记录.csv": bids(("丑", FIRST), ("卯", ""), ("寅", SECOND)),
            "禁止投标名单.csv": table(BANS, [ban("卯", "2023-06-01", BETWEEN)]),
        }
    ],
    [DEBARRED],
)


def live(found: FoundInFiles, detector: str, party: str = "") -> set[tuple[str, str]]:
    """By whom and in which round, of findings that nothing suppresses: (bidder, day)."""
    letters = {f"cn-uscc:{code}": who for who, code in CODES.items()}
    mine = [f for f in found.run.findings if f.detector == detector and f.suppressed_by is None]
    if party:
        mine = [f for f in mine if f.identity["party_id"] == party]
    assert all(f.facts["round"] == f.facts["as_of"] for f in mine)
    return {(letters[s], f.facts["round"]) for f in mine for s in f.subjects if s in letters}


def test_a_ban_is_judged_on_the_day_of_the_round_that_was_bid_in(banned: FoundInFiles) -> None:
    own = {who: live(banned, DEBARRED.id, f"cn-uscc:{code}") for who, code in CODES.items()}
    assert {k: v for k, v in own.items() if v} == {
        "子": {("子", FIRST)},
        "卯": {("卯", FIRST)},
        "辰": {("辰", SECOND)},
    }
    named = {f"cn-uscc:{code}" for code in CODES.values()}
    set_aside = [f for f in banned.run.findings if f.suppressed_by and f.identity["party_id"] in named]
    assert {f.suppressed_by["rule"] for f in set_aside if f.suppressed_by} == {"ended"}
    assert {(f.identity["party_id"][-18:], f.facts["round"]) for f in set_aside} == {
        (CODES["子"], SECOND),
        (CODES["丑"], FIRST),
        (CODES["寅"], SECOND),
    }
    assert all(
        f.scope_id == "local:P1/1" and f"{f.facts['round']}开标" in f.text["zh"] for f in banned.run.findings
    )


def test_and_so_is_that_of_a_company_under_one_owner_with_a_bidder(banned: FoundInFiles) -> None:
    first, later = (f"cn-uscc:{code}" for _, code in (BARRED_FIRST, BARRED_LATER))
    assert live(banned, DEBARRED.id, first) == {("丑", FIRST)}
    assert live(banned, DEBARRED.id, later) == {("寅", SECOND)}


def test_who_owns_the_buyer_on_the_day_of_a_round_ties_its_bidders(tied_to_parties: FoundInFiles) -> None:
    assert live(tied_to_parties, BUYER.id) == {("卯", FIRST), ("辰", SECOND)}


def test_and_who_owns_those_that_serve_it_and_their_employers(tied_to_parties: FoundInFiles) -> None:
    agent = f"cn-uscc:{PARTIES[AGENT]}"
    assert live(tied_to_parties, SERVING.id, agent) == {("卯", FIRST), ("辰", SECOND)}
    (expert,) = {f.identity["party_id"] for f in tied_to_parties.run.findings if f.detector == SERVING.id} - {
        agent
    }
    assert live(tied_to_parties, SERVING.id, expert) == {("卯", FIRST), ("辰", SECOND)}


def test_an_agency_bids_in_the_rounds_that_it_bid_in(agency_bids_too: FoundInFiles) -> None:
    assert live(agency_bids_too, AGENCY.id) == {("丑", FIRST), ("子", FIRST), ("子", SECOND)}
    assert {f.severity for f in agency_bids_too.run.findings} == {"prohibited"}


def test_a_bid_of_no_known_day_may_be_of_either_round(undated: FoundInFiles) -> None:
    assert live(undated, DEBARRED.id) == {("卯", FIRST)}

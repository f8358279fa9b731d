"""Lists of penalties and of bad faith beside bids: what bars from bidding, from when to when, and what does not say so."""

from __future__ import annotations

from detectors.bidders import affiliate_of_debarred
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import uscc

BARRED = affiliate_of_debarred.DETECTOR
NAMES = dict(enumerate("子丑寅卯辰巳午未申酉戌亥", 1))


def firm(number: int) -> tuple[str, str]:
    return f"虚构{NAMES[number]}建设有限公司", uscc(number)


BIDS = {
    "开标记录.csv": table(
        "项目编号,标段,投标人,投标人代码,投标报价(元),开标时间",
        [("P1", "1", *firm(n), 1000000 + n * 31337, "2024-05-25 09:30") for n in NAMES],
    )
}
_PENALTIES = "当事人,统一社会信用代码,处罚决定书文号,处罚类别,处罚内容,处罚机关,处罚决定日期,处罚有效期"
MIXED = {
    "信用中国行政处罚.csv": table(
        _PENALTIES,
        [
            (*firm(1), "环罚1号", "罚款", "罚款5000元", "虚构市生态环境局", "2023-05-01", "2099-12-31"),
            (
                *firm(2),
                "财罚2号",
                "其他",
                "禁止参加政府采购活动一年",
                "虚构市财政局",
                "2022-05-01",
                "2023-05-01",
            ),
            (
                *firm(3),
                "财罚3号",
                "其他",
                "取消其二年内参加投标的资格",
                "虚构市财政局",
                "2023-06-01",
                "2025-05-31",
            ),
            (
                *firm(4),
                "建罚4号",
                "罚款",
                "罚款三万元；禁止一年内参加政府采购活动",
                "虚构市住建局",
                "2024-01-01",
                "",
            ),
            (*firm(5), "建罚5号", "其他", "", "虚构市住建局", "2024-01-01", ""),
            (*firm(6), "", "", "禁止投标", "虚构市住建局", "", ""),
        ],
    ),
    "失信名单.csv": table(
        "企业名称,统一社会信用代码,认定机关,列入日期,失信行为",
        [(*firm(7), "虚构区法院", "2023-06-01", "有履行能力而拒不履行")],
    ),
    "经营异常行政处罚.csv": table(
        "企业名称,统一社会信用代码,列入机关,列入日期,移出日期,列入原因",
        [(*firm(8), "虚构区市监局", "2023-07-01", "", "通过登记的住所无法联系")],
    ),
    # What the file is called says it, whatever the reason; a fine in it is none.
    "禁止投标.csv": table(
        "企业名称,统一社会信用代码,列入机关,列入日期,列入原因",
        [
            (*firm(9), "虚构市住建局", "2024-02", "围标"),
            (*firm(10), "虚构市住建局", "2024-02-01", ""),
            (*firm(11), "虚构市住建局", "2024-02-01", "罚款"),
        ],
    ),
}
# Nothing says what kind it is: nothing is decided of anybody.
UNSAID = {
    "失信名单.csv": table(
        "企业名称,统一社会信用代码,认定机关,列入日期", [(*firm(1), "虚构区法院", "2023-06-01")]
    )
}

# Each by its own words alone, and whether it is in force on 2024-05-25.
TERMS = {
    1: ("禁止参加政府采购活动一年", "", "2023-05-25", None),
    2: ("禁止参加政府采购活动一年", "", "2023-05-26", "2024-05-25"),
    3: ("罚款5000元；取消其6个月内投标资格", "", "2023-11-26", "2024-05-25"),
    4: ("自2023年1月1日至2024年5月24日禁止参加投标", "", "2023-01-01", None),
    5: ("禁止投标", "90日", "2024-03-01", "2024-05-29"),
    6: ("禁止投标", "2023-01-01至2023-12-31", "", None),
    7: ("禁止投标", "永久", "2010-01-01", "截止日期未载明"),
    8: ("依据2001年5月1日的规定，三年内禁止参加投标", "", "2021-06-01", "2024-05-31"),
}
IN_WORDS = {
    "行政处罚.csv": table(
        "当事人,统一社会信用代码,处罚内容,处罚期限,处罚机关,处罚决定日期",
        [(*firm(n), said, term, "虚构市财政局", since) for n, (said, term, since, _) in TERMS.items()],
    )
}

# What is said to be lifted, and whether the rest of the row bars all the same ("ban"), does not say ("unclear"), or no ban
# was imposed ("").
LIFTED = {
    1: ("恢复投标资格", "unclear"),
    2: ("移出黑名单", "unclear"),
    3: ("撤销禁止投标处罚", "unclear"),
    4: ("解除暂停投标资格", "unclear"),
    5: ("不予限制投标", "unclear"),
    6: ("取消对其禁止参加政府采购活动的处罚", "unclear"),
    7: ("暂停投标资格（已解除）", "unclear"),
    8: ("撤销原禁止投标处罚，改为暂停投标资格", "ban"),
    9: ("解除合同并禁止参加投标", "ban"),
    10: ("取消其投标资格，期满后恢复投标资格", "ban"),
    11: ("撤销供应商资格", "ban"),
    12: ("移出经营异常名录", ""),
}
ROWS = table(
    "当事人,统一社会信用代码,处罚类别,处罚内容,处罚机关,处罚决定日期",
    [(*firm(n), "其他", said, "虚构市住建局", "2024-02-10") for n, (said, _) in LIFTED.items()],
)
lifted = found_in_files([BIDS | {"行政处罚.csv": ROWS}], [BARRED])
# In a list that is called one of bans.
lifted_bans = found_in_files([BIDS | {"暂停投标名单.csv": ROWS}], [BARRED])

mixed = found_in_files([BIDS | MIXED], [BARRED])
in_words = found_in_files([BIDS | IN_WORDS], [BARRED])
unsaid = found_in_files([BIDS | UNSAID], [BARRED])


def sentences(found: FoundInFiles, language: str = "zh") -> dict[str, str]:
    """What is said of each party that is barred itself, of bans in force."""
    return {
        f.facts["holder"]["name"][2]: f.text[language] for f in found.run.findings if f.suppressed_by is None
    }


def test_only_what_bars_from_bidding_is_a_ban(mixed: FoundInFiles) -> None:
    assert set(sentences(mixed)) == {NAMES[n] for n in (3, 4, 6, 9, 10)}
    # Fines, unpaid debts, an address at which nobody is found, and the fine in a list of bans: each is told as no ban.
    assert len(mixed.told("no-ban")) == 4


def kinds(found: FoundInFiles) -> dict[int, str]:
    """What each firm's row is taken for."""
    rows = found.store.query(
        "MATCH (c:Company)-[r:DEBARRED_BY]->(:Company) RETURN c.name AS name, r.kind AS kind"
    ).to_pylist()
    said = {row["name"]: row["kind"] for row in rows}
    return {n: said.get(firm(n)[0]) or "" for n in LIFTED}


def test_what_was_lifted_is_no_ban(lifted: FoundInFiles) -> None:
    assert kinds(lifted) == {n: kind for n, (_, kind) in LIFTED.items()}
    assert set(sentences(lifted)) == {NAMES[n] for n, (_, kind) in LIFTED.items() if kind == "ban"}
    unclear = " ".join(u.missing_zh for _, u in lifted.run.undecided)
    assert all(firm(n)[0] in unclear for n, (_, kind) in LIFTED.items() if kind == "unclear")


def test_a_list_of_bans_in_which_some_were_lifted(lifted_bans: FoundInFiles) -> None:
    told = kinds(lifted_bans)
    assert {n for n, kind in told.items() if kind == "ban"} == {8, 9, 10, 11}
    # Nothing of what is said never to have been a ban says so of a list that is called one of bans.
    assert {n for n, kind in told.items() if kind == "unclear"} >= {1, 2, 3, 4, 5, 6, 7}


def test_a_ban_of_a_decision_ends_with_its_term(mixed: FoundInFiles) -> None:
    (over,) = [f for f in mixed.run.findings if f.suppressed_by]
    assert over.facts["holder"]["name"] == firm(2)[0]
    assert over.suppressed_by is not None and over.suppressed_by["rule"] == "ended"
    assert (over.facts["barred_from"], over.facts["barred_to"]) == ("2022-05-01", "2023-05-02")
    # The last day on which it was in force.
    assert "期间为2022-05-01至2023-05-01" in over.suppressed_by["reason"]


def test_the_sentence_says_who_barred_and_from_when_to_when(mixed: FoundInFiles) -> None:
    zh, en = sentences(mixed), sentences(mixed, "en")
    assert "（由虚构市财政局决定，文号财罚3号，禁止期自2023-06-01至2025-05-31）" in zh[NAMES[3]]
    assert "(barred by 虚构市财政局, document 财罚3号, from 2023-06-01 to 2025-05-31)" in en[NAMES[3]]
    assert "（由虚构市住建局决定，文号建罚4号，禁止期自2024-01-01至2024-12-31）" in zh[NAMES[4]]
    assert "（由虚构市住建局决定，起止日期未载明）" in zh[NAMES[6]]
    assert "neither beginning nor end stated" in en[NAMES[6]]


def check_unclear(found: FoundInFiles, party: str) -> None:
    """One row does not say what it is: it is loaded, told, and of its party nothing is decided."""
    (told,) = found.told("ban-unclear")
    assert "无法判定" in told
    assert not sum(report.rejected for report in found.loads)
    ((subjects, missing),) = [
        (u.subjects, u.missing_zh) for d, u in found.run.undecided if "没有写明种类" in u.missing_zh
    ]
    assert party in missing and len(subjects) == 1
    assert party not in {f.facts["holder"]["name"] for f in found.run.findings}


def test_a_penalty_of_no_stated_kind_is_undecided(mixed: FoundInFiles) -> None:
    check_unclear(mixed, firm(5)[0])


def test_where_no_penalty_says_what_it_is_nothing_is_decided(unsaid: FoundInFiles) -> None:
    check_unclear(unsaid, firm(1)[0])
    assert not unsaid.run.findings


def test_a_term_in_words_ends_a_ban(in_words: FoundInFiles) -> None:
    zh = sentences(in_words)
    assert set(zh) == {NAMES[n] for n, (*_, ends) in TERMS.items() if ends}
    for n, (*_, ends) in TERMS.items():
        assert ends is None or ends in zh[NAMES[n]]
    told = in_words.told("ban-term")
    assert len(told) == len(TERMS) - 1 and all("推算" in t for t in told)

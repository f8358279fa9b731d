"""D6 `same-project-member`: one person is named in the project management of two bids of one lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import Rows
from detectors.ties import bidding, named_in_bids, people, traces
from detectors.ties.links import CLOSING_EN, CLOSING_ZH
from graph.names import UNNUMBERED, name_key

_AS_MEMBER = {"as_zh": "为项目管理成员", "as_en": " as a project member"}
_ACROSS = (
    "，在一份中为项目管理成员，在另一份中为投标经办人或单位负责人（须人工核查是否属于该情形）",
    ", as a project member in one and as its handler or the firm's representative in another (whether the article "
    "covers it is for a person to judge)",
)


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and person whom two separate bids name as a project member, or one and another in another role."""
    yield from _members(rows, values)
    others = (*named_in_bids.HANDLERS, *named_in_bids.REPRESENTATIVE)
    people = {**rows, "workers": Rows(_persons(rows, (*named_in_bids.MEMBERS, *others)))}
    yield from named_in_bids.across(people, named_in_bids.MEMBERS, others, *_ACROSS)
    yield from named_in_bids.unread(rows)


def _persons(rows: Mapping[str, Sequence[Row]], roles: Sequence[str]) -> pl.DataFrame:
    # A unit that stands among the members manages no project: article 40(3) is of persons.
    return named_in_bids.of_roles(rows, roles).filter(pl.col("holder_id").str.starts_with("person"))


def _members(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    members = _persons(rows, named_in_bids.MEMBERS)
    # One engineer may well be offered in bids for many lots: no hub here.
    unlimited = {**values, "hub_bidders": 1 << 62}
    what = ("项目管理成员数据", "data on project members")
    one = _by_certificate(members)
    told = dict(one.filter("by_certificate").select("holder_id", "certificate").iter_rows())
    sure = one.filter(
        (pl.col("holder_id") == pl.col("stated_holder_id")) & ~pl.col("holder_id").str.starts_with(UNNUMBERED)
    )
    numbered = set(sure.select("holder_id", "bid_id").iter_rows())
    for hit in traces.trace_drafts(rows, one, unlimited, what, people=True):
        if not isinstance(hit, Draft):
            yield hit
            continue
        hit, holder = replace(hit, words={**hit.words, **_AS_MEMBER}), hit.identity["holder_id"]
        if holder not in told:
            yield hit
        elif sum((holder, node) in numbered for node in hit.evidence.nodes) > 1:
            yield hit  # Its number alone ties two of the bids.
        else:
            yield _of_certificate(hit, str(told[holder]))


def _by_certificate(members: pl.DataFrame) -> pl.DataFrame:
    """People known by name alone, of one name and one registration certificate, as one; `by_certificate` marks them.

    Where one of them has a number, that one stands for them; several numbers beside one certificate are a mistake.
    """
    certificate = (
        pl.col("certificate_no").str.normalize("NFKC").str.replace_all(r"\s+", "").str.to_uppercase()
    )
    named = members.with_columns(name=name_key(members["holder_name"]), certificate=certificate)
    loose, at = pl.col("holder_id").str.starts_with(UNNUMBERED), ["certificate", "name"]
    numbered = pl.col("holder_id").filter(~loose)
    usable = pl.col("name").is_not_null() & (pl.col("certificate").str.len_chars() >= 6)
    joined = (
        usable
        & (pl.col("holder_id").n_unique().over(at) > 1)
        & loose.any().over(at)
        & (numbered.n_unique().over(at) <= 1)
    ).fill_null(False)
    stands = pl.coalesce(numbered.min().over(at), pl.col("holder_id").min().over(at))
    return named.with_columns(
        by_certificate=joined,
        stated_holder_id=pl.col("holder_id"),
        holder_id=pl.when(joined).then(stands).otherwise("holder_id"),
    ).drop("name", "certificate_no")


def _of_certificate(hit: Draft, certificate: str) -> Draft:
    key = sha256(f"{certificate}|{hit.words['holder']}".encode()).hexdigest()[:32]
    return replace(
        hit,
        severity="review",
        identity={**hit.identity, "holder_id": f"certificate:{key}"},
        facts={**hit.facts, "identity": "name_only", "corroboration": ["certificate_no"]},
        words={
            **hit.words,
            "identity_zh": "姓名与注册证书编号均一致，未核对证件号",
            "identity_en": "the same name and registration certificate; no number of a document to compare",
        },
    )


DETECTOR = Detector(
    id="same-project-member",
    version="1.3",
    domain="政府工程",
    scene="投标文件与保证金",
    title_zh="投标文件载明的项目管理成员为同一人",
    title_en="Two bids name the same project member",
    meaning_zh="同一标段的两份投标文件载明同一个人为项目管理成员，或一份载明其为成员而另一份载明其为经办人等；没有证件号的，姓名与注册证书编号均一致时提请核查。",
    severity="deemed",
    basis=(
        *statutes.deemed_collusion(
            "三",
            "不同投标人的投标文件载明的项目管理成员为同一人",
            "different bidders' documents name one person as project management member",
            order_87=(
                "不同投标人的投标文件载明的项目管理成员或者联系人员为同一人",
                "different bidders' documents name one person as project management member or contact",
            ),
        ),
    ),
    needs=("WORKS_ON_BID", "SUBMITS", "FOR_LOT"),
    parameters=(),
    queries={"workers": traces.WORKERS, "bidders": bidding.BIDDERS},
    columns={
        "workers": traces.WORKER_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(people.NAME_ONLY,),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}的投标文件均载明{holder}{as_zh}：{links_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): the bids of {bidders_en} both name {holder}{as_en}: {links_en}. "
    + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("证件号或证书编号录入错误", "同名不同人（仅同名的不作提示）"),
    innocent_en=("a mistyped number", "a namesake (the same name alone is no finding)"),
)

"""D3 `shared-contact`: bidders of one lot have the same address, telephone, e-mail or domain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import bidding, blank_contacts, people, phone_lines
from detectors.ties.coverage import lacking
from detectors.ties.drafts import CONSORTIUM, OTHER_LOT
from detectors.ties.links import (
    CLOSING_EN,
    CLOSING_ZH,
    ENDED,
    LinkTie,
    compared,
    link_hits,
    link_ties_and_set_aside,
    of_several,
    on_bids,
)
from detectors.ties.mail_domains import told_once, with_mail_domains
from detectors.ties.phone_lines import lines_once, with_main_numbers
from detectors.ties.spelt_addresses import places_once, users_of, with_places
from detectors.ties.traces import kind_words

_KINDS: Final = ("address", "phone", "email", "domain")
# A house number, room, storey or building: without one an address is a street or a district. 三号路 is a street.
_NO_STREET: Final = r"号(?:[^路街线大]|大[^街道]|$)"
_FULL: Final = (
    rf"\d+\s*(?:-\d+)?\s*(?:{_NO_STREET}|室|楼|层|幢|栋|座|单元|弄|房)"
    rf"|[一二三四五六七八九十百]+(?:{_NO_STREET}|楼|层)|\D\d{{1,4}}(?:-\d+)*$|^\d+\s+\w+"
)


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and shared contact; every kind of contact is compared."""
    bidders = table(rows["bidders"])
    links = table(rows["contacts"]).filter(pl.col("role").is_in(_KINDS))
    parties = {r["holder_id"]: int(r["parties"]) for r in rows["parties"]}
    public = {d.strip() for d in str(values["public_domains"]).split(",")}
    linked = on_bids(bidders, of_several(with_main_numbers(with_places(with_mail_domains(links, public)))))
    ties = lines_once(places_once(told_once(link_ties_and_set_aside(linked, bidders))))
    # What mail addresses or extensions have in common nobody states as a contact of his.
    common = linked.filter(pl.col("role").is_in(["domain", "phone"])).group_by("holder_id")
    parties |= {
        h: max(n, parties.get(h, 0)) for h, n in common.agg(pl.col("bidder_id").n_unique()).iter_rows()
    }
    full = pl.Series([t.holder_name for t in ties], dtype=pl.String).str.contains(_FULL).to_list()
    for tie, complete in zip(ties, full, strict=True):
        users = users_of(tie, parties)
        yield from link_hits(
            tie,
            suppressed_by=_explained(tie, complete, users, values, public),
            facts={"used_by_parties": users, "kind": tie.rows[0]["role"]},
            words=kind_words(tie),
            holder_is_party=False,
        )
    yield from lacking(compared(bidders), links["bidder_id"], "联系方式数据", "contact data")


def _explained(
    tie: LinkTie, complete: bool, users: int, values: Values, public: set[str]
) -> tuple[str, str, str] | None:
    kind = tie.rows[0]["role"]
    if blank := blank_contacts.placeholder(str(kind), tie.holder_name):
        return blank
    if users > values["hub_parties"]:
        return (
            "hub",
            f"共有{users}个主体使用，超过{values['hub_parties']}个的阈值，可能为集中登记地址、代办机构或园区",
            f"{users} parties use it, more than {values['hub_parties']}: perhaps a registration address, "
            "an intermediary or an incubator",
        )
    if line := phone_lines.extensions(tie):
        return line
    if kind == "address" and not complete:
        return (
            "partial-address",
            "地址没有门牌号，只到道路或区划",
            "the address names no house, only a street or district",
        )
    if kind == "domain" and tie.holder_name in public:
        return ("hub", "公共邮箱或平台域名", "a public mail or platform domain")
    return None


DETECTOR = Detector(
    id="shared-contact",
    version="1.5",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人使用相同的联系方式",
    title_en="Bidders share an address, telephone, e-mail or domain",
    meaning_zh="同一标段的投标人使用相同的地址、电话、邮箱、邮箱域名或网站域名；每一项都比较。",
    severity="lead",
    basis=(
        statutes.red_flag(
            "R042, R044", "投标人地址异常或信息相同", "unusual address, or the same data of two bidders"
        ),
    ),
    needs=("HAS_CONTACT", "SUBMITS", "FOR_LOT"),
    parameters=(
        people.HUB_PARTIES,
        Parameter(
            "public_domains",
            "qq.com,vip.qq.com,163.com,vip.163.com,126.com,139.com,189.cn,188.com,yeah.net,sina.com,sina.cn,sohu.com,"
            "aliyun.com,foxmail.com,21cn.com,tom.com,wo.cn,gmail.com,outlook.com,hotmail.com,live.com,icloud.com",
            "domains",
            "不作为关联的公共域名，逗号分隔",
            "public domains that tie nobody, separated by commas",
        ),
    ),
    queries={"contacts": people.CONTACTS, "parties": people.CONTACT_USERS, "bidders": bidding.BIDDERS},
    columns={
        "contacts": people.LINKED_COLUMNS,
        "parties": people.CONTACT_USERS_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(
        ENDED,
        CONSORTIUM,
        OTHER_LOT,
        people.HUB,
        blank_contacts.PLACEHOLDER,
        phone_lines.EXTENSION,
        Suppressor(
            "partial-address", "不完整的地址不作比较", "an address without a house number ties nobody"
        ),
    ),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}{have_zh}使用相同的{kind_zh}：{holder}。{as_of_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): bidders {bidders_en} {have_en} the same {kind_en}: {holder}. {as_of_en}. "
    + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("集中登记地址、产业园区、孵化器", "代理记账机构的电话或邮箱"),
    innocent_en=(
        "a registration address, a business park, an incubator",
        "the telephone or mail of a bookkeeper",
    ),
)

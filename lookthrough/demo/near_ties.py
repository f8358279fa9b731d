"""The planted scenes of government works that only look like a tie, or cannot be decided."""

from __future__ import annotations

from lookthrough.demo.planting import FUND, LISTED, PERSON, STATE, Party, Planting
from lookthrough.demo.truth import CONTROLLER, LOT_DETECTORS, SHAREHOLDER, through


def plant_near_ties(world: Planting) -> None:
    """Plant every lot in which nothing may be reported as a finding."""
    for plant in (
        _state_holder,
        _fund,
        _sold_before,
        _same_name,
        _other_lot,
        _consortium,
        _withdrawn,
        _no_ownership_data,
    ):
        plant(world)


def _state_holder(world: Planting) -> None:
    holder = world.holder_only("虚构市国有资产监督管理委员会", STATE, "11")
    key = "state-holder"
    bidders = [world.company("虚构海川建工有限公司"), world.company("虚构山河建工有限公司")]
    chains = (("100", "40"), ("100", "35"))
    for bidder, name, chain in zip(
        bidders, ("示例海川国有资本运营有限公司", "示例山河国有资本运营有限公司"), chains, strict=True
    ):
        world.chain(holder, [name], bidder, chain)
    world.tender("XG-2025-002", "虚构区样本河道整治工程")
    lot = world.lot("XG-2025-002", "01", [*bidders, world.outsider("栖霞")])
    shares = {b: through(*c) for b, c in zip(bidders, chains, strict=True)}
    reason = "仅同受国家出资，不因此构成关联（公司法第265条第四项）"
    world.tie(key, SHAREHOLDER, lot, holder, shares, reason, expect="suppressed", rule="state")

    pair = [world.company("虚构天平建工有限公司"), world.company("虚构地衡建工有限公司")]
    chains = (("100", "100"), ("100", "60"))
    for bidder, name, chain in zip(
        pair, ("示例天平国有资本运营有限公司", "示例地衡国有资本运营有限公司"), chains, strict=True
    ):
        world.chain(holder, [name], bidder, chain)
    world.tender("XG-2025-003", "虚构区样本泵站工程")
    held = world.lot("XG-2025-003", "01", [*pair, world.outsider("晚照")])
    shares = {b: through(*c) for b, c in zip(pair, chains, strict=True)}
    world.tie(key, CONTROLLER, held, holder, shares, reason, expect="suppressed", rule="state")
    world.tie(key, SHAREHOLDER, held, holder, shares, reason, expect="suppressed", rule="state", or_none=True)
    world.scene(
        key,
        "国资委同时位于两家投标人之上：已抑制",
        "A state asset commission stands above two honest bidders: suppressed",
        lot,
        held,
    )


def _fund(world: Planting) -> None:
    key = "fund"
    fund = world.holder_only("虚构稳健一号投资基金（有限合伙）", FUND)
    listed = [world.company(f"虚构{brand}股份有限公司", kind=LISTED) for brand in ("晨钟", "暮鼓")]
    crowd = Party("", "无限售条件流通股", "")
    for company, percent, rest in zip(listed, ("34", "31"), ("64", "67"), strict=True):
        world.holds(world.person(), company, percent, list_="十大股东")
        world.holds(fund, company, "2", list_="十大股东")
        world.holds(crowd, company, rest, list_="十大股东", by_name=True)
    world.tender("XG-2025-005", "虚构区示例科技园总承包工程")
    lot = world.lot("XG-2025-005", "01", [*listed, world.outsider("扬帆")])
    reason = "基金对两家上市公司仅各持2%，低于5%"
    shares = dict.fromkeys(listed, 0.02)
    world.tie(key, SHAREHOLDER, lot, fund, shares, reason, expect="suppressed", rule="fund")
    world.scene(
        key,
        "同一基金在两家上市投标人中各持2%：已抑制",
        "One fund holds 2% of two listed bidders: suppressed",
        lot,
    )


def _sold_before(world: Planting) -> None:
    key = "sold-before"
    seller, buyer = world.person("虚构许归田"), world.person("虚构何接手")
    left, kept = world.company("虚构旧雨建设有限公司"), world.company("虚构新晴建设有限公司")
    world.holds(seller, left, "30", until="2025-01-15")
    world.holds(buyer, left, "30", since="2025-01-15")
    world.rest(left, "30")
    world.holds(seller, kept, "25")
    world.rest(kept, "25")
    world.tender("XG-2025-007", "虚构区样本公园提升工程")
    lot = world.lot("XG-2025-007", "01", [left, kept, world.outsider("霜降")])
    world.expect(
        key,
        SHAREHOLDER,
        lot,
        "suppressed",
        "股东已于2025-01-15退出其中一家，早于投标截止日",
        subjects=(left.id, kept.id),
        rule="ended",
        holder_name=seller.name,
    )
    world.scene(
        key,
        "股东在投标之前已退出其中一家：已排除",
        "A shareholder had sold one of the two holdings before the bid: set aside",
        lot,
    )


def _same_name(world: Planting) -> None:
    key = "same-name"
    first, second = world.company("虚构甲舟建设有限公司"), world.company("虚构乙舟建设有限公司")
    for company in (first, second):
        world.holds(world.person("虚构李明"), company, "55")
        world.rest(company, "55")
    world.tender("XG-2025-008", "虚构区样本医院改造工程")
    lot = world.lot("XG-2025-008", "01", [first, second, world.outsider("惊蛰")])
    third, fourth = world.company("虚构丙舟建设有限公司"), world.company("虚构丁舟建设有限公司")
    for company in (third, fourth):
        world.holds(Party("", "虚构王芳", PERSON), company, "45", by_name=True)
        world.rest(company, "45")
    world.tender("XG-2025-009", "虚构区样本市场改造工程")
    bare = world.lot("XG-2025-009", "01", [third, fourth, world.outsider("谷雨")])
    world.expect(key, SHAREHOLDER, lot, "none", "同名但证件号码不同：两个人")
    world.expect(key, SHAREHOLDER, bare, "none", "仅有姓名、没有证件号码：不得按姓名合并")
    world.scene(
        key,
        "两家投标人的股东同名：证件号码不同，或只有姓名，均不合并",
        "Two bidders' holders share a name: different numbers, or names alone, are never merged",
        lot,
        bare,
    )


def _other_lot(world: Planting) -> None:
    key = "other-lot"
    owner = world.person("虚构秦分席")
    first, second = world.company("虚构左岸建设有限公司"), world.company("虚构右岸建设有限公司")
    for company, percent in ((first, "60"), (second, "70")):
        world.holds(owner, company, percent)
        world.rest(company, percent)
    world.tender("XG-2025-011", "虚构区样本道路养护工程（两个标段）")
    lots = [
        world.lot("XG-2025-011", number, [company, world.outsider(a), world.outsider(b)])
        for number, company, a, b in (("01", first, "立夏", "小满"), ("02", second, "芒种", "夏至"))
    ]
    for lot in lots:
        why = "同一股东的两家公司投的是同一项目的不同标段"
        world.expect(
            key,
            SHAREHOLDER,
            lot,
            "suppressed",
            why,
            subjects=(first.id, second.id),
            rule="lot",
            holder_name=owner.name,
        )
        world.expect(key, CONTROLLER, lot, "none", why)
    world.scene(
        key,
        "同一股东的两家公司投不同标段：已排除",
        "One owner's two companies bid for different lots of a tender: set aside",
        *lots,
    )


def _consortium(world: Planting) -> None:
    key = "consortium"
    owner = world.person("虚构高同舟")
    lead, member = world.company("虚构并肩建设有限公司"), world.company("虚构携手建设有限公司")
    for company, percent in ((lead, "40"), (member, "45")):
        world.holds(owner, company, percent)
        world.rest(company, percent)
    world.tender("XG-2025-012", "虚构区样本隧道工程")
    lot = world.lot("XG-2025-012", "01", [(lead, member), world.outsider("立秋"), world.outsider("处暑")])
    world.expect(
        key,
        SHAREHOLDER,
        lot,
        "suppressed",
        "联合体成员共同提交一份投标，不互相比较",
        subjects=(lead.id, member.id),
        rule="consortium",
        holder_name=owner.name,
    )
    world.scene(
        key,
        "联合体的两个成员有同一股东：只有一份投标",
        "The two members of a consortium share an owner: they submit one bid",
        lot,
    )


def _no_ownership_data(world: Planting) -> None:
    key = "no-ownership-data"
    blank = [world.company("虚构未详建设有限公司"), world.company("虚构未载建设有限公司")]
    world.tender("XG-2025-015", "虚构区样本照明工程")
    lot = world.lot("XG-2025-015", "01", [*blank, world.outsider("冬至")])
    for detector in LOT_DETECTORS:
        reason = "三家投标人中两家没有股权数据：无法判定"
        world.expect(key, detector, lot, "undecided", reason, subjects=tuple(b.id for b in blank))
    world.scene(
        key,
        "两家投标人没有股权数据：无法判定，不等于没有",
        "Two bidders have no ownership data: undecided, which is not the same as none",
        lot,
    )


def _withdrawn(world: Planting) -> None:
    key = "withdrawn"
    owner = world.person("虚构罗知退")
    stayed, left = world.company("虚构留声建设有限公司"), world.company("虚构退潮建设有限公司")
    for company, percent in ((stayed, "35"), (left, "30")):
        world.holds(owner, company, percent)
        world.rest(company, percent)
    world.tender("XG-2025-018", "虚构区样本护坡工程")
    bidders = [stayed, left, world.outsider("雨水"), world.outsider("春分")]
    lot = world.lot("XG-2025-018", "01", bidders, withdrawn=[left])
    world.expect(key, SHAREHOLDER, lot, "none", "其中一家在开标前撤回投标")
    world.scene(
        key,
        "同一股东的两家公司中，一家已撤回投标：不成立",
        "Of one owner's two companies one withdrew its bid: no tie",
        lot,
    )

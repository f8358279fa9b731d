"""The planted scenes of government works in which bidders of one lot are tied."""

from __future__ import annotations

from lookthrough.demo.planting import COMPANY, LISTED, STATE, Party, Planting
from lookthrough.demo.truth import CONTROLLER, SHAREHOLDER, through


def plant_ties(world: Planting) -> None:
    """Plant every lot in which there is something to find."""
    for plant in (
        _nine_bidders,
        _state_group,
        _cross_holding,
        _votes_only,
        _two_lists,
        _name_only_company,
        _bidder_holds_bidder,
        _nearest,
    ):
        plant(world)


def _nine_bidders(world: Planting) -> None:
    key = "nine-bidders"
    owner = world.person("虚构顾远山")
    cloud = world.company("虚构云桥建设有限公司")
    pine = world.company("虚构松岭市政工程有限公司")
    ferry = world.company("虚构渡口路桥有限公司")
    to_cloud, to_pine, to_ferry = (
        ("80", "75", "100", "70"),
        ("60", "55", "90", "80"),
        ("90", "40", "60", "51"),
    )
    world.chain(
        owner, ["示例启明投资有限公司", "示例恒泽实业有限公司", "示例长峰控股有限公司"], cloud, to_cloud
    )
    world.chain(
        owner, ["示例南屿投资有限公司", "示例广济实业有限公司", "示例青麓控股有限公司"], pine, to_pine
    )
    world.chain(
        owner, ["示例北辰投资有限公司", "示例和裕实业有限公司", "示例白榆控股有限公司"], ferry, to_ferry
    )
    others = [world.outsider(brand) for brand in ("东篱", "西林", "听涛", "望岳", "观澜", "临溪")]
    world.tender("XG-2025-001", "虚构区示例大道改扩建工程")
    lot = world.lot(
        "XG-2025-001", "01", [others[0], cloud, *others[1:3], pine, others[3], ferry, *others[4:]]
    )
    shares = {cloud: through(*to_cloud), pine: through(*to_pine), ferry: through(*to_ferry)}
    world.tie(
        key, SHAREHOLDER, lot, owner, shares, "三家投标人各经四层穿透至同一自然人：42%、23.76%、11.016%"
    )
    # The third chain breaks at 40%: a share all the way, control only of the first two.
    controlled = {p: shares[p] for p in (cloud, pine)}
    world.tie(key, CONTROLLER, lot, owner, controlled, "两条链上每一层均超过半数；第三条在40%处中断")
    world.scene(
        key,
        "九家投标人中，三家各经四层穿透至同一人，其中两家受其控制",
        "Nine bidders: three lead through four layers to one person, who controls two of them",
        lot,
    )


def _state_group(world: Planting) -> None:
    key = "state-group"
    state = world.holder_only("虚构县国有资产监督管理委员会", STATE, "11")
    group = world.company("虚构江海投资集团有限公司")
    first, second = world.company("虚构江海路桥有限公司"), world.company("虚构江海市政有限公司")
    world.holds(state, group, "100")
    for bidder, percent in ((first, "80"), (second, "60")):
        world.holds(group, bidder, percent)
        world.rest(bidder, percent)
    world.tender("XG-2025-004", "虚构区样本桥梁加固工程")
    lot = world.lot("XG-2025-004", "01", [first, second, world.outsider("扶光")])
    reason = "国资委之下的经营性集团仍是共同控制人"
    world.tie(key, CONTROLLER, lot, group, {first: 0.8, second: 0.6}, reason)
    world.scene(
        key,
        "国资委之下的集团控制两家投标人：仍应提示",
        "An operating group below the state holder controls two bidders: still found",
        lot,
    )


def _cross_holding(world: Planting) -> None:
    key = "cross-holding"
    owner = world.person("虚构沈知微")
    first, second = world.company("示例环山投资有限公司"), world.company("示例抱水投资有限公司")
    middle = world.company("示例直道控股有限公司")
    ringed, straight = world.company("虚构回廊建设有限公司"), world.company("虚构直道建设有限公司")
    world.holds(owner, first, "60")
    world.holds(second, first, "25")
    world.rest(first, "60", "25")
    world.holds(first, second, "40")
    world.rest(second, "40")
    world.holds(second, ringed, "45")
    world.rest(ringed, "45")
    world.holds(owner, middle, "70")
    world.rest(middle, "70")
    world.holds(middle, straight, "40")
    world.rest(straight, "40")
    world.tender("XG-2025-006", "虚构区样本学校新建工程")
    lot = world.lot("XG-2025-006", "01", [ringed, straight, world.outsider("知秋")])
    # All walks round the loop: first = 0.6 / (1 − 0.25 × 0.4) = 2/3, second = 0.4 × 2/3, × 0.45 = 0.12;
    # simple paths alone would give 0.6 × 0.4 × 0.45 = 0.108.
    shares = {ringed: 0.12, straight: through("70", "40")}
    world.tie(key, SHAREHOLDER, lot, owner, shares, "链上存在交叉持股：按全路径（积分法）为12%，而非10.8%")
    world.scene(
        key,
        "链条中有交叉持股的环，穿过环仍是真实的共同股东",
        "A cross-holding loop inside the chain; the tie through it is real",
        lot,
    )


def _votes_only(world: Planting) -> None:
    key = "votes-only"
    voter = world.person("虚构陆执言")
    first, second = world.company("虚构听松建设有限公司"), world.company("虚构听竹建设有限公司")
    for company, votes, others in ((first, "30", "70"), (second, "26", "74")):
        world.holds(voter, company, "0", votes=votes)
        world.holds(world.person(), company, "100", votes=others)
    world.tender("XG-2025-010", "虚构区样本管网工程")
    lot = world.lot("XG-2025-010", "01", [first, second, world.outsider("白露")])
    world.tie(
        key,
        SHAREHOLDER,
        lot,
        voter,
        {first: 0.0, second: 0.0},
        "不持有股权，但分别持有30%、26%的表决权",
        votes={first.id: 0.3, second.id: 0.26},
    )
    world.scene(
        key,
        "没有股权，只有表决权的共同持有人",
        "A common holder by votes alone, without any shares",
        lot,
    )


def _two_lists(world: Planting) -> None:
    key = "two-lists"
    group = world.company("虚构星汉集团有限公司")
    world.holds(world.person(), group, "100")
    listed = world.company("虚构银河路桥股份有限公司", kind=LISTED)
    branch = world.company("虚构星汉建设有限公司")
    crowd = Party("", "无限售条件流通股", "")
    world.holds(group, listed, "41.09", list_="十大股东")
    world.holds(world.person(), listed, "22.50", list_="十大股东")
    world.holds(crowd, listed, "36.41", list_="十大股东", by_name=True)
    world.holds(group, listed, "10.86", list_="十大流通股东")
    world.holds(group, branch, "60")
    world.rest(branch, "60")
    world.tender("XG-2025-013", "虚构区样本快速路工程")
    lot = world.lot("XG-2025-013", "01", [listed, branch, world.outsider("寒露")])
    reason = "两份股东名册不可相加：41.09%，不是51.95%"
    world.tie(key, SHAREHOLDER, lot, group, {listed: 0.4109, branch: 0.6}, reason)
    world.expect(key, CONTROLLER, lot, "none", "两份名册相加才会过半，而名册不可相加")
    world.owner(key, lot, (listed, branch), "集团的唯一股东穿透持有41.09%与60%")
    world.scene(
        key,
        "上市公司有两份股东名册（41.09%与10.86%）：不相加，不构成控制",
        "A listed bidder has two lists (41.09% and 10.86%): never added, so no control",
        lot,
    )


def _name_only_company(world: Planting) -> None:
    key = "name-only-company"
    holder = world.company("虚构远岫控股有限公司")
    world.holds(world.person(), holder, "100")
    first, second = world.company("虚构远岫路桥有限公司"), world.company("虚构近水市政有限公司")
    world.holds(Party("", holder.name, COMPANY), first, "35", by_name=True)
    world.rest(first, "35")
    world.holds(holder, second, "40")
    world.rest(second, "40")
    world.tender("XG-2025-014", "虚构区样本排水工程")
    lot = world.lot("XG-2025-014", "01", [first, second, world.outsider("大雪")])
    reason = "股东仅有企业全称，与唯一一家登记企业一致"
    world.tie(key, SHAREHOLDER, lot, holder, {first: 0.35, second: 0.4}, reason)
    world.owner(key, lot, (first, second), "该企业的唯一股东穿透持有35%与40%")
    world.scene(
        key,
        "一处股东只写了企业全称，按唯一全称匹配",
        "A holder is given by its full registered name alone and meets exactly one company",
        lot,
    )


def _bidder_holds_bidder(world: Planting) -> None:
    key = "bidder-holds-bidder"
    parent, held = world.company("虚构乔木建设有限公司"), world.company("虚构乔枝建设有限公司")
    world.holds(world.person(), parent, "100")
    world.holds(parent, held, "30")
    world.rest(held, "30")
    world.tender("XG-2025-016", "虚构区样本绿化工程")
    lot = world.lot("XG-2025-016", "01", [parent, held, world.outsider("小寒")])
    world.tie(
        key,
        SHAREHOLDER,
        lot,
        parent,
        {held: 0.3},
        "股东本身也是同一标段的投标人",
        bidders=(parent, held),
    )
    world.owner(key, lot, (parent, held), "母公司的唯一股东持有100%，并穿透持有30%")
    world.scene(
        key,
        "一家投标人持有同一标段另一家投标人30%",
        "One bidder holds 30% of another bidder of the same lot",
        lot,
    )


def _nearest(world: Planting) -> None:
    key = "nearest-holder"
    owner = world.person("虚构陶居高")
    middle = world.company("示例居间投资有限公司")
    world.holds(owner, middle, "80")
    world.rest(middle, "80")
    first, second = world.company("虚构近山建设有限公司"), world.company("虚构近海建设有限公司")
    for company, percent in ((first, "30"), (second, "20")):
        world.holds(middle, company, percent)
        world.rest(company, percent)
    world.tender("XG-2025-017", "虚构区样本停车场工程")
    lot = world.lot("XG-2025-017", "01", [first, second, world.outsider("大寒")])
    reason = "最近的共同股东是居间公司；其上层股东经它到达同样两家，只作为事实"
    world.tie(key, SHAREHOLDER, lot, middle, {first: 0.3, second: 0.2}, reason)
    world.scene(
        key,
        "共同股东之上还有股东：只报最近的一个",
        "There are holders above the common holder: only the nearest one is reported",
        lot,
    )

"""Invented subgraphs that the drawing tests share."""

from __future__ import annotations

from graph.subgraph import SubEdge, Subgraph, SubNode


def company(id_: str, name: str, **more: object) -> SubNode:
    return SubNode(id_, "Company", name, **more)  # type: ignore[arg-type]


def person(id_: str, name: str, **more: object) -> SubNode:
    return SubNode(id_, "Person", name, **more)  # type: ignore[arg-type]


def owns(source: str, target: str, share: float | None = None, **more: object) -> SubEdge:
    marks = more.pop("marks", ())
    facts = {"share": share, **more, "sources": [f"b1:0123456789ab#股东#{source}-{target}"]}
    return SubEdge(f"o:{source}>{target}", "OWNS", source, target, facts, marks)  # type: ignore[arg-type]


def nine_bidders() -> Subgraph:
    """Nine bidders of one lot, three tied to one person through four layers; a state holder over two more."""
    nodes = [
        SubNode("lot", "Lot", "示例区虚构河道整治工程（一标段）", facts={"bid_on": "2025-03-12"}),
        SubNode("tender", "Tender", "示例区虚构河道整治工程"),
        company("buyer", "示例区虚构水务局", kind="government"),
        person("p", "测试甲", marks=("finding",)),
        company("t1", "虚构控股集团有限公司", marks=("finding",)),
        company("t2", "虚构投资管理（示例）有限公司", marks=("finding",)),
        company("t3", "虚构产业合伙企业（有限合伙）", kind="partnership", marks=("finding",)),
        company("t4", "虚构建设发展有限公司", marks=("finding",)),
        company("soe", "示例市虚构国有资产监督管理委员会", kind="state_holder"),
        person("q", "样本乙"),
        person("r", "Jane Example-Testington"),
    ]
    edges = [
        owns("p", "t1", 0.8, marks=("finding",)),
        owns("t1", "t2", 0.7, marks=("finding",)),
        owns("t1", "t3", 0.6, marks=("finding",)),
        owns("t2", "t4", 0.9, marks=("finding",)),
        owns("t4", "b1", 0.51, marks=("finding",)),
        owns("t3", "b2", 0.3, votes=0.55, marks=("finding",)),
        owns("t2", "b3", 0.35, marks=("finding",)),
        owns("q", "b1", 0.49),
        owns("q", "b4", 1.0),
        owns("r", "b5", None, share_min=0.25, share_max=0.5),
        owns("r", "t3", None),
        owns("soe", "b6", 0.8),
        owns("soe", "b7", 0.65),
        SubEdge("lr", "LEGAL_REP_OF", "q", "b1", {"role": "legal_representative"}),
        SubEdge("of", "OFFICER_OF", "q", "b1", {"role": "executive_director"}),
        SubEdge("lo", "LOT_OF", "lot", "tender"),
        SubEdge("bu", "BUYS", "buyer", "tender"),
        SubEdge(
            "c1",
            "ULTIMATELY_HOLDS",
            "p",
            "b3",
            {"share": 0.196, "formula": "80% × 70% × 35% = 19.6%"},
            ("computed", "finding"),
        ),
    ]
    for i in range(1, 10):
        tied = ("finding", "subject") if i < 4 else ("subject",)
        nodes.append(
            company(f"b{i}", f"示例市虚构第{'一二三四五六七八九'[i - 1]}建筑工程有限公司", marks=tied)
        )
        nodes.append(
            SubNode(f"bid{i}", "Bid", "", facts={"amount": 123456700 + i * 1000000, "currency": "CNY"})
        )
        edges.append(SubEdge(f"s{i}", "SUBMITS", f"b{i}", f"bid{i}"))
        edges.append(SubEdge(f"f{i}", "FOR_LOT", f"bid{i}", "lot"))
    return Subgraph(
        tuple(nodes),
        tuple(edges),
        "共同股东：示例区虚构河道整治工程（一标段）",
        "integrated",
        "2025-03-12",
        "f00dfeed",
    )


def cross_holding() -> Subgraph:
    """A and B hold each other; a person above, a subsidiary below; one company holds itself."""
    return Subgraph(
        (
            person("p", "测试丙", effective_share=0.618),
            company("a", "虚构甲实业有限公司", effective_share=0.75),
            company("b", "虚构乙实业有限公司", effective_share=0.9),
            company("c", "示例丙科技有限公司", marks=("subject",)),
            company("d", "示例丁商贸有限公司"),
        ),
        (
            owns("p", "a", 0.6),
            owns("a", "b", 0.7),
            owns("b", "a", 0.4),
            owns("b", "c", 0.9),
            owns("d", "d", 0.1),
            owns("d", "c", 0.1),
        ),
        "循环持股示例",
        "integrated",
        "2025-01-01",
        "abc123",
    )


def household() -> Subgraph:
    """A household with two dwellings, a third through a company, and a benefit."""
    return Subgraph(
        (
            SubNode("h", "Household", "虚构户001", "benefit", marks=("subject", "finding")),
            person("m1", "测试丁"),
            person("m2", "样本戊", facts={"died_on": "2024-05-01"}),
            person("m3", "示例己"),
            SubNode(
                "pr1", "Property", "示例市虚构路1号101室", "dwelling", {"area_m2": 88.5}, marks=("finding",)
            ),
            SubNode(
                "pr2", "Property", "示例市虚构路2号202室", "dwelling", {"area_m2": 120.0}, marks=("finding",)
            ),
            SubNode("pr3", "Property", "示例市虚构大道9号商铺", "shop", {"area_m2": 40.0}),
            company("co", "示例虚构小吃店", kind="sole_trader"),
            SubNode(
                "be",
                "Benefit",
                "虚构低保 2024-01",
                facts={"from_month": "2024-01", "to_month": "2024-12", "amount": 98000},
            ),
            SubNode("pg", "Program", "城乡居民最低生活保障（示例）"),
            SubNode("ct", "Contact", "示例市虚构路1号", "address"),
        ),
        (
            SubEdge("1", "MEMBER_OF", "m1", "h", {"relation_to_head": "head"}),
            SubEdge("2", "MEMBER_OF", "m2", "h", {"relation_to_head": "spouse"}),
            SubEdge("3", "MEMBER_OF", "m3", "h", {"relation_to_head": "son"}),
            SubEdge(
                "4",
                "HOLDS_PROPERTY",
                "m1",
                "pr1",
                {"holding_form": "sole", "acquired_by": "purchase"},
                ("finding",),
            ),
            SubEdge(
                "5",
                "HOLDS_PROPERTY",
                "m2",
                "pr2",
                {"share": 1 / 6, "acquired_by": "inheritance"},
                ("finding",),
            ),
            SubEdge("6", "HOLDS_PROPERTY", "co", "pr3", {"holding_form": "sole"}),
            owns("m3", "co", 1.0),
            SubEdge("7", "RECEIVES", "h", "be"),
            SubEdge("8", "UNDER", "be", "pg"),
            SubEdge("9", "RELATED_TO", "m1", "m2", {"relation": "spouse"}),
            SubEdge("10", "HAS_CONTACT", "m1", "ct"),
        ),
        "低保家庭多套房产",
        "",
        "2024-12-31",
        "beef",
    )


def doubts() -> Subgraph:
    """Bands, unknowns, a register above 100%, what is suppressed or ended, the same party twice, control."""
    return Subgraph(
        (
            company("x", "虚构存疑置业有限公司", marks=("subject",), facts={"status": "liquidating"}),
            company("k1", "示例控股有限公司", marks=("suppressed",)),
            company("k2", "Example Offshore Holdings (Test) Limited"),
            person("k3", ""),
            person("k4", "𠮷测试"),
            company("k5", "示例控股（香港）有限公司"),
            person("k6", "测试庚"),
            SubNode("cc", "Concert", "虚构一致行动协议"),
        ),
        (
            owns("k1", "x", 0.6, marks=("suppressed",)),
            owns("k2", "x", None, share_min=0.25, share_max=0.5, min_open=True),
            owns("k3", "x", None),
            owns("k4", "x", 0.5),
            owns("k6", "x", 0.2, valid_to="2023-01-01"),
            SubEdge("sa", "SAME_AS", "k1", "k5", {"by": "identifier"}),
            SubEdge("ps", "POSSIBLY_SAME", "k4", "k6", {"by": "name"}),
            SubEdge(
                "ec", "EXERCISES_CONTROL", "k2", "x", {"interest": "board_appointment", "suspected": True}
            ),
            SubEdge("mc", "MEMBER_OF_CONCERT", "k4", "cc"),
            SubEdge("mc2", "MEMBER_OF_CONCERT", "k6", "cc"),
            SubEdge("cx", "CONTROLS", "cc", "x"),
            SubEdge("gone", "OWNS", "local:从未载入", "x", {"share": 0.00001}),
        ),
        "数据存疑的股东名册",
        "integrated",
        "2024-06-30",
        "d00b",
        truncated=True,
    )


def hub(holders: int = 60) -> Subgraph:
    """One company with many holders, one of which has a holder of its own."""
    nodes = [company("hub", "虚构科技股份有限公司", marks=("subject",)), company("top", "示例母公司有限公司")]
    edges = [owns("top", "h0", 1.0)]
    for i in range(holders):
        name = f"测试股东{i:02d}" if i % 3 else f"示例市虚构投资中心第{i:02d}号（有限合伙）"
        nodes.append(person(f"h{i}", name) if i % 3 else company(f"h{i}", name, kind="partnership"))
        edges.append(owns(f"h{i}", "hub", None if i == 7 else round(0.5 / (i + 2), 4)))
    return Subgraph(tuple(nodes), tuple(edges), "股东众多的公司", "integrated", "2024-06-30", "cafe")


def long_names() -> Subgraph:
    """Names nobody expects: 200 characters, Latin only, rare characters, hostile text."""
    return Subgraph(
        (
            company("l1", "虚构" * 100),
            company("l2", "The Very Long Example Testing Company Name of Nowhere In Particular Incorporated"),
            company(
                "l3", "<script>alert('测试')</script> & \"引号\"\x00\x1b[31m\u202e反向", marks=("subject",)
            ),
            person("l4", "𠮷野𪚥测试·阿卜杜拉·示例·买买提"),
            company("l5", "]]>--><img src=x onerror=alert(1)>\ud800\uffff"),
        ),
        (owns("l1", "l2", 0.5), owns("l2", "l3", 0.123456789), owns("l4", "l3", 0.5), owns("l3", "l5", 1e-7)),
        "</title><script>alert(2)</script>",
        "simple_paths",
        "2024-06-30",
        "cafe",
    )


def refused_and_abroad() -> Subgraph:
    """A closed block, companies abroad, two holders at half each, votes apart from shares, a stake computed."""
    marks = ("refused",)
    return Subgraph(
        (
            company("s", "示例市虚构联合置业有限公司", marks=("subject",)),
            company("c1", "虚构环甲有限公司", marks=marks),
            company("c2", "虚构环乙有限公司", marks=marks),
            company("c3", "虚构环丙有限公司", marks=marks),
            company("v", "Example Fictional Holdings Limited", facts={"jurisdiction": "VG"}),
            company("hk", "示例（香港）虚构投资有限公司", facts={"jurisdiction": "HK"}),
            company("li", "虚构股份有限公司", kind="listed"),
            company("st", "示例市虚构国有资产监督管理委员会", kind="state_holder"),
            company("tr", "虚构一号信托", kind="arrangement"),
            person("p", "测试甲", effective_share=0.42),
            person("q", "样本乙"),
        ),
        (
            owns("c1", "c2", 1.0),
            owns("c2", "c3", 1.0),
            owns("c3", "c1", 1.0),
            owns("c1", "s", 0.1),
            owns("v", "hk", 0.7),
            owns("p", "v", 1.0),
            owns("hk", "s", 0.6),
            owns("li", "s", None, share_min=0.25, share_max=0.5),
            owns("st", "li", 0.5),
            owns("tr", "li", 0.5, votes=0.3),
            owns("q", "s", 0.05),
            SubEdge("ec", "EXERCISES_CONTROL", "q", "s", {"interest": "board_appointment"}),
            SubEdge(
                "cx",
                "ULTIMATELY_HOLDS",
                "p",
                "s",
                {"share": 0.42, "formula": "100% × 70% × 60% = 42%"},
                ("computed",),
            ),
        ),
        "封闭环与境外股东",
        "integrated",
        "2025-01-01",
        "c10d",
    )


def loop_of_forty() -> Subgraph:
    """Forty companies, each holding the next; one of them is asked about."""
    nodes = [company(f"r{i:02d}", f"虚构环第{i + 1}有限公司") for i in range(40)]
    nodes[0] = company("r00", "虚构环第1有限公司", marks=("subject",))
    edges = [owns(f"r{i:02d}", f"r{(i + 1) % 40:02d}", 0.5) for i in range(40)]
    edges.append(owns("p", "r20", 0.5))
    return Subgraph(
        (*nodes, person("p", "测试甲")), tuple(edges), "四十家公司的环", "integrated", "2025-01-01", "40"
    )


ALL = (nine_bidders, cross_holding, household, doubts, hub, long_names, refused_and_abroad, loop_of_forty)

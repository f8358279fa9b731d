"""The procurement world with everything detectors compare: prices, contacts, posts, traces, parties, subcontracts, households."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.procurement import world
from graph.records import Extract, source

Ints = npt.NDArray[np.int64]

_TRACES: Final = (("device", "upload", 0.002), ("account", "deposit", 0.002), ("author", "author", 0.02))
"""Kind of trace, its purpose, and how many bids have one of another bid's."""
_MONTHS: Final = 6


def procurement(companies: int, edges: int, lots: int, households: int, seed: int = 7) -> Extract:
    """`bench.procurement.world`, and beside it what each family of detectors needs.

    Ties are planted at random and seldom; nearly every bidder and bid has data, as an exchange's platform has them.
    """
    rng = np.random.default_rng(seed)
    extract = world(companies, edges, lots, seed)
    stated = source(extract.files[0], "suite", 1)
    bids = pl.concat(extract.nodes["Bid"]).select("id")
    bids = bids.with_columns(
        lot=pl.col("id").str.split("/").list.slice(0, 2).list.join("/"),
        bidder=pl.col("id").str.split("/").list.get(2),
    ).with_columns(tender=pl.col("lot").str.strip_suffix("/1"))
    _prices(extract, bids, rng, stated)
    _procedures(extract, bids, rng, stated)
    bidders = bids["bidder"].unique().sort()
    _contacts(extract, bidders, rng, stated)
    _posts(extract, bidders, rng, stated)
    _traces(extract, bids, rng, stated)
    _households(extract, households, rng, stated)
    return extract


def _prices(extract: Extract, bids: pl.DataFrame, rng: np.random.Generator, stated: str) -> None:
    estimate = pl.DataFrame({"lot": bids["lot"].unique().sort()}).with_columns(
        estimate=pl.Series(rng.integers(10**8, 10**10, bids["lot"].n_unique()))
    )
    priced = bids.join(estimate, on="lot").with_columns(
        amount=(pl.col("estimate") * pl.Series(rng.uniform(0.82, 0.99, bids.height))).cast(pl.Int64)
    )
    lowest = pl.col("amount") == pl.col("amount").min().over("lot")
    extract.add_node(
        "Bid",
        priced.select(
            "id", "amount", currency=pl.lit("CNY"), price_kind=pl.lit("total"), won=lowest,
            status=pl.when(lowest).then(pl.lit("won")).otherwise(pl.lit("lost")), source=pl.lit(stated),
        ),
    )  # fmt: skip
    extract.add_node(
        "Lot", estimate.select("estimate", id="lot", currency=pl.lit("CNY"), source=pl.lit(stated))
    )
    won = priced.filter(lowest).unique("lot", keep="first", maintain_order=True)
    others = priced.filter(~lowest).unique("lot", keep="first", maintain_order=True)
    sub = won.join(others, on="lot", suffix="_2").sort("lot").gather_every(50)
    extract.add_rel(
        "SUBCONTRACTS_TO", "Company", "Company",
        sub.select("lot", from_id="bidder", to_id="bidder_2", amount=pl.col("amount") // 5, currency=pl.lit("CNY"),
                   scope=pl.lit("路面附属工程"), source=pl.lit(stated)),
    )  # fmt: skip


def _procedures(extract: Extract, bids: pl.DataFrame, rng: np.random.Generator, stated: str) -> None:
    tenders = bids["tender"].unique().sort()
    count = len(tenders)
    extract.add_node(
        "Tender",
        pl.DataFrame({"id": tenders}).with_columns(
            regime=pl.Series(rng.choice(["construction", "government_procurement"], count)),
            method=pl.lit("open"), published_on=pl.lit("2021-11-01"), source=pl.lit(stated),
        ),
    )  # fmt: skip
    for prefix, type_, pool, extra in (
        ("buyer", "BUYS", 500, {}),
        ("agent", "SERVES_TENDER", 300, {"role": pl.lit("agent")}),
    ):
        party = pl.format("local:{}{}", pl.lit(prefix), pl.Series(rng.integers(0, pool, count)))
        links = pl.DataFrame({"to_id": tenders}).with_columns(from_id=party, source=pl.lit(stated), **extra)
        extract.add_node("Company", links.select("source", id="from_id").unique(maintain_order=True))
        extract.add_rel(type_, "Company", "Tender", links)


def _contacts(extract: Extract, bidders: pl.Series, rng: np.random.Generator, stated: str) -> None:
    """An address and a telephone each; one in a hundred has another's, and one address serves a thousand."""
    for kind in ("address", "phone"):
        own = np.arange(len(bidders))
        other = rng.random(len(bidders)) < 0.01
        own[other] = rng.integers(0, len(bidders), int(other.sum()))
        if kind == "address":
            own[:1000] = 0
        _linked(extract, "HAS_CONTACT", kind, bidders, own, stated)


def _linked(
    extract: Extract, type_: str, kind: str, at: pl.Series, which: Ints, stated: str, purpose: str = ""
) -> None:
    value = pl.format("虚构路{}号" if kind == "address" else "虚构{}", pl.Series(which))
    rows = pl.DataFrame({"at": at}).with_columns(
        contact=pl.concat_str(pl.lit(f"{kind}:"), value), value=value, source=pl.lit(stated)
    )
    extract.add_node(
        "Contact",
        rows.select("value", "source", id="contact", kind=pl.lit(kind)).unique("id", maintain_order=True),
    )
    if type_ == "HAS_CONTACT":
        extract.add_rel(type_, "Company", "Contact", rows.select("source", from_id="at", to_id="contact"))
    else:
        links = rows.select("source", from_id="contact", to_id="at", purpose=pl.lit(purpose))
        extract.add_rel(type_, "Contact", "Bid", links)


def _posts(extract: Extract, bidders: pl.Series, rng: np.random.Generator, stated: str) -> None:
    """A legal representative and a supervisor each, one in two hundred somebody else's; some are kin."""
    people = [pl.format("person.local:post{}", pl.Series(np.arange(len(bidders) * 2))).alias("id")]
    named = pl.select(people).with_columns(name=pl.format("测试人{}", pl.int_range(pl.len())))
    extract.add_node("Person", named.with_columns(source=pl.lit(stated)))
    for offset, type_, role in (
        (0, "LEGAL_REP_OF", "legal_representative"),
        (1, "OFFICER_OF", "board_supervisor"),
    ):
        who = 2 * np.arange(len(bidders)) + offset
        moved = rng.random(len(who)) < 0.005
        who[moved] = rng.integers(0, len(named), int(moved.sum()))
        links = pl.DataFrame({"to_id": bidders, "from_id": named["id"].gather(who)})
        extract.add_rel(
            type_, "Person", "Company", links.with_columns(role=pl.lit(role), source=pl.lit(stated))
        )
    pairs = rng.integers(0, len(named), (2, max(1, len(bidders) // 50)))
    kin = pl.DataFrame({"from_id": named["id"].gather(pairs[0]), "to_id": named["id"].gather(pairs[1])})
    kin = kin.filter(pl.col("from_id") != pl.col("to_id"))
    extract.add_rel(
        "RELATED_TO", "Person", "Person", kin.with_columns(relation=pl.lit("spouse"), source=pl.lit(stated))
    )


def _traces(extract: Extract, bids: pl.DataFrame, rng: np.random.Generator, stated: str) -> None:
    bidder = bids["bidder"].rank("dense").to_numpy().astype(np.int64)
    for kind, purpose, shared in _TRACES:
        which = bidder.copy()
        other = rng.random(len(which)) < shared
        which[other] = rng.integers(0, int(bidder.max()) + 1, int(other.sum()))
        _linked(extract, "USED_IN_BID", kind, bids["id"], which, stated, purpose)


def _households(extract: Extract, count: int, rng: np.random.Generator, stated: str) -> None:
    """Households of two with half a year of payments, every tenth with two dwellings."""
    ids = pl.Series("id", [f"local:hh{n}" for n in range(count)])
    extract.add_node(
        "Household",
        pl.DataFrame({"id": ids}).with_columns(
            kind=pl.lit("benefit"), region=pl.lit("虚构区"), source=pl.lit(stated)
        ),
    )
    persons = pl.DataFrame({"household": ids}).join(pl.DataFrame({"n": [0, 1]}), how="cross").with_columns(
        id=pl.format("person.{}-{}", "household", "n")
    )  # fmt: skip
    extract.add_node(
        "Person",
        persons.select("id", hukou_region=pl.lit("虚构区"), name=pl.lit("样本"), source=pl.lit(stated)),
    )
    members = persons.select(
        from_id="id",
        to_id="household",
        relation_to_head=pl.when(pl.col("n") == 0).then(pl.lit("head")).otherwise(pl.lit("spouse")),
        source=pl.lit(stated),
    )
    extract.add_rel("MEMBER_OF", "Person", "Household", members)
    months = pl.DataFrame({"month": [f"2025-{m:02d}" for m in range(1, _MONTHS + 1)]})
    paid = pl.DataFrame({"household": ids}).join(months, how="cross").with_columns(
        id=pl.format("{}/{}", "household", "month"), program=pl.lit("local:最低生活保障")
    )  # fmt: skip
    extract.add_node(
        "Benefit",
        paid.select(
            "id", from_month="month", to_month="month", amount=pl.lit(80_000), region=pl.lit("虚构区"),
            currency=pl.lit("CNY"), source=pl.lit(stated),
        ),
    )  # fmt: skip
    extract.add_node(
        "Program",
        pl.DataFrame({"id": ["local:最低生活保障"], "name": ["最低生活保障"], "source": [stated]}),
    )
    extract.add_rel(
        "RECEIVES",
        "Household",
        "Benefit",
        paid.select(from_id="household", to_id="id", source=pl.lit(stated)),
    )
    extract.add_rel(
        "UNDER", "Benefit", "Program", paid.select(from_id="id", to_id="program", source=pl.lit(stated))
    )
    owner = rng.integers(0, persons.height, max(1, count // 5))
    homes = pl.DataFrame({"from_id": persons["id"].gather(owner)}).with_row_index("n").with_columns(
        to_id=pl.format("local:home{}", "n")
    )  # fmt: skip
    extract.add_node("Property", homes.select(id="to_id", kind=pl.lit("dwelling"), source=pl.lit(stated)))
    extract.add_rel(
        "HOLDS_PROPERTY", "Person", "Property", homes.select("from_id", "to_id", source=pl.lit(stated))
    )

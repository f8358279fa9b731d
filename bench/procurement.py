"""An invented world of procurement: companies, their holders over time, lots and bidders; as CSV and as records."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from bench.registers import Rows, national
from graph.records import Extract, SourceFile, source

Ints = npt.NDArray[np.int64]

_LETTERS: Final = np.array(list("0123456789ABCDEFGHJKLMNPQRTUWXY"))
_WEIGHTS: Final = np.array([pow(3, i, 31) for i in range(17)])
_BODY: Final = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_PERSON: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])


def credit_codes(count: int) -> pl.Series:
    """Valid 统一社会信用代码 of invented companies, in area 999999."""
    digits = np.arange(count)[:, None] // 10 ** np.arange(7, -1, -1) % 10
    check = 11 - digits @ _BODY % 11
    # GB 11714: a check value of 10 is X, of 11 is 0.
    last = np.where(check == 11, 0, np.where(check == 10, int(np.flatnonzero(_LETTERS == "X")[0]), check))
    front = np.tile(np.array([9, 1, 9, 9, 9, 9, 9, 9]), (count, 1))
    body = np.c_[front, digits, last]
    codes = np.c_[body, (31 - body @ _WEIGHTS % 31) % 31]
    return pl.Series(np.ascontiguousarray(_LETTERS[codes]).view("<U18").ravel())


def identity_numbers(count: int) -> pl.Series:
    """Valid numbers of invented identity cards, in area 999999."""
    i = np.arange(count)
    group = i // 1000
    day = np.stack([1950 + group % 50, 1 + group // 50 % 12, 1 + group // 600 % 28], axis=1)
    text = pl.DataFrame({"y": day[:, 0], "m": day[:, 1], "d": day[:, 2], "n": i % 1000}).select(
        t=pl.format("999999{}{}{}{}", "y", *(pl.col(c).cast(pl.String).str.zfill(w) for c, w in (("m", 2), ("d", 2), ("n", 3))))
    )["t"]  # fmt: skip
    digits = np.frombuffer("".join(text).encode(), dtype=np.uint8).reshape(count, 17).astype(np.int64) - 48
    return text + pl.Series(np.array(list("10X98765432"))[digits @ _PERSON % 11])


def write_tables(folder: Path, companies: int, holdings: int, seed: int = 7) -> list[Path]:
    """A registry export: 企业信息.csv and 股东信息.csv, with Chinese headings and valid numbers."""
    rng = np.random.default_rng(seed)
    codes, numbers = credit_codes(companies), identity_numbers(max(1, companies * 4 // 5))
    names = pl.select(pl.format("虚构示例{}建设有限公司", pl.int_range(companies))).to_series()
    paths = [folder / "企业信息.csv", folder / "股东信息.csv"]
    pl.DataFrame({"统一社会信用代码": codes, "企业名称": names}).with_columns(
        企业类型=pl.lit("有限责任公司"), 登记状态=pl.lit("存续")
    ).write_csv(paths[0])
    company, person = rng.integers(0, companies, holdings), rng.random(holdings) < 0.6
    holder = np.where(person, rng.integers(0, len(numbers), holdings), rng.integers(0, companies, holdings))
    is_person, firm = pl.Series(person), pl.Series(np.where(person, 0, holder))
    human = pl.Series(np.where(person, holder, 0))
    pl.DataFrame(
        {
            "统一社会信用代码": codes.gather(company),
            "企业名称": names.gather(company),
            "股东名称": pl.select(pl.format("测试人{}", human))
            .to_series()
            .zip_with(is_person, names.gather(firm)),
            "股东类型": pl.Series(np.where(person, "自然人股东", "企业法人")),
            "股东证件号码": numbers.gather(human).zip_with(is_person, codes.gather(firm)),
            "持股比例": pl.select(
                pl.format("{}%", pl.Series(rng.integers(1, 4000, holdings) / 100))
            ).to_series(),
        }
    ).write_csv(paths[1])
    return paths


def register_records(rows: Rows, name: str) -> Extract:
    """A register as records of one file; every third holding has a start, every ninth an end."""
    frame = rows.frame()
    file = SourceFile(name, hashlib.sha256(name.encode()).hexdigest(), "csv", frame.height, 0)
    frame = frame.with_row_index("n", 2).with_columns(source=pl.format(source(file, "", "") + "{}", "n"))
    n = pl.col("n").cast(pl.Int64)
    frame = frame.with_columns(
        stated_from=pl.when(n % 3 == 0).then(pl.format("20{}-06-01", 10 + n // 3 % 10)),
        stated_to=pl.when(n % 9 == 0).then(pl.lit("2026-06-01")),
    )
    extract = Extract("main", [file])
    person = pl.col("holder_id").str.starts_with("person")
    for type_, ids in (
        ("Company", pl.concat([frame["company_id"], frame.filter(~person)["holder_id"]])),
        ("Person", frame.filter(person)["holder_id"]),
    ):
        unique = ids.unique(maintain_order=True)
        extract.add_node(
            type_,
            pl.DataFrame({"id": unique}).with_columns(
                name=pl.format("虚构{}", pl.col("id").str.slice(-8)), source=pl.lit(source(file, "", 1))
            ),
        )
    facts = frame.select(
        "share", "source", "stated_from", "stated_to", from_id="holder_id", to_id="company_id"
    )
    human = pl.col("from_id").str.starts_with("person")
    extract.add_rel("OWNS", "Person", "Company", facts.filter(human))
    extract.add_rel("OWNS", "Company", "Company", facts.filter(~human))
    return extract


def world(companies: int, edges: int, lots: int, seed: int = 7) -> Extract:
    """A register of this size and lots of 3 to 15 bidders, each with its own bid deadline.

    In one lot of eight two or three bidders are companies that one intermediary holds.
    """
    rng = np.random.default_rng(seed)
    rows = national(edges, seed)
    extract = register_records(rows, f"world-{companies}-{edges}-{lots}")
    file = extract.files[0]
    stated = source(file, "lots", 1)
    count = rng.integers(3, 16, lots)
    lot = np.repeat(np.arange(lots), count)
    # Bidders come from a fifth of the companies: firms bid again and again.
    bidder = rng.integers(0, max(15, companies // 5), len(lot))
    tied = _tied(rng, rows, lots)
    lot, bidder = np.r_[lot, tied[0]], np.r_[np.minimum(bidder, rows.companies - 1), tied[1]]
    pairs = pl.DataFrame({"lot": lot, "bidder": bidder}).unique(maintain_order=True)
    pairs = pairs.select(
        lot=pl.format("local:t{}/1", "lot"),
        bidder=pl.format("local:c{}", pl.col("bidder").cast(pl.String).str.zfill(8)),
    ).with_columns(id=pl.format("{}/{}", "lot", "bidder"), source=pl.lit(stated))
    day = pl.Series(np.datetime64("2022-01-01") + rng.integers(0, 1700, lots)).dt.to_string("%Y-%m-%d")
    tenders = pl.DataFrame({"n": np.arange(lots), "bid_deadline": day}).select(
        "bid_deadline",
        id=pl.format("local:t{}", "n"),
        lot=pl.format("local:t{}/1", "n"),
        source=pl.lit(stated),
    )
    extract.add_node("Tender", tenders.select("id", "bid_deadline", "source"))
    extract.add_node("Lot", tenders.select("source", id="lot"))
    extract.add_node("Bid", pairs.select("id", "source"))
    extract.add_node("Company", pairs.select("source", id="bidder").unique(maintain_order=True))
    extract.add_rel("LOT_OF", "Lot", "Tender", tenders.select("source", from_id="lot", to_id="id"))
    extract.add_rel("FOR_LOT", "Bid", "Lot", pairs.select("source", from_id="id", to_id="lot"))
    extract.add_rel("SUBMITS", "Company", "Bid", pairs.select("source", from_id="bidder", to_id="id"))
    return extract


def _tied(rng: np.random.Generator, rows: Rows, lots: int) -> tuple[Ints, Ints]:
    """(lot, bidder) of what one intermediary holds and sends into one lot, in an eighth of the lots."""
    inside = np.flatnonzero(rows.holder < rows.companies)
    order = inside[np.argsort(rows.holder[inside], kind="stable")]
    _, begin, count = np.unique(rows.holder[order], return_index=True, return_counts=True)
    several = np.flatnonzero(count > 1)
    chosen = rng.choice(several, max(1, lots // 8))
    where = rng.choice(lots, len(chosen), replace=False)
    size = np.minimum(count[chosen], rng.integers(2, 4, len(chosen)))
    places = np.repeat(begin[chosen], size) + np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    return np.repeat(where, size), rows.company[order[places]]

"""Labelled scenes of how firms bid: prices within a lot, and patterns over many lots."""

from __future__ import annotations

from typing import Any

from lookthrough.demo.labelled.tables import GOVERNMENT, Labelled

REGULAR, SCREENS = "regular-price-difference", "price-screens"
GROUP, TURNS, LOSER, WINNER = "co-bidding-group", "bid-rotation", "habitual-loser", "serial-winner"


def plant_behaviour(w: Labelled) -> None:
    """Plant them."""
    _regular(w)
    _market(w)
    _groups(w)
    _losers(w)
    _winners(w)


def _regular(w: Labelled) -> None:
    for key, prices, expect in (
        ("等差", (10_000_000, 10_300_000, 10_600_000, 10_900_000), "finding"),
        ("等比", (7_000_000, 7_700_000, 8_470_000, 9_317_000), "finding"),
        ("差一点", (10_000_000, 10_300_000, 10_620_000, 10_900_000), "none"),
        ("三家", (10_000_000, 10_300_000, 10_600_000), "none"),
    ):
        bidders = [w.bidder() for _ in prices]
        lot = w.lot(f"D7-{key}", *bidders, prices=prices)
        w.expect(REGULAR, lot, expect, f"报价{key}", bidders if expect == "finding" else ())  # type: ignore[arg-type]
    bidders = [w.bidder() for _ in range(4)]
    lot = w.lot("D7-相同", *bidders, prices=(9_000_000, 9_000_000, 9_411_000, 10_234_000))
    w.finding(REGULAR, lot, bidders[:2], "两家报价相同")
    bidders = [w.bidder() for _ in range(4)]
    lot = w.lot("D7-封顶", *bidders, prices=(11_000_000, 9_100_000, 11_000_000, 8_530_000))
    w.suppressed(REGULAR, lot, (bidders[0], bidders[2]), "at-ceiling", "两家都报最高限价")


def _market(w: Labelled) -> None:
    """A market of its own: invited construction tenders of 2023, closed but for one lot by ever wider spreads."""
    firms = [w.bidder() for _ in range(24)]
    more: dict[str, Any] = {"method": "邀请招标", "bid_deadline": "2023-09-20", "published_on": "2023-08-01"}
    for n in range(24):
        spread = 0.05 + 0.002 * n
        prices = [round(10_000_000 * (1 + k * spread)) for k in (0, 1, 2.1, 2.9)]
        chosen = [firms[(n + step * (1 + n // 12)) % 24] for step in (0, 5, 11, 7)]
        w.lot(f"D8-常{n:02}", *chosen, prices=prices, **more)
    bidders = [w.bidder() for _ in range(4)]
    lot = w.lot("D8-密集", *bidders, prices=(10_000_000, 10_010_000, 10_025_000, 10_030_000), **more)
    w.finding(SCREENS, lot, bidders, "四份报价的离散程度远低于同类市场")
    bidders = [w.bidder() for _ in range(4)]
    lonely: dict[str, Any] = {
        "bid_deadline": "2019-09-20",
        "published_on": "2019-08-01",
        "regime": GOVERNMENT,
    }
    lot = w.lot("D8-孤例", *bidders, prices=(10_000_000, 10_010_000, 10_025_000, 10_030_000), **lonely)
    w.none(SCREENS, lot, "同类市场只有一个标段：不判断")


def _groups(w: Labelled) -> None:
    """Three firms meet twelve times and win in turn; three others meet as often and win unevenly."""
    for key, winners in (("轮流", "012012012012"), ("不均", "001021102210")):
        firms = [w.bidder() for _ in range(3)]
        for n, winner in enumerate(winners):
            said = {f: {"status": "中标" if str(i) == winner else "未中标"} for i, f in enumerate(firms)}
            day = f"2024-{n + 1:02}-10"
            w.lot(f"D9-{key}{n:02}", *firms, bids=said, bid_deadline=day, published_on="2023-11-01")
        w.finding(GROUP, "*", firms, "三家在12个标段中总是一同投标", kind="group")
        if key == "轮流":
            w.finding(TURNS, "*", firms, "三家依次轮流中标", kind="group")
        else:
            w.expect(TURNS, "*", "none", "各中四次，先后没有规律", firms, kind="group")


def _losers(w: Labelled) -> None:
    """Sixteen firms bid twelve times each and win about a third; one bids in all 64 lots and never wins."""
    firms, loser, newcomer = [w.bidder() for _ in range(16)], w.bidder(), w.bidder()
    for n in range(64):
        turn = n // 16
        three = [firms[(n + step) % 16] for step in (0, 1 + turn, 6 + 2 * turn)]
        winner = three[(n + turn) % 3]
        bidders = [*three, loser, *([newcomer] if n < 5 else [])]
        said = {f: {"status": "中标" if f is winner else "未中标"} for f in bidders}
        w.lot(f"D9c-{n:02}", *bidders, bids=said, bid_deadline="2024-09-10", published_on="2024-08-01")
    w.finding(LOSER, loser.id, (loser,), "64次有效投标，无一中标", kind="company")
    w.expect(LOSER, newcomer.id, "none", "只投5次：次数不足，不判断", kind="company")
    w.expect(LOSER, firms[0].id, "none", "中标率与同类相当", kind="company")


def _winners(w: Labelled) -> None:
    """At one buyer a firm wins nine of twelve lots; at five others everybody wins one or two."""
    winner = w.bidder()
    for buyer in range(6):
        others = [w.bidder() for _ in range(9)]
        for n in range(12):
            first = winner if buyer == 0 and n < 9 else others[int("001122345678"[n])]
            rest = [others[(int("001122345678"[n]) + k) % 9] for k in (1, 4)]
            said = {f: {"status": "中标" if f is first else "未中标"} for f in (first, *rest)}
            w.lot(
                f"D9d-{buyer}{n:02}",
                *said,
                bids=said,
                bid_deadline="2024-09-10",
                published_on="2024-08-01",
                buyer_name=f"虚构标注第{buyer + 1}采购中心",
            )
        if buyer == 1:
            w.expect(WINNER, others[0].id, "none", "12个标段中标2个", kind="company")
    w.finding(WINNER, winner.id, (winner,), "同一采购人12个标段中标9个", kind="company")

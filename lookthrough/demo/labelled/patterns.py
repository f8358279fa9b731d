"""Labelled scenes of firms that meet often and are no group, or win in no turn: near misses and innocent twins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lookthrough.demo.labelled.behaviour import GROUP, TURNS
from lookthrough.demo.labelled.tables import GOVERNMENT, Labelled, Party


def plant_no_patterns(w: Labelled) -> None:
    """Plant them."""
    _too_few(w)
    _among_others(w)
    _with_two_others(w)
    _one_bid(w)
    _framework(w)
    _few_won(w)
    _once_out_of_turn(w)


def _meet(
    w: Labelled,
    key: str,
    firms: Sequence[Party],
    winners: str,
    *,
    others: int = 0,
    together: bool = False,
    **tender: Any,
) -> None:
    """Lots of a month each in which the firms meet; `winners` by number, or - where one of no other part wins.

    `others`: further bidders of each lot, who bid nowhere else; `together`: the firms bid as one consortium.
    """
    joint = {"consortium_id": f"标注{key}联合体"} if together else {}
    for n, winner in enumerate(winners):
        beside = [w.bidder() for _ in range(others + (winner == "-"))]
        said: dict[Party, dict[str, Any]] = {
            f: {"status": "中标" if str(i) == winner else "未中标", **joint} for i, f in enumerate(firms)
        }
        said |= {f: {"status": "未中标"} for f in beside}
        if winner == "-":
            said[beside[-1]] = {"status": "中标"}
        day = f"{2021 + n // 12}-{n % 12 + 1:02}-10"
        more: dict[str, Any] = {"bid_deadline": day, "published_on": "2020-11-01", **tender}
        w.lot(f"D9-{key}{n:02}", *firms, *beside, bids=said, **more)


def _neither(w: Labelled, firms: Sequence[Party], reason: str) -> None:
    for detector in (GROUP, TURNS):
        w.expect(detector, "*", "none", reason, firms, kind="group")


def _too_few(w: Labelled) -> None:
    firms = [w.bidder() for _ in range(3)]
    _meet(w, "九次", firms, "012012012")
    _neither(w, firms, "只有9个标段，不足10个：不判断")


def _among_others(w: Labelled) -> None:
    """Weights: 1 inside each pair, 1/12 to each of 60 others. Exclusivity 2·3 / (3·(2 + 5)) = 0.29, below 0.3."""
    firms = [w.bidder() for _ in range(3)]
    _meet(w, "同场另五家", firms, "012012012012", others=5)
    _neither(w, firms, "每次同场的还有另外五家：并不只与彼此同场")


def _with_two_others(w: Labelled) -> None:
    """Exclusivity 2·3 / (3·(2 + 2)) = 0.5."""
    firms = [w.bidder() for _ in range(3)]
    _meet(w, "同场另两家", firms, "021102210021", others=2)
    w.finding(GROUP, "*", firms, "每次同场的另有两家，仍主要与彼此同场", kind="group")
    w.expect(TURNS, "*", "none", "各中四次，先后没有规律", firms, kind="group")


def _one_bid(w: Labelled) -> None:
    """One of the three is named as who wins: the consortium's bid is one."""
    firms = [w.bidder() for _ in range(3)]
    _meet(w, "联合体", firms, "000000000000", others=2, together=True)
    _neither(w, firms, "三家组成联合体，是一份投标")


def _framework(w: Labelled) -> None:
    firms = [w.bidder() for _ in range(3)]
    _meet(w, "框架", firms, "012012012012", regime=GOVERNMENT, method="框架协议")
    _neither(w, firms, "框架协议的入围供应商总是相同")


def _few_won(w: Labelled) -> None:
    firms = [w.bidder() for _ in range(3)]
    _meet(w, "七次", firms, "012-012-0---")
    w.finding(GROUP, "*", firms, "三家在12个标段中总是一同投标", kind="group")
    w.expect(TURNS, "*", "none", "群体内只中标7次，不足8次：不判断", firms, kind="group")


def _once_out_of_turn(w: Labelled) -> None:
    """One lot out of turn is still far from chance."""
    firms = [w.bidder() for _ in range(3)]
    _meet(w, "错一次", firms, "012012021012012")
    w.finding(GROUP, "*", firms, "三家在15个标段中总是一同投标", kind="group")
    w.finding(TURNS, "*", firms, "15次中标，只有一次次序不同", kind="group")

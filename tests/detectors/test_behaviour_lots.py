"""Prices and patterns over many lots, and the combined view: true cases, near misses, innocent twins."""

from __future__ import annotations

from detectors.behaviour import (
    bid_rotation,
    co_bidding_group,
    habitual_loser,
    price_screens,
    regular_price_difference,
    serial_winner,
)
from detectors.bidders import common_shareholder
from detectors.procedure import fewer_than_three_bidders
from detectors.registry import DETECTORS
from detectors.running.stacking import kind_of, stack
from graph.stores import Credentials
from tests.detectors.small_worlds import SmallWorld, verdicts

D7 = regular_price_difference.DETECTOR


def valid(*prices: float) -> list[tuple[str, float, str]]:
    return [(f"co{n}", price, "valid") for n, price in enumerate(prices)]


def test_regular_prices(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("prices")
    world.lot("arithmetic", valid(1000, 1030, 1060, 1090))
    world.lot("geometric", valid(1000, 1100, 1210, 1331))
    world.lot("near", valid(1000, 1030, 1062, 1090))
    world.lot("equal", valid(1000, 1000, 1111, 1234))
    world.lot("ceiling", valid(1000, 900, 1000, 850), lot={"estimate": 100_000})
    world.lot("three", valid(1000, 1030, 1060))
    world.lot("rejected", [*valid(1000, 1030, 1060), ("co9", 1090, "rejected")])
    world.lot("currencies", [*valid(1000, 1030, 1060), ("co9", 1090, "valid", {"currency": "USD"})])
    rates = [
        (f"co{n}", 0, "valid", {"price_kind": "rate", "rate": r, "amount": None})
        for n, r in enumerate((0.05, 0.06, 0.07, 0.08))
    ]
    world.lot("rates", [*rates, ("co9", 1000, "valid")])
    again = [
        (c, p, s, {"submitted_at": f"2025-02-0{n + 1}T09:00:00"})
        for n, (c, p, s) in enumerate(valid(1000, 1030, 1060))
    ]
    world.lot("twice", [*again, ("co0", 1000, "valid", {"submitted_at": "2025-02-09T09:00:00"})])
    world.lot("cancelled", valid(1000, 1030, 1060, 1090), status="cancelled")
    world.lot("unpriced", [(f"co{n}", 0, "valid", {"amount": None}) for n in range(4)])
    found = world.find(store_url, store_credentials, [D7])
    assert verdicts(found, D7.id) == {
        "arithmetic": "finding",
        "geometric": "finding",
        "equal": "finding",
        "ceiling": "at-ceiling",
        "rates": "finding",
        # Four valid bids, of which only three can be compared: not to be read as nothing found.
        "currencies": "undecided",
        "unpriced": "undecided",
    }
    told = {u.scope_id: u for _, u in found.undecided}
    assert told["local:currencies"].subjects == ("local:co9",)
    assert "1 states no price" in told["local:currencies"].missing_en
    assert told["local:unpriced"].subjects == tuple(f"local:co{n}" for n in range(4))
    by_lot = {f.scope_id: f for f in found.findings}
    assert by_lot["local:geometric"].facts["pattern"] == "geometric"
    assert by_lot["local:equal"].subjects == ("local:co0", "local:co1")
    assert by_lot["local:rates"].facts["left_out"] == 1
    assert by_lot["local:arithmetic"].basis[0]["law"] == "招标投标法实施条例"


def test_close_prices_beside_their_own_market(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("market")
    for n in range(24):
        spread = 0.05 + 0.002 * n
        world.lot(
            f"m{n:02}", valid(1000, 1000 * (1 + spread), 1000 * (1 + 2.1 * spread), 1000 * (1 + 2.9 * spread))
        )
    world.lot("close", valid(1000, 1001, 1002.5, 1003))
    # Another year: a market of one lot, which nothing can be said about.
    world.lot("lonely", valid(1000, 1001, 1002.5, 1003), on="2019-03-01")
    found = world.find(store_url, store_credentials, [price_screens.DETECTOR])
    assert verdicts(found, "price-screens") == {"close": "finding"}
    facts = found.findings[0].facts
    assert facts["market"]["lots"] == 25
    assert facts["screens"]["cv"] < facts["market"]["low_fence"]


def rotating(world: SmallWorld) -> None:
    """a, b, c bid together 12 times and win in turn; x, y, z meet as often and win unevenly; the rest mix."""
    turns, uneven = "abcabcabcabc", "xxyxzyyxzzyx"
    for n in range(12):
        for trio, winners in (("abc", turns), ("xyz", uneven)):
            world.lot(
                f"{trio}{n:02}",
                [
                    (f"co{f}", 1000 + 7 * n + 31 * i, "won" if f == winners[n] else "lost")
                    for i, f in enumerate(trio)
                ],
                on=f"2025-{n + 1:02}-10",
                buyer="co-buyer1" if trio == "abc" else None,
            )


def test_groups_and_turns(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("groups")
    rotating(world)
    # Four firms that meet others as often as one another are no group.
    for n in range(12):
        pair = [("com1", "com2"), ("com3", "com4"), ("com1", "com3"), ("com2", "com4")][n % 4]
        world.lot(f"mixed{n}", [(c, 1000 + n, "valid") for c in (*pair, f"con{n}")])
    detectors = [co_bidding_group.DETECTOR, bid_rotation.DETECTOR]
    found = world.find(store_url, store_credentials, detectors)
    members = {f.detector: [] for f in found.findings}
    for f in found.findings:
        members[f.detector].append("".join(s[-1] for s in f.subjects))
    assert members == {"co-bidding-group": ["abc", "xyz"], "bid-rotation": ["abc"]}
    rotation = next(f for f in found.findings if f.detector == "bid-rotation")
    assert (rotation.facts["windows_all_different"], rotation.facts["windows"]) == (10, 10)
    assert len(rotation.facts["winners"]) == 12


def test_losers_and_winners(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("losers")
    # Sixteen firms win a quarter to two fifths of their bids; coL bids in every lot and never wins; coN is new.
    for n in range(64):
        one, two = f"cof{n % 16:02}", f"cof{(n * 5 + 3) % 16:02}"
        three = f"cof{(n * 7 + 6) % 16:02}"
        others = sorted({one, two, three})
        winner = others[(n // 3) % len(others)]
        bids = [(f, 1000 + i, "won" if f == winner else "lost") for i, f in enumerate(others)]
        world.lot(f"l{n:02}", [*bids, ("coL", 2000, "lost"), *([("coN", 3000, "lost")] if n < 5 else [])])
    # coW wins 9 of one buyer's 12 lots; at five further buyers everybody wins one or two.
    for buyer in range(6):
        for n in range(12):
            winner = "coW" if buyer == 0 and n < 9 else f"cog{buyer}{'aabbccdefghi'[n]}"
            world.lot(f"b{buyer}-{n}", [(winner, 1000, "won")], buyer=f"co-buyer{buyer}")
    for n in range(12):
        world.lot(f"open{n}", [("coO", 1000, "valid")], buyer="co-buyer9")
    detectors = [habitual_loser.DETECTOR, serial_winner.DETECTOR]
    found = world.find(store_url, store_credentials, detectors)
    assert verdicts(found, "habitual-loser") == {"coL": "finding"}
    assert verdicts(found, "serial-winner") == {"coW": "finding"}
    loser = next(f for f in found.findings if f.detector == "habitual-loser")
    assert (loser.facts["bids"], loser.facts["wins"]) == (64, 0)
    assert loser.facts["fences"]["rate_low_fence"] > 0


def test_combined_view(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("combined")
    rotating(world)
    world.owns("co-holder", "coa", 0.6)
    world.owns("co-holder", "cob", 0.3)
    for bidder in ("coa", "cob"):
        world.owns("co-other", bidder, 0.2)
    world.lot(
        "regular",
        [("coa", 1000, "valid"), ("cob", 1030, "valid"), ("coc", 1060, "valid"), ("cod", 1090, "valid")],
    )
    detectors = [
        common_shareholder.DETECTOR,
        D7,
        co_bidding_group.DETECTOR,
        bid_rotation.DETECTOR,
    ]
    found = world.find(store_url, store_credentials, detectors)
    bidders = [f"local:co{c}" for c in "abcd"]
    stacks = stack(found.findings, "local:regular", bidders, detectors)
    told = [(s.bidders, [k for k, _ in s.kinds], s.alone) for s in stacks]
    assert told[0] == (("local:coa", "local:cob"), ["ownership", "pattern", "prices"], False)
    assert all(alone for _, _, alone in told[1:])
    assert stacks[0].explained()["zh"].startswith("最高级别：一般疑点；3类相互独立的依据：股权与控制")
    # Two holders tie them: one detector, named once.
    assert len(dict(stacks[0].kinds)["ownership"]) == 2
    for text, title in (("zh", "投标人存在共同股东"), ("en", "common-shareholder")):
        assert stacks[0].explained()[text].count(title) == 1
    assert stack(found.findings, "local:abc00", bidders[:3], detectors)[0].to_json()["independent_kinds"] == 2
    assert stack([], "local:regular", bidders, detectors) == []


def test_how_a_lot_was_tendered_ties_no_bidders(store_url: str, store_credentials: Credentials) -> None:
    world = SmallWorld("two-bids")
    world.owns("co-holder", "coa", 0.3)
    world.owns("co-holder", "cob", 0.3)
    for lot, pair in (("tied", "ab"), ("apart", "cd")):
        world.lot(lot, [(f"co{c}", 1000 + n, "valid") for n, c in enumerate(pair)], method="open")
    detectors = [common_shareholder.DETECTOR, fewer_than_three_bidders.DETECTOR]
    found = world.find(store_url, store_credentials, detectors)
    assert verdicts(found, "fewer-than-three-bidders") == {"tied": "finding", "apart": "finding"}
    assert stack(found.findings, "local:apart", ["local:coc", "local:cod"], detectors) == []
    (tied,) = stack(found.findings, "local:tied", ["local:coa", "local:cob"], detectors)
    assert ([k for k, _ in tied.kinds], tied.severity) == (["ownership"], "lead")


def test_what_ties_two_bidders_has_a_kind_of_evidence() -> None:
    scenes = {d.id: d.scene for d in DETECTORS}
    unnamed = {d.id for d in DETECTORS if d.of_lots and kind_of(d.id, scenes) == "other"}
    # These tell of one bidder, or of how the lot was tendered.
    assert unnamed == {
        *("bidder-linked-to-buyer", "bidder-linked-to-service-party", "agency-bids-in-its-tender"),
        *("founded-for-one-tender", "consortium-member-bids-twice", "fewer-than-three-bidders"),
        *("short-bid-period", "contract-overdue", "deposit-above-limit"),
    }
    assert kind_of("concert-partners", scenes) == kind_of("common-controller", scenes) == "ownership"

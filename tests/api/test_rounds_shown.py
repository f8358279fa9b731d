"""Pages of a lot that was opened twice, and of its bidders, tell each opening by itself; on both stores."""

from __future__ import annotations

from typing import Any

from tests.api.serving import ALL, Running
from tests.api.test_work import upload
from tests.detectors.test_rounds import CODES, FIRST, NAMES, SECOND, owned
from tests.exports.test_rounds_shown import LOT, OF, sheet

LISTS = {
    "开标记录（第一次）.csv": sheet(
        *((w, p, "否决" if w == "卯" else "有效", FIRST) for w, (p, _) in OF[FIRST].items())
    ),
    "开标记录（第二次）.csv": sheet(*((w, p, "有效", SECOND) for w, (p, _) in OF[SECOND].items())),
    "补录.csv": sheet(("寅", 950_000, "有效", "")),
    "股东信息.csv": owned("子", "丑", "卯"),
}


def id_of(who: str) -> str:
    return f"cn-uscc:{CODES[who]}"


def told(bidders: list[dict[str, Any]]) -> set[tuple[str | None, str, int, str]]:
    return {(b["opened_on"], b["id"], b["amount"], b["status"]) for b in bidders}


def test_each_opening_is_told_with_its_bidders_prices_and_statuses(either_service: Running) -> None:
    wanted = {(day, id_of(w), p * 100, status) for day, bids in OF.items() for w, (p, status) in bids.items()}
    # The row states no day: of which opening the bid is, nobody says, and neither does the page.
    wanted |= {(None, id_of("寅"), 95_000_000, "valid")}
    with either_service.client(*ALL) as client:
        for name, text in LISTS.items():
            assert either_service.finished(client, upload(client, name, text).json())["state"] == "done"
        screened = client.post(f"/v1/lots/{LOT}/screen", json={}).raise_for_status().json()
        assert told(screened["bidders"]) == wanted
        page = client.get(f"/v1/lots/{LOT}").raise_for_status().json()
        assert page["rounds"] == [FIRST, SECOND] and told(page["bidders"]) == wanted
        assert all(b["owners_known"] for b in page["bidders"])
        met = {f["facts"]["round"]: set(f["subjects"]) for f in page["findings"]}
        assert met == {FIRST: {id_of("子"), id_of("卯")}, SECOND: {id_of("丑"), id_of("卯")}}
        days = {
            who: [
                (lot["bid_on"], lot["status"])
                for lot in client.get(f"/v1/parties/{id_of(who)}").raise_for_status().json()["lots"]
            ]
            for who in NAMES
        }
        assert days == {
            "子": [(FIRST, "valid")],
            "辰": [(FIRST, "valid")],
            "丑": [(SECOND, "valid")],
            "卯": [(SECOND, "valid"), (FIRST, "rejected")],
            "寅": [(None, "valid")],
        }
        for day, bids in OF.items():
            drawn = client.get(f"/v1/lots/{LOT}/subgraph", params={"round": day}).raise_for_status().json()
            assert {n["id"] for n in drawn["nodes"]}.issuperset(map(id_of, bids))
            assert not {n["id"] for n in drawn["nodes"]} & {id_of(w) for w in "子丑辰" if w not in bids}
            one = next(f for f in page["findings"] if f["facts"]["round"] == day)
            shown = client.get(
                f"/v1/findings/{one['id']}/subgraph", params={"format": "svg", "lang": "en"}
            ).raise_for_status()
            others = {SECOND, FIRST} - {day}
            assert f"opened {day}" in shown.text and not any(other in shown.text for other in others)
            assert f"CNY {bids['卯'][0]:,}.00" in shown.text
        refused = client.get(f"/v1/lots/{LOT}/subgraph", params={"round": "2024-03-26"})
        assert refused.status_code == 404 and "2024-03-26" in refused.json()["detail"]


def test_of_a_lot_opened_once_none_is_named(service: Running) -> None:
    with service.client(*ALL) as client:
        page = client.get("/v1/lots/local:T-1/1").raise_for_status().json()
        assert page["rounds"] == [] and {b["opened_on"] for b in page["bidders"]} == {None}
        refused = client.get("/v1/lots/local:T-1/1/subgraph", params={"round": "2025-03-02"})
        assert refused.status_code == 404

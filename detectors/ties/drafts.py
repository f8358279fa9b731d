"""Bidders of one lot tied by one party above them: from ties to drafts, whatever the tie.

The nearest tying party is the finding; parties above it that reach the same bidders only through it are facts
in it. Members of one consortium submit one bid and are never compared with each other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

from detectors.definition import Draft, Evidence, Row, Suppressor
from detectors.identities import identity_label, weakest
from detectors.ties.listed_stakes import clearing, small_in_listed
from detectors.ties.lot_names import lot_name, numbered, tender_name
from graph.penetration import METHOD_NAMES
from graph.penetration.path_sums import added, rest_beside
from graph.public_kinds import STATE

NOT_A_BID: Final = ("registered", "withdrawn", "revoked", "not_submitted", "late_refused")
"""Statuses of what never became a bid to compare."""

CONSORTIUM: Final = Suppressor(
    "consortium",
    "同一联合体的成员共同提交一份投标，不互相比较",
    "members of one consortium submit one bid, and are not compared with each other",
)
OTHER_LOT: Final = Suppressor(
    "lot",
    "投的是同一项目的不同标段",
    "they bid for different lots of the tender",
)


def of_one_bid(rows: Sequence[Row]) -> tuple[str, str, str]:
    """Why members of one consortium are no tie; `rows`: theirs."""
    names = list(dict.fromkeys(str(r["bidder_name"] or r["bidder_id"]) for r in rows))
    return (
        CONSORTIUM.name,
        f"{'、'.join(names)}为同一联合体的成员，共同提交一份投标",
        f"{', '.join(names)} are members of one consortium, and submit one bid",
    )


def of_other_lots(mine: Sequence[Row], others: Sequence[Row]) -> tuple[str, str, str]:
    """Why bidders of different lots are no tie, each by its lot. `others`: rows of other lots, each with its `own_lot`."""
    lots: dict[str, tuple[tuple[str, str], dict[str, str]]] = {}
    for row in (*mine, *others):
        lot = str(row.get("own_lot") or row["lot_id"])
        bidders = lots.setdefault(lot, (lot_name(row, lot), {}))[1]
        bidders.setdefault(str(row["bidder_id"]), str(row["bidder_name"] or row["bidder_id"]))
    called = Counter(name for name, _ in lots.values())
    zh, en = [], []
    for lot, (name, bidders) in lots.items():
        # Lots that bear one title are told apart by their numbers.
        lot_zh, lot_en = name if called[name] == 1 else numbered(name, lot)
        zh.append(f"{'、'.join(bidders.values())}投的是{lot_zh}")
        en.append(f"{', '.join(bidders.values())} bid for {lot_en}")
    return OTHER_LOT.name, "；".join(zh) + "，不是同一标段", "; ".join(en) + ": these are different lots"


_FUND: Final = ("fund",)


@dataclass(frozen=True, slots=True)
class Tie:
    """One party and the bidders of one lot it reaches; `rows` one a bidder, as the query returned them."""

    lot: Row
    holder: str
    rows: tuple[Row, ...]

    @property
    def bidders(self) -> frozenset[str]:
        """Ids of the tied bidders."""
        return frozenset(str(r["bidder_id"]) for r in self.rows)


def derivation_of(row: Row) -> Mapping[str, Any]:
    """The paths that show a holding, parsed: {paths: [{nodes, rows, …}], truncated}; empty without one."""
    text = row.get("derivation")
    return _parsed(text) if text else {}


@lru_cache(maxsize=8192)
def _parsed(text: str) -> Mapping[str, Any]:
    # Facts, words and proof of one tie each look at its paths, and so do the ties below it.
    found: dict[str, Any] = json.loads(text)
    return found


def above_100(row: Row) -> dict[str, float]:
    """Companies on the paths of one holding whose registers add up to more than 100%, with the sums."""
    found: dict[str, float] = derivation_of(row).get("registers_above_100", {})
    return found


_LEFT: Final = ("holder", "company", "left_on")


def exits_of(row: Row) -> list[Mapping[str, Any]]:
    """Of the holdings on a holder's paths those that have no date, and that another row says had ended by the bid: holder,
    company, left_on, and the rows that say so."""
    bid = row.get("bid_on")
    told: list[Mapping[str, Any]] = derivation_of(row).get("left", [])
    return [t for t in told if not bid or t["left_on"] <= bid]


def above_100_fact(row: Row) -> dict[str, Any]:
    """The same as the facts tell it; empty where there are none."""
    over = [{"id": id_, "total": total} for id_, total in above_100(row).items()]
    return {"registers_above_100": over} if over else {}


def bidder_fact(row: Row) -> dict[str, Any]:
    """One tied bidder as the facts tell it."""
    if row.get("itself"):
        return held_fact(row)
    derivation = derivation_of(row)
    return (
        held_fact(row)
        | above_100_fact(row)
        | ({"left": exits} if (exits := [{k: t[k] for k in _LEFT} for t in exits_of(row)]) else {})
        | {
            "paths": [path_fact(p) for p in derivation.get("paths", [])],
            "truncated": bool(derivation.get("truncated")),
        }
    )


def _above_fact(row: Row) -> dict[str, Any]:
    """What a holder further up has of a bidder; with the paths where no register gives it, as of what others hold for it."""
    return bidder_fact(row) if row.get("note_zh") and not row.get("held_on") else held_fact(row)


def held_fact(row: Row) -> dict[str, Any]:
    """What is held of one tied bidder, without the paths.

    `as_of`: the day it is of, where that is not the bid date; then `held_until` or `held_since`, or the other `lot`.
    """
    elsewhere = {"lot": row["own_lot"]} if row.get("own_lot") else {}
    if row.get("itself"):
        return {"id": row["bidder_id"], "name": row["bidder_name"], "itself": True} | elsewhere
    if row.get("held_on"):
        elsewhere = {k: row[k] for k in ("held_until", "held_since") if row[k]} | {"as_of": row["held_on"]}
    elif elsewhere:
        elsewhere["as_of"] = row["bid_on"]
    return elsewhere | {
        "id": row["bidder_id"],
        "name": row["bidder_name"],
        "share": rounded(row.get("share")),
        "share_min": rounded(row.get("share_min")),
        "share_max": rounded(row.get("share_max")),
        "votes": rounded(row.get("votes")),
        "depth": row.get("depth"),
    }


def path_fact(path: Mapping[str, Any]) -> dict[str, Any]:
    """One connecting path: its formula by shares, or by votes where it carries nothing else; both where they differ."""
    shares, votes = path["formula"], path["votes_formula"]
    if path["votes_only"]:
        return {"nodes": path["nodes"], "by": "votes", "formula": votes}
    fact = {"nodes": path["nodes"], "by": "shares", "formula": shares}
    return fact | {"votes_formula": votes} if votes else fact


def observed_after_bid(tie: Tie) -> list[str]:
    """The dates, later than the bid, as of which connecting paths are known: how they stood then is to be verified."""
    bid = tie.lot["bid_on"]
    if not bid:
        return []
    paths = (p for r in tie.rows for p in derivation_of(r).get("paths", []))
    return sorted({seen for p in paths if (seen := p["observed_on"]) and seen > bid[: len(seen)]})


def rounded(share: float | None) -> float | None:
    """A share as facts give it."""
    return None if share is None else round(float(share), 10)


def identity_of(tie: Tie) -> str:
    """The weakest thing the tie's identities rest on: of who stands above, and of the bidders as their bids name them."""
    above = [str(r.get("identity") or "id") for r in tie.rows if not r.get("itself")]
    return weakest([(r["bidder_id"], r.get("stated_id")) for r in tie.rows], above)


def evidence_of(tie: Tie) -> Evidence:
    """The tied bidders, their bids, the lot, and every row of the paths between."""
    nodes = {str(tie.lot["lot_id"]), tie.holder}
    keys: set[str] = set()
    for row in tie.rows:
        nodes |= {str(row["bidder_id"]), str(row["bid_id"]), str(row.get("stated_id") or row["bidder_id"])}
        nodes.update(row.get("bids") or ())
        derivation = derivation_of(row)
        for path in derivation.get("paths", []):
            nodes.update(path["nodes"])
            keys.update(key for step in path["rows"] for key in step)
        nodes.update(derivation.get("nodes", ()))
        keys.update(derivation.get("rows", ()))
        keys.update(key for told in exits_of(row) for key in told["rows"])
        for link in json.loads(row["control"])["links"] if row.get("control") else []:
            nodes |= {link["company"], link["holder"]}
            keys.update(link["rows"])
    return Evidence(tuple(sorted(nodes)), tuple(sorted(keys)))


def by_state(tie: Tie) -> tuple[str, str, str] | None:
    """Why a tie by a state holder is none: (rule, reason zh, reason en)."""
    if str(tie.lot.get("holder_kind") or "") not in STATE:
        return None
    name = tie.lot["holder_name"] or tie.holder
    return (
        "state",
        f"{name}为国有资产监管机构或政府部门，不因同受国家控股而具有关联关系（公司法第265条第4项）",
        f"{name} is a state holder: companies are not related merely because the state holds them "
        "(Company Law art. 265(4))",
    )


def suppressed(
    tie: Tie, fund_share: float, hub_companies: int, listed: Collection[str] = ()
) -> tuple[str, str, str] | None:
    """The first precision rule that explains the tie innocently: (rule, reason zh, reason en). `listed`: companies that are."""
    if state := by_state(tie):
        return state
    if held_for_others := clearing(tie.holder, tie.lot["holder_name"]):
        return held_for_others
    kind = str(tie.lot.get("holder_kind") or "")
    name = tie.lot["holder_name"] or tie.holder
    small = [r for r in tie.rows if not r.get("itself") and _at_most(r, fund_share)]
    minor = [
        r
        for r in small
        if kind in _FUND
        or r.get("bidder_kind") == "listed"
        or small_in_listed(derivation_of(r), listed, fund_share)
    ]
    # What the holder has of the others alone ties nobody.
    if minor and len(tie.rows) - len(minor) < 2:
        names = [str(r["bidder_name"] or r["bidder_id"]) for r in minor]
        what = (
            ("为基金", "a fund")
            if kind in _FUND
            else (
                "持有的是上市公司（投标人本身或者其上级企业）的股份",
                "a holder of listed shares, of the bidders or of companies above them",
            )
        )
        return (
            "fund",
            f"{name}{what[0]}，所持{'、'.join(names)}的股份低于{fund_share * 100:g}%，属财务性小额持股",
            f"{name} is {what[1]}, and its stake in {', '.join(names)} is below {fund_share * 100:g}%",
        )
    held = int(tie.lot.get("holder_companies") or 0)
    if held > hub_companies:
        return (
            "hub",
            f"{name}直接持有{held}家企业，超过{hub_companies}家的阈值，可能为代持、托管或平台主体",
            f"{name} holds {held} companies directly, more than {hub_companies}: perhaps a nominee or platform",
        )
    return None


def _at_most(row: Row, limit: float) -> bool:
    known = [row.get("share_max"), row.get("share"), row.get("votes")]
    values = [float(v) for v in known if v is not None]
    return bool(values) and max(values) < limit - 1e-9


def words(tie: Tie, method: str) -> dict[str, str]:
    """Values for the wording's placeholders, in both languages."""
    held = [r for r in tie.rows if not r.get("itself")]
    lot = tie.lot
    holder = str(lot["holder_name"] or tie.holder)
    zh_parts = [
        f"{r['bidder_name'] or r['bidder_id']}{percent(r, '，', '表决权{}', '比例未知')}（{r.get('depth')}层{beside_paths(r)[0]}{above_100_said(r)[0]}{_exits(r)[0]}{r.get('note_zh') or ''}）"
        for r in held
    ]
    en_parts = [
        f"{r['bidder_name'] or r['bidder_id']} {percent(r, ', ', '{} of the votes', 'an unknown share')} (depth {r.get('depth')}{beside_paths(r)[1]}{above_100_said(r)[1]}{_exits(r)[1]}{r.get('note_en') or ''})"
        for r in held
    ]
    zh, en = identity_label(identity_of(tie))
    own_zh = "，其本身亦为投标人" if len(held) < len(tie.rows) else ""
    own_en = ", itself a bidder" if len(held) < len(tie.rows) else ""
    return {
        "tender": tender_name(lot),
        "lot": lot_name(lot)[0],
        "lot_en": lot_name(lot)[1],
        "bidders_zh": "、".join(str(r["bidder_name"] or r["bidder_id"]) for r in tie.rows),
        "bidders_en": ", ".join(str(r["bidder_name"] or r["bidder_id"]) for r in tie.rows),
        "holder": holder,
        "holder_note_zh": own_zh,
        "holder_note_en": own_en,
        "shares_zh": "、".join(zh_parts),
        "shares_en": "; ".join(en_parts),
        **_control_words(holder, held, zh_parts, en_parts),
        "as_of_zh": _as_of(tie)[0],
        "as_of_en": _as_of(tie)[1],
        "method": method.replace("_", " "),
        "method_zh": "、".join(METHOD_NAMES.get(m, (m, m))[0] for m in method.split(", ")),
        "identity_zh": zh,
        "identity_en": en,
    }


def beside_paths(row: Row) -> tuple[str, str]:
    """What the listed paths come to where the share is more, and what adds the rest: Chinese, English.

    Without it the share and the formulas below it would seem to contradict each other.
    """
    derivation = derivation_of(row)
    formulas = [p["formula"] for p in derivation.get("paths", ()) if not p["votes_only"]]
    sums = added(formulas) if formulas and row.get("method") not in _NOT_OF_PATHS else None
    if sums is None or (row.get("share") is None and row.get("share_max") is None):
        return "", ""
    rest = rest_beside(row.get("share"), row.get("share_min"), row.get("share_max"), *sums)
    paths = _band(*sums)
    if rest is None:
        return (
            f"，所列路径合计{paths}，因名册合计以100%为限，上限不能同时达到",
            f", the paths come to {paths}, whose upper ends no register of 100% allows at once",
        )
    if max(rest) < _SEEN:
        return "", ""
    zh, en = (
        ("循环持股或未列路径", "loops, or paths not listed,")
        if derivation.get("truncated")
        else ("循环持股", "loops")
    )
    return (
        f"，所列路径合计{paths}，{zh}另计{_band(*rest)}",
        f", of which the paths come to {paths} and {en} add {_band(*rest)}",
    )


_NOT_OF_PATHS: Final = ("declared_indirect",)
"""Methods whose shares are not made of the paths told beside them."""
_SEEN: Final = 5e-5
"""A difference that shows in shares of two decimals."""


def _band(low: float, high: float) -> str:
    return f"{low:.2%}" if high - low < _SEEN else f"{low:.2%}–{high:.2%}"


def _control_words(
    holder: str, held: Sequence[Row], zh_parts: Sequence[str], en_parts: Sequence[str]
) -> dict[str, str]:
    """How a controller controls. What he holds in all is worked out of whom he reaches several bidders by: of whom it is not,
    the votes at the bidder are told, or that control is as stated; his share is not therefore unknown."""
    others = [_controls_by(holder, r) for r in held]
    zh = "、".join(p for p, other in zip(zh_parts, others, strict=True) if not other)
    en = "; ".join(p for p, other in zip(en_parts, others, strict=True) if not other)
    told_zh = [f"{holder}穿透持有{zh}"] if zh else []
    told_en = [f"{holder} effectively holds {en}"] if en else []
    said = any(other and other[2] for other in others)
    return {
        "judged_zh": "按表决权、所载控制关系逐层认定" if said else "按表决权逐层认定",
        "judged_en": "by votes, and as stated, link by link" if said else "by votes link by link",
        "holds_zh": "；".join([*told_zh, *(o[0] for o in others if o)]),
        "holds_en": "; ".join([*told_en, *(o[1] for o in others if o)]),
    }


def _controls_by(holder: str, row: Row) -> tuple[str, str, bool] | None:
    """By what a holder of no known share controls a bidder, Chinese and English, and whether that is as stated."""
    if any(row.get(c) is not None for c in ("share", "share_min", "share_max", "votes")):
        return None
    name, depth = row["bidder_name"] or row["bidder_id"], row.get("depth")
    links = json.loads(row["control"])["links"] if row.get("control") else []
    at = {row["bidder_id"], row.get("stated_id")}
    last = [link for link in links if link["company"] in at]
    votes = max((link["running"] for link in last if link["running"] is not None), default=None)
    if not last or any(link["kind"] != "share" for link in last) or votes is None:
        return (
            f"{holder}依所载控制关系控制{name}（{depth}层）",
            f"{holder} controls {name} as stated (depth {depth})",
            True,
        )
    return (
        f"{holder}以{votes:.2%}的表决权控制{name}（{depth}层）",
        f"{holder} controls {name} by {votes:.2%} of its votes (depth {depth})",
        False,
    )


def above_100_said(row: Row) -> tuple[str, str]:
    """That a share passes a register of more than the whole, and how much that says: Chinese, English."""
    most = max(above_100(row).values(), default=0.0)
    if not most:
        return "", ""
    return (
        f"，所经登记册持股比例合计{most:.2%}，超过100%，按所载计算，须核实",
        f", by a register that adds up to {most:.2%}, above 100%, computed as stated: verify",
    )


def _exits(row: Row) -> tuple[str, str]:
    """That another row says a holder on the way had left: Chinese, English."""
    days = sorted({t["left_on"] for t in exits_of(row)})
    if not days:
        return "", ""
    return (
        f"，所经持股有的没有日期，而另有记录称已于{'、'.join(days)}退出，须核实先后",
        f", by a holding without a date that another row says ended on {', '.join(days)}: verify which is later",
    )


def _as_of(tie: Tie) -> tuple[str, str]:
    """The date the tie is judged at, with what makes it weaker than it looks: Chinese, English."""
    bid = tie.lot["bid_on"]
    if not bid:
        return (
            "标段无日期，按无截止日期的持股计算，需核实投标时状态",
            "The lot has no date, so holdings without an end are used; verify how they stood at the bid",
        )
    after = observed_after_bid(tie)
    if after:
        return (
            f"截至{bid}（股权数据晚于投标日期，数据截至{after[-1]}，需核实投标时状态）",
            f"As of {bid} (the ownership data are of {after[-1]}, later than the bid: verify how it stood then)",
        )
    return f"截至{bid}", f"As of {bid}"


def percent(row: Mapping[str, Any], comma: str, votes_as: str, unknown: str) -> str:
    """A share as a reader is told it; the votes beside it where they differ, or alone where no share is known."""
    share, low, high, votes = (row.get(k) for k in ("share", "share_min", "share_max", "votes"))
    by_votes = votes_as.format(f"{votes:.2%}") if votes else ""
    if share is None and (high is None or (not low and high >= 1)):
        return by_votes or unknown
    held = f"{share:.2%}" if share is not None else f"{low or 0:.2%}–{high:.2%}"
    if not by_votes or (share is not None and abs(votes - share) <= 1e-9):
        return held
    return comma.join((held, by_votes)) if high else by_votes


def draft(tie: Tie, facts: Mapping[str, Any], suppressed_by: tuple[str, str, str] | None) -> Draft:
    """The tie as a draft; its identity is the lot and what ties."""
    lot = tie.lot
    method = str(facts.get("method") or "")
    return Draft(
        scope_kind="lot",
        scope_id=str(lot["lot_id"]),
        identity={"lot_id": str(lot["lot_id"]), "holder_id": tie.holder},
        subjects=tuple(sorted(tie.bidders)),
        facts=facts,
        words=words(tie, method),
        date=lot["bid_on"],
        regime=lot["regime"],
        evidence=evidence_of(tie),
        suppressed_by=suppressed_by,
    )


class Over(Protocol):
    """What is above a tie: how many ties, and the nearest of them."""

    @property
    def count(self) -> int:
        """All of them."""

    @property
    def told(self) -> Sequence[Tie]:
        """Those told one by one."""


def holder_kind(holder: str, row: Row) -> str:
    """What a holder is: the kind of a company where it is stated, "person"; empty where its id does not say."""
    scheme = holder.partition(":")[0].partition(".")[0]
    return str(row.get("holder_kind") or (scheme if scheme == "person" else ""))


def tie_facts(tie: Tie, above: Over | None = None) -> dict[str, Any]:
    """Facts of a tie: as_of, method, holder, bidders with shares, depths and paths, what identity rests on.

    Of the holders above, the nearest are told one by one; `holders_above_count` says how many there are.
    """
    lot = tie.lot
    # A bidder that is the holder itself is held by no method; its row's is the tender's.
    methods = sorted({str(r["method"]) for r in tie.rows if r.get("method") and not r.get("itself")})
    return {
        "as_of": lot["bid_on"],
        "method": methods[0] if len(methods) == 1 else ", ".join(methods),
        "holder": {"id": tie.holder, "name": lot["holder_name"], "kind": holder_kind(tie.holder, lot)},
        "bidders": [bidder_fact(r) for r in tie.rows],
        "holders_above": [
            {"id": t.holder, "name": t.lot["holder_name"], "bidders": [_above_fact(r) for r in t.rows]}
            for t in (above.told if above else ())
        ],
        "holders_above_count": above.count if above else 0,
        "observed_after_bid": observed_after_bid(tie),
        "identity": identity_of(tie),
    }

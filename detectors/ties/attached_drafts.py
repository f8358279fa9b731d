"""Links between bidders and a party of their procedure, as drafts: one a lot and party."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from detectors.definition import Draft, Evidence, Row, Severity, Suppressor
from detectors.identities import identity_label, weakest
from detectors.rows import table
from detectors.ties.bid_days import last_day
from detectors.ties.kin import relation_words
from detectors.ties.links import compared, lot_words
from detectors.ties.own_services import of_the_lot, own_service
from detectors.ties.roles import OWNING, role_en, role_zh
from detectors.ties.stakes import Pair, Stakes, holds_or_is, stakes_of, stands_as
from graph.public_kinds import STATE as STATE_KINDS

STATE: Final = Suppressor(
    "state",
    "国有资产监管机构、政府部门对双方的出资不视为关联",
    "that a state holder or public body stands above, or holds, both is no tie",
)
_MORE: Final = ("authority", "document_no", "barred_from", "barred_to")
_OF_TWO: Final[Mapping[str, tuple[str, str]]] = {
    "controls": ("{who}控制{bidder}", "{who} controls {bidder}"),
    "controlled": ("{bidder}控制{who}", "{bidder} controls {who}"),
    "controller": ("{via}同时控制{who}与{bidder}", "{via} controls both {who} and {bidder}"),
    "branch": ("{bidder}为{who}的分支机构", "{bidder} is a branch of {who}"),
    "head_office": ("{who}为{bidder}的分支机构", "{who} is a branch of {bidder}"),
    "branches": ("{who}与{bidder}同为{via}的分支机构", "{who} and {bidder} are both branches of {via}"),
    "employer_controls": (
        "{who}在{via}任职，{via}控制{bidder}",
        "{who} works for {via}, which controls {bidder}",
    ),
    "employer_controlled": (
        "{who}在{via}任职，{bidder}控制{via}",
        "{who} works for {via}, which {bidder} controls",
    ),
    "employer_controller": (
        "{who}在{via}任职，{over}同时控制{via}与{bidder}",
        "{who} works for {via}; {over} controls both it and {bidder}",
    ),
    "manages": (
        "{who}管理{bidder}或者控制它的企业（不持股）",
        "{who} manages, without shares, {bidder} or a company that controls it",
    ),
    "managed": (
        "{bidder}管理{who}或者控制它的企业（不持股）",
        "{bidder} manages, without shares, {who} or a company that controls it",
    ),
    "manager": (
        "{via}同时管理（不持股）{who}与{bidder}，或者控制它们的企业",
        "{via} manages, without shares, both {who} and {bidder}, or companies that control them",
    ),
}
"""What is said of a link by how it links, in Chinese and in English."""
Judge = Callable[[Row, Sequence[Row], Row], Severity | None]
"""(party, live links, lot) → a severity that differs from the detector's own."""


def party_drafts(
    rows: Mapping[str, Sequence[Row]],
    parties: pl.DataFrame,
    links: pl.DataFrame,
    judge: Judge,
    hubs: Collection[str] = (),
    fund_share: float = 0.0,
) -> Iterator[Draft]:
    """One draft a lot and party that links tie to bidders of the lot. `links` as `attached.party_links` gives.

    `hubs`: people and holders whose links alone tie nobody, since they have very many; `fund_share`: below it the stake of
    a fund, or in a listed company, ties nobody.
    """
    lots = compared(table(rows["bidders"])).join(links.select("lot_id").unique(), on="lot_id", how="semi")
    lot_rows = {r["lot_id"]: r for r in lots.iter_rows(named=True)}
    named = {(r["lot_id"], r["bidder_id"]): r for r in lots.iter_rows(named=True)}
    names = _names(rows, parties, links)
    kinds = {r["holder_id"]: r["holder_kind"] for r in rows.get("kinds", ())}
    party_rows = {(r["lot_id"], r["party_id"]): r for r in parties.iter_rows(named=True)}
    roles: dict[tuple[str, str], set[str]] = {}
    for r in parties.iter_rows(named=True):
        roles.setdefault((r["lot_id"], r["party_id"]), set()).add(str(r["party_role"] or ""))
    stakes = stakes_of(rows, _held_pairs(links))
    for (lot, party), group in links.group_by("lot_id", "party_id", maintain_order=True):
        found = group.to_dicts()
        who = party_rows[str(lot), str(party)]
        live = [r for r in found if r["when"] == "yes"]
        told_as = roles[str(lot), str(party)]
        apart = [r for r in live if not of_the_lot(r, told_as, lot_rows[lot])]
        owned = [r for r in apart if not _by_state(r, who, kinds)]
        known = [r for r in owned if r["via_id"] not in hubs and r["kin_id"] not in hubs]
        plain = [r for r in known if not _is_minor(r, who, kinds, fund_share)]
        shown = plain or known or owned or apart or live or found
        why = None
        if not plain:
            why = _minor(known[0], names) if known else _hub(owned[0], names) if owned else None
            why = why or (_state(who) if apart else own_service(who, lot_rows[lot]) if live else None)
            why = why or _ended(found, who, lot_rows[lot])
        yield _draft(lot_rows[lot], who, shown, named, names, stakes, why, judge(who, shown, lot_rows[lot]))


def _names(rows: Mapping[str, Sequence[Row]], parties: pl.DataFrame, links: pl.DataFrame) -> dict[str, str]:
    wanted = pl.concat([links["via_id"], links["kin_id"]]).drop_nulls().unique()
    told = [
        table(rows[k])
        for k in rows
        if k.endswith("control")
        or k in ("holdings", "elsewhen", "manages", "branches")
        or k.startswith("party_people")
    ]
    told = [f for f in told if {"holder_id", "holder_name"} <= set(f.columns)]
    near = [
        f.filter(pl.col("holder_id").is_in(wanted.implode())).select("holder_id", "holder_name") for f in told
    ]
    near += [
        table(rows[k]).select(holder_id="employer_id", holder_name="employer_name")
        for k in rows
        if k.startswith("employers_")
    ]
    near.append(parties.select(holder_id="party_id", holder_name="party_name"))
    return dict(pl.concat(near, how="vertical_relaxed").drop_nulls().iter_rows())


def _held_pairs(links: pl.DataFrame) -> pl.DataFrame:
    """Every holder and company of a lot that links may tell a share or control of."""
    ends = (
        ("party_id", "bidder_id"),
        ("bidder_id", "party_id"),
        ("via_id", "bidder_id"),
        ("via_id", "party_id"),
    )
    return pl.concat(
        links.select("lot_id", holder_id=holder, company=company)
        for holder, company in (*ends, ("kin_id", "bidder_id"))
    ).unique(maintain_order=True)


def _pairs(link: Row) -> list[Pair]:
    """Who holds or controls what, of a link that holds on the bid date; none where nobody is said to."""
    party, bidder, how = str(link["party_id"]), str(link["bidder_id"]), link["how"]
    if link["when"] != "yes":
        return []
    if how in ("holds", "controls"):
        return [(party, bidder)]
    if how in ("held", "controlled"):
        return [(bidder, party)]
    via = str(link["via_id"])
    if how in ("holder", "controller"):
        return [(via, bidder), (via, party)]
    found = []
    if how in ("person", "kin") and link["role"] in OWNING:
        found.append((str(link["kin_id"] or via), bidder))
    if link["party_side"] in OWNING:
        found.append((via, party))
    return found


def _by_state(link: Row, party: Row, kinds: Mapping[str, str]) -> bool:
    if link["how"] in ("controller", "holder"):
        return kinds.get(link["via_id"]) in STATE_KINDS
    if link["how"] == "employer_controller":
        return kinds.get(link["kin_id"]) in STATE_KINDS
    return link["how"] == "holds" and party["party_kind"] in STATE_KINDS


def _is_minor(link: Row, party: Row, kinds: Mapping[str, str], least: float) -> bool:
    """Does a link rest on a fund's small stake, or on one in a listed company, in the party or the bidder?"""
    if link["how"] != "holder" and link["party_side"] not in OWNING:
        return False
    fund = kinds.get(link["via_id"]) == "fund"
    stakes = (
        (link["party_share"], fund or party["party_kind"] == "listed"),
        (link["share"], fund or link["bidder_kind"] == "listed"),
    )
    return any(minor and share is not None and share < least - 1e-9 for share, minor in stakes)


def _minor(link: Row, names: Mapping[str, str]) -> tuple[str, str, str]:
    name = names.get(link["via_id"]) or link["via_id"]
    return (
        "fund",
        f"关联仅经由{name}，其为基金或者所持为上市公司股份，且比例很小，属财务性小额持股",
        f"the only link runs through {name}, a fund or a holder of listed shares, whose stake is a small financial one",
    )


def _state(party: Row) -> tuple[str, str, str]:
    name = party["party_name"] or party["party_id"]
    return (
        "state",
        f"{name}与投标人仅因国有资产监管机构或政府部门出资而相连（参照公司法第265条第4项）",
        f"only a state holder or public body links {name} and the bidder (cf. Company Law art. 265(4))",
    )


def _hub(link: Row, names: Mapping[str, str]) -> tuple[str, str, str]:
    name = names.get(link["via_id"]) or link["via_id"]
    return (
        "hub",
        f"关联仅经由{name}，其任职或持股的企业过多，可能为代办、挂名人员或持股平台",
        f"the only link runs through {name}, who has posts in or holds very many companies: perhaps an intermediary, "
        "a nominee or a platform",
    )


def _ended(links: Sequence[Row], party: Row, lot: Row) -> tuple[str, str, str]:
    later = all(r["when"] == "later" for r in links)
    told = [(r["held_from"], r["held_to"]) for r in links]
    # A ban is the party's, and bears on each of its links. It is half open: what is told is its last day.
    told += [(party.get("barred_from"), last_day(party.get("barred_to")))]
    spans = sorted({(since or "…", until or "…") for since, until in told if since or until})
    zh = "、".join(f"{since}至{until}" for since, until in spans)
    en = ", ".join(f"{since} to {until}" for since, until in spans)
    return (
        "ended",
        ("关联或禁止期在投标日之后才开始" if later else "关联或禁止期在投标日之前已结束")
        + (f"：期间为{zh}，投标日为{lot['bid_on'] or '不明'}" if zh else ""),
        (
            "the link or the ban began after the bid date"
            if later
            else "the link or the ban ended before the bid date"
        )
        + (f": it held from {en}; the bid date is {lot['bid_on'] or 'unknown'}" if en else ""),
    )


def _draft(
    lot: Row,
    party: Row,
    links: Sequence[Row],
    named: Mapping[tuple[str, str], Row],
    names: Mapping[str, str],
    stakes: Stakes,
    why: tuple[str, str, str] | None,
    severity: Severity | None,
) -> Draft:
    bidders = sorted({str(r["bidder_id"]) for r in links})
    # A person without a number is met in his own row alone.
    named_alone = str(party["party_id"]).startswith("person.scoped:")
    identity = weakest(
        [
            *([] if named_alone else [(str(party["party_id"]), party.get("party_stated"))]),
            *((b, named[lot["lot_id"], b]["stated_id"]) for b in bidders),
        ],
        [r["basis"] for r in links if r["basis"]],
    )
    zh, en = identity_label(identity)
    told = [_dated(r, *_told(r, party, named, names, stakes)) for r in links]
    told_of_party = {k: party[k] for k in _MORE if k in party}
    facts = {
        "as_of": lot["bid_on"],
        "holder": {
            "id": party["party_id"],
            "name": party["party_name"],
            "kind": party["party_kind"] or "",
            "role": party["party_role"],
        },
        "bidders": [
            {
                "id": b,
                "name": named[lot["lot_id"], b]["bidder_name"],
                "links": [_link_fact(r, names, stakes) for r in links if r["bidder_id"] == b],
            }
            for b in bidders
        ],
        "identity": identity,
        **told_of_party,
    }
    labels = [str(named[lot["lot_id"], b]["bidder_name"] or b) for b in bidders]
    words = lot_words(lot) | {
        "party": str(party["party_name"] or party["party_id"]),
        "role_zh": role_zh(party["party_role"]),
        "role_en": role_en(party["party_role"]),
        "bidders_zh": "、".join(labels),
        "bidders_en": ", ".join(labels),
        "links_zh": "；".join(dict.fromkeys(t[0] for t in told)),
        "links_en": "; ".join(dict.fromkeys(t[1] for t in told)),
        "identity_zh": zh,
        "identity_en": en,
        "data_zh": "",
        "data_en": "",
    }
    return Draft(
        scope_kind="lot",
        scope_id=str(lot["lot_id"]),
        identity={"lot_id": str(lot["lot_id"]), "party_id": str(party["party_id"])},
        subjects=tuple(bidders),
        facts=facts,
        words=words,
        date=lot["bid_on"],
        regime=lot["regime"],
        evidence=_evidence(lot, party, links),
        suppressed_by=why,
        severity=severity,
    )


def _own_stake(link: Row, stakes: Stakes) -> Row | None:
    """What the person of a link, or his kin, holds of the bidder on the bid date."""
    if link["when"] != "yes" or link["how"] not in ("person", "kin"):
        return None
    return stakes.of(link["lot_id"], (str(link["kin_id"] or link["via_id"]), str(link["bidder_id"])))


def _link_fact(link: Row, names: Mapping[str, str], stakes: Stakes) -> dict[str, Any]:
    fact = {k: link[k] for k in ("how", "share", "role", "relation", "when")}
    if link["when"] != "yes":
        fact |= {"from": link["held_from"], "to": link["held_to"]}
    fact["role"] = stands_as(link["role"], _own_stake(link, stakes)) or None
    if link["party_share"] is not None:
        fact["share_of_party"] = link["party_share"]
    if link["how"] == "employer_controller":
        fact["controller"] = {"id": link["kin_id"], "name": names.get(link["kin_id"])}
    elif link["kin_id"]:
        fact["kin"] = {"id": link["kin_id"]}
    return fact | {
        "via": {"id": link["via_id"], "name": names.get(link["via_id"])} if link["via_id"] else None,
        "of_party": link["party_side"],
        **stakes.facts(link["lot_id"], _pairs(link)),
    }


def _dated(link: Row, zh: str, en: str) -> tuple[str, str]:
    """What is told of a link, with when it was where that is not the bid date."""
    since, until = link["held_from"], link["held_to"]
    if link["when"] == "yes" or not (since or until):
        return zh, en
    if link["when"] == "later":
        return f"{zh}（{since}才开始）", f"{en} (only from {since})"
    begun_zh, begun_en = (f"{since}", f"from {since} ") if since else ("", "")
    return (
        f"{zh}（{begun_zh}至{until}，投标日已不存续）",
        f"{en} ({begun_en}until {until}, no more at the bid)",
    )


def _told(
    link: Row,
    party: Row,
    named: Mapping[tuple[str, str], Row],
    names: Mapping[str, str],
    stakes: Stakes,
) -> tuple[str, str]:
    bidder = named[link["lot_id"], link["bidder_id"]]["bidder_name"] or link["bidder_id"]
    who = party["party_name"] or party["party_id"]
    via = names.get(link["via_id"]) or link["via_id"]
    share = "" if link["share"] is None else f"{link['share']:.2%}"
    if link["how"] == "itself":
        return f"{who}自身参加投标", f"{who} bids itself"
    if link["how"] == "holds":
        return (
            f"{who}穿透持有{bidder}{share or '（比例不明）'}",
            f"{who} effectively holds {share or 'an unknown share'} of {bidder}",
        )
    if link["how"] == "held":
        return (
            f"{bidder}穿透持有{who}{share or '（比例不明）'}",
            f"{bidder} effectively holds {share or 'an unknown share'} of {who}",
        )
    if link["how"] in _OF_TWO:
        zh, en = _OF_TWO[link["how"]]
        told = {"who": who, "bidder": bidder, "via": via, "over": names.get(link["kin_id"]) or link["kin_id"]}
        return zh.format_map(told), en.format_map(told)
    if link["how"] == "advises":
        role_of = link["role"]
        return (
            f"{bidder}的投标文件载明{who}为{role_zh(role_of)}",
            f"the bid of {bidder} names {who} as {role_en(role_of)}",
        )
    of_party = "" if link["party_share"] is None else f"{link['party_share']:.2%}"
    if link["how"] == "holder":
        return (
            f"{via}穿透持有{who}{of_party or '（比例不明）'}，同时穿透持有{bidder}{share or '（比例不明）'}",
            f"{via} effectively holds {of_party or 'an unknown share'} of {who} and {share or 'an unknown share'} of {bidder}",
        )
    side, role = link["party_side"], link["role"]
    stake_zh, stake_en = (f"（{of_party}）", f" ({of_party})") if of_party else ("", "")
    is_zh, is_en = holds_or_is(role, bidder, _own_stake(link, stakes), share)
    if link["how"] == "person" and link["via_id"] == party["party_id"]:
        return f"{who}{is_zh}", f"{who} {is_en}"
    if link["how"] == "person":
        return (
            f"{who}的{role_zh(side)}{via}{stake_zh}同{'时' if is_zh.startswith('间') else ''}{is_zh}",
            f"{via}, {role_en(side)}{stake_en} of {who}, {is_en}",
        )
    zh, en = relation_words(link["relation"])
    if link["via_id"] == party["party_id"]:
        return f"{who}的亲属（{zh}）{is_zh}", f"kin ({en}) of {who} {is_en}"
    return (
        f"{who}的{role_zh(side)}{via}{stake_zh}的亲属（{zh}）{is_zh}",
        f"kin ({en}) of {via}, {role_en(side)}{stake_en} of {who}, {is_en}",
    )


def _evidence(lot: Row, party: Row, links: Sequence[Row]) -> Evidence:
    nodes = {str(lot["lot_id"]), str(party["party_id"])}
    keys = {str(party["party_key"])}
    for link in links:
        nodes |= {str(link["bidder_id"]), str(link["bid_id"])}
        nodes |= {str(link[c]) for c in ("via_id", "kin_id") if link.get(c)}
        keys.update(link["keys"] or ())
        for text in link["derivations"] or ():
            added(text, nodes, keys)
    return Evidence(tuple(sorted(nodes)), tuple(sorted(keys)))


def added(derivation: str | None, nodes: set[str], keys: set[str]) -> None:
    """Adds the parties and stated rows of a derivation (JSON of paths, or of winning links) to a proof."""
    told: dict[str, Any] = json.loads(derivation) if derivation else {}
    for path in told.get("paths", []):
        nodes.update(path["nodes"])
        keys.update(key for step in path["rows"] for key in step)
    for link in told.get("links", []):
        nodes |= {link["company"], link["holder"]}
        keys.update(link["rows"])

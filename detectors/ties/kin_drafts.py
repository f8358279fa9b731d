"""A pair of declared kin behind two bids of a lot, as a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detectors.definition import Draft, Evidence, Row
from detectors.identities import identity_label, weakest
from detectors.ties.attached_drafts import added
from detectors.ties.drafts import rounded
from detectors.ties.kin import relation_words
from detectors.ties.links import lot_words, not_together
from detectors.ties.roles import OWNING
from detectors.ties.stakes import Stakes, holds_or_is, stands_as


def kin_draft(found: Sequence[Row], named: Mapping[str, str], stakes: Stakes) -> Draft:
    """One draft a lot and pair of kin: `found` has a row each way the two reach two bids; `named`: bidders' names; `stakes`:
    what the two hold of the bidders on the bid date.
    """
    live = [r for r in found if r["when"] == r["when_2"] == "yes"]
    shown = live or found
    first = shown[0]
    zh, en = relation_words(first["relation"])
    ends = {
        (r["bidder_id"], r["person_id"], r["person_name"], r["role"], r["share"], r["when"]) for r in shown
    }
    ends |= {
        (r["bidder_id_2"], r["kin_id"], r["kin_name"], r["role_2"], r["share_2"], r["when_2"]) for r in shown
    }
    ordered = sorted(ends, key=lambda e: tuple(str(v) for v in e))
    bidders = sorted({e[0] for e in ordered})
    labels = [named[b] or b for b in bidders]
    told = [
        (p or i, holds_or_is(r, named[b] or b, _stake(stakes, first, end), _direct(end)))
        for end in ordered
        for b, i, p, r, _, _ in (end,)
    ]
    told_zh = "、".join(f"{who}{zh}" for who, (zh, _) in told)
    told_en = "; ".join(f"{who} {en}" for who, (_, en) in told)
    identity = weakest(
        [(str(r[f"bidder_id{n}"]), r[f"stated_id{n}"]) for r in shown for n in ("", "_2")],
        [r[c] for r in shown for c in ("basis", "basis_2", "kin_basis") if r[c]],
    )
    identity_zh, identity_en = identity_label(identity)
    facts: dict[str, Any] = {
        "as_of": first["bid_on"],
        "relation": first["relation"],
        "persons": [
            {"id": first["person_id"], "name": first["person_name"]},
            {"id": first["kin_id"], "name": first["kin_name"]},
        ],
        "bidders": [
            {
                "id": b,
                "name": named[b],
                "links": [_link(stakes, first, end) for end in ordered if end[0] == b],
            }
            for b in bidders
        ],
        "identity": identity,
    }
    why = None
    if not live:
        why = (
            "ended",
            "其中一方的任职或持股在投标日不存续",
            "one of the posts or stakes did not hold on the bid date",
        )
    return Draft(
        scope_kind="lot",
        scope_id=str(first["lot_id"]),
        identity={
            "lot_id": str(first["lot_id"]),
            "related_id": str(first["person_id"]),
            "to_id": str(first["kin_id"]),
        },
        subjects=tuple(bidders),
        facts=facts,
        words=lot_words(first)
        | (not_together(first) if why else {})
        | {
            "bidders_zh": "、".join(labels),
            "bidders_en": ", ".join(labels),
            "relation_zh": zh,
            "relation_en": en,
            "one": str(first["person_name"] or first["person_id"]),
            "other": str(first["kin_name"] or first["kin_id"]),
            "links_zh": told_zh,
            "links_en": told_en,
            "identity_zh": identity_zh,
            "identity_en": identity_en,
            "data_zh": "",
            "data_en": "",
        },
        date=first["bid_on"],
        regime=first["regime"],
        evidence=_evidence(shown),
        suppressed_by=why,
    )


def _stake(stakes: Stakes, lot: Row, end: Sequence[Any]) -> Row | None:
    bidder, person, _, role, _, when = end
    held = when == "yes" and role in OWNING
    return stakes.of(lot["lot_id"], (str(person), str(bidder))) if held else None


def _direct(end: Sequence[Any]) -> str:
    """The share of who is told as a shareholder."""
    return "" if end[4] is None else f"{end[4]:.2%}"


def _link(stakes: Stakes, lot: Row, end: Sequence[Any]) -> dict[str, Any]:
    bidder, person, _, role, share, when = end
    stake = _stake(stakes, lot, end)
    fact = {"person": person, "role": stands_as(role, stake), "share": rounded(share)}
    if when != "yes":
        return fact | {"when": when}
    return fact | (stakes.facts(lot["lot_id"], [(str(person), str(bidder))]) if role in OWNING else {})


def _evidence(shown: Sequence[Row]) -> Evidence:
    nodes = {str(shown[0]["lot_id"])}
    keys: set[str] = set()
    for row in shown:
        nodes |= {
            str(row[c]) for c in ("person_id", "kin_id", "bidder_id", "bidder_id_2", "bid_id", "bid_id_2")
        }
        keys |= {str(row[c]) for c in ("kin_key", "link_key", "link_key_2") if row[c]}
        added(row["derivation"], nodes, keys)
        added(row["derivation_2"], nodes, keys)
    return Evidence(tuple(sorted(nodes)), tuple(sorted(keys)))

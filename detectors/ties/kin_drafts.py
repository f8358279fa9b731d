"""A pair of declared kin behind two bids of a lot, as a draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detectors.definition import Draft, Evidence, Row
from detectors.identities import identity_label, weakest
from detectors.ties.attached_drafts import added
from detectors.ties.kin import relation_words
from detectors.ties.links import lot_words
from detectors.ties.roles import role_en, role_zh


def kin_draft(found: Sequence[Row], named: Mapping[str, str]) -> Draft:
    """One draft a lot and pair of kin: `found` has a row each way the two reach two bids; `named`: bidders' names."""
    live = [r for r in found if r["when"] == r["when_2"] == "yes"]
    shown = live or found
    first = shown[0]
    zh, en = relation_words(first["relation"])
    ends = {(r["bidder_id"], r["person_id"], r["person_name"], r["role"], r["share"]) for r in shown}
    ends |= {(r["bidder_id_2"], r["kin_id"], r["kin_name"], r["role_2"], r["share_2"]) for r in shown}
    ordered = sorted(ends, key=lambda e: tuple(str(v) for v in e))
    bidders = sorted({e[0] for e in ordered})
    labels = [named[b] or b for b in bidders]
    told_zh = "、".join(f"{p or i}为{named[b] or b}的{role_zh(r)}" for b, i, p, r, _ in ordered)
    told_en = "; ".join(f"{p or i} is {role_en(r)} of {named[b] or b}" for b, i, p, r, _ in ordered)
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
                "links": [{"person": i, "role": r, "share": s} for c, i, _, r, s in ordered if c == b],
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

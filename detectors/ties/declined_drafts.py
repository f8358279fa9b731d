"""A bidder that declined an award, and who won it then, with what ties the two, as a draft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from detectors.definition import Draft, Evidence, Row
from detectors.identities import identity_label, weakest
from detectors.ties.attached_drafts import added
from detectors.ties.declined_ends import HOLDS
from detectors.ties.kin import relation_words
from detectors.ties.links import lot_words
from detectors.ties.roles import role_en, role_zh


def declined_draft(found: Sequence[Row], suppressed_by: tuple[str, str, str] | None) -> Draft:
    """The draft; `found`: what ties the two, as `declined_ends.between` gives, of one lot and declining bidder."""
    first = found[0]
    winners = {r["bidder_id_2"]: r["bidder_name_2"] for r in found}
    by_end = {tuple(r[c] for c in ("holder_id", "how", "how_2", "kin_id")): r for r in reversed(found)}
    ties = list(reversed(by_end.values()))
    identity = weakest(
        [(first["bidder_id"], first["stated_id"]), *((r["bidder_id_2"], r["stated_id_2"]) for r in found)],
        [r[c] for r in found for c in ("basis", "basis_2", "kin_basis") if r.get(c)],
    )
    zh, en = identity_label(identity)
    nodes = {str(first["lot_id"])}
    keys: set[str] = set()
    for row in found:
        nodes |= {str(row[c]) for c in ("bidder_id", "bidder_id_2", "bid_id", "bid_id_2", "holder_id")}
        nodes |= {str(row[c]) for c in ("member", "member_2", "kin_id") if row[c]}
        keys |= {str(row[c]) for c in ("link_key", "link_key_2", "kin_key") if row[c]}
        added(row["derivation"], nodes, keys)
        added(row["derivation_2"], nodes, keys)
    facts: dict[str, Any] = {
        "as_of": first["bid_on"],
        "declined": {"id": first["bidder_id"], "name": first["bidder_name"]},
        "bidders": [{"id": i, "name": n} for i, n in sorted(winners.items())],
        "ties": [_tie(r) for r in ties],
        "identity": identity,
    }
    return Draft(
        scope_kind="lot",
        scope_id=str(first["lot_id"]),
        identity={"lot_id": str(first["lot_id"]), "bidder_id": str(first["bidder_id"])},
        subjects=tuple(sorted({str(first["bidder_id"]), *winners})),
        facts=facts,
        words=lot_words(first)
        | {
            "declined": str(first["bidder_name"] or first["bidder_id"]),
            "winner_zh": "、".join(str(n or i) for i, n in sorted(winners.items())),
            "winner_en": ", ".join(str(n or i) for i, n in sorted(winners.items())),
            "ties_zh": "；".join(_told(r, 0) for r in ties),
            "ties_en": "; ".join(_told(r, 1) for r in ties),
            "identity_zh": zh,
            "identity_en": en,
            "data_zh": "",
            "data_en": "",
        },
        date=first["bid_on"],
        regime=first["regime"],
        evidence=Evidence(tuple(sorted(nodes)), tuple(sorted(keys))),
        suppressed_by=suppressed_by,
    )


def _tie(row: Row) -> dict[str, Any]:
    fact = {
        "id": row["holder_id"],
        "name": row["holder_name"],
        "declined_by": row["how"],
        "winner_by": row["how_2"],
    }
    if row["kin_id"]:
        fact["kin"] = {"id": row["kin_id"], "name": row["kin_name"], "relation": row["relation"]}
    return fact


def _told(row: Row, language: int) -> str:
    who, here, there = row["holder_name"] or row["holder_id"], row["how"], row["how_2"]
    if not row["kin_id"]:
        told = f"{who}（{_how(here, 0)}/{_how(there, 0)}）", f"{who} ({_how(here, 1)} / {_how(there, 1)})"
    else:
        zh, en = relation_words(row["relation"])
        kin = row["kin_name"] or row["kin_id"]
        told = (
            f"{who}（{_how(here, 0)}）与{kin}（{_how(there, 0)}）为亲属（{zh}）",
            f"{who} ({_how(here, 1)}) and {kin} ({_how(there, 1)}) are kin ({en})",
        )
    return told[language]


def _how(how: str, language: int) -> str:
    if how == HOLDS:
        return ("穿透持股", "effective share")[language]
    return (role_zh(how), role_en(how))[language]

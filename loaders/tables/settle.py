"""What only the whole load can say: whose bare ids are one, and which tender a bare lot number belongs to."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.names import is_partnership_name
from graph.penetration.rows import REGISTERED_HEAD, SOLE_INTERESTS
from graph.records import Extract, RelKey
from loaders.context import ReadContext
from loaders.lot_numbers import one_number
from loaders.problems import Problem
from loaders.tables.branches import settle_branches
from loaders.tables.messages import message
from loaders.tables.paid_again import tell_payments_again
from loaders.tables.refused_bids import place_lots

# As these, an id is an organisation's whatever else is known.
_ORGANISATION_ENDS: Final = (
    "OWNS",
    "LEGAL_REP_OF",
    "OFFICER_OF",
    "BRANCH_OF",
    "EXERCISES_CONTROL",
    "NAMES",
    "BUYS",
)

_OF_A_HEAD: Final = ("from_id", "to_id", "source", "observed_on", "stated_from", "stated_to", "role")
_HEADS: Final = {"legal_representative": "法定代表人", "branch_head": "负责人"}


def settle_tables(context: ReadContext) -> None:
    """Call once, when every file of a load is read; calling it again changes nothing.

    * An id without a scheme whose row did not say what it is (`local:P1` as holder) is the person `person.local:P1`
      where the load has such a person and says nowhere that `P1` is an organisation.
    * A lot named without its tender (`local:LOT-7`) is the lot of that number in the one tender of the load that has
      it. Where several tenders have it, it stays a lot of its own and is reported.
    * A lot that has the id of a tender is that tender as a whole.
    * A trace or person of a consortium's member belongs to the consortium's bid.
    * A payment that several sheets state counts once; one of another amount is a further one. Both are told.
    * Whom the register of a firm that may be a sole trader or a sole proprietorship names as its representative or head
      is its owner, if that is what it is; a company that it names so of a partnership manages that.
    * A branch is its head office's (`loaders.tables.branches`).
    """
    _settle_people(context.extract)
    _settle_sole_owners(context.extract)
    _settle_managing_partners(context.extract)
    settle_branches(context.extract)
    _settle_whole_tenders(context.extract)
    _settle_lots(context)
    _settle_consortia(context.extract)
    tell_payments_again(context)


def _settle_people(extract: Extract) -> None:
    companies, people = extract.nodes.get("Company", []), extract.nodes.get("Person", [])
    if not companies or not people:
        return
    known = pl.concat([f.select("id") for f in people])["id"].unique()
    bare = known.filter(known.str.starts_with("person.local:")).str.replace("person.", "", literal=True)
    stated = pl.concat([f.select("id", "kind", "status", "founded_on", "region") for f in companies])
    stated = stated.filter(pl.col("id").is_in(bare.implode()))
    if stated.is_empty():
        return
    said = pl.col("kind").is_not_null() & (pl.col("kind") != "unknown")
    said = said | pl.any_horizontal(pl.col("status", "founded_on", "region").is_not_null())
    organisations = set(stated.filter(said)["id"].to_list())
    for (type_, from_type, to_type), frames in extract.rels.items():
        for frame in frames:
            if type_ in _ORGANISATION_ENDS and to_type == "Company":
                organisations.update(frame["to_id"].to_list())
            if type_ in ("SUBMITS", "BUYS", "SUBCONTRACTS_TO") and from_type == "Company":
                organisations.update(frame["from_id"].to_list())
    moved = [i for i in stated["id"].unique().sort().to_list() if i not in organisations]
    if not moved:
        return
    names = pl.concat([f.filter(pl.col("id").is_in(moved)) for f in companies])
    extract.nodes["Company"] = [f.filter(~pl.col("id").is_in(moved)) for f in companies]
    extract.add_node("Person", names.select("source", "observed_on", "name", id="person." + pl.col("id")))
    for key in list(extract.rels):
        _move_from(extract, key, moved)


def _move_from(extract: Extract, key: RelKey, moved: list[str]) -> None:
    type_, from_type, to_type = key
    if from_type != "Company":
        return
    for place, frame in enumerate(extract.rels[key]):
        here = frame["from_id"].is_in(moved)
        if here.any():
            extract.rels[key][place] = frame.filter(~here)
            theirs = frame.filter(here).with_columns(from_id="person." + pl.col("from_id"))
            extract.rels.setdefault((type_, "Person", to_type), []).append(theirs)


def _settle_sole_owners(extract: Extract) -> None:
    """个体工商户 and 个人独资企业 have one owner, and no list of holders says who: the register's column of legal
    representatives or heads (法定代表人, 负责人) shows him, where it has none of operators (经营者) or investors (投资人).

    Of a firm that may be one, whether or not the load says its kind or name, he is stated as its `registered_head`:
    whether that makes him its owner is told where its kind, its name and its investors are known, which another load
    may say.

    Source: 个人独资企业法 art. 2, 8 and 17; 民法典 art. 54. A company is none of both, whatever its type is given as.
    """
    named = [f.filter(pl.col("role").is_in(list(_HEADS))) for f in _rels(extract, "LEGAL_REP_OF", "Person")]
    stated = [f.select("id", "name", "kind") for f in extract.nodes.get("Company", [])]
    if not named or not stated:
        return
    heads = pl.concat(f.select(_OF_A_HEAD) for f in named)
    told = pl.concat(stated).filter(pl.col("id").is_in(heads["to_id"].unique().implode()))
    kind = pl.col("kind").replace("unknown", None)
    firms = (
        told.with_columns(partnership=is_partnership_name(told["name"]))
        .group_by("id")
        .agg(
            sole=(kind == "sole_trader").any(),
            unsaid=kind.is_null().all(),
            other=(pl.col("name").str.contains("公司", literal=True) | pl.col("partnership")).any(),
        )
        .filter(~pl.col("other").fill_null(False))
    )
    firms = firms.filter(
        ~pl.col("id").is_in(_declared_of(extract, (*SOLE_INTERESTS, REGISTERED_HEAD)).implode())
    )
    # Other registers' codes are of no such firms.
    own = pl.col("id").str.starts_with("cn-uscc:91") | ~pl.col("id").str.starts_with("cn-uscc:")
    may_be = firms.filter(pl.col("sole") | (pl.col("unsaid") & own))["id"]
    _declare(extract, "Person", heads.filter(pl.col("to_id").is_in(may_be.implode())), REGISTERED_HEAD)


def _settle_managing_partners(extract: Extract) -> None:
    """A company named as a partnership's representative is its managing partner; a person may be that one's delegate.

    Source: 合伙企业法 art. 26; 市场主体登记管理条例 art. 8 (the register has 执行事务合伙人 in place of a legal representative).
    """
    stated = [f.select("id", "name", "kind") for f in extract.nodes.get("Company", [])]
    named = _rels(extract, "LEGAL_REP_OF", "Company")
    if not stated or not named:
        return
    heads = pl.concat(f.filter(pl.col("role").is_in(list(_HEADS))).select(_OF_A_HEAD) for f in named)
    firms = pl.concat(stated).filter(pl.col("id").is_in(heads["to_id"].implode()))
    partnerships = firms.filter(
        (firms["kind"] == "partnership").fill_null(False) | is_partnership_name(firms["name"])
    )
    known = _declared_of(extract, ("managing_partner",))
    heads = heads.filter(
        pl.col("to_id").is_in(partnerships["id"].implode()) & ~pl.col("to_id").is_in(known.implode())
    )
    _declare(extract, "Company", heads, "managing_partner")


def _rels(extract: Extract, name: str, party: str) -> list[pl.DataFrame]:
    return extract.rels.get((name, party, "Company"), [])


def _declared_of(extract: Extract, interests: tuple[str, ...]) -> pl.Series:
    """The companies of which some control is declared."""
    rows = (f for party in ("Company", "Person") for f in _rels(extract, "EXERCISES_CONTROL", party))
    of = [f.filter(pl.col("interest").is_in(interests))["to_id"] for f in rows]
    return pl.concat([pl.Series("to_id", [], pl.String), *of])


def _declare(extract: Extract, party: str, heads: pl.DataFrame, interest: str) -> None:
    """State that a register's heads exercise control, in the register's own word for them."""
    if heads.height:
        said = pl.col("role").replace_strict(_HEADS, return_dtype=pl.String)
        declared = heads.drop("role").with_columns(
            interest=pl.lit(interest), details=heads.select(said).to_series()
        )
        extract.add_rel("EXERCISES_CONTROL", party, "Company", declared)


def _settle_whole_tenders(extract: Extract) -> None:
    lots, tenders = extract.nodes.get("Lot", []), extract.nodes.get("Tender", [])
    if not lots or not tenders:
        return
    whole = pl.concat([f.select("source", "observed_on", from_id="id") for f in lots]).unique()
    named = pl.concat([f.select(from_id="id") for f in tenders]).unique()
    whole = whole.join(named, on="from_id", how="semi")
    for frame in extract.rels.get(("LOT_OF", "Lot", "Tender"), []):
        whole = whole.join(frame, on="from_id", how="anti")
    extract.add_rel("LOT_OF", "Lot", "Tender", whole.with_columns(to_id="from_id").sort("source"))


def _settle_lots(context: ReadContext) -> None:
    extract = context.extract
    tenders = extract.rels.get(("LOT_OF", "Lot", "Tender"), [])
    lots = extract.nodes.get("Lot", [])
    if not tenders or not lots:
        return
    placed = pl.concat([f.select("from_id", "to_id") for f in tenders]).unique()
    bare = pl.concat([f.select("id", "source") for f in lots])
    alone = pl.col("id").str.starts_with("local:") & ~pl.col("id").is_in(placed["from_id"].implode())
    bare = bare.filter(alone)
    refused = pl.DataFrame({"id": [b.lot for f in extract.files for b in f.refused_bids]}, {"id": pl.String})
    ids = pl.concat([bare.select("id"), refused.filter(alone)])["id"].unique()
    if ids.is_empty():
        return
    numbered = placed.with_columns(
        bare="local:" + pl.col("from_id").str.slice(pl.col("to_id").str.len_chars() + 1)
    ).filter(pl.col("from_id").str.starts_with(pl.col("to_id") + "/"))
    # A number without its tender is kept as it is written; within a tender it has one form.
    written = pl.DataFrame({"id": ids, "bare": "local:" + one_number(ids.str.strip_prefix("local:"))})
    found = numbered.join(written, on="bare").group_by("id").agg("from_id")
    one = found.filter(pl.col("from_id").list.len() == 1)
    new = dict(zip(one["id"].to_list(), one["from_id"].list.first().to_list(), strict=True))
    several = found.filter(pl.col("from_id").list.len() > 1)["id"].to_list()
    _report_ambiguous(context, bare.filter(pl.col("id").is_in(several)))
    if new:
        bids = _bids_of(extract, new)
        _rename(extract, {"Lot": new, "Bid": bids})
        place_lots(context, new)


def _report_ambiguous(context: ReadContext, bare: pl.DataFrame) -> None:
    zh, en = message("tender-ambiguous")
    names = {f.key: f for f in context.extract.files}
    for lot, source in bare.unique(maintain_order=True).iter_rows():
        key, sheet, row = source.split("#", 2)
        name = names[key].name if key in names else key
        problem = Problem(
            "flag", "tender-ambiguous", name, sheet, row, "", lot.removeprefix("local:"), zh, en
        )
        if problem not in context.problems:
            context.problems.append(problem)


def _bids_of(extract: Extract, lots: dict[str, str]) -> dict[str, str]:
    """New ids of the bids for renamed lots."""
    bids: dict[str, str] = {}
    for frame in extract.rels.get(("FOR_LOT", "Bid", "Lot"), []):
        for bid, lot in (
            frame.filter(pl.col("to_id").is_in(list(lots))).select("from_id", "to_id").iter_rows()
        ):
            bids[bid] = lots[lot] + bid[len(lot) :]
    return bids


def _rename(extract: Extract, new: dict[str, dict[str, str]]) -> None:
    """Give nodes of some types new ids, wherever they stand."""
    for type_, ids in new.items():
        if not ids:
            continue
        for place, frame in enumerate(extract.nodes.get(type_, [])):
            extract.nodes[type_][place] = frame.with_columns(pl.col("id").replace(ids))
        for (rel, from_type, to_type), frames in extract.rels.items():
            for place, frame in enumerate(frames):
                changed = frame
                if from_type == type_:
                    changed = changed.with_columns(pl.col("from_id").replace(ids))
                if to_type == type_:
                    changed = changed.with_columns(pl.col("to_id").replace(ids))
                if type_ == "Lot" and rel == "SUBCONTRACTS_TO":
                    changed = changed.with_columns(pl.col("lot").replace(ids))
                frames[place] = changed


def _settle_consortia(extract: Extract) -> None:
    bids = extract.nodes.get("Bid", [])
    submits = extract.rels.get(("SUBMITS", "Company", "Bid"), [])
    for_lot = extract.rels.get(("FOR_LOT", "Bid", "Lot"), [])
    if not bids or not submits or not for_lot:
        return
    stated = pl.concat(
        [f.select("id", "consortium", "amount", "status", "rank", "won", "submitted_at") for f in bids]
    )
    joint = stated.filter(pl.col("consortium").is_not_null()).select("id").unique()
    if joint.is_empty():
        return
    told = pl.any_horizontal(
        pl.col("consortium", "amount", "status", "rank", "won", "submitted_at").is_not_null()
    )
    empty = stated.group_by("id").agg(told.any().alias("told")).filter(~pl.col("told")).select("id")
    lots = pl.concat([f.select(bid="from_id", lot="to_id") for f in for_lot]).unique()
    parties = (
        pl.concat([f.select(party="from_id", bid="to_id") for f in submits]).unique().join(lots, on="bid")
    )
    alone = parties.join(empty, left_on="bid", right_on="id")
    group = parties.join(joint, left_on="bid", right_on="id").rename({"bid": "joint"})
    pairs = alone.join(group, on=["party", "lot"]).group_by("bid").agg(pl.col("joint").unique())
    pairs = pairs.filter(pl.col("joint").list.len() == 1)
    new = dict(zip(pairs["bid"].to_list(), pairs["joint"].list.first().to_list(), strict=True))
    if not new:
        return
    for place, frame in enumerate(submits):
        submits[place] = frame.filter(~pl.col("to_id").is_in(list(new)))
    _rename(extract, {"Bid": new})

"""Declared kin, as pairs that can be walked from either side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from detectors.definition import Row
from detectors.identities import basis_column, weakest_column
from detectors.question import Ends
from detectors.rows import table

_ONE: Final = "p.id AS related_id, p.name AS related_name"
_OTHER: Final = "q.id AS to_id, q.name AS to_name"
_STATED: Final = "r.relation AS relation, r.key AS kin_key"
KIN: Final = Ends(
    f"MATCH (p:Person)-[r:RELATED_TO]->(q:Person) WHERE r.counted "
    f"RETURN {_ONE}, {_OTHER}, {_STATED}, p.id AS related_stated, q.id AS to_stated",
    f"MATCH (p:Person)-[r:RELATED_TO]->(:Person) WHERE r.counted RETURN {_ONE}, {_STATED}, p.id AS related_stated",
    f"MATCH (q:Person)<-[r:RELATED_TO]-(:Person) WHERE r.counted RETURN {_OTHER}, r.key AS kin_key, q.id AS to_stated",
    on="kin_key",
)
KIN_COLUMNS: Final = (
    "related_id",
    "related_name",
    "to_id",
    "to_name",
    "relation",
    "kin_key",
    "related_stated",
    "to_stated",
)
RELATIONS: Final = {
    "spouse": ("配偶", "spouse"),
    "child": ("子女", "child"),
    "parent": ("父母", "parent"),
    "sibling": ("兄弟姐妹", "sibling"),
    "son": ("儿子", "son"),
    "daughter": ("女儿", "daughter"),
    "adopted_or_step_son": ("养子或继子", "adopted or step son"),
    "adopted_or_step_daughter": ("养女或继女", "adopted or step daughter"),
    "son_in_law": ("女婿", "son-in-law"),
    "daughter_in_law": ("儿媳", "daughter-in-law"),
    "grandchild": ("孙子女或外孙子女", "grandchild"),
    "grandchild_spouse": ("孙媳妇或孙女婿", "grandchild's spouse"),
    "great_grandchild": ("曾孙子女", "great-grandchild"),
    "parent_in_law": ("公婆或岳父母", "parent-in-law"),
    "step_or_adoptive_parent": ("继父母或养父母", "step or adoptive parent"),
    "grandparent": ("祖父母或外祖父母", "grandparent"),
    "sibling_spouse": ("兄弟姐妹的配偶", "sibling's spouse"),
    "other_relative": ("其他亲属", "other relative"),
    "non_relative": ("非亲属", "no relative"),
    "other": ("其他", "other"),
}
"""What the codes of a relation are called; every code of the tables' vocabularies has a name."""


def both_ways(rows: Sequence[Row]) -> pl.DataFrame:
    """Each pair from both sides: person_id, person_name, kin_id, kin_name, relation, kin_key, kin_basis (of both)."""
    stated = table(rows).with_columns(
        basis=weakest_column(basis_column("related_id", "related_stated"), basis_column("to_id", "to_stated"))
    )
    one = stated.select(
        person_id="related_id",
        person_name="related_name",
        kin_id="to_id",
        kin_name="to_name",
        relation="relation",
        kin_key="kin_key",
        kin_basis="basis",
    )
    other = stated.select(
        person_id="to_id",
        person_name="to_name",
        kin_id="related_id",
        kin_name="related_name",
        relation="relation",
        kin_key="kin_key",
        kin_basis="basis",
    )
    return pl.concat([one, other]).unique(["person_id", "kin_id"], keep="first", maintain_order=True)


def relation_words(relation: object) -> tuple[str, str]:
    """A relation's name in Chinese and English; a source's own word stays as it is."""
    text = str(relation or "")
    return RELATIONS.get(text, (text or "亲属", text or "kin"))

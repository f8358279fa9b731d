"""Details beside a picture are in words: no field and no code is shown as the data keep it."""

from __future__ import annotations

import re

import pytest

from graph.model import CONTACT_KINDS, NODE_TYPES, REL_TYPES
from loaders.identity import DOCUMENT_KINDS
from loaders.tables import TABLES
from loaders.tables.vocabulary import VOCABULARIES
from visualize.field_words import field_code, field_label
from visualize.labels import details
from visualize.wording import Lang

NOT_SHOWN = {"stated", "key", "account_key", "address_key", "sources", "derivation", "currency"}

MADE_FROM = {
    ("details", "interest"), ("stated_from", "member_change"), ("stated_to", "member_change"), ("died_on", "member_change"),
    ("purpose", "trace_kind"), ("list_kind", "bid_status"), ("holder_role", "holder_kind"), ("kind", "holder_kind"),
    ("to_id", "income_kind"), ("from_id", "debarment_kind"),
}  # fmt: skip
"""Fields that columns of codes are turned into something else for."""


def test_every_field_of_the_model_has_a_name() -> None:
    fields = {f.name for t in (*NODE_TYPES.values(), *REL_TYPES.values()) for f in t.fields}
    assert {f for f in fields - NOT_SHOWN if not (field_label(f, "zh") and field_label(f, "en"))} == set()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_code_that_is_kept_is_in_words(lang: Lang) -> None:
    named = {
        (fed.partition(".")[2], column.value)
        for table in TABLES.values()
        for column in table.columns.values()
        for fed in column.feeds
        if column.value in VOCABULARIES and column.value != "bool"
    }
    wanted = [(f, c) for f, v in named - MADE_FROM for c in VOCABULARIES[v].codes if c != "none"]
    wanted += [("id_kind", kind) for kind in DOCUMENT_KINDS] + [("kind", kind) for kind in CONTACT_KINDS]
    assert len(wanted) > 120
    bare = {(f, c) for f, c in wanted if field_code(f, c, lang) == c}
    assert bare == set()


def test_a_code_is_told_by_its_field() -> None:
    said = {
        "method": "open", "regime": "construction", "status": "lost", "bid_on_from": "bid_deadline",
        "id_kind": "resident_id", "list_kind": "all_bidders", "purpose": "deposit", "flag": "masked",
    }  # fmt: skip
    told = details(said | {"number": "01"}, "zh")
    assert ("方式", "公开招标") in told and ("状态", "未中标") in told and ("编号", "01") in told
    assert not [row for row in told if re.search("[a-z]", "".join(row))]
    assert details({"id_kind": "other:驾驶证"}, "en") == [("Document", "驾驶证")]

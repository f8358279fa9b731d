"""Tables against the model: no column without a field, no field without a source."""

from graph.model import NODES, STATED_RELATIONSHIP, STATED_RELS
from loaders.tables import OTHER_FEEDS, READERS, TABLES
from loaders.tables.vocabulary import VOCABULARIES

_COMMON = {f.name for f in STATED_RELATIONSHIP if not f.derived} | {"from_id", "to_id"}
_NODES = {n.name: {f.name for f in n.stated_fields} | {"id"} for n in NODES}
_RELS = {r.name: {f.name for f in r.stated_fields} | _COMMON for r in STATED_RELS}
_TYPES = (
    "text",
    "code",
    "id",
    "date",
    "month",
    "time",
    "money",
    "share",
    "number",
    "int",
    "bool",
    "by_value",
)


def _fed() -> set[str]:
    return {feed for t in TABLES.values() for c in t.columns.values() for feed in c.feeds}


def test_every_column_feeds_a_field_of_the_model() -> None:
    for feed in _fed():
        type_, field = feed.split(".")
        assert field in (_NODES | _RELS)[type_], feed


def test_every_column_feeds_something_or_chooses_how_another_is_read() -> None:
    silent = {
        f"{t.name}.{c.name}"
        for t in TABLES.values()
        for c in t.columns.values()
        if not c.feeds and c.value != "by_value"
    }
    # Entitlements have no currency in the model; the column is only the unit of the amount beside it. What a state says was
    # not paid is no benefit.
    assert silent == {"entitlements.currency", "benefits.payment_state", "benefits.paid_on"}


def test_every_stated_field_is_fed_by_a_column_or_by_a_named_other_loader() -> None:
    fed = _fed()
    fields = {f"{n.name}.{f.name}" for n in NODES for f in n.stated_fields}
    fields |= {f"{r.name}.{f.name}" for r in STATED_RELS for f in r.stated_fields}
    assert fields - fed == set(OTHER_FEEDS)


def test_every_stated_relationship_has_a_table() -> None:
    fed = {feed.split(".")[0] for feed in _fed()}
    assert {r.name for r in STATED_RELS} <= fed


def test_every_table_has_a_reader_and_real_companions() -> None:
    assert set(READERS) == set(TABLES)
    for table in TABLES.values():
        assert set(table.companions) <= set(TABLES)
        assert {c for group in table.required for c in group} <= set(table.columns)


def test_every_kind_of_value_is_known() -> None:
    for table in TABLES.values():
        for column in table.columns.values():
            assert column.value in _TYPES or column.value in VOCABULARIES, (table.name, column.name)

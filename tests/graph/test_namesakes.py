"""Who is known by name alone is laid beside others within the companies a load touches: as if within all of them."""

from __future__ import annotations

import hashlib
import random

import polars as pl
import pytest

from graph.records import Extract, SourceFile, source
from graph.resolution.unnumbered_ids import company_name_ids, scoped_company_ids, scoped_person_ids
from graph.stores import namesakes, open_store
from tests.graph.worlds import contents

_COMPANIES = [f"虚构{c}建设有限公司" for c in "甲乙丙丁"]
_PERSONS = ["样本一", "样本二", "样本三"]
_SHORT = "样本合作社"


def _one(ids: pl.Series) -> str:
    return str(ids[0])


def _load(chance: random.Random, number: int) -> Extract:
    """One to five rows of two kinds about holders known by number or by name, of companies known by code or by name."""
    dataset = chance.choice(["main", "main", "other"])
    file = SourceFile(f"{number}.csv", hashlib.sha256(str(number).encode()).hexdigest(), "csv", 9, 0)
    extract = Extract(dataset, [file])
    for line in range(2, chance.randint(3, 7)):
        where = source(file, chance.choice(["a", "b"]), line)

        def node(type_: str, id_: str, name: str, mask: str | None = None, where: str = where) -> str:
            told = {"id": id_, "name": name, "source": where}
            if type_ == "Person":
                told["id_masked"] = mask
            extract.add_node(type_, pl.DataFrame([told], schema=dict.fromkeys(told, pl.String)))
            return id_

        name = chance.choice(_COMPANIES)
        coded = f"local:{_COMPANIES.index(name)}"
        company = chance.choice([coded, coded, _one(company_name_ids(pl.Series([name])))])
        node("Company", company, name)
        if chance.random() < 0.7:
            type_, called = "Person", chance.choice(_PERSONS)
            mask = chance.choice([None, None, "1101**********0018"])
            if chance.random() < 0.5:
                # Now and then the number of one is given with another's name.
                holder = f"person:{(_PERSONS.index(called) + (chance.random() < 0.1)):032x}"
            else:
                holder = _one(scoped_person_ids(dataset, pl.Series([company]), pl.Series([called])))
            node("Person", holder, called, mask)
        else:
            type_, called = "Company", _SHORT
            scoped = _one(scoped_company_ids(dataset, pl.Series([company]), pl.Series([called])))
            holder = node("Company", chance.choice([scoped, "local:short"]), called)
        rel = chance.choice(["OWNS", "OWNS", "LEGAL_REP_OF"]) if type_ == "Person" else "OWNS"
        row = {"from_id": holder, "to_id": company, "source": where}
        if rel == "OWNS":
            row["share"] = str(chance.randint(1, 9))
        frame = pl.DataFrame([row])
        if rel == "OWNS":
            frame = frame.with_columns(share=pl.col("share").cast(pl.Float64) / 10)
        extract.add_rel(rel, type_, "Company", frame)
        if chance.random() < 0.1:
            key = _SHORT
            extract.add_node("Name", pl.DataFrame([{"id": key, "name": _SHORT, "source": where}]))
            decided = {"from_id": key, "to_id": coded, "by": "decision", "source": where}
            node("Company", coded, name)
            extract.add_rel("NAMES", "Name", "Company", pl.DataFrame([decided]))
    return extract


def _outcome(url, seed):
    chance = random.Random(seed)
    states = []
    with open_store(url) as store:
        for number in range(6):
            store.apply(_load(chance, number))
            states.append(contents(store)["SAME_AS"])
        store.unload(chance.choice(store.batches()).id)
        states.append(contents(store)["SAME_AS"])
        store.apply(_load(chance, 7))
        states.append(contents(store)["SAME_AS"])
        if "://" in str(url):
            for batch in store.batches():
                store.unload(batch.id)
    return states


@pytest.mark.parametrize("seed", range(4))
def test_within_the_companies_of_a_load_it_is_as_within_all(store_url, tmp_path, monkeypatch, seed):
    few = _outcome(store_url, seed)
    assert any("unique_name" in pair for state in few for pair in state)
    monkeypatch.setattr(namesakes, "FEW", -1)
    monkeypatch.setattr(namesakes, "_SHARE", 0)
    for step, (one, other) in enumerate(zip(few, _outcome(tmp_path / "all", seed), strict=True)):
        assert set(one) ^ set(other) == set(), step

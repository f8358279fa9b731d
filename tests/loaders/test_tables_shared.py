"""The invented exports that lie beside the repository, where they are there."""

from pathlib import Path

import pytest

from tests.loaders.reading import codes, load, nodes, rels
from tests.servers.required import SHARED_DATA

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "cn-tables"


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{SHARED_DATA}../shared/data/cn-tables is not there")
@pytest.mark.parametrize("name", ["shareholdings.csv", "shareholdings.xlsx"])
def test_counts_match_the_datas_description(name: str) -> None:
    context = load(FOLDER / name)
    file = context.extract.files[0]
    # 25 rows: 0.8 and 0.2 state no unit, one row is a remainder, one says again what another says.
    assert (file.rows, file.rejected) == (25, 2)
    assert codes(context) == ["unit-unknown", "unit-unknown"]
    assert rels(context, "OWNS").height == 22
    assert {"remainder", "duplicate-row"} <= set(codes(context, "note"))
    # Two people of one name, whose numbers differ, stay two.
    people = nodes(context, "Person").drop_nulls("id_masked")
    assert people["name"].n_unique() < people["id"].n_unique()
    assert nodes(context, "Company")["kind"].drop_nulls().to_list().count("state_holder") == 1

"""What an operator's own detector gives is masked like the product's, whatever its columns are called."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from detectors.own.definitions import read_own
from tests.api.serving import world_served
from tests.api.world import HOMES, PEOPLE

OWN = """
[[detector]]
id = "homes-of-recipients"
version = "1.0"
domain = "民生保障"
scene = "社会救助"
severity = "lead"
title = { zh = "救助家庭的房产", en = "Homes of recipients" }
wording.zh = "【风险预警】家庭{household}的成员{who}名下有{home}（{tail}）。"
wording.en = "[Lead] {who} of household {household} holds {home} ({tail})."
innocent = { zh = [], en = [] }
needs = ["HOLDS_PROPERTY", "MEMBER_OF"]
query = '''MATCH (p:Person)-[:MEMBER_OF]->(h:Household) MATCH (p)-[:HOLDS_PROPERTY]->(x:Property)
WITH h, p.name AS who, collect(x.address) AS homes, count(x) AS held UNWIND homes AS home
RETURN h.id AS household, who AS who, home AS home, right(home, 3) AS tail, held AS held'''
population = "MATCH (h:Household) RETURN count(h)"
scope = "household"
scope_column = "household"
subjects = ["household"]
identity = ["household"]
"""


def test_what_own_columns_tell_of_people_and_homes_is_masked_in_answers_and_packages(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    own = read_own(tmp_path / "own.toml")
    with world_served(tmp_path, str(tmp_path / "store"), own=own) as service:
        with service.client("detect", "read") as client:
            job = client.post("/v1/runs", json={"detectors": [own[0].id]}).raise_for_status().json()
            assert service.finished(client, job)["state"] == "done"
        listed = f"/v1/findings?detector={own[0].id}"
        with service.client("read", "personal") as client:
            (clear,) = client.get(listed).json()["items"]
        (row,) = clear["facts"]["rows"]
        assert (row["home"], row["who"]) == (HOMES[0], PEOPLE[2])
        assert HOMES[0] in clear["text"]["zh"] and PEOPLE[2] in clear["text"]["en"]
        with service.client("read", "detect", "export") as client:
            (masked,) = client.get(listed).json()["items"]
            answers = [
                client.get(path).raise_for_status().text
                for path in (
                    listed,
                    f"/v1/findings/{clear['id']}",
                    "/v1/households/local:F-1",
                    f"/v1/findings/{clear['id']}/subgraph?format=json",
                )
            ]
            package = client.get(f"/v1/findings/{clear['id']}/package").raise_for_status().content
        with zipfile.ZipFile(io.BytesIO(package)) as bag:
            answers += [
                bag.read(n).decode() for n in bag.namelist() if n.endswith((".json", ".html", ".csv"))
            ]
    assert masked["facts"]["rows"] == [
        {"household": "local:F-1", "who": "***", "home": "***", "tail": "***", "held": 1}
    ]
    assert masked["text"]["zh"].startswith("【风险预警】家庭local:F-1的成员***名下有***（***）。")
    for answer in answers:
        assert not [v for v in (HOMES[0], PEOPLE[2], HOMES[0][-3:]) if v in answer]

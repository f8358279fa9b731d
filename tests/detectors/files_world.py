"""Files as offices write them, loaded as a person loads them, and looked through: once on each store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from detectors.definition import Detector
from detectors.rules.file import read_rules
from detectors.rules.values import NO_RULES
from detectors.running.detecting import detect
from graph.stores import Credentials, GraphStore, open_store
from loaders.loading import LoadOptions, LoadReport, load
from tests.detectors.bidder_world import KEY, Found


class FoundInFiles(Found):
    """What was found, and what each load told."""

    def __init__(self, run: Any, loads: Sequence[LoadReport], store: GraphStore):
        super().__init__(run)
        self.loads = loads
        self.store = store

    def told(self, code: str) -> list[str]:
        """What the loads told under a code, in Chinese."""
        return [p.expected_zh for report in self.loads for p in report.problems if p.code == code]

    def by_household(self, detector: Detector) -> dict[str, Mapping[str, Any]]:
        """The facts of each finding that no rule suppresses, by household or person."""
        return {
            f.scope_id.removeprefix("local:"): f.facts
            for f in self.run.findings
            if f.detector == detector.id and f.suppressed_by is None
        }


def table(head: str, rows: Sequence[Sequence[Any]]) -> str:
    """A CSV file."""
    lines = [head, *(",".join("" if c is None else str(c) for c in row) for row in rows)]
    return "\n".join(lines) + "\n"


def found_in_files(loads: Sequence[Mapping[str, str]], detectors: Sequence[Detector], rules: str = "") -> Any:
    """A module's fixture: loads of files (name → text), one after the other. `rules`: a file of local rules."""

    @pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
    def found(
        request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[FoundInFiles]:
        credentials = Credentials()
        folder = tmp_path_factory.mktemp("files")
        url = str(folder / "store")
        if request.param == "neo4j":
            from tests.servers.neo4j_server import clear_rows

            url, credentials = request.getfixturevalue("neo4j_server")
            clear_rows(request.getfixturevalue("_neo4j_driver"))
        local = read_rules(rules, detectors) if rules else NO_RULES
        with open_store(url, credentials=credentials) as store:
            reports = [_load(store, folder / f"in{n}", files) for n, files in enumerate(loads)]
            yield FoundInFiles(detect(store, detectors, rules=local), reports, store)

    return found


def _load(store: GraphStore, folder: Path, files: Mapping[str, str]) -> LoadReport:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return load(store, [folder], LoadOptions(), KEY, folder.parent / "reports", lambda *_: None)

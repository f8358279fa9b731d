"""Everything a finding states is named in words, in Chinese and English: no field or code is shown as the data keep it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

SOURCE: Final = Path(__file__).resolve().parents[2] / "visualize/web/src"
ELSEWHERE: Final = {"names", "parameters", "holders_above", "data", "control", "currency", "id", "name"} | {
    "paths",
    "fingerprint",
}
"""What the table of facts leaves out."""
_CODE: Final = re.compile(r"[a-z]+(?:[_-][a-z]+)*")

pytestmark = pytest.mark.browser


def _block(language: str, name: str) -> set[str]:
    text = (SOURCE / "i18n" / f"{language}.ts").read_text("utf-8")
    found = re.search(rf"^  {name}: {{(.*?)}},$", text, re.M)
    assert found, name
    return set(re.findall(r"(\w+): \"", found[1]))


def _terms() -> tuple[set[str], set[str]]:
    """The names of fields, and the codes, that the words of the pictures give both languages."""
    fields, codes = (SOURCE / "i18n" / "terms.ts").read_text("utf-8").split("export const CODES")
    return tuple(set(re.findall(r"\"(\w+)\": \[", part)) for part in (fields, codes))  # type: ignore[return-value]


def _stated(facts: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every field of the facts with its value, in lists and in things with fields of their own too."""
    for name, value in facts.items():
        if name in ELSEWHERE or value in (None, "", []):
            continue
        if ":" not in name:
            yield name, value
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from _stated(one)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fact_of_every_finding_is_in_words(demo_services: Any, language: str) -> None:
    fields, codes = _terms()
    worded = codes | _block(language, "identity")
    bare: set[str] = set()
    for record in demo_services.ledger.findings():
        for name, value in _stated(record.to_json()["facts"]):
            if name not in fields:
                bare.add(name)
            for one in value if isinstance(value, list) else [value]:
                if (
                    isinstance(one, str)
                    and _CODE.fullmatch(one)
                    and not {one, one.replace("-", "_")} & worded
                ):
                    bare.add(f"{name}: {one}")
    assert bare == set()


def test_no_finding_calls_people_by_ids_or_detectors_by_codes(demo_services: Any) -> None:
    from detectors.registry import DETECTORS

    codes = {d.id for d in DETECTORS}
    for record in demo_services.ledger.findings():
        told = record.to_json()
        names = told["facts"].get("names", {})
        said_of = [one for _, v in _stated(told["facts"]) for one in (v if isinstance(v, list) else [v])]
        people = {one for one in said_of if isinstance(one, str) and one.startswith("person:")}
        assert people <= names.keys()
        why = told["suppressed_by"] or {}
        said = f"{why.get('reason', '')} {why.get('reason_en', '')} {told['text']['zh']} {told['text']['en']}"
        assert not codes & set(re.findall(r"[a-z]+(?:-[a-z]+)+", said))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_states_of_findings_are_called_what_the_ledger_calls_them(language: str) -> None:
    from cases.deciding import STATE_WORDS

    text = (SOURCE / "i18n" / f"{language}.ts").read_text("utf-8")
    (block,) = re.findall(r"^  state: {(.*?)},$", text, re.M)
    assert dict(re.findall(r"(\w+): \"(.*?)\"", block)) == {
        state: pair[language == "en"] for state, pair in STATE_WORDS.items()
    }


def test_every_code_of_the_data_is_in_words() -> None:
    from loaders.tables.vocabulary import VOCABULARIES

    _, codes = _terms()
    # What says yes or no, and what is turned into something else while it is loaded, is kept nowhere.
    made = ("bool", "remainder", "member_change", "debarment_kind", "payment_state", "bidder_role")
    kept = {c for name, v in VOCABULARIES.items() if name not in made for c in v.codes}
    assert kept - codes - {"none"} == set()

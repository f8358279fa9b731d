"""What a package says of where it comes from, held against its facts, its source rows and itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from exports.bag import INFO
from exports.verifying.enclosed import FACTS, ROWS, Enclosed, unreadable
from exports.verifying.integrity import Fault

PROVENANCE: Final = "data/provenance.json"
RUN: Final = "run.json"
AGENT_FIELD: Final = "Bag-Software-Agent"
FACTS_FIELD: Final = "Lookthrough-Facts-SHA256"


def agent(version: str) -> str:
    """How a package names the software that made it."""
    return f"lookthrough {version}"


def provenance_faults(
    files: Mapping[str, bytes], enclosed: Enclosed, about: Mapping[str, str]
) -> list[Fault]:
    """Where `provenance.json` says otherwise than what it stands beside. Raises `PackageError` where it can't be read.

    `about`: the fields of `bag-info.txt`. How many rows a file or a batch has in all stands nowhere else in a package.
    """
    try:
        told = json.loads(files[PROVENANCE])
        return [
            *_of_the_question(told, enclosed.facts),
            *_of_the_detector(told["detector"], enclosed.facts),
            *_of_the_software(told, about),
            *_of_the_files(told, enclosed),
        ]
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise unreadable(PROVENANCE) from error


def run_faults(files: Mapping[str, bytes], enclosed: Enclosed, about: Mapping[str, str]) -> list[Fault]:
    """Where `run.json` says otherwise than `bag-info.txt` and the facts: who made the package, when, of what, with what.

    What it tells of the ledger stands nowhere else in a package. Raises `PackageError` where it can't be read.
    """
    try:
        told = json.loads(files[RUN])
        software = f"{told['software']['name']} {told['software']['version']}"
        pairs = [
            ("actor", _in_a_line(told["actor"]), about.get("Contact-Name")),
            ("made_at", told["made_at"][:10], about.get("Bagging-Date")),
            ("software", software, about.get(AGENT_FIELD)),
            ("facts_sha256", told["facts_sha256"], about.get(FACTS_FIELD)),
        ]
        faults = list(_compared([(f"{RUN} {name}", said, meant) for name, said, meant in pairs], INFO))
        asked = enclosed.facts["question"]
        stated = (
            {"External-Identifier": _in_a_line(f"{asked['kind']}:{asked['id']}")}
            if _told_whole(enclosed)
            else {}
        )
        faults += _compared([(f"{INFO} {n}", about.get(n), meant) for n, meant in stated.items()])
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise unreadable(RUN) from error
    return faults


def _in_a_line(text: str) -> str:
    """As a field of `bag-info.txt` has it."""
    return " ".join(text.split())


def _told_whole(enclosed: Enclosed) -> bool:
    """Are ids in the facts those that were asked for? Where people are masked a home's id is told as a hashed one."""
    return bool(enclosed.facts["people"] == "named")


def _of_the_question(told: Mapping[str, Any], facts: Mapping[str, Any]) -> Iterator[Fault]:
    methods = {c["method"] for c in facts["claims"]["shares"]}
    methods |= {"control"} if facts["claims"]["control"] else set()
    asked = facts["question"]
    pairs = [
        ("package_version", told["package_version"], facts["package_version"]),
        ("question/kind", told["question"]["kind"], asked["kind"]),
        ("question/id", told["question"]["id"], asked["id"]),
        ("question/as_of", told["question"]["as_of"], facts["as_of"]),
        ("people", told["people"], facts["people"]),
        ("dataset/fingerprint", told["dataset"]["fingerprint"], facts["dataset"]),
        ("methods", told["methods"], sorted(methods)),
    ]
    for found in facts["findings"]:
        # A finding is what was asked for, of its own scope and day.
        pairs += [
            (f"{FACTS} /question/id", asked["id"], found["fingerprint"]),
            (f"{FACTS} /question/type", asked["type"], found["scope"]["kind"]),
            (f"{FACTS} /as_of", facts["as_of"], str(found["facts"].get("as_of") or "") or None),
        ]
    yield from _compared(pairs)


def _of_the_detector(told: Mapping[str, Any] | None, facts: Mapping[str, Any]) -> Iterator[Fault]:
    found = facts["findings"][0] if facts["findings"] else None
    if found is None or told is None:
        if told is not None or found is not None:
            yield Fault(
                f"{PROVENANCE} detector",
                f"与 {FACTS} 不符：只有一处载明检测项",
                f"is not as in {FACTS}: only one of them names a detector",
            )
        return
    stated = found["facts"]["parameters"]
    names = sorted(stated.keys() | told["parameters"].keys())
    yield from _compared(
        [
            ("detector/id", told["id"], found["detector"]),
            ("detector/version", told["version"], found["version"]),
            ("detector/own", told.get("own", False), found.get("own_detector", False)),
            *((f"detector/parameters/{n}", told["parameters"].get(n), stated.get(n)) for n in names),
        ]
    )


def _of_the_software(told: Mapping[str, Any], about: Mapping[str, str]) -> Iterator[Fault]:
    said, beside = agent(told["software"]["version"]), about.get(AGENT_FIELD)
    if said != beside:
        yield Fault(
            f"{INFO} {AGENT_FIELD}",
            f"写作“{beside}”；{PROVENANCE} 中为“{said}”",
            f"is stated as {beside!r}; {PROVENANCE} has {said!r}",
        )


def _of_the_files(told: Mapping[str, Any], enclosed: Enclosed) -> Iterator[Fault]:
    """Every cited row is of a file that is listed, of its batch and data set, and what is listed as cited is."""
    batches = {b["id"]: b for b in told["batches"]}
    names: dict[str, set[str]] = {}
    of_batches: dict[str, set[str]] = {}
    cited = {(r["batch"], r["sha256"]) for r in enclosed.rows}
    for file in told["files"]:
        at = f"{PROVENANCE} {file['name']}"
        names.setdefault(file["sha256"], set()).add(file["name"])
        of_batches.setdefault(file["sha256"], set()).add(file["batch"])
        batch = batches.get(file["batch"])
        if batch is None:
            yield Fault(
                f"{at} batch",
                f"批次 {file['batch']} 未列出",
                f"is of batch {file['batch']}, which is not listed",
            )
            continue
        yield from _compared(
            [
                (f"{at} dataset", file["dataset"], batch["dataset"]),
                (f"{at} snapshot", file["snapshot"], batch["snapshot"]),
                (f"{at} cited", file["cited"], (file["batch"], file["sha256"]) in cited),
            ],
            PROVENANCE,
        )
    for ref, sha, name, batch_id, dataset in sorted(
        {(r["ref"], r["sha256"], r["file"], r["batch"], r["dataset"]) for r in enclosed.rows}
    ):
        if sha not in names:
            yield Fault(PROVENANCE, f"所引文件 {sha} 未列出", f"does not list the cited file {sha}")
            continue
        for column, said, known in (
            ("file", name, names[sha]),
            ("batch", batch_id, of_batches[sha]),
            ("dataset", dataset, {b["dataset"] for b in batches.values() if b["id"] == batch_id}),
        ):
            if said not in known:
                right = ", ".join(sorted(known))
                yield Fault(
                    f"{ROWS} {ref} {column}",
                    f"写作“{said}”；{PROVENANCE} 中为“{right}”",
                    f"is stated as {said!r}; {PROVENANCE} has {right!r}",
                )


def _compared(pairs: list[tuple[str, Any, Any]], beside: str = FACTS) -> Iterator[Fault]:
    """`pairs`: place, what stands there, what it is by the file beside."""
    for place, said, meant in pairs:
        # 0 and False are equal, and not the same parameter.
        if json.dumps(said, sort_keys=True) != json.dumps(meant, sort_keys=True):
            at = place if place.startswith(("data/", RUN, INFO)) else f"{PROVENANCE} {place}"
            yield Fault(
                at,
                f"写作“{_shown(said)}”；{beside} 中为“{_shown(meant)}”",
                f"is stated as {_shown(said)}; {beside} has {_shown(meant)}",
            )


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)

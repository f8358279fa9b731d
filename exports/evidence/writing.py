"""`write_evidence`: the package on disk, whole or not at all."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from cases import FindingFilter, FindingRecord, Ledger, UnknownFindingError
from detectors.definition import Detector
from detectors.finding import Finding
from detectors.registry import DETECTORS
from detectors.rules.values import NO_RULES, LocalRules
from exports.bag import bag
from exports.errors import PackageError
from exports.evidence.asking import FINGERPRINT, About, Asked, ask
from exports.evidence.contents import Contents, contents_of
from exports.evidence.unjudged import unjudged_in_ledger
from exports.evidence.veiling import with_told_reasons
from exports.software import software_version
from exports.verifying.provenance import AGENT_FIELD, FACTS_FIELD, RUN, agent
from exports.verifying.verification import PACKAGE_VERSION, VERSION_FIELD
from exports.zipping import zipped
from graph.in_play import is_current
from graph.stores import GraphStore
from graph.unfinished import file_in_place, folder_beside
from loaders.identity import PersonKey

_STANDING: Final = FindingFilter(found=True, order="scope")
_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class PackageReport:
    """What was written. `path`: a folder or a `.zip`; `name`: the bag's folder name."""

    path: Path
    name: str
    kind: str
    id: str
    files: int
    size: int
    facts_hash: str
    nodes: int
    edges: int
    truncated: bool
    about_over: str | None
    """Of a party: which data its findings are of ("loaded", "partly", "earlier", "not": none looked at); see `About`."""

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "package": os.fspath(self.path),
            "kind": self.kind,
            "id": self.id,
            "files": self.files,
            "bytes": self.size,
            "facts_sha256": self.facts_hash,
            "nodes": self.nodes,
            "edges": self.edges,
            "truncated": self.truncated,
            "findings_about_over": self.about_over,
        }


@dataclass(frozen=True, slots=True)
class Package:
    """A package in memory: every file of the bag by path. `name`: its folder."""

    name: str
    kind: str
    id: str
    files: dict[str, bytes]
    contents: Contents

    def zip(self) -> bytes:
        """The package as one ZIP with one folder, entries in a fixed order and of a fixed date."""
        return zipped(self.files, self.name)


def make_package(
    store: GraphStore,
    finding_or_party: str | Finding,
    *,
    actor: str,
    ledger: Ledger | None = None,
    as_of: str | None = None,
    rules: LocalRules = NO_RULES,
    own: Sequence[Detector] = (),
    hidden_by: PersonKey | None = None,
    now: dt.datetime | None = None,
) -> Package:
    """The package of a finding (its fingerprint) or of a party (a company, a person, a household, by id), in memory.

    `ledger` (`cases.Ledger`): its state, decisions and history go into `run.json`, and it gets an entry in its
    audit. `own`: an operator's own detectors, beside the product's. `hidden_by`: people by the first character of their name, and homes and vehicles by ids that are
    hashed with this key, and no reason that a person gave. `now`: when it is made (UTC). Raises `PackageError`. Where what is in play is not up to date, the store must be open for writing.
    """
    moment = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    record = _record(ledger, finding_or_party)
    asked = _asked(store, ledger, record, finding_or_party, as_of, rules, own)
    contents = contents_of(store, asked, hidden_by)
    hides = hidden_by is not None
    name = f"lookthrough-{asked.kind}-{_plain(asked.id)}"
    run = {
        "made_at": moment.isoformat(timespec="seconds"),
        "actor": actor,
        "software": {"name": "lookthrough", "version": software_version()},
        "store": "neo4j" if "://" in store.url else "embedded",
        "facts_sha256": contents.facts_hash,
        "case": _life(record, hides) if record else None,
        "cases_about": [_life(r, hides) for _, r in sorted(asked.about.records.items())],
        "audit_head": None,
    }
    if ledger is not None:
        ledger.audit(
            actor,
            "export",
            f"{asked.kind}:{asked.id}",
            {"facts_sha256": contents.facts_hash, "package": name},
        )
        run["audit_head"] = ledger.audit_head()
    fields = [
        ("Source-Organization", "lookthrough"),
        ("Contact-Name", actor),
        ("External-Identifier", f"{asked.kind}:{asked.id}"),
        ("External-Description", contents.title["zh"]),
        ("Bagging-Date", moment.date().isoformat()),
        (AGENT_FIELD, agent(software_version())),
        (VERSION_FIELD, str(PACKAGE_VERSION)),
        (FACTS_FIELD, contents.facts_hash),
    ]
    text = (json.dumps(run, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
    return Package(name, asked.kind, asked.id, bag(contents.files, {RUN: text}, fields), contents)


def write_evidence(
    store: GraphStore,
    finding_or_party: str | Finding,
    to: str | os.PathLike[str],
    *,
    actor: str,
    ledger: Ledger | None = None,
    as_of: str | None = None,
    rules: LocalRules = NO_RULES,
    own: Sequence[Detector] = (),
    hidden_by: PersonKey | None = None,
    force: bool = False,
    now: dt.datetime | None = None,
) -> PackageReport:
    """Write a package to a folder, or to a ZIP where `to` ends in `.zip`; see `make_package`.

    It appears whole or not at all; `force` replaces an earlier package, and nothing else. Raises `PackageError`.
    """
    target = Path(to)
    check_place(target, force)
    package = make_package(
        store,
        finding_or_party,
        actor=actor,
        ledger=ledger,
        as_of=as_of,
        rules=rules,
        own=own,
        hidden_by=hidden_by,
        now=now,
    )
    put(package, target, force)
    contents = package.contents
    return PackageReport(
        target,
        package.name,
        package.kind,
        package.id,
        len(package.files),
        sum(map(len, package.files.values())),
        contents.facts_hash,
        contents.nodes,
        contents.edges,
        contents.truncated,
        contents.about_over,
    )


def check_place(target: Path, force: bool) -> None:
    """Raises `PackageError` where nothing can, or may, be written."""
    if not target.parent.is_dir():
        raise PackageError(
            f"文件夹不存在：{target.parent}。请先建立该文件夹或换一个位置。",
            f"There is no folder {target.parent}. Make it first, or choose another place.",
        )
    if not (target.exists() or target.is_symlink()):
        return
    if not force:
        raise PackageError(
            f"{target} 已存在，未作改动。请换一个名称，或加 --force 替换原材料包。",
            f"{target} exists and was left as it is. Choose another name, or --force to replace that package.",
        )
    if target.is_symlink() or (
        target.is_dir() and not (target / "bagit.txt").is_file() and any(target.iterdir())
    ):
        raise PackageError(
            f"{target} 不是材料包，--force 也不会替换它。请换一个位置。",
            f"{target} is no package, and --force does not replace it. Choose another place.",
        )
    if target.is_dir() == _zipped(target):
        raise PackageError(
            f"{target} 与要写的不是同一种形式（文件夹 / .zip）。请换一个名称。",
            f"{target} is not of the kind to be written (folder / .zip). Choose another name.",
        )


def put(package: Package, target: Path, force: bool) -> None:
    """Write a package whole or not at all. Raises `PackageError`, `OSError`."""
    if _zipped(target):
        _put_zip(package, target, force)
    else:
        _put_folder(package, target)


def _put_zip(package: Package, target: Path, force: bool) -> None:
    with file_in_place(target, before=lambda: check_place(target, force)) as file:
        file.write(package.zip())


def _put_folder(package: Package, target: Path) -> None:
    with folder_beside(target) as part:
        for name, content in package.files.items():
            place = part / name
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        if not target.exists():
            part.rename(target)
            return
        with folder_beside(target, "old") as old:
            was = old / "was"
            try:
                target.rename(was)
                part.rename(target)
            except BaseException:
                if was.exists() and not target.exists():
                    was.rename(target)
                raise


def _zipped(target: Path) -> bool:
    return target.suffix.lower() == ".zip"


def _record(ledger: Ledger | None, question: str | Finding) -> FindingRecord | None:
    """What the ledger holds of a finding, by its present or a former id."""
    id_ = question.fingerprint if isinstance(question, Finding) else question
    if ledger is None or not FINGERPRINT.fullmatch(id_):
        return None
    try:
        return ledger.finding(id_)
    except UnknownFindingError:
        return None


def _asked(
    store: GraphStore,
    ledger: Ledger | None,
    record: FindingRecord | None,
    question: str | Finding,
    as_of: str | None,
    rules: LocalRules,
    own: Sequence[Detector],
) -> Asked:
    if isinstance(question, Finding) or ledger is None:
        return ask(store, question, as_of, rules, own=own)
    if record is None:
        known = None if FINGERPRINT.fullmatch(question) else _known(store, ledger, question, rules, own)
        asked = ask(store, question, as_of, rules, known=known, own=own)
        return asked if known else replace(asked, about=_recorded(ledger, asked.about))
    found = record.finding
    same = ledger.ran_over(record.last_run) == store.fingerprint()
    # An operator may have written another version of a definition since.
    same = same and any((d.id, d.version) == (found.detector, found.version) for d in (*DETECTORS, *own))
    if same and record.no_longer_found_at is None:
        return ask(store, found, as_of, rules, own=own)
    # The ledger speaks of other data: what it says is found again in those that are loaded.
    unchecked = record.not_checked_since is not None
    return ask(store, record.id, as_of, rules, found.detector, own=own, unchecked=unchecked)


def _known(
    store: GraphStore, ledger: Ledger, id_: str, rules: LocalRules, own: Sequence[Detector]
) -> About | None:
    """What the ledger holds about a party; None where that is of other data or rules, and the detectors can be asked."""
    detectors = [d for d in (*DETECTORS, *own) if not d.support]
    looks, loaded = ledger.last_looks(detectors, rules), store.fingerprint()
    waiting = {d.id: looks.get(d.id) for d in detectors if looks.get(d.id) != loaded}
    if waiting and is_current(store):
        return None
    records: dict[str, FindingRecord] = {}
    for wanted in (replace(_STANDING, scope_id=id_), replace(_STANDING, subject=id_)):
        after: str | None = None
        while page := ledger.findings(wanted, after, _PAGE):
            records |= {r.id: r for r in page}
            after = page[-1].cursor
    found = tuple(
        sorted(
            (r.finding for r in records.values()),
            key=lambda f: (f.scope_kind, f.scope_id, f.detector, f.fingerprint),
        )
    )
    # What a run over what had changed left standing is of the data loaded too, whichever run found it.
    earlier = {i: r for i, r in records.items() if r.finding.detector in waiting}
    data = {i: ledger.ran_over(r.last_run) for i, r in earlier.items()}
    if len(waiting) == len(detectors):
        return About(found, "earlier" if found else "not", data, waiting, records)
    looked = [d for d in detectors if d.id not in waiting]
    unjudged = unjudged_in_ledger(ledger, looked, rules, id_)
    return About(found, "partly" if waiting else "loaded", data, waiting, records, unjudged)


def _recorded(ledger: Ledger, about: About) -> About:
    """The same findings, with what the ledger holds of each."""
    held = {f.fingerprint: _record(ledger, f) for f in about.found}
    return replace(about, records={i: r for i, r in held.items() if r is not None})


def _life(record: FindingRecord, hides: bool) -> dict[str, Any]:
    """State, decisions and history. `hides`: from who may not see people, with no reason and no earlier text."""
    told = with_told_reasons(record.to_json(), hides)
    kept = (
        "id",
        "detector",
        "state",
        "first_seen",
        "last_seen",
        "changed_at",
        "no_longer_found_at",
        "not_checked_since",
        "suppression",
        "history",
    )
    return {k: told[k] for k in kept}


def _plain(id_: str) -> str:
    """An id as part of a file name."""
    return "".join(c if c.isalnum() or c in "-._" else "-" for c in id_)[:80]

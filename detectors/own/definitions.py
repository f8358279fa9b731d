"""Operators' own detectors: definitions in TOML, under the same checks as the product's, with one query that only reads.

docs/own-detectors.md describes the form. One hit is made of all rows with the same identity values.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, get_args

from detectors.definition import (
    Assemble,
    DefinitionError,
    Detector,
    Draft,
    Evidence,
    LegalBasis,
    Parameter,
    Row,
    Severity,
    Suppressor,
    Undecided,
    Values,
)
from detectors.own.form import WrongDefinitionError, check_form
from detectors.own.personal import personal_columns
from detectors.own.read_only_cypher import QueryError, check_query
from detectors.registry import DETECTORS
from graph.written_toml import WrittenTomlError, read_toml_file

DOMAINS: Final = ("政府工程", "营商环境", "民生保障")
SCOPES: Final = ("lot", "tender", "household", "person", "company")
_ACCUSING: Final = ("违法", "串通", "骗保", "骗取", "围标")


class OwnDefinitionsError(ValueError):
    """Own definitions that can't be used; names the file and what is wrong with it."""

    def __init__(self, file: Path, zh: str, en: str):
        self.zh = f"自定义检测项文件 {file} 有误：{zh}"
        self.en = f"The file of own detectors {file} can't be used: {en}"
        super().__init__(self.en)


def read_own(path: Path | None) -> tuple[Detector, ...]:
    """The detectors of a TOML file, or of every `*.toml` in a folder. Raises `OwnDefinitionsError`."""
    if path is None:
        return ()
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    found: list[Detector] = []
    known = {d.id for d in DETECTORS}
    for file in files:
        for detector in _read(file):
            if detector.id in known:
                raise OwnDefinitionsError(
                    file, f"编号 {detector.id} 已被使用", f"the id {detector.id} is taken already"
                )
            known.add(detector.id)
            found.append(detector)
    return tuple(found)


def _read(file: Path) -> Iterator[Detector]:
    try:
        document = read_toml_file(file)
    except WrittenTomlError as error:
        raise OwnDefinitionsError(file, error.zh, error.en) from error
    tables = document.get("detector", ())
    if set(document) != {"detector"} or not isinstance(tables, list) or not all(map(_is_table, tables)):
        raise OwnDefinitionsError(file, "每个检测项写作 [[detector]]", "write each detector as [[detector]]")
    for table in tables:
        name = str(table.get("id", "?"))
        try:
            yield _detector(table)
        except (QueryError, WrongDefinitionError, DefinitionError) as error:
            raise OwnDefinitionsError(file, f"{name}：{error.zh}", f"{name}: {error.en}") from error


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _detector(table: Mapping[str, Any]) -> Detector:
    check_form(table)
    for key, allowed in (("severity", get_args(Severity)), ("domain", DOMAINS), ("scope", SCOPES)):
        if table[key] not in allowed:
            raise WrongDefinitionError(
                f"{key} 应为 {'、'.join(allowed)} 之一",
                f"{key} is one of {', '.join(allowed)}, not {table[key]}",
            )
    for query in (table["query"], table["population"]):
        check_query(query)
    if "RETURN " not in table["query"] or not re.search(r"RETURN count\(", table["population"]):
        raise WrongDefinitionError(
            "query 须以大写 RETURN 给出各列（… AS 名称），population 须为 RETURN count(…)",
            "query gives its columns by RETURN in capitals (… AS name), population is a RETURN count(…)",
        )
    columns = tuple(re.findall(r"\bAS (\w+)", table["query"].rpartition("RETURN ")[2]))
    parameters = tuple(Parameter(**p) for p in table.get("parameter", ()))
    _named(table, columns, [p.name for p in parameters])
    wording = table["wording"]
    _worded(wording, (*columns, "count", *(p.name for p in parameters)))
    suppressors = table.get("suppressor", ())
    return Detector(
        id=table["id"],
        version=table["version"],
        domain=table["domain"],
        scene=table["scene"],
        title_zh=table["title"]["zh"],
        title_en=table["title"]["en"],
        severity=table["severity"],
        basis=tuple(LegalBasis(**b) for b in table.get("basis", ())),
        needs=tuple(table["needs"]),
        parameters=parameters,
        queries={"rows": table["query"]},
        columns={"rows": columns},
        population=table["population"],
        identity=tuple(table["identity"]),
        suppressors=tuple(Suppressor(s["name"], s["doc_zh"], s["doc_en"]) for s in suppressors),
        wording_zh=wording["zh"],
        wording_en=wording["en"],
        assemble=_assembling(table, columns),
        innocent_zh=tuple(table["innocent"]["zh"]),
        innocent_en=tuple(table["innocent"]["en"]),
        support=bool(table.get("support", False)),
        warn_above=float(table.get("warn_above", 0.2)),
    )


def _named(table: Mapping[str, Any], columns: Sequence[str], parameters: Sequence[str]) -> None:
    """Every column and parameter the definition speaks of must be there."""
    rules = [*table.get("suppressor", ()), *table.get("keep", ())]
    spoken = [table["scope_column"], *table["subjects"], *table["identity"]]
    spoken += [*table.get("nodes", ()), *table.get("keys", ()), *(r["column"] for r in rules)]
    spoken += [table[k] for k in ("date_column", "regime_column") if k in table]
    lost = list(dict.fromkeys(c for c in spoken if c not in columns))
    unset = list(
        dict.fromkeys(r[k] for r in rules for k in ("above", "at_least") if k in r and r[k] not in parameters)
    )
    faults: list[tuple[str, str]] = []
    if lost:
        # A column is named by AS alone; one that is given without it looks as if it were there.
        given = re.sub(r"\bAS \w+", "", table["query"].rpartition("RETURN ")[2])
        bare = [c for c in lost if re.search(rf"\b{re.escape(c)}\b", given)]
        faults.append(
            (
                f"查询没有返回列 {'、'.join(lost)}"
                + (f"（返回的列须用 AS 命名，如 {bare[0]} AS {bare[0]}）" if bare else ""),
                f"no column {', '.join(lost)} in the query"
                + (f" (columns are named by AS, as in {bare[0]} AS {bare[0]})" if bare else ""),
            )
        )
    if unset:
        faults.append(
            (
                f"没有参数 {'、'.join(unset)}" + (f"（可用：{'、'.join(parameters)}）" if parameters else ""),
                f"no parameter {', '.join(unset)}"
                + (f" (there are {', '.join(parameters)})" if parameters else ""),
            )
        )
    if not table["subjects"]:
        faults.append(("subjects 不可为空", "subjects names no column"))
    if faults:
        raise WrongDefinitionError("；".join(zh for zh, _ in faults), "; ".join(en for _, en in faults))


def _worded(wording: Mapping[str, str], known: Sequence[str]) -> None:
    for language in ("zh", "en"):
        unknown = [n for n in re.findall(r"\{(\w*)", wording[language]) if n not in known]
        if unknown:
            raise WrongDefinitionError(
                f"wording.{language} 中没有 {unknown[0]} 可填",
                f"wording.{language} has no {unknown[0]} to fill in",
            )
    # A machine's finding accuses nobody.
    accusing = [w for w in _ACCUSING if w in wording["zh"].replace("认定违纪违法", "")]
    if accusing or "{" not in wording["zh"]:
        raise WrongDefinitionError(
            f"wording.zh 只能陈述数据，不得出现“{'、'.join(accusing) or '（没有任何数据）'}”",
            f"wording.zh says what the data say, and accuses nobody ({', '.join(accusing) or 'it holds no data'})",
        )


def _assembling(table: Mapping[str, Any], columns: Sequence[str]) -> Assemble:
    """One draft for all rows with the same identity values."""
    kept: Sequence[Mapping[str, str]] = table.get("keep", ())
    explained: Sequence[Mapping[str, str]] = table.get("suppressor", ())
    personal = personal_columns(table["query"], tuple(columns))

    def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
        groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in rows["rows"]:
            if all(_number(row[k["column"]]) >= float(values[k["at_least"]]) for k in kept):
                groups[tuple(str(row[c]) for c in table["identity"])].append(row)
        for identity, group in sorted(groups.items()):
            why = next(
                (
                    (s["name"], s["doc_zh"], s["doc_en"])
                    for s in explained
                    if any(_number(r[s["column"]]) > float(values[s["above"]]) for r in group)
                ),
                None,
            )
            named = dict(zip(table["identity"], identity, strict=True))
            made = _draft(table, columns, named, group, why, values)
            if personal:
                made = replace(made, facts={**made.facts, "personal_columns": list(personal)})
            yield made

    return assemble


def _draft(
    table: Mapping[str, Any],
    columns: Sequence[str],
    identity: Mapping[str, str],
    group: Sequence[Row],
    why: tuple[str, str, str] | None,
    values: Values,
) -> Draft:
    def of(names: Sequence[str]) -> list[str]:
        return sorted({str(v) for r in group for n in names for v in _each(r[n]) if v is not None})

    first = group[0]
    words = {c: "、".join(of([c])) for c in columns} | {"count": str(len(group))}
    return Draft(
        scope_kind=table["scope"],
        scope_id=str(first[table["scope_column"]]),
        identity=identity,
        subjects=tuple(of(table["subjects"])),
        facts={
            "as_of": first.get(table.get("date_column", "")),
            "rows": [{c: r[c] for c in columns} for r in group],
            "identity": "id",
        },
        words={name: str(v) for name, v in values.items()} | words,
        date=first.get(table.get("date_column", "")),
        regime=first.get(table.get("regime_column", "")),
        evidence=Evidence(
            tuple(of([table["scope_column"], *table["subjects"], *table.get("nodes", ())])),
            tuple(of(table.get("keys", ()))),
        ),
        suppressed_by=why,
    )


def _each(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def _number(value: Any) -> float:
    """A value to compare; what is missing is below every limit."""
    return float("-inf") if value is None else float(value)

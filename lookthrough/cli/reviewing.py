"""`findings`: what the ledger holds, and what people decide about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, Final, get_args

import typer

from cases import STATES, TRANSITIONS, FindingFilter, FindingRecord, Ledger
from cases.deciding import STATE_WORDS
from cases.records import SEVERITIES, Order
from detectors.own.definitions import read_own
from detectors.registry import whose_findings
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    ActorOption,
    Format,
    FormatOption,
    LangOption,
    Session,
    StoreOption,
    local_time,
    out_console,
    print_json,
    print_rows,
    session,
    written_date,
)
from lookthrough.cli.ledger import ledger_of
from lookthrough.cli.run_report import SEVERITY, panel
from lookthrough.cli.usage import WrongUsageError, coded, not_one_of
from lookthrough.cli.wording import detector_words

findings_app = typer.Typer(
    help="台账中的风险预警：查看、核查、抑制 · findings in the ledger",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(findings_app, name="findings")

IdArgument = Annotated[
    str,
    typer.Argument(metavar="ID", help="预警编号，可只写前 6 位 · the finding's id, or its first characters"),
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="理由（必填） · why; required")]
_SEVERITY_WORDS: Final = {code: SEVERITY[code][:2] for code in SEVERITIES}
_STATES_TOLD: Final = "、".join(f"{code} {zh}" for code, (zh, _) in STATE_WORDS.items())
_TO: Final = tuple(state for state in STATES if any(state in to for to in TRANSITIONS.values()))
"""States that a person can bring a finding into."""
_SEVERITIES_TOLD: Final = "、".join(f"{code} {zh}" for code, (zh, _) in _SEVERITY_WORDS.items())
_SUBJECTS: Final = ("Company", "Person", "Household")
_SCOPES: Final = ("Lot", "Household", "Tender", "Company", "Person")
_SHOWN: Final = 100
"""Rows of a table for people, where no limit is given."""
_ID_SHOWN: Final = 10
"""Characters of an id in a table for people: enough to name it to another command, and never broken over two lines."""
_COLUMNS: Final = [
    ("id", "编号", "id"),
    ("state", "状态", "state"),
    ("severity", "级别", "severity"),
    ("detector", "检测项", "detector"),
    ("scope", "范围", "scope"),
    ("subjects", "对象", "subjects"),
    ("changed_at", "最近变化（北京时间）", "changed (UTC+8)"),
    ("remarks", "备注", "remarks"),
]
_ROUND: Final = ("round", "开标日", "opened")
"""Of a lot whose bids were opened on several days, which opening a finding is about."""
_KINDS: Final[dict[str, tuple[str, str]]] = {
    "found": ("发现", "found"),
    "changed": ("内容变化", "changed"),
    "no_longer_found": ("不再出现", "no longer found"),
    "found_again": ("再次出现", "found again"),
    "not_checked": ("未能核对（缺少数据）", "could not be checked (data missing)"),
    "checked_again": ("又核对到", "checked again"),
    "renamed": ("编号变化", "under another id"),
    "merged": ("与另一条合并", "merged with another"),
    "decided": ("核查结论", "decided"),
    "suppressed": ("抑制", "suppressed"),
    "lifted": ("解除抑制", "suppression lifted"),
}

_FIELDS: Final[dict[str, tuple[str, str]]] = {
    "text": ("说明", "text"),
    "evidence": ("证据", "evidence"),
    "basis": ("法律依据", "legal basis"),
    "version": ("检测项版本", "version of the detector"),
    "severity": ("级别", "severity"),
    "subjects": ("对象", "subjects"),
    "suppressed_by": ("抑制规则", "suppressing rule"),
    "parameters": ("参数", "parameters"),
    "names": ("名称", "names"),
    "data": ("数据来源", "sources"),
    "id": ("编号", "id"),
    "state": ("状态", "state"),
}
"""Of a finding what may change, beside its facts."""


@findings_app.command("list")
def list_command(
    state: Annotated[
        list[str] | None,
        typer.Option(
            "--state",
            metavar="|".join(STATES),
            help=f"状态，代码或中文：{_STATES_TOLD} · only these states, by code or word",
        ),
    ] = None,
    detector: Annotated[
        list[str] | None, typer.Option("--detector", metavar="ID", help="检测项 · only these detectors")
    ] = None,
    severity: Annotated[
        list[str] | None,
        typer.Option(
            "--severity",
            metavar="|".join(SEVERITIES),
            help=f"级别，代码或中文：{_SEVERITIES_TOLD} · only these severities, by code or word",
        ),
    ] = None,
    scope: Annotated[
        str | None,
        typer.Option(
            "--scope",
            metavar="ID",
            help="标段、项目（含其标段）、家庭等的编号或名称 · only of this lot, tender (with its lots), household…, by id or name",
        ),
    ] = None,
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject",
            metavar="ID",
            help="涉及或形成关联的主体，编号或名称 · only naming this party, or whom it ties, by id or name",
        ),
    ] = None,
    changed_since: Annotated[
        str | None,
        typer.Option("--changed-since", metavar="TIME", help="此时间之后有变化的 · changed after this time"),
    ] = None,
    suppressed: Annotated[
        bool | None, typer.Option("--suppressed/--not-suppressed", help="是否已抑制 · suppressed or not")
    ] = None,
    found: Annotated[
        bool | None,
        typer.Option("--found/--no-longer-found", help="是否仍然出现 · still found, or no longer"),
    ] = None,
    order: Annotated[
        str, typer.Option("--order", metavar="|".join(get_args(Order)), help="排序 · the order")
    ] = "severity",
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="最多条数 · at most so many")] = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """列出台账中的风险预警 · List the findings."""
    s = session(store, lang, format_)
    states = tuple(coded(one, STATE_WORDS, "--state") for one in state or ())
    severities = tuple(coded(one, _SEVERITY_WORDS, "--severity") for one in severity or ())
    if order not in get_args(Order):
        raise not_one_of(order, get_args(Order), "--order")
    wanted = FindingFilter(
        states=states,
        severities=severities,
        changed_since=changed_since,
        found=found,
        suppressed=suppressed,
        order=order,  # type: ignore[arg-type]
    )
    if limit is None and s.format is Format.table:
        limit = _SHOWN
    with ledger_of(s) as ledger:
        wanted = replace(
            wanted,
            scope_ids=_scopes(s, ledger, scope),
            subjects=_subjects(s, ledger, subject),
        )
        if detector:
            own, recorded = read_own(s.settings.detectors), ledger.counts()["by_detector"]
            wanted = replace(wanted, detectors=whose_findings(detector, own, recorded))
        records = list(_pages(ledger, wanted, limit))
        counts = ledger.counts(wanted)
    if s.format is Format.table:
        called = detector_words(s)
        print_rows(s, _COLUMNS, [_row(s, r, called) for r in records])
    else:
        print_rows(
            s,
            [*_COLUMNS[:-1], _ROUND],
            [r.to_json() | {"round": r.finding.facts.get("round")} for r in records],
        )
    more = counts["findings"] - len(records)
    s.tell(
        f"共 {counts['findings']} 条，其中已抑制 {counts['suppressed']} 条，不再出现 {counts['no_longer_found']} 条",
        f"{counts['findings']} in all, {counts['suppressed']} suppressed, {counts['no_longer_found']} no longer found",
    )
    if more > 0:
        s.tell(
            f"还有 {more} 条未列出，可用 --limit 或筛选条件。",
            f"{more} more are not listed: use --limit, or narrow the list.",
            "yellow",
        )


@findings_app.command("show")
def show_command(
    id_: IdArgument,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """查看一条风险预警及其经过 · One finding, and what happened to it."""
    s = session(store, lang, format_)
    with ledger_of(s) as ledger:
        record = ledger.finding(ledger.finding_id(id_))
    _show(s, record)


@findings_app.command("decide")
def decide_command(
    id_: IdArgument,
    state: Annotated[
        str,
        typer.Argument(
            metavar="|".join(_TO),
            help=f"新状态，代码或中文：{'、'.join(f'{code} {STATE_WORDS[code][0]}' for code in _TO)} · the new state, by "
            "code or word",
        ),
    ],
    reason: ReasonOption,
    actor: ActorOption = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """记录核查状态或结论 · Take a finding up, decide about it, or reopen it."""
    s = session(store, lang, format_)
    code = coded(state, STATE_WORDS, "STATE")
    with ledger_of(s) as ledger:
        record = ledger.decide(ledger.finding_id(id_), code, reason, actor or s.settings.actor)
    _done(s, record)


@findings_app.command("suppress")
def suppress_command(
    id_: IdArgument,
    reason: ReasonOption,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="DATE",
            callback=written_date("--until"),
            help="抑制到哪天（含） · through this day",
        ),
    ] = None,
    lift: Annotated[
        bool, typer.Option("--lift", help="提前解除抑制 · end a suppression before its time")
    ] = False,
    actor: ActorOption = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """在一段时间内抑制一条预警（仍计入、仍可查） · Suppress a finding for a while; it stays counted and shown."""
    s = session(store, lang, format_)
    if (until is None) == (not lift):
        raise WrongUsageError("--until", "须给出截止日期，或用 --lift", "give a date, or --lift")
    who = actor or s.settings.actor
    with ledger_of(s) as ledger:
        present = ledger.finding_id(id_)
        if until is None:
            record = ledger.lift(present, reason, who)
        else:
            record = ledger.suppress(present, until, reason, who)
    _done(s, record)


def _meant(s: Session, ledger: Ledger, text: str | None, by: str, types: tuple[str, ...]) -> str | None:
    """The id that is meant: one the ledger has findings by, as findings outlive the data, else what the store calls so.

    An id without a scheme is a data set's own. Raises `NamingError`, a `StoreError`.
    """
    from loaders.identity import asked_forms
    from loaders.naming import find_node

    if text is None:
        return None
    forms = asked_forms(text)
    for id_ in (*forms, *(f"local:{form}" for form in forms if ":" not in form)):
        recorded = FindingFilter(scope_id=id_) if by == "scope_id" else FindingFilter(subject=id_)
        if ledger.findings(recorded, None, 1):
            return id_
    with s.store() as opened:
        return find_node(opened, text, types)


def _scopes(s: Session, ledger: Ledger, text: str | None) -> tuple[str, ...]:
    """What is meant; a tender with its lots: most findings are of these. Raises `NamingError`, a `StoreError`."""
    from detectors.running.nearby import lots_of
    from graph.stores.errors import StoreError

    id_ = _meant(s, ledger, text, "scope_id", _SCOPES)
    if id_ is None:
        return ()
    try:
        with s.store() as opened:
            return (id_, *lots_of(opened, id_))
    except StoreError:
        # The ledger outlives the store.
        return (id_,)


def _subjects(s: Session, ledger: Ledger, text: str | None) -> tuple[str, ...]:
    """All ids of the party that is meant: findings name it by one of them. Raises `NamingError`, a `StoreError`."""
    from graph.ownership_above import same_party
    from graph.stores.errors import StoreError

    id_ = _meant(s, ledger, text, "subject", _SUBJECTS)
    if id_ is None:
        return ()
    try:
        with s.store() as opened:
            joined = same_party(opened, [id_])
    except StoreError:
        # The ledger outlives the store.
        return (id_,)
    return tuple(sorted({id_, *joined["from_id"], *joined["to_id"]}))


def _pages(ledger: Ledger, wanted: FindingFilter, limit: int | None) -> Iterator[FindingRecord]:
    after, left = None, limit
    while left is None or left > 0:
        size = 500 if left is None else min(500, left)
        page = ledger.findings(wanted, after, size)
        yield from page
        if len(page) < size:
            return
        after, left = page[-1].cursor, None if left is None else left - size


def _row(s: Session, record: FindingRecord, called: Callable[[str], str]) -> dict[str, Any]:
    f = record.finding
    names = f.facts.get("names", {})
    day = f.facts.get("round")
    zh, en, _ = SEVERITY[f.severity]
    return {
        "id": record.id[:_ID_SHOWN],
        "state": s.say(*STATE_WORDS[record.state]),
        "severity": s.say(zh, en),
        "detector": called(f.detector),
        "scope": f.scope_id + (s.say(f"，{day} 开标", f", opened {day}") if day else ""),
        "subjects": s.say("、", ", ").join(str(names.get(i, i)) for i in f.subjects[:3])
        + (
            s.say(f" 等 {len(f.subjects)} 个", f" and {len(f.subjects) - 3} more")
            if len(f.subjects) > 3
            else ""
        ),
        "changed_at": record.changed_at,
        "remarks": s.say("；", "; ").join(_remarks(s, record)),
    }


def _remarks(s: Session, record: FindingRecord) -> list[str]:
    said = []
    if record.finding.suppressed_by:
        said.append(s.say("规则抑制", "suppressed by a rule"))
    if record.suppression and record.suppression.active:
        end = local_time(record.suppression.until)
        said.append(s.say(f"抑制至 {end}", f"suppressed until {end}"))
    if record.no_longer_found_at:
        said.append(s.say("不再出现", "no longer found"))
    if record.not_checked_since:
        said.append(
            s.say("最近一次检测未能核对（缺少数据）", "the last run could not check this (data missing)")
        )
    if record.changed_since_decision:
        said.append(s.say("结论后有变化", "changed since it was decided"))
    return said


def _done(s: Session, record: FindingRecord) -> None:
    if s.format is not Format.table:
        print_json(record.to_json())
        return
    state = s.say(*STATE_WORDS[record.state])
    remarks = s.say("；", "; ").join([state, *_remarks(s, record)])
    s.tell(f"风险预警 {record.id}：{remarks}", f"Finding {record.id}: {remarks}")


def _show(s: Session, record: FindingRecord) -> None:
    if s.format is not Format.table:
        print_json(record.to_json())
        return
    out = out_console()
    out.print(panel(s, record.finding, detector_words(s)))
    remarks = s.say("；", "; ").join([s.say(*STATE_WORDS[record.state]), *_remarks(s, record)])
    out.print(f"{record.id}  {remarks}", markup=False)
    if rule := record.finding.suppressed_by:
        why = s.say(f"抑制规则 {rule['rule']}：{rule['reason']}", f"Rule {rule['rule']}: {rule['reason_en']}")
        out.print(why, markup=False)
    if record.former_ids:
        former = ", ".join(record.former_ids)
        out.print(s.say(f"曾用编号：{former}", f"Former ids: {former}"), markup=False)
    rows = [
        {
            "at": local_time(h.at),
            "what": s.say(*_KINDS[h.kind]),
            "who": h.actor or h.run,
            "detail": _detail(s, h.detail, record.finding.facts),
        }
        for h in record.history
    ]
    columns = [
        ("at", "时间（北京时间）", "time (UTC+8)"),
        ("what", "经过", "what happened"),
        ("who", "操作人或运行", "by, or in run"),
        ("detail", "内容", "detail"),
    ]
    print_rows(s, columns, rows)


def _detail(s: Session, detail: Any, facts: Mapping[str, Any]) -> str:
    """What an entry of the history tells. `facts`: the finding's, which state the currency of its amounts."""
    if "to" in detail:
        moved = " → ".join(s.say(*STATE_WORDS[detail[end]]) for end in ("from", "to"))
        return f"{moved}: {detail['reason']}"
    if "until" in detail:
        return f"{local_time(detail['until'])}: {detail['reason']}"
    if "reason" in detail:
        return str(detail["reason"])
    changes = detail.get("changes") or {}
    return s.say("；", "; ").join(_changed(s, name, change, facts) for name, change in changes.items())


def _changed(s: Session, name: str, change: Any, facts: Mapping[str, Any]) -> str:
    """What changed, by its name; before and after where these are words or numbers."""
    from exports.evidence.words import FACT_NAMES

    field = name.removeprefix("facts.")
    called = s.say(*(_FIELDS.get(field) or FACT_NAMES.get(field) or (field, field)))
    ends = [change["before"], change["after"]]
    if name in ("text", "evidence") or not all(isinstance(end, str | int | float | None) for end in ends):
        return called
    before, after = (_told(s, field, end, facts) for end in ends)
    return s.say(f"{called}：{before} → {after}", f"{called}: {before} → {after}")


def _told(s: Session, field: str, value: Any, facts: Mapping[str, Any]) -> str:
    """A value as it is told: amounts in yuan, shares in per cent, codes in words."""
    from detectors.identities import BASES, identity_label
    from exports.evidence.telling import currency_in, told_alone

    if field == "state" and value in STATE_WORDS:
        return s.say(*STATE_WORDS[value])
    if field == "severity" and value in _SEVERITY_WORDS:
        return s.say(*_SEVERITY_WORDS[value])
    if field == "identity" and value in BASES:
        return s.say(*identity_label(value))
    return told_alone(value, field, currency_in(facts), "zh" if s.language == "zh" else "en")

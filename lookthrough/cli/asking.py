"""`penetrate`, `ubo` and `history`: who is behind a company, with how much, and since when."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graph.penetration import penetrate
from graph.penetration.beneficial import TESTS, Beneficial, beneficial_owners
from graph.penetration.history import HAPPENINGS, history
from graph.penetration.thresholds import VERDICTS
from graph.stores.relations import couples_in
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    Format,
    FormatOption,
    LangOption,
    Session,
    StoreOption,
    percent,
    print_rows,
    session,
    written_date,
)
from lookthrough.cli.question import (
    AsOfOption,
    CompanyArgument,
    IdentityOption,
    OneCompanyArgument,
    Question,
    asking,
    share_text,
)
from lookthrough.cli.usage import WrongUsageError
from lookthrough.cli.whole import (
    AllOption,
    FromOption,
    ThresholdOption,
    ToOption,
    UltimateOption,
    write_all_shares,
)
from lookthrough.cli.wording import IDENTITIES, kind_word, method_word, word

_OWNER = (
    "id",
    "name",
    "kind",
    "share",
    "share_min",
    "share_max",
    "direct",
    "votes",
    "depth",
    "ultimate",
    "identity",
)


@app.command("penetrate")
def penetrate_command(
    company: OneCompanyArgument = None,
    as_of: AsOfOption = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            metavar="integrated|stop_at_target|simple_paths",
            help="计算口径 · method",
            show_default=False,
        ),
    ] = None,
    identity: IdentityOption = "standard",
    every: AllOption = False,
    source: FromOption = None,
    to: ToOption = None,
    threshold: ThresholdOption = None,
    ultimate_only: UltimateOption = False,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """穿透一家企业的全部股东 · Every holder of a company at any depth, with effective shares."""
    s = session(store, lang, format_)
    if every:
        if company is not None:
            raise WrongUsageError("COMPANY", "不能与 --all 同用", "it does not go with --all")
        write_all_shares(s, to, source, as_of, threshold, ultimate_only, method, identity)
        return
    if company is None:
        raise WrongUsageError("COMPANY", "须给出，或用 --all", "name one, or use --all")
    if source or to or threshold or ultimate_only:
        raise WrongUsageError(
            "--from / --to / --threshold / --ultimate-only", "只与 --all 同用", "these go with --all alone"
        )
    with asking(s, identity) as question:
        whole = penetrate(question.ownership, question.company(company), as_of, method).to_json()
        loading = question.loading
        chosen = whole["controller"]
        controller = question.name(chosen["id"]) if chosen else None
        chain = [question.name(id_) for id_ in whole["longest_chain"]["nodes"]]
    if loading:
        whole["warnings"] = [
            *whole["warnings"],
            s.say("有批次正在导入，结果可能不完整", "a load is under way"),
        ]
    if s.format is not Format.table:
        print_rows(s, [(k, k, k) for k in _OWNER], whole["owners"], whole=whole)
        return
    rows = [
        {
            "name": o["name"] or o["id"],
            "id": o["id"],
            "share": share_text(o["share_min"], o["share_max"], o["min_open"], o["max_open"]),
            "direct": "—" if o["direct"] is None else percent(o["direct"]),
            "votes": _votes(o),
            "depth": o["depth"],
            "ultimate": o["ultimate"],
            "identity": word(s, IDENTITIES, o["identity"]),
        }
        for o in whole["owners"]
    ]
    columns = [
        ("name", "股东", "holder"),
        ("id", "编号", "id"),
        ("share", "穿透持股比例", "effective share"),
        ("direct", "直接持股比例", "direct share"),
        *([("votes", "穿透表决权", "effective votes")] if any(r["votes"] for r in rows) else []),
        ("depth", "层级", "depth"),
        ("ultimate", "最终", "ultimate"),
        ("identity", "主体识别", "identity"),
    ]
    print_rows(s, columns, rows, title=_title(s, whole))
    _tell_rest(question, whole, controller, chain)


def _title(s: Session, whole: dict[str, Any]) -> str:
    name = whole["name"] or whole["company"]
    return s.say(
        f"{name}，截至 {whole['as_of']}，口径：{method_word(s, whole['method'])}",
        f"{name}, as of {whole['as_of']}, method {whole['method']}",
    )


def _votes(owner: dict[str, Any]) -> str:
    """Effective votes where they are not the shares."""
    votes = share_text(owner["votes_min"], owner["votes_max"])
    return "" if votes == share_text(owner["share_min"], owner["share_max"]) else votes


def _tell_rest(question: Question, whole: dict[str, Any], controller: str | None, chain: list[str]) -> None:
    s = question.session
    if controller is not None:
        s.tell(f"疑似实际控制人：{controller}", f"Controller: {controller}")
    else:
        s.tell(
            "没有单一控制人（原因见 lookthrough controller）",
            "No single controller (lookthrough controller says why)",
        )
    known, unknown = whole["known_share"], whole["unknown_share"]
    s.tell(f"登记册已知比例：{percent(known)}", f"Known of its own register: {percent(known)}")
    if unknown:
        s.tell(f"未披露或未知份额：{percent(unknown)}", f"Undisclosed or unknown: {percent(unknown)}")
    if whole["bounds"] == "tight":
        # Outer ones are said among the warnings.
        s.tell(
            "区间为紧界（tight）：每一端都有一种填满缺失的登记册能达到。",
            "Ranges are tight: some way of filling in what is not known reaches each end.",
        )
    if len(chain) > 2:
        least = "至少 " if whole["longest_chain"]["truncated"] else ""
        least_en = "at least " if least else ""
        s.tell(
            f"最长链（{least}{len(chain) - 1} 层）：{' → '.join(chain)}",
            f"Longest chain ({least_en}{len(chain) - 1} links): {' → '.join(chain)}",
        )
    differing = [holder["id"] for holder in whole["methods_differ"]]
    # As in the table above: ids of people follow the key, and their order with it.
    place = {owner["id"]: n for n, owner in enumerate(whole["owners"])}
    for holder in sorted(whole["methods_differ"], key=lambda h: place.get(h["id"], len(place))):
        shown = s.say("，", ", ").join(
            f"{method_word(s, m)} {_by_method(v)}" for m, v in holder.items() if m != "id"
        )
        s.tell(
            f"各口径结果不同：{question.called(holder['id'], differing)}：{shown}",
            f"The methods differ on {question.called(holder['id'], differing)}: {shown}",
            "yellow",
        )
    for warning in whole["warnings"]:
        said = _words(s, warning)
        if isinstance(warning, dict):
            said = question.with_names(said, warning["ids"])
        s.tell(f"注意：{said}", f"Note: {said}", "yellow")


def _by_method(value: Any) -> str:
    return share_text(*value) if isinstance(value, list) else share_text(value, value)


def _words(s: Session, warning: Any) -> str:
    return str(warning.get(s.language, warning)) if isinstance(warning, dict) else str(warning)


def _hit(s: Session, owner: Beneficial) -> str | None:
    """The test that hit; a control that a source only suspects is called so."""
    if owner.test is None:
        return None
    if owner.test == "control" and owner.suspected:
        return s.say("疑似控制", "suspected control")
    return s.say(*TESTS[owner.test])


@app.command("ubo")
def ubo_command(
    company: CompanyArgument,
    as_of: AsOfOption = None,
    threshold: Annotated[
        str, typer.Option("--threshold", metavar="25%|0.25", help="达到即算 · met inclusively")
    ] = "25%",
    concerts: Annotated[
        bool, typer.Option("--concerts", help="一致行动人合并计算 · groups acting together count as one")
    ] = False,
    couples: Annotated[bool, typer.Option("--couples", help="夫妻合并计算 · couples count as one")] = False,
    identity: IdentityOption = "standard",
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """受益所有人：按持股、表决权、控制依次判断 · Ultimate beneficial owners, naming the test that hit."""
    s = session(store, lang, format_)
    with asking(s, identity) as question:
        found = beneficial_owners(
            question.ownership,
            question.company(company),
            as_of,
            threshold,
            concerts=concerts,
            couples=couples_in(question.store) if couples else None,
        )
        question.warn_of_loads()
        names = {m: question.name(m) for owner in found.owners for m in owner.members}
    whole = found.to_json()
    if s.format is not Format.table:
        keys = (
            "id",
            "name",
            "kind",
            "members",
            "verdict",
            "test",
            "share",
            "share_min",
            "share_max",
            "votes_min",
            "votes_max",
            "via",
            "depth",
            "suspected",
            "identity",
        )
        print_rows(s, [(k, k, k) for k in keys], whole["owners"], whole=whole)
        return
    rows = [
        {
            "name": owner.name or " + ".join(names[m] for m in owner.members) or owner.id,
            "id": owner.id,
            "verdict": s.say(*VERDICTS[owner.verdict]),
            "test": _hit(s, owner),
            "share": share_text(owner.share_min, owner.share_max, owner.min_open, owner.max_open),
            "votes": share_text(owner.votes_min, owner.votes_max),
            "depth": owner.depth,
            "identity": word(s, IDENTITIES, owner.identity),
        }
        for owner in found.owners
    ]
    columns = [
        ("name", "受益所有人", "beneficial owner"),
        ("id", "编号", "id"),
        ("verdict", "结论", "verdict"),
        ("test", "依据", "by"),
        ("share", "穿透持股比例", "effective share"),
        ("votes", "穿透表决权", "effective votes"),
        ("depth", "层级", "depth"),
        ("identity", "主体识别", "identity"),
    ]
    name = found.name or found.company
    limit = f"{found.threshold:.10g}"
    title = s.say(
        f"{name}，截至 {found.as_of}，阈值 ≥ {percent(found.threshold)}",
        f"{name}, as of {found.as_of}, threshold ≥ {percent(found.threshold)} ({limit})",
    )
    print_rows(s, columns, rows, title=title)
    if found.reason:
        s.tell(found.reason[1], found.reason[2], "yellow")
    for end in found.ends:
        share = share_text(end.share_min, end.share_max, end.min_open, end.max_open)
        s.tell(
            f"链条止于非自然人：{end.name or end.id}（{kind_word(s, end.kind)}）{share}",
            f"A chain ends in what is no person: {end.name or end.id} ({kind_word(s, end.kind)}) {share}",
        )
    if found.excluded:
        s.tell(
            f"另有 {len(found.excluded)} 名自然人低于阈值。",
            f"{len(found.excluded)} further persons are below the threshold.",
        )
    for flag in found.warnings:
        if found.reason is None or flag.code != found.reason[0]:
            said = question.with_names(s.say(flag.zh, flag.en), flag.ids)
            s.tell(f"注意：{said}", f"Note: {said}", "yellow")


@app.command("history")
def history_command(
    company: CompanyArgument,
    since: Annotated[
        str,
        typer.Option(
            "--from", metavar="DATE", callback=written_date("--from"), help="起始日期 · from this date"
        ),
    ],
    until: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="DATE",
            callback=written_date("--to"),
            help="截止日期，默认今天 · to this date",
            show_default=False,
        ),
    ] = None,
    ultimate_only: Annotated[
        bool, typer.Option("--ultimate-only", help="只看最终持有人 · only holders nobody is known above")
    ] = False,
    identity: IdentityOption = "standard",
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """穿透股东的历史变化 · How a company's effective holders and its controller changed."""
    s = session(store, lang, format_)
    with asking(s, identity) as question:
        found = history(
            question.ownership, question.company(company), since, until, ultimate_only=ultimate_only
        )
        question.warn_of_loads()
        names = {
            id_: question.name(id_)
            for change in found.changes
            for id_ in (change.controller_before, change.controller_after)
            if id_
        }
    whole = found.to_json()
    if s.format is not Format.table:
        keys = ("on", "what", "id", "name", "before", "after")
        print_rows(s, [(k, k, k) for k in keys], whole["changes"], whole=whole)
        return
    rows = []
    for change in found.changes:
        if change.what == "controller":
            before = names.get(change.controller_before or "")
            after = names.get(change.controller_after or "")
        else:
            before = None if change.before is None else share_text(*change.before)
            after = None if change.after is None else share_text(*change.after)
        rows.append(
            {
                "on": change.on,
                "what": s.say(*HAPPENINGS[change.what]),
                "name": change.name or change.id,
                "id": change.id,
                "before": before,
                "after": after,
            }
        )
    columns = [
        ("on", "日期", "on"),
        ("what", "变化", "what"),
        ("name", "股东（企业）", "holder (company)"),
        ("id", "编号", "id"),
        ("before", "之前", "before"),
        ("after", "之后", "after"),
    ]
    name = found.name or found.company
    title = s.say(f"{name}，{found.since} 至 {found.until}", f"{name}, {found.since} to {found.until}")
    print_rows(s, columns, rows, title=title)
    if not rows:
        s.tell("期间没有变化。", "Nothing changed in this period.")
    if found.truncated:
        s.tell("变化日期过多，已截断。", "Too many days of change: the list was cut.", "yellow")

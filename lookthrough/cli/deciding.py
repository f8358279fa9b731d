"""`controller` and `controls`: who decides in a company, and what a party decides in, each with its proof."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from graph.penetration import ControlAnswer, Controller, controller
from graph.penetration.controller import REASONS
from graph.penetration.downward import controls, group_of
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
)
from lookthrough.cli.question import AsOfOption, CompanyArgument, IdentityOption, Question, asking
from lookthrough.cli.usage import not_one_of
from lookthrough.cli.wording import IDENTITIES, word
from visualize.wording import ROLES

RuleOption = Annotated[
    str | None,
    typer.Option(
        "--rule",
        metavar="strict|inclusive",
        help="过半 / 达到半数，默认按当日法律 · more than half, or half; by default the law of the date",
        show_default=False,
    ),
]

_PROVEN: Final = 4
"""Of so many controllers that the data name at once the proof is shown."""


def _rule(text: str | None) -> Any:
    if text is not None and text not in ("strict", "inclusive"):
        raise not_one_of(text, ("strict", "inclusive"), "--rule")
    return text


@app.command("controller")
def controller_command(
    company: CompanyArgument,
    every: Annotated[
        bool,
        typer.Option(
            "--all", help="所有控制方，直接或逐层 · everybody who controls it, directly or down a chain"
        ),
    ] = False,
    group: Annotated[bool, typer.Option("--group", help="所属集团成员 · the group it belongs to")] = False,
    as_of: AsOfOption = None,
    rule: RuleOption = None,
    identity: IdentityOption = "standard",
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """谁控制这家企业，逐层证明 · Who controls a company, with the proof."""
    s = session(store, lang, format_)
    with asking(s, identity) as question:
        id_ = question.company(company)
        question.warn_of_loads()
        if group:
            _group(question, id_, as_of, rule)
            return
        answer = controller(question.ownership, id_, as_of, _rule(rule))
        whole = answer.to_json()
        # Several that the data name are no answer without their names.
        every = every or answer.reason == "several"
        shown = answer.controllers if every else (answer.controller,) if answer.controller else ()
        keys = ("id", "name", "kind", "via", "depth", "joint_share", "suspected", "identity")
        if s.format is not Format.table:
            rows = [c.to_json() for c in shown]
            print_rows(s, [(k, k, k) for k in keys], rows, whole=whole)
            return
        _controllers(question, answer, shown, every)


def _controllers(
    question: Question, answer: ControlAnswer, shown: tuple[Controller, ...], every: bool
) -> None:
    s, named = question.session, question.name
    title = s.say(
        f"{answer.name or answer.company}，截至 {answer.as_of}，标准：{_rule_text(s, answer.rule)}",
        f"{answer.name or answer.company}, as of {answer.as_of}, rule: {_rule_text(s, answer.rule)}",
    )
    if shown:
        columns = [
            ("name", "疑似实际控制人" if not every else "控制方", "controller"),
            ("id", "编号", "id"),
            ("via", "经由", "via"),
            ("depth", "层级", "depth"),
            ("joint", "合计表决权", "votes together"),
            ("suspected", "疑似", "suspected"),
            ("identity", "主体识别", "identity"),
        ]
        rows = [
            {
                "name": c.name or c.id,
                "id": c.id,
                "via": named(c.via) if c.via else None,
                "depth": c.depth,
                "joint": _won_by(s, c),
                "suspected": c.suspected,
                "identity": word(s, IDENTITIES, c.identity),
            }
            for c in shown
        ]
        print_rows(s, columns, rows, title=title)
    else:
        print_rows(s, [("name", "疑似实际控制人", "controller")], [], title=title)
    if answer.reason == "no_majority" and any(w.code == "stated_in_part" for w in answer.warnings):
        s.tell(
            "控制人无法判定：已载明的股东（连同其控制的公司）均未达到控制比例，其余由谁持有不明。",
            "Who controls it can't be decided: none of the holders stated has enough votes, and who has the rest is not known.",
        )
    elif answer.reason:
        s.tell(
            f"没有单一控制人：{REASONS[answer.reason][0]}",
            f"No single controller: {REASONS[answer.reason][1]}",
        )
    if answer.controller and not every:
        _proof(question, answer.controller)
    if answer.reason == "several":
        for one in answer.controllers[:_PROVEN]:
            _proof(question, one, one.name or one.id)
    for ids, zh, en in (
        (answer.joint, "各持一半", "Half each"),
        (answer.block, "相互控制", "Control each other"),
        (answer.possible, "可能控制（不能确定）", "May control (not certain)"),
    ):
        if ids:
            listed = s.say("、", ", ").join(question.shown(i) for i in ids)
            s.tell(f"{zh}：{listed}", f"{en}: {listed}")
    for flag in answer.warnings:
        said = question.with_names(s.say(flag.zh, flag.en), flag.ids)
        s.tell(f"注意：{said}", f"Note: {said}", "yellow")


def _rule_text(s: Session, rule: str) -> str:
    return s.say("过半", "more than half") if rule == "strict" else s.say("达到半数", "half or more")


def _at_least(votes: float, beyond: bool) -> str:
    """Votes for people; ">50.00%" where the bound is itself excluded."""
    return f"{'>' if beyond else ''}{percent(votes)}"


def _won_by(s: Session, found: Controller) -> str:
    """The votes that win, or the declaration that does where they do not."""
    link = found.proof[0] if found.proof else None
    if link is None or link.kind != "declared":
        return _at_least(found.joint_share, found.joint_open)
    return s.say("申报：", "declared: ") + (word(s, ROLES, link.interest) or "" if link.interest else "")


def _proof(question: Question, found: Controller, of: str = "") -> None:
    s, named = question.session, question.name
    columns = [
        ("company", "企业", "company"),
        ("holder", "表决权持有人", "holder"),
        ("votes", "表决权", "votes"),
        ("running", "累计", "running sum"),
        ("kind", "依据", "by"),
        ("sources", "来源", "sources"),
    ]
    kinds = {
        "votes": ("表决权", "votes"),
        "share": ("持股", "share"),
        "declared": ("申报控制", "declared control"),
    }
    rows = [
        {
            "company": named(link.company),
            "holder": named(link.holder),
            "votes": None if link.votes is None else percent(link.votes),
            "running": None if link.running is None else _at_least(link.running, link.open),
            "kind": s.say(*kinds[link.kind]) + (f" {word(s, ROLES, link.interest)}" if link.interest else ""),
            "sources": question.places(link.sources),
        }
        for link in found.proof
    ]
    print_rows(s, columns, rows, title=s.say("证明", "Proof") + (s.say("：", ": ") + of if of else ""))


def _group(question: Question, id_: str, as_of: str | None, rule: str | None) -> None:
    s = question.session
    found = group_of(question.ownership, id_, as_of, _rule(rule))
    whole = found.to_json()
    if s.format is not Format.table:
        print_rows(s, [(k, k, k) for k in ("id", "name", "via", "depth")], whole["members"], whole=whole)
        return
    columns = [
        ("name", "成员", "member"),
        ("id", "编号", "id"),
        ("via", "经由", "via"),
        ("depth", "层级", "depth"),
    ]
    rows = [
        {
            "name": m.name or m.id,
            "id": m.id,
            "via": question.name(m.by.via) if m.by.via else None,
            "depth": m.by.depth,
        }
        for m in found.members
    ]
    head = question.name(found.head.id if found.head else found.company)
    print_rows(
        s,
        columns,
        rows,
        title=s.say(f"{head} 控制的企业，截至 {found.as_of}", f"Controlled by {head}, as of {found.as_of}"),
    )
    if found.reason:
        s.tell(
            f"没有单一控制人：{REASONS[found.reason][0]}", f"No single controller: {REASONS[found.reason][1]}"
        )


@app.command("controls")
def controls_command(
    party: Annotated[
        str,
        typer.Argument(
            metavar="PARTY",
            help="企业、人员或一致行动组；人员证件号用 - · company, person or concert; - asks for a person's number",
            show_default=False,
        ),
    ],
    as_of: AsOfOption = None,
    rule: RuleOption = None,
    identity: IdentityOption = "standard",
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """一方控制的全部企业 · Everything a party controls, each with its chain."""
    s = session(store, lang, format_)
    with asking(s, identity) as question:
        found = controls(question.ownership, question.party(party), as_of, _rule(rule))
        question.warn_of_loads()
        whole = found.to_json()
        if s.format is not Format.table:
            keys = ("id", "name", "via", "depth", "joint_share", "suspected", "identity")
            print_rows(s, [(k, k, k) for k in keys], whole["controls"], whole=whole)
            return
        columns = [
            ("name", "受控企业", "controlled company"),
            ("id", "编号", "id"),
            ("via", "经由", "via"),
            ("depth", "层级", "depth"),
            ("joint", "合计表决权", "votes together"),
            ("suspected", "疑似", "suspected"),
        ]
        rows = [
            {
                "name": c.name or c.id,
                "id": c.id,
                "via": question.name(c.by.via) if c.by.via else None,
                "depth": c.by.depth,
                "joint": _won_by(s, c.by),
                "suspected": c.by.suspected,
            }
            for c in found.controls
        ]
        name = found.name or found.party
        rules = _rule_text(s, found.rule)
        title = s.say(
            f"{name} 控制的企业，截至 {found.as_of}，标准：{rules}",
            f"Controlled by {name}, as of {found.as_of}, rule: {rules}",
        )
        print_rows(s, columns, rows, title=title)
        if found.possible:
            listed = s.say("、", ", ").join(question.name(i) for i in found.possible)
            s.tell(f"可能控制（不能确定）：{listed}", f"May control (not certain): {listed}")
        for concert in found.concerts:
            s.tell(
                f"属于一致行动组 {question.name(concert)}：该组控制的企业见 lookthrough controls {concert}",
                f"Member of {question.name(concert)}: lookthrough controls {concert} lists what the group controls",
            )

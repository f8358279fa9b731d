"""`detect` and `screen`: run the detectors, over everything or over one lot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from detectors.definition import Detector
from detectors.listed_bidders import each_once
from detectors.own.definitions import read_own
from detectors.registry import DETECTORS, chosen
from detectors.rules.values import NO_RULES, LocalRules
from detectors.running.changed import detect_changed, judged_in_scope
from detectors.running.detecting import compare, detect, rules_from
from detectors.running.one_lot import screen_lot
from detectors.running.runner import Run
from detectors.running.stacking import tied_bidders
from graph.counted import counted
from graph.held import StillHeld
from graph.in_play import is_current
from graph.round_of_lot import each_opening
from graph.stores import GraphStore
from loaders.naming import find_node
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    ActorOption,
    Format,
    FormatOption,
    LangOption,
    NoLedgerOption,
    Session,
    StoreOption,
    print_rows,
    session,
)
from lookthrough.cli.files import RulesOption, path_named
from lookthrough.cli.ledger import ledger_of, record_run, tell_recorded
from lookthrough.cli.run_report import FINDING_COLUMNS, lacking, show_run, show_stacks, show_trial, tell_unmet
from lookthrough.cli.usage import WrongUsageError
from lookthrough.cli.wording import BID_STATUSES, detector_words, word

_DEFAULTS: Final = "defaults"
"""Names the built-in values, where a rules file could stand; a file of that name is `./defaults`."""


@app.command("detect")
def detect_command(
    detector: Annotated[
        list[str] | None,
        typer.Option("--detector", metavar="ID", help="只运行这些检测项 · only these detectors"),
    ] = None,
    rules: RulesOption = None,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="FILE|defaults",
            help="试运行（不记入台账）：与此规则文件或内置值（defaults）相比，--rules 会使哪些预警新增、消失或改变 · trial, not "
            "recorded: what --rules would change beside this rules file, or beside the built-in values (defaults)",
        ),
    ] = None,
    changed: Annotated[
        bool,
        typer.Option(
            "--changed",
            help="只重新核查上次运行之后装载所涉及的标段 · only the lots that loads since the last run touched",
        ),
    ] = False,
    no_ledger: NoLedgerOption = False,
    actor: ActorOption = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """运行检测项，给出风险预警，记入台账 · Run the detectors and record what they find."""
    s = session(store, lang, format_)
    began = dt.datetime.now(dt.UTC)
    own = read_own(s.settings.detectors)
    wanted = chosen(detector, own)
    new = rules_from(rules or s.settings.rules, own)
    live = None if against is None else _against(against, own)
    if changed and (live is not None or no_ledger):
        raise WrongUsageError(
            "--changed",
            "以台账中的上次运行为准，不能与 --against、--no-ledger 同用",
            "it rests on the last run in the ledger, and does not go with --against or --no-ledger",
        )
    if changed and (narrow := _changed_alone(s, wanted, new, actor, began)):
        show_run(s, narrow, denominators=False)
        return
    with _up_to_date(s) as opened, s.progress() as watch:
        found = detect(opened, wanted, watch, new)
        trial = None if live is None else compare(detect(opened, wanted, watch, live), found)
        recorded = None
        if trial is None and not no_ledger:
            recorded = record_run(s, opened, found, wanted, new, actor, began_at=began)
    if trial is None:
        show_run(s, found)
        tell_recorded(s, recorded)
    else:
        show_trial(s, trial)
        tell_unmet(s, found)


def _against(stated: str, own: Sequence[Detector]) -> LocalRules:
    """The values that a trial is held against."""
    return NO_RULES if stated == _DEFAULTS else rules_from(path_named(stated), own)


def _changed_alone(
    s: Session, wanted: Sequence[Detector], rules: LocalRules, actor: str | None, began: dt.datetime
) -> Run | None:
    """Findings of the lots that loads touched since the last run, recorded; None where everything is to be run."""
    with ledger_of(s, create=True) as ledger:
        since = ledger.looked_at(judged_in_scope(wanted), rules)
        found, recorded = None, None
        if since is not None:
            with s.store("write") as opened, s.progress() as watch:
                found = detect_changed(opened, since, wanted, rules, watch)
                if found is not None:
                    recorded = ledger.record_run(
                        found.run,
                        judged_in_scope(wanted),
                        rules,
                        opened.fingerprint(),
                        actor or s.settings.actor,
                        began_at=began,
                        narrowed=found.narrowed,
                        held=StillHeld(opened),
                    )
    if found is None:
        s.tell(
            "台账中没有同样参数的运行，或变动过大（撤回批次、黑名单、亲属、家庭、补贴）：改为全部运行。",
            "There is no run of these detectors and values in the ledger, or what changed reaches too far (a batch taken "
            "back, debarments, kin, households, benefits): everything is run.",
            "yellow",
        )
        return None
    lots = sum(kind == "lot" for kind, _ in found.narrowed.scopes)
    s.tell(
        f"只核查了装载所涉及的 {lots} 个标段。",
        f"Only the {counted(lots, 'lot')} that loads touched {'was' if lots == 1 else 'were'} looked at.",
    )
    if found.left:
        s.tell(
            f"须看全部投标的检测项留待下次全部运行：{'、'.join(map(detector_words(s), found.left))}",
            f"Left for the next run over everything, as they look at all bids: {', '.join(found.left)}",
            "yellow",
        )
    tell_recorded(s, recorded)
    return found.run


@app.command("screen")
def screen_command(
    lot: Annotated[str, typer.Argument(metavar="LOT", help="标段编号 · the lot's id")],
    rules: RulesOption = None,
    no_ledger: NoLedgerOption = False,
    actor: ActorOption = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """核查一个标段的全部投标人，记入台账 · Screen all bidders of one lot, and record it."""
    s = session(store, lang, format_)
    began = dt.datetime.now(dt.UTC)
    own = read_own(s.settings.detectors)
    values = rules_from(rules or s.settings.rules, own)
    with s.store() as opened, s.progress() as watch:
        id_ = find_node(opened, lot, ("Lot",))
        bidders = bidders_of(opened, id_)
        screened = screen_lot(opened, id_, watch, values, own)
        found, recorded = screened.run, None
        # As findings name them: a bid may state another id of the same party.
        bidders = each_once([b | {"id": found.aliases.get(b["id"], b["id"])} for b in bidders])
        if not no_ledger:
            wanted = [d for d in (*DETECTORS, *own) if d.domain == "政府工程" and not d.support]
            recorded = record_run(s, opened, found, wanted, values, actor, began_at=began, scope=("lot", id_))
    who = list(dict.fromkeys(b["id"] for b in bidders))
    # At an opening a bidder is tied by what is found of that one, or of the lot as a whole.
    tied = {
        day: tied_bidders(
            [f for f in found.findings if day in (None, f.facts.get("round", day))],
            id_,
            who,
            (*DETECTORS, *own),
        )
        for day in {b["opened_on"] for b in bidders}
    }
    if s.format is not Format.table:
        # Without any data of its kind a detector has looked at nobody: that is no innocence either.
        open_ = lacking(found, ("lot", id_), who)
        whole = {
            "lot": id_,
            "bidders": bidders,
            "findings": [f.to_json() for f in found.findings],
            "undecided": [u.to_json(d) for d, u in (*found.undecided, *open_)],
            "combined": [stacked.to_json() for stacked in screened.stacks],
        }
        rows = [f.to_json() for f in found.findings]
        print_rows(s, FINDING_COLUMNS, rows, whole=whole)
        tell_recorded(s, recorded)
        return
    columns = [
        *([("opened_on", "开标日", "opened")] if any(b["opened_on"] for b in bidders) else ()),
        ("name", "投标人", "bidder"),
        ("id", "编号", "id"),
        ("status", "状态", "status"),
        ("tied", "有关联", "tied"),
    ]
    rows = [
        b | {"status": word(s, BID_STATUSES, b["status"]), "tied": b["id"] in tied[b["opened_on"]]}
        for b in bidders
    ]
    print_rows(s, columns, rows, title=id_)
    show_stacks(s, screened.stacks, {b["id"]: b["name"] for b in bidders})
    show_run(s, found, denominators=False)
    tell_recorded(s, recorded)


def bidders_of(store: GraphStore, lot: str) -> list[dict[str, Any]]:
    """Bidders of a lot: id, name, bid, status, role; of one opened on several days, at each opening (opened_on)."""
    rows = store.query(
        "MATCH (l:Lot {id: $id}) MATCH (c:Company)-[s:SUBMITS]->(b:Bid)-[:FOR_LOT]->(l) "
        "RETURN c.id AS id, c.name AS name, b.id AS bid, b.status AS status, s.role AS role",
        {"id": lot},
    ).to_pylist()
    return each_opening(store, lot, sorted(rows, key=lambda r: str(r["id"])))


def _up_to_date(s: Session) -> Any:
    """Open for reading where what is in play is current, else for writing."""
    with s.store() as opened:
        current = is_current(opened)
    return s.store("read" if current else "write")

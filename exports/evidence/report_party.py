"""The parts of a report on a company, person or household: what it is, its members, owners, holdings and findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cases.deciding import STATE_WORDS
from exports.evidence.document import Block, Heading, Notice, Pairs, Paragraph, Table
from exports.evidence.paid_and_earned import TABLES
from exports.evidence.report_payments import PaymentsTelling
from exports.evidence.report_proof import MOST_HOLDERS
from exports.evidence.telling import band, currency_in
from exports.evidence.veiling import HIDDEN_REASON
from exports.evidence.words import SEVERITIES, VERDICTS
from graph.subgraph import SubEdge
from visualize.labels import plain_id
from visualize.wording import pick


class PartyTelling(PaymentsTelling):
    """Sections of a package that was asked for by a party's name or id."""

    def _party(self) -> Iterator[Block]:
        question = self.facts["question"]
        party = self.facts["party"]
        yield self.section("主体情况", "The party")
        node = next((n for n in self.subject.subgraph.nodes if n.id == question["id"]), None)
        facts = dict(node.facts) if node else {}
        rows = [
            (self.say("编号", "Id"), plain_id(question["id"])),
        ]
        if name := self.names.get(question["id"]):
            # A household is known by its id alone.
            rows.append((self.say("名称", "Name"), name))
        rows += [
            (self.label(k), self.told(v, k, currency_in(facts)))
            for k, v in facts.items()
            if k not in ("sources", "flag") and v not in (None, "", [], {})
        ]
        yield Pairs(tuple(rows))
        if question["type"] == "Household":
            yield from self._members(question["id"])
        if question["type"] == "Household" or (party and any(party.get(table) for table in TABLES)):
            yield from self._paid_and_earned(party or {})
        if party and party.get("beneficial"):
            yield from self._beneficial(party)
        if party and party.get("holdings"):
            yield from self._holdings(party)
        yield from self._findings_about(self.facts["findings_about"])

    def _members(self, household: str) -> Iterator[Block]:
        """Who belongs to a household, who has left it, and what of real property stands in their names."""
        told = self.facts["party"] or {}
        former = told.get("former", ())
        ended = {key for who in former for key in who["rows"]}
        members = [
            e
            for e in self.edges.values()
            if e.type == "MEMBER_OF" and e.target == household and e.id not in ended
        ]
        members.sort(key=lambda e: (e.facts.get("relation_to_head") != "head", self.called(e.source), e.id))
        # A list of payments names the head whom the list of members has too.
        each: dict[str, list[SubEdge]] = {}
        for edge in members:
            each.setdefault(edge.source, []).append(edge)
        yield Heading(self.say("家庭成员", "Members"), 3)
        if members:
            yield self._memberships(list(each.items()))
            yield from self._their_titles({e.source for e in members})
        elif former:
            yield Paragraph(self.say("截至该日，数据未载明成员。", "The data state no members on that day."))
        else:
            yield Paragraph(self.say("数据未载明成员。", "The data state no members."))
        if former:
            yield from self._former(former, told["former_more"])

    def _their_titles(self, who: set[str]) -> Iterator[Block]:
        """What of real property stands in members' names, and of companies they hold."""
        titles = [
            (e, by)
            for e in self.edges.values()
            if e.type == "HOLDS_PROPERTY" and (by := self._by_members(e.source, who)) is not None
        ]
        # What stands in their own names comes first.
        titles.sort(key=lambda t: (len(t[1]), self.called(t[0].source), self.called(t[0].target), t[0].id))
        yield Heading(
            self.say(
                "成员名下的不动产，及其持股企业名下的不动产",
                "Real property in the members' names, and of companies they hold",
            ),
            3,
        )
        none = (
            "已导入的数据中没有成员的不动产记录；未导入登记数据的，是否持有不得而知。",
            "The data loaded have no title of a member; where no register of titles was loaded, whether they hold any is not "
            "known.",
        )
        yield self._titles(titles) if titles else Paragraph(self.say(*none))

    def _memberships(self, memberships: Sequence[tuple[str, Sequence[SubEdge]]]) -> Table:
        """Persons with the rows by which they belong to a household, or did."""
        headings = [
            ("成员", "Member"),
            ("与户主关系", "Relation to the head"),
            ("期间 / 观察日", "Span / observed"),
            ("来源", "Source"),
        ]
        return Table(
            tuple(pick(h, self.lang) for h in headings),
            tuple(
                (
                    self.called(person) + self._dead(person),
                    self.told(next((r for e in rows if (r := e.facts.get("relation_to_head"))), None)),
                    self.since([e.id for e in rows]),
                    self.cite([e.id for e in rows]),
                )
                for person, rows in memberships
            ),
            (3.5, 2, 2.5, 1.2),
        )

    def _dead(self, person: str) -> str:
        """That somebody is registered as dead, or cremated, and when."""
        facts = next((n.facts for n in self.subject.subgraph.nodes if n.id == person), {})
        for name, zh, en in (("died_on", "登记死亡", "died"), ("cremated_on", "火化", "cremated")):
            if facts.get(name):
                return self.say(f"（{zh} {facts[name]}）", f" ({en} {facts[name]})")
        return ""

    def _former(self, former: Sequence[Mapping[str, Any]], more: int) -> Iterator[Block]:
        """Who has left the household, and what stood in their names while they belonged to it."""
        yield Heading(self.say("已退出的成员", "Former members"), 3)
        yield self._memberships(
            [(who["person"], [self.edges[key] for key in who["rows"] if key in self.edges]) for who in former]
        )
        if more:
            yield Paragraph(self.say(f"另有 {more} 人。", f"{more} more."), True)
        yield Heading(
            self.say(
                "已退出的成员在其为成员期间名下的不动产",
                "Real property in the names of former members while they belonged to it",
            ),
            3,
        )
        keys = [key for who in former for key in who["titles"] if key in self.edges]
        none = (
            "已导入的数据中没有这类不动产记录；未导入登记数据的，是否持有不得而知。",
            "The data loaded have no such title; where no register of titles was loaded, whether they held any is not known.",
        )
        yield self._titles([(self.edges[key], []) for key in keys]) if keys else Paragraph(self.say(*none))

    def _titles(self, titles: Sequence[tuple[SubEdge, Sequence[SubEdge]]]) -> Table:
        """Titles to real property, each with the holdings that lead from a member to who has it."""
        kinds = {n.id: n.kind for n in self.subject.subgraph.nodes}
        headings = [
            ("不动产", "Property"),
            ("类型", "Kind"),
            ("权利人", "Owner"),
            ("份额", "Share"),
            ("期间 / 观察日", "Span / observed"),
            ("来源", "Source"),
        ]
        return Table(
            tuple(pick(h, self.lang) for h in headings),
            tuple(
                (
                    self.called(e.target),
                    self.told(kinds.get(e.target) or None),
                    self.called(e.source) + self._held_through(by),
                    self.held_as(
                        e.facts.get("share"), e.facts.get("share_min"), e.facts.get("share_max"), [e.id]
                    ),
                    self.since([e.id]),
                    self.cite([e.id, *(k.id for k in by)]),
                )
                for e, by in titles
            ),
            (3, 1.2, 2.6, 1.3, 2, 0.9),
        )

    def _by_members(self, owner: str, members: set[str]) -> list[SubEdge] | None:
        """The holdings that lead from a member down to an owner, the fewest; none where he is a member, None where none leads."""
        if owner in members:
            return []
        above: dict[str, list[SubEdge]] = {}
        for edge in sorted(self.edges.values(), key=lambda e: e.id):
            if edge.type == "OWNS":
                above.setdefault(edge.target, []).append(edge)
        ways: dict[str, list[SubEdge]] = {owner: []}
        queue = [owner]
        for at in queue:
            for edge in above.get(at, ()):
                if edge.source not in ways:
                    ways[edge.source] = [edge, *ways[at]]
                    queue.append(edge.source)
                if edge.source in members:
                    return ways[edge.source]
        return None

    def _held_through(self, by: Sequence[SubEdge]) -> str:
        """Who holds the owner, step by step."""
        if not by:
            return ""
        held = [
            (
                self.called(e.source),
                band(e.facts.get("share"), e.facts.get("share_min"), e.facts.get("share_max")),
            )
            for e in by
        ]
        return self.say(
            f"（{'的'.join(f'{who}持股 {share}' for who, share in held)}）",
            f" ({', '.join(f'{share} held by {who}' for who, share in reversed(held))})",
        )

    def _beneficial(self, party: Mapping[str, Any]) -> Iterator[Block]:
        answer = party["beneficial"]
        yield Heading(self.say("受益所有人", "Ultimate beneficial owners"), 3)
        rows = tuple(
            (
                self.name(o["id"]),
                pick(VERDICTS[o["verdict"]], self.lang),
                o["test"] or "—",
                band(o["share"], o["share_min"], o["share_max"]),
                band(None, o["votes_min"], o["votes_max"]),
                str(o["depth"]),
            )
            for o in answer["owners"][:MOST_HOLDERS]
        )
        if rows:
            headings = [
                ("受益所有人", "Owner"),
                ("判断", "Verdict"),
                ("标准", "Test"),
                ("穿透持股", "Effective share"),
                ("穿透表决权", "Votes"),
                ("层级", "Depth"),
            ]
            yield Table(tuple(pick(h, self.lang) for h in headings), rows, (4, 1, 1, 1.6, 1.6, 0.8))
        if answer["reason"]:
            yield Paragraph(answer["reason"][self.lang])
        control = party["control"]
        yield Heading(self.say("疑似实际控制人", "Controller"), 3)
        one = control["controller"]
        said = self.name(one["id"]) if one else (control["reason"] or {}).get(self.lang, "")
        yield Paragraph(said)

    def _holdings(self, party: Mapping[str, Any]) -> Iterator[Block]:
        rows = tuple(
            (
                self.name(h["company"]),
                band(h["share"], h["share_min"], h["share_max"]),
                self.cite(h["rows"]),
            )
            for h in party["holdings"][:MOST_HOLDERS]
        )
        yield Heading(self.say("直接持股", "Direct holdings"), 3)
        yield Table(
            (
                self.say("企业", "Company"),
                self.say("直接持股比例", "Direct share"),
                self.say("来源", "Source"),
            ),
            rows,
            (5, 2, 1.5),
        )
        if party.get("truncated"):
            yield Paragraph(
                self.say(
                    f"其下企业较多，穿透持股只列最近的 {len(party['shares'])} 家。",
                    f"There are more companies below: effective shares are told of the nearest {len(party['shares'])}.",
                ),
                True,
            )

    def _findings_about(self, found: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
        yield Heading(self.say("涉及该对象的风险预警（疑点）", "Findings about it (leads)"), 3)
        over = self.facts["findings_about_over"]
        if over == "not":
            yield Notice(
                self.say(
                    "检测项尚未在当前数据上运行：有无涉及该对象的风险预警不得而知。请先运行 lookthrough detect，再重新生成材料包。",
                    "The detectors have not looked at the data loaded: whether there is any is not known. Run lookthrough "
                    "detect first, and write the package again.",
                )
            )
            return
        yield from self._waiting()
        if not found:
            yield Paragraph(
                self.say(
                    "检测项在当前数据中没有找到涉及该对象的风险预警。",
                    "The detectors find none in the data loaded.",
                )
                if over == "loaded"
                else self.say(
                    "其余检测项在当前数据中没有找到涉及该对象的风险预警。",
                    "The other detectors find none in the data loaded.",
                )
            )
            yield from self._undecided()
            return
        if over == "earlier":
            of = ", ".join(sorted({str(f["found_in_data"] or "?") for f in found}))
            yield Notice(
                self.say(
                    f"以下预警是在此前的数据（数据指纹 {of}）中发现的。数据此后有变化，检测项尚未在当前数据上运行：是否仍成立、有无其他预警，须运行 lookthrough detect 才能得知。",
                    f"These were found in earlier data (data fingerprint {of}). The data have changed since, and the detectors "
                    "have not looked at them: whether these still stand, and whether there are others, lookthrough detect tells.",
                )
            )
        rows = tuple(
            (
                f["fingerprint"] + self._of_earlier(f),
                pick(SEVERITIES[f["severity"]], self.lang),
                self._state(f),
                f["text"][self.lang],
                self._set_aside(f),
            )
            for f in found
        )
        headings = [
            ("编号", "Id"),
            ("级别", "Severity"),
            ("处理状态", "State"),
            ("说明", "Text"),
            ("抑制及原因", "Suppressed, and why"),
        ]
        yield Table(tuple(pick(h, self.lang) for h in headings), rows, (1.8, 1.4, 1.2, 5, 2.8))
        yield Paragraph(
            self.say(
                "每条预警的证明见其自身的材料包：lookthrough evidence 编号。",
                "Each is proved by a package of its own: lookthrough evidence ID.",
            ),
            True,
        )
        yield from self._undecided()

    def _waiting(self) -> Iterator[Block]:
        """Which detectors have not looked at the data loaded, where others have."""
        waiting = self.facts.get("detectors_waiting") or ()
        if not waiting:
            return
        named = self.say("、", "; ").join(
            self._detector(d)
            + (
                self.say(f"（上次所看数据指纹 {d['looked_at']}）", f" (last looked at data {d['looked_at']})")
                if d["looked_at"]
                else self.say("（从未运行）", " (never run)")
            )
            for d in waiting
        )
        yield Notice(
            self.say(
                f"以下检测项尚未在当前数据上运行，其所列预警（如有）是在此前的数据中发现的，有无其他预警须运行 lookthrough detect 才能得知：{named}。",
                "These detectors have not looked at the data loaded: what is listed of theirs, if anything, was found in earlier "
                f"data, and whether there is more lookthrough detect tells: {named}.",
            )
        )

    def _of_earlier(self, found: Mapping[str, Any]) -> str:
        """Of which earlier data one of several findings is, where the others are of those loaded."""
        if self.facts["findings_about_over"] != "partly" or not found["found_in_data"]:
            return ""
        of = found["found_in_data"]
        return self.say(f"（此前的数据 {of}）", f" (earlier data {of})")

    def _undecided(self) -> Iterator[Block]:
        """What could not be decided for want of data, which is no finding and no clearance."""
        yield Heading(self.say("缺少数据而无法判定的", "What could not be decided for want of data"), 3)
        told = self.facts["undecided_about"]
        if told is None:
            yield Paragraph(
                self.say(
                    "哪些检测项因缺少数据而无法判定不得而知，须运行 lookthrough detect 才能得知。",
                    "Which detectors could not decide is not known; lookthrough detect tells.",
                )
            )
            return
        gaps = told["gaps"]
        if gaps:
            headings = [("检测项", "Detector"), ("范围", "Scope"), ("缺少", "What is missing")]
            yield Table(
                tuple(pick(h, self.lang) for h in headings),
                tuple(
                    (self._detector(g), self.called(g["scope"]["id"]), g["missing"][self.lang])
                    for g in gaps[:MOST_HOLDERS]
                ),
                (2.6, 2, 5),
            )
        else:
            yield Paragraph(
                self.say(
                    "没有涉及该对象而无法判定的事项。",
                    "Nothing that names this party was left undecided.",
                )
            )
        if (left := max(0, len(gaps) - MOST_HOLDERS) + told["more"]) > 0:
            yield Paragraph(self.say(f"另有 {left} 项。", f"{left} more."), True)
        if told["without_data"]:
            names = [self._detector(d) for d in told["without_data"]]
            yield Paragraph(
                self.say(
                    f"以下检测项没有任何可用的数据，未作判断：{'、'.join(names)}。",
                    f"These had no data at all to look at: {'; '.join(names)}.",
                )
            )

    def _detector(self, told: Mapping[str, Any]) -> str:
        """A detector by its title, where it is one of ours."""
        return str(told["title"][self.lang] if told["title"] else told["detector"])

    def _state(self, found: Mapping[str, Any]) -> str:
        """Where a finding stands in the ledger."""
        if not found["state"]:
            return "—"
        said = pick(STATE_WORDS[found["state"]], self.lang)
        if found["changed_since_decision"]:
            said += self.say("（结论后有变化）", " (changed since it was decided)")
        if found["not_checked_since"]:
            said += self.say(
                "；最近一次检测未能核对（缺少数据）", "; the last run could not check this (data missing)"
            )
        return said

    def _set_aside(self, found: Mapping[str, Any]) -> str:
        """By which rule, and by a person until when, a finding is suppressed, with the reason of each."""
        told = []
        if rule := found["suppressed_by"]:
            reason = rule["reason" if self.lang == "zh" else "reason_en"]
            told.append(
                self.say(f"精度规则 {rule['rule']}：{reason}", f"precision rule {rule['rule']}: {reason}")
            )
        if by_hand := found["suppression"]:
            end, reason = by_hand["until"][:10], by_hand["reason"]
            if reason == HIDDEN_REASON:
                reason = self.say("理由已隐去", "the reason is hidden")
            told.append(self.say(f"人工抑制至 {end}：{reason}", f"by a person until {end}: {reason}"))
        return "; ".join(told) or "—"

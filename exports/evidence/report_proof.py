"""The parts of a report that prove: shares with their formulas, control, dwellings."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from exports.evidence.document import Block, Heading, Paragraph, Table
from exports.evidence.summing import Registers, Sum
from exports.evidence.telling import Telling, band, short
from graph.counted import counted
from visualize.wording import coded, pick

MOST_HOLDERS: Final = 60
"""Holders, or companies held, that are printed; facts.json has them all."""
_MOST_LOOPS: Final = 3
_MOST_NAMED: Final = 6
"""Loops named below a share, and parties named of each."""


def _once(claims: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Claims without those that say what one before them says: several links of a finding may rest on one share."""
    told: list[Mapping[str, Any]] = []
    seen: set[str] = set()
    for claim in claims:
        said = json.dumps({k: v for k, v in claim.items() if k != "at"}, sort_keys=True)
        if said not in seen:
            seen.add(said)
            told.append(claim)
    return told


class ProofTelling(Telling):
    """Sections that are there where the facts are."""

    def _shares(self) -> Iterator[Block]:
        claims = _once(self.facts["claims"]["shares"])
        if not claims:
            return
        yield self.section("穿透持股与算式", "Effective shares and their formulas")
        shown = claims[:MOST_HOLDERS]
        headings = [
            ("持有人", "Holder"),
            ("企业", "Company"),
            ("穿透持股", "Effective share"),
            ("表决权", "Votes"),
            ("层级", "Depth"),
            ("方法", "Method"),
        ]
        yield Table(
            tuple(pick(h, self.lang) for h in headings),
            tuple(
                (
                    self.name(c["holder"]),
                    self.name(c["company"]),
                    band(c["share"], c["share_min"], c["share_max"]) + self._of_day(c),
                    "—" if c["votes"] is None else f"{c['votes']:.2%}",
                    str(c["depth"]),
                    self.method(c["method"]),
                )
                for c in shown
            ),
            (2.9, 2.9, 1.9, 1.1, 0.9, 2),
        )
        if len(claims) > len(shown):
            more = len(claims) - len(shown)
            yield Paragraph(
                self.say(
                    f"另有 {more} 项持股见 facts.json。",
                    f"{counted(more, 'more share is', 'more shares are')} in facts.json.",
                ),
                True,
            )
        days = {
            o["as_of"]: Registers(o)
            for o in (self.facts["ownership"], *self.facts.get("ownership_elsewhen", ()))
        }
        for claim in shown:
            registers = days[claim.get("as_of", self.facts["ownership"]["as_of"])]
            for path in claim["paths"]:
                yield from self._path(path, registers)
            if claim["truncated"]:
                yield Paragraph(
                    self.say("还有更多路径未列出。", "There are more paths than are listed."), True
                )
            yield from self._sum(claim, registers.summed(claim))

    def _of_day(self, claim: Mapping[str, Any]) -> str:
        """The day a share is of, where it is not the report's."""
        return self.say(f"（{claim['as_of']}）", f" ({claim['as_of']})") if claim.get("as_of") else ""

    def _sum(self, claim: Mapping[str, Any], summed: Sum | None) -> Iterator[Block]:
        """How the listed paths and the share come together, where the formula of one path does not say it."""
        if summed is None or (summed.whole and len(claim["paths"]) == 1):
            return
        paths = band(None, summed.low, summed.high)
        told = self.say(
            f"{self.name(claim['holder'])} → {self.name(claim['company'])}：以上路径合计 {paths}",
            f"{self.name(claim['holder'])} → {self.name(claim['company'])}: the paths above add up to {paths}",
        )
        if summed.whole:
            yield Paragraph(told + self.say("，即为穿透持股。", ", which is the effective share."))
            return
        share = band(claim["share"], claim["share_min"], claim["share_max"])
        more = [self._looped(loop) for loop in summed.loops[:_MOST_LOOPS]]
        if len(summed.loops) > _MOST_LOOPS:
            rest = len(summed.loops) - _MOST_LOOPS
            more.append(self.say(f"另 {rest} 处循环持股", f"{counted(rest, 'more loop')}"))
        if claim["truncated"]:
            more.append(self.say("未列出的路径", "paths that are not listed"))
        why = self.say("、", "; ").join(more)
        if summed.rest is None:
            told += self.say(f"，另有{why}" if why else "", f"; to these come {why}" if why else "")
            end = self.say(
                f"；各名册合计以 100% 为限，各路径的上限不能同时达到，穿透持股为 {share}。",
                f". No register gives more than 100%, so the upper ends can't all be reached at once: the effective share is {share}.",
            )
        else:
            added = band(None, *summed.rest)
            told += self.say(
                f"，{why or '其余'}另计 {added}", f"; {why or 'the rest'} {'adds' if why else 'is'} {added}"
            )
            end = self.say(f"，穿透持股为 {share}。", f": the effective share is {share}.")
        yield Paragraph(told + end)

    def _looped(self, loop: Sequence[str]) -> str:
        """A loop by the parties in it."""
        names = [self.names.get(i) or short(i) for i in loop[:_MOST_NAMED]]
        left = len(loop) - len(names)
        if len(loop) == 1:
            return self.say(f"自我持股（{names[0]}）", f"what {names[0]} holds of itself")
        told = self.say("、", ", ").join(names)
        return self.say(
            f"循环持股（{told}{f'等 {len(loop)} 家' if left else ''}）",
            f"the loop of {told}{f' and {left} more' if left else ''}",
        )

    def _path(self, path: Mapping[str, Any], registers: Registers) -> Iterator[Block]:
        nodes = path["nodes"]
        chain = " → ".join(self.names.get(n) or short(n) for n in nodes)
        by = self.say("（按表决权）", " (by votes)") if path.get("by") == "votes" else ""
        yield Heading(f"{chain}{by}: {path['formula']}", 3)
        if path.get("votes_formula") and path.get("by") != "votes":
            yield Paragraph(self.say("表决权：", "Votes: ") + path["votes_formula"], True)
        rows = []
        for holder, company in itertools.pairwise(nodes):
            link = registers.link(holder, company)
            keys = [k for group in link["rows"] for k in group] if link else []
            share = band(None, link["low"], link["high"]) if link else "?"
            rows.append((self.name(holder), self.name(company), share, self.since(keys), self.cite(keys)))
        headings = [
            ("股东", "Holder"),
            ("企业", "Company"),
            ("直接持股", "Direct"),
            ("期间 / 观察日", "Span / observed"),
            ("来源", "Source"),
        ]
        yield Table(tuple(pick(h, self.lang) for h in headings), tuple(rows), (3, 3, 1.8, 1.9, 0.9))

    def _control(self) -> Iterator[Block]:
        claims = _once(self.facts["claims"]["control"])
        if not claims:
            return
        yield self.section("控制认定的依据", "What control rests on")
        yield Paragraph(
            self.say(
                "控制按表决权逐层认定：自身表决权加上已控制主体的表决权，"
                + ("超过二分之一" if claims[0]["rule"] == "strict" else "达到二分之一")
                + "即为控制；表决权不沿链相乘。",
                "Control is judged link by link: one's own votes plus those of what one already controls, "
                + ("more than one half" if claims[0]["rule"] == "strict" else "one half or more")
                + "; votes are not multiplied along a chain.",
            )
        )
        for claim in claims:
            yield Heading(f"{self.name(claim['holder'])} → {self.name(claim['company'])}", 3)
            rows = tuple(
                (
                    self.name(link["company"]),
                    self.name(link["holder"]),
                    coded(link["interest"] or "", self.lang)
                    if link["votes"] is None
                    else f"{link['votes']:.2%}",
                    "—" if link["running"] is None else f"{link['running']:.2%}",
                    self.cite(link["rows"]),
                )
                for link in claim["links"]
            )
            headings = [
                ("企业", "Company"),
                ("表决权人", "Holder"),
                ("表决权", "Votes"),
                ("累计", "Running sum"),
                ("来源", "Source"),
            ]
            yield Table(tuple(pick(h, self.lang) for h in headings), rows, (3.4, 3.4, 1.2, 1.2, 0.9))

    def _dwellings(self, found: Mapping[str, Any]) -> Iterator[Block]:
        dwellings = found["facts"].get("dwellings")
        if not dwellings:
            return
        yield self.section("住房清单", "Dwellings")
        rows = []
        for n, dwelling in enumerate(dwellings, start=1):
            for holder in dwelling["holders"]:
                owner = holder.get("through") or holder["id"]
                keys = [
                    e.id
                    for e in self.edges.values()
                    if e.type == "HOLDS_PROPERTY" and e.target in dwelling["properties"] and e.source == owner
                ]
                share = self.held_as(holder["share"], None, None, keys)
                span = self.span(holder["from"], holder["to"])
                rows.append(
                    (
                        str(n),
                        self.say("、", "; ").join(self.called(p) for p in dwelling["properties"]),
                        self.called(owner),
                        share,
                        span,
                        self.cite(keys),
                    )
                )
        headings = [
            ("序", "No."),
            ("不动产", "Property"),
            ("权利人", "Owner"),
            ("份额", "Share"),
            ("期间", "Span"),
            ("来源", "Source"),
        ]
        yield Table(tuple(pick(h, self.lang) for h in headings), tuple(rows), (0.5, 3, 3, 1, 2, 0.9))

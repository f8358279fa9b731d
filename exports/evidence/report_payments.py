"""The parts of a report on what a household or a person is paid, what its people earn, and their vehicles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from exports.evidence.document import Block, Heading, Paragraph, Table
from exports.evidence.telling import Telling
from graph.subgraph import SubNode
from visualize.wording import Pair, pick


class PaymentsTelling(Telling):
    """Tables of payments, incomes and vehicles, each row with its source rows."""

    def _paid_and_earned(self, told: Mapping[str, Any]) -> Iterator[Block]:
        """`told`: as `paid_and_earned` gives it."""
        nodes = {n.id: n for n in self.subject.subgraph.nodes}
        yield Heading(self.say("发放记录", "Payments"), 3)
        if told.get("payments"):
            yield self._payments(told["payments"], nodes)
            yield from self._more(told["payments_more"])
        else:
            yield Paragraph(self.say("已导入的数据中没有发放记录。", "The data loaded have no payment."))
        if told.get("incomes"):
            yield Heading(self.say("收入", "Incomes"), 3)
            yield self._incomes(told["incomes"])
            yield from self._more(told["incomes_more"])
        if told.get("vehicles"):
            yield Heading(self.say("名下车辆", "Vehicles in their names"), 3)
            yield self._vehicles(told["vehicles"], nodes)
            yield from self._more(told["vehicles_more"])

    def _payments(self, rows: Sequence[Mapping[str, Any]], nodes: Mapping[str, SubNode]) -> Table:
        return self._rows(
            (
                ("发放年月", "Month"),
                ("项目", "Programme"),
                ("金额（每月）", "Amount (a month)"),
                ("领取对象", "Paid to"),
                ("账户", "Account"),
                ("来源", "Source"),
            ),
            [
                (
                    self._month(facts),
                    self.say("、", ", ").join(self._programs(row["rows"])) or "—",
                    self.told(facts.get("amount"), "amount", str(facts.get("currency") or "")),
                    self.called(row["recipient"]),
                    self._account(facts),
                    self.cite(row["rows"]),
                )
                for row in rows
                for facts in (nodes[row["benefit"]].facts if row["benefit"] in nodes else {},)
            ],
            (1.6, 2.4, 1.6, 2, 2.2, 1),
        )

    def _incomes(self, rows: Sequence[Mapping[str, Any]]) -> Table:
        return self._rows(
            (
                ("月份", "Month"),
                ("成员", "Member"),
                ("种类", "Kind"),
                ("金额", "Amount"),
                ("来源", "Source"),
            ),
            [
                (
                    str(facts.get("month") or "—"),
                    self.called(row["person"]),
                    self.told(row["kind"]),
                    self.told(facts.get("amount"), "amount", str(facts.get("currency") or "")),
                    self.cite(row["rows"]),
                )
                for row in rows
                for facts in (self._stated(row["rows"]),)
            ],
            (1.4, 2.4, 2, 1.8, 1),
        )

    def _vehicles(self, rows: Sequence[Mapping[str, Any]], nodes: Mapping[str, SubNode]) -> Table:
        return self._rows(
            (
                ("车辆", "Vehicle"),
                ("类型", "Kind"),
                ("价值", "Value"),
                ("权利人", "Owner"),
                ("期间 / 观察日", "Span / observed"),
                ("来源", "Source"),
            ),
            [
                (
                    self.called(row["vehicle"]),
                    nodes[row["vehicle"]].kind or "—" if row["vehicle"] in nodes else "—",
                    self.told(facts.get("value"), "value", str(facts.get("currency") or "")),
                    self.called(row["person"]),
                    self.since(row["rows"]),
                    self.cite(row["rows"]),
                )
                for row in rows
                for facts in (nodes[row["vehicle"]].facts if row["vehicle"] in nodes else {},)
            ],
            (2.2, 1.6, 1.6, 2, 2, 1),
        )

    def _rows(
        self, headings: Sequence[Pair], rows: Sequence[tuple[str, ...]], widths: tuple[float, ...]
    ) -> Table:
        return Table(tuple(pick(h, self.lang) for h in headings), tuple(rows), widths)

    def _more(self, more: int) -> Iterator[Block]:
        if more:
            yield Paragraph(self.say(f"另有 {more} 条，不逐一列出。", f"{more} more, not listed."), True)

    def _month(self, facts: Mapping[str, Any]) -> str:
        first, last = facts.get("from_month"), facts.get("to_month")
        if first == last or not last:
            return str(first or "—") if last else self.span(first, None)
        return f"{first} – {last}"

    def _programs(self, keys: Sequence[str]) -> list[str]:
        under = (self.edges[k] for k in keys if k in self.edges)
        return sorted({self.called(e.target) for e in under if e.type == "UNDER"})

    def _account(self, facts: Mapping[str, Any]) -> str:
        return " ".join(str(facts[k]) for k in ("payee", "account") if facts.get(k)) or "—"

    def _stated(self, keys: Sequence[str]) -> Mapping[str, Any]:
        return next((self.edges[k].facts for k in keys if k in self.edges), {})

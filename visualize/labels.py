"""What a picture writes on its lines and nodes, and shows beside them: in one language, already clean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from graph.subgraph import SubEdge, SubNode
from visualize.abridge import OTHERWISE, Line, Stack
from visualize.amounts import MONEY_FIELDS, whole_amount
from visualize.field_words import field_code, field_label
from visualize.lettering import bound, clean, measure, money, percent, shorten
from visualize.style import Style
from visualize.wording import FACTS, KINDS, NODE_TYPES, RELATIONS, WORDS, Lang, coded, pick

Row = tuple[str, str]

_HIDDEN: Final = frozenset(
    {"stated", "key", "account_key", "address_key", "sources", "derivation", "currency"}
)
_SHARES: Final = frozenset(
    {"share", "share_min", "share_max", "votes", "votes_min", "votes_max", "rate"}
    | {"effective_share", "effective_share_min", "effective_share_max"}
)
_SAID: Final = ("role", "relation_to_head", "relation", "interest", "post", "purpose")
"""Fields that say what a relation is, the first of them that is stated."""
_OPENINGS: Final = 2
_LABEL_EMS: Final = 22.0
_UNKNOWN_NAMES: Final = frozenset({"", "unknown", "unspecified", "anonymous"})
_PARTIES: Final = frozenset({"Company", "Person"})


def is_unknown(node: SubNode) -> bool:
    """A party nobody named: drawn dashed, never left out. A household, a bid or a payment bears no name; it is known by its id."""
    unnamed = node.type in _PARTIES and clean(node.name).lower() in _UNKNOWN_NAMES
    return unnamed or "unknown" in node.marks


def is_dashed(node: SubNode) -> bool:
    """A party nobody named, or a company of which no owner is known."""
    return is_unknown(node) or "owners_unknown" in node.marks


def is_offshore(node: SubNode) -> bool:
    """A company whose stated jurisdiction is not mainland China: drawn as a hexagon in Chinese charts."""
    stated = clean(node.facts.get("jurisdiction") or "").upper()
    return node.type == "Company" and bool(stated) and stated != "CN" and not stated.startswith("CN-")


def node_name(node: SubNode, lang: Lang) -> str:
    """The whole name; an unnamed node says so, or shows its id where an id is all there is to say."""
    name = clean(node.name)
    if name.lower() not in _UNKNOWN_NAMES:
        return name
    if node.type in _PARTIES:
        # A company's code tells the reader whom to ask for, and so does an id that was referred to but never loaded.
        told = node.kind == "unknown" or node.type == "Company"
        return pick(WORDS["unknown"], lang) + (f" {plain_id(node.id)}" if told else "")
    if node.type == "Bid":
        # Whose it is, and for which lot, is what its lines say.
        return pick(NODE_TYPES["Bid"], lang)
    if node.type == "Benefit":
        # Its id names recipient, programme and month; whom it goes to is what the line says.
        return clean(node.id.rsplit("/", 2)[-2] if node.id.count("/") > 1 else node.id)
    if node.type == "Contact" and node.facts.get("value"):
        # What kind of contact or trace it is stands beneath; an account's id is a hash nobody can read.
        return clean(node.facts["value"])
    return plain_id(node.id)


def plain_id(id_: str) -> str:
    """An id as people write it: that it is the data's own, or a programme's name, goes without saying."""
    return clean(id_.removeprefix("local:").removeprefix("program:"))


def node_kind(node: SubNode, lang: Lang) -> str:
    """The word under a name: 企业, 合伙企业, 不动产 · 住宅…"""
    type_word = pick(NODE_TYPES.get(node.type, (node.type, node.type)), lang)
    kind = str(node.kind or node.facts.get("kind") or "")
    if kind in KINDS and pick(KINDS[kind], lang) != type_word:
        kind_word = pick(KINDS[kind], lang)
        type_word = kind_word if node.type in ("Company", "Household") else f"{type_word} · {kind_word}"
    status = str(node.facts.get("status") or "")
    if node.type == "Company" and status and status != "active":
        type_word += f" · {field_code('status', clean(status), lang)}"
    if node.facts.get("died_on") and node.type == "Person":
        type_word = f"{pick(WORDS['died'], lang)} {clean(node.facts['died_on'])}"
    return type_word


def node_extra(node: SubNode, lang: Lang) -> list[str]:
    """Further lines a reader looks for: a lot's date, a dwelling's area, a benefit's months and amount."""
    facts = node.facts
    parts: list[str] = []
    if node.type == "Lot" and facts.get("bid_on"):
        parts.append(pick(FACTS["bid_on"], lang) + " " + clean(facts["bid_on"]))
    elif node.type == "Property" and isinstance(facts.get("area_m2"), int | float):
        parts.append(f"{facts['area_m2']:g} m²")
    elif node.type == "Benefit":
        span = clean(facts.get("from_month") or "")
        end = clean(facts.get("to_month") or "")
        if span:
            parts.append(span if end == span else f"{span} – {end}")
        if isinstance(facts.get("amount"), int):
            told = money(facts["amount"], str(facts.get("currency") or ""), lang)
            # Of several months it would read as what all of them come to.
            parts.append(told if end == span else pick(WORDS["a_month"], lang).format(told))
    elif node.type == "Bid" and isinstance(facts.get("amount"), int):
        parts.append(money(facts["amount"], str(facts.get("currency") or ""), lang))
    if node.type == "Bid" and facts.get("by_round"):
        parts.extend(clean(text) for text in facts["by_round"][-_OPENINGS:])
    elif node.type == "Bid" and facts.get("opened_on"):
        parts.append(f"{pick(WORDS['opened'], lang)} {clean(facts['opened_on'])}")
    return parts


def share_words(facts: Mapping[str, Any], lang: Lang, stem: str = "share") -> str:
    """51.00%, 25%–50%, ≥25%, >10%, <5%, or empty where nothing is known.

    A range up to all, or down to nothing, is told by its other bound; of one that has two, a bound that it leaves out bears
    its sign (>25%–50%).
    """
    value = facts.get(stem)
    if isinstance(value, int | float):
        return percent(value)
    bounds = (facts.get(f"{stem}_{end}") for end in ("min", "max"))
    low, high = (b if isinstance(b, int | float) else None for b in bounds)
    over, under = ">" if facts.get("min_open") else "", "<" if facts.get("max_open") else ""
    if low is not None and low == high:
        return percent(low)
    if low is not None and (high is None or (high >= 1 and not under and (low > 0 or over))):
        return (over or "≥") + bound(low)
    if high is not None and (low is None or (low <= 0 and not over and (high < 1 or under))):
        return (under or "≤") + bound(high)
    return "" if low is None or high is None else f"{over}{bound(low)}–{under}{bound(high)}"


def line_words(line: Line, lang: Lang, look: Style = "chinese") -> tuple[str, ...]:
    """The lines written on a line, at most three; an empty tuple where nothing needs saying.

    Chinese charts write the bare share on the line; Open Ownership's say "Owns n%", "Controls n%".
    """
    edge = line.members[0]
    facts = edge.facts
    out: list[str] = []
    if line.kind == "computed":
        out.append(f"{pick(WORDS['effective'], lang)} {share_words(facts, lang)}".strip())
        if facts.get("formula"):
            out.append(shorten(clean(facts["formula"]), _LABEL_EMS))
    elif line.kind == "own":
        share, votes = share_words(facts, lang), share_words(facts, lang, "votes")
        saying = look == "open_ownership"
        owns, controls = (pick(RELATIONS[name], lang) + " " for name in ("OWNS", "CONTROLS"))
        if share or not votes:
            out.append((owns if saying and share else "") + (share or pick(WORDS["unknown_share"], lang)))
        if votes and votes != share:
            out.append(f"{controls if saying else pick(WORDS['votes'], lang) + ' '}{votes}")
    elif line.kind == "bid":
        out.extend(_bid_words(edge, lang))
    else:
        out.append(_relation_words(line.members, lang))
    for mark in ("not_counted", "ended", "begins_later", "suppressed"):
        if mark in line.marks:
            out.append(_otherwise(mark, facts, lang))
            break
    return tuple(shorten(text, _LABEL_EMS) for text in out if text)


def _otherwise(mark: str, facts: Mapping[str, Any], lang: Lang) -> str:
    """Why a line is grey, with the day it ended or begins."""
    word = pick(WORDS[mark], lang)
    day = facts.get({"ended": "valid_to", "begins_later": "valid_from"}.get(mark, ""))
    return f"{word} {clean(day)}" if day else word


def _bid_words(edge: SubEdge, lang: Lang) -> list[str]:
    facts = edge.facts
    word = pick(RELATIONS[edge.type], lang)
    amount = facts.get("amount")
    if isinstance(amount, int) and facts.get("price_kind") in (None, "", "total"):
        word += " " + money(amount, str(facts.get("currency") or ""), lang)
    elif isinstance(facts.get("rate"), int | float):
        # 12% of a price and 12% off it are told apart.
        kind = facts.get("price_kind")
        of = f" {field_code('price_kind', kind, lang).lower()}" if kind in ("reduction", "discount") else ""
        word += f"{of} {percent(facts['rate'])}"
    notes = []
    if facts.get("by_round"):
        # Of more openings than a line has room for, the last; each is in the details.
        more = " …" if len(facts["by_round"]) > _OPENINGS else ""
        return [word + more, *(clean(text) for text in facts["by_round"][-_OPENINGS:])]
    if facts.get("opened_on"):
        # Of a lot that was opened several times: at which.
        notes.append(f"{pick(WORDS['opened'], lang)} {clean(facts['opened_on'])}")
    if facts.get("won") is True or facts.get("status") == "won":
        notes.append(pick(WORDS["won"], lang))
    role = str(facts.get("role") or "")
    if role.startswith("consortium"):
        notes.append(coded(role, lang))
    elif int(facts.get("bidders") or 1) > 1:
        notes.append(pick(WORDS["consortium"], lang))
    return [word, " · ".join(notes)] if notes else [word]


def _relation_words(members: Iterable[SubEdge], lang: Lang) -> str:
    words: list[str] = []
    for edge in members:
        facts = edge.facts
        said = next((name for name in _SAID if facts.get(name)), None)
        word = (
            field_code(said, clean(facts[said]), lang)
            if said
            else pick(RELATIONS.get(edge.type, (edge.type,) * 2), lang)
        )
        if edge.type == "EXERCISES_CONTROL":
            word = f"{pick(RELATIONS[edge.type], lang)} · {word}" if said else word
            share = share_words(facts, lang)
            word += f" {share}" if share else ""
        if edge.type == "HOLDS_PROPERTY":
            word = share_words(facts, lang) or coded(clean(facts.get("holding_form") or ""), lang) or word
            if facts.get("acquired_by"):
                word += " · " + coded(clean(facts["acquired_by"]), lang)
        if edge.type == "ENTITLED_TO" and isinstance(facts.get("amount"), int):
            due = money(facts["amount"], str(facts.get("currency") or ""), lang)
            word += " " + (due if facts.get("month") else pick(WORDS["a_month"], lang).format(due))
        if facts.get("suspected") is True:
            word += f"（{pick(WORDS['suspected'], lang)}）" if lang == "zh" else " (suspected)"
        if word not in words:
            words.append(word)
    return ("、" if lang == "zh" else ", ").join(words)


def stack_words(stack: Stack, lang: Lang, cut: bool = False) -> tuple[str, str]:
    """The heading of a stack (how many of what) and what its line says.

    The line gives what the holders' shares come to; unknown shares make the sum a lower bound. `cut`: the picture is not
    whole, so that there may be more than are shown, and the sum is a lower bound as well.
    """
    count = len(stack.nodes)

    def counted_as(what: str) -> str:
        said = f"{count:,} {pick(WORDS[what], lang)}"
        return pick(WORDS["shown"], lang).format(said) if cut else said

    if stack.kind == "bid":
        word = pick(RELATIONS["SUBMITS"], lang)
        return counted_as("bidders" if stack.above else "lots"), word
    if stack.kind != "own":
        return counted_as("parties"), _relation_words(stack.lines[0].members, lang)
    if not stack.above:
        return counted_as("held"), pick(RELATIONS["OWNS"], lang)
    counted = [line for line in stack.lines if not line.marks & OTHERWISE]
    shares = [line.members[0].facts.get("share") for line in counted]
    known = [float(s) for s in shares if isinstance(s, int | float)]
    text = pick(RELATIONS["OWNS"], lang)
    if known:
        sign = "" if len(known) == len(shares) and not cut else "≥"
        text = f"{pick(WORDS['sum'], lang)} {sign}{percent(sum(known))}"
    return counted_as("holders"), text


def details(facts: Mapping[str, Any], lang: Lang) -> list[Row]:
    """Facts as (label, value) rows, in the order given; inner bookkeeping is left out."""
    rows: list[Row] = []
    for name, value in facts.items():
        if name in _HIDDEN or value is None or value == "" or value == []:
            continue
        label = field_label(name, lang) or clean(name)
        rows.append((label, _value(name, value, str(facts.get("currency") or ""), lang)))
    return rows


def _value(name: str, value: Any, currency: str, lang: Lang) -> str:
    if isinstance(value, bool):
        return pick(WORDS["yes" if value else "no"], lang)
    if name in _SHARES and isinstance(value, int | float):
        text = f"{value * 100:.10f}".rstrip("0").rstrip(".")
        return text + "%"
    if name in MONEY_FIELDS and isinstance(value, int):
        return whole_amount(value, currency, lang)
    if isinstance(value, list | tuple):
        return "、".join(clean(v) for v in value)
    return field_code(name, clean(value), lang)


def sources(facts: Mapping[str, Any]) -> list[str]:
    """The source rows that state it."""
    stated = facts.get("sources") or []
    return [clean(stated)] if isinstance(stated, str) else [clean(s) for s in stated]


def widest(lines: Iterable[str], size: float) -> float:
    """Width of the longest line in pixels."""
    return max((measure(line, size) for line in lines), default=0.0)

"""The page that describes the tables, written from their declarations.

`python -m loaders.tables.docs [FILE]` writes it, to `docs/tables.md` where no file is named.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from loaders.tables.schema import TABLES, Column, Table, data_file, layouts

PAGE: Final = Path("docs/tables.md")

SAYS: Final[Mapping[str, tuple[str, str]]] = {
    "companies": ("企业登记信息", "registered companies and other organisations"),
    "identifiers": (
        "企业的其他证号",
        "further numbers of an organisation: registration number, organisation code",
    ),
    "former_names": ("曾用名", "names an organisation had before"),
    "identities": ("由人确认的名称与主体的对应", "which party a name means, as a person has settled it"),
    "shareholdings": ("股东与持股", "who holds what share of which company"),
    "positions": ("法定代表人与董监高", "responsible persons, directors, supervisors, managers"),
    "concerts": ("一致行动人", "parties that act in concert"),
    "control": ("以股权以外方式声明的控制", "control stated otherwise than by shares"),
    "household_members": ("家庭成员（低保名册、户籍户）", "who belongs to which household"),
    "households": ("家庭", "households"),
    "persons": (
        "人员（人口、户籍、死亡、火化）",
        "persons: registration, residence permit, death, cremation",
    ),
    "relatives": ("亲属关系", "kin and marriage"),
    "officials": ("公职人员", "who holds a public post"),
    "custody": ("服刑、羁押人员", "who is in prison or another place of custody, from when to when"),
    "debarments": (
        "禁止投标（处罚、失信名单中属于禁止投标的）",
        "who is barred from bidding, by whom, from when to when: of lists of penalties the bans",
    ),
    "bids": ("投标与开标、评标结果", "who bid for which lot, at what price, with what result"),
    "bid_traces": ("投标文件特征", "traces of the bid files: device, author, licence, address"),
    "bid_people": ("投标人员", "persons and units named in a bid, or handling it"),
    "lots": ("标段（包）", "the lots of a tender"),
    "tenders": ("招标、采购项目", "tenders, with their dates and regime"),
    "tender_parties": (
        "代理、设计、监理等参与单位",
        "agencies, designers, supervisors, evaluators of a tender",
    ),
    "projects": ("工程项目", "projects under way"),
    "stages": ("项目阶段", "the stages of a project, with their deadlines"),
    "subcontracts": ("分包", "subcontracts"),
    "contacts": ("联系方式", "addresses, telephones, e-mails, web sites"),
    "properties": ("不动产登记", "registered property and its owners"),
    "vehicles": ("机动车", "vehicles and their owners"),
    "incomes": ("收入", "wages, pensions, public payroll, by month"),
    "benefits": ("救助、补贴发放", "payments of benefits, by month"),
    "entitlements": ("待遇资格", "who is entitled to a programme without being paid by it"),
}
"""Table → what it holds, in Chinese and English."""

VALUES: Final[Mapping[str, str]] = {
    "text": "text",
    "code": "a number or code kept as text: an account, a certificate, a lot",
    "id": "an id: a code, a document's number, or an id of your own",
    "date": "a date",
    "month": "a month",
    "time": "a date, or a date with time",
    "money": "money",
    "share": "a share",
    "number": "a number",
    "int": "a whole number",
    "bool": "yes or no (是/否)",
    "by_value": "chooses how another column is read",
}

_BEGINNING: Final = """\
# Tables · 数据表

Written from `loaders/tables/headers.toml`, `layouts.toml` and `vocabularies.toml` by `python -m loaders.tables.docs`;
change the declarations, not this page.

One table a file or sheet: CSV (UTF-8 with or without BOM, GB18030), XLSX, XLSB, XLS, and HTML tables named `.xls`. A sheet is
recognised by its name or its headings; `lookthrough inspect FILE` shows what it is taken for. Headings are compared
without spaces, `*`, units, brackets, line breaks and full-width forms, and a column's own name always counts. Titles
above the headings, totals and notes are left out and counted. Unknown columns are listed and ignored.

* **Required** columns are given as groups: of each group one must be there. Without one the sheet is refused.
* **Units are never guessed.** A share says its unit in the heading (`持股比例(%)`, `share_percent`) or in the cell (`51%`);
  `share`, `share_min`, `share_max` and `votes` are fractions. Money says 元 or 万元 in the heading or the cell. Where neither
  does, a mapping (`load --map`) says it.
* **Empty** cells are `-`, `—`, `--`, `/`, 无, 暂无, 未公开, 未公示, `\\N`, NULL. An empty share is unknown, which is not 0.
* **The error of a formula** (`#REF!`, `#DIV/0!`) refuses the row where an id, a date, a figure or required text should stand;
  elsewhere, and where a look-up found nothing (`#N/A`), the cell counts as empty. Both are reported.
* **Dates** may be `2023-11-05`, `2023/11/5`, `2023.11.05`, `20231105`, `2023年11月5日`, `2023-11`, or a spreadsheet's
  serial number (but five digits of a text that are a year and a month, `20241`, are ambiguous and no date). 长期, 永久, 无固定期限, 至今 and 9999-12-31 leave the end open. Where a month alone is given, something begins
  on its first day and ends with its last: what may have held is not taken for ended. The load says how many there are.
* **Several names in one cell** stand apart by 、 ; or a new line, and by , or / where all are names. A space, 和, 及 or 与 parts
  persons alone: each begins with a frequent surname and is no place or firm that does (江苏 江西), none is a name of another
  language (买买提 艾力), the row has no one's number, and the column is not one of whom a firm has one (法定代表人, 负责人,
  经营者). The load tells both what it parted so (`names-parted`) and what it left as one name and may be several
  (`names-in-one`), with row and column. A cell of holders that names several is refused.
* **Rows of money** count each, unless every cell is equal (`duplicate-row`); equal rows of payments count again where
  as much was taken back (a negative row, 退票), and rows of several days of payment (发放日期) are several payments. A list
  of members (with 与户主关系, or columns of 成员) that repeats one amount at all of a household states it once, and so does
  a list of names that repeats it with one account (`payments-one`; what is due tells whether that is theirs together or a
  share of each); else each row is its person's own part (`payments-own`), and under 领取人 wherever persons have numbers
  (as much to each, into one account, may be the household's all the same: what is due tells). Two incomes of one amount in
  a month are two; two subcontracts are two unless 合同编号 is the same (`contracts-one`; the second one's scope is marked
  （第2份）). The same payment (recipient, programme however spelt, month, amount) in two sheets, of one load or of two,
  counts once (`payments-again`), so that a newer extract doubles nothing; one of another amount is a further payment and
  is added up (`payments-further`). A payment made again after it had come back, in another sheet, counts beside the first
  where its 发放状态 says so (退票后重新发放成功) or its file or sheet is called so (退票重发; `payments-reissued`); where nothing
  says so, and it doesn't follow from the months of the sheets, it is undecided. What one sheet states by household and
  another by person, in parts or at each member, as much in all, may be one payment (`payments-told-twice`): detection
  counts it once, unless their accounts or places differ. A sheet that corrects an earlier one: unload the batch of that
  one, then load it.
* **Payments from one month to another** (起始保障年月, 截止保障年月): 月发放金额, 月保障金 and `amount` are each month's; 发放金额, 领取金额,
  实发金额 and 发放总额 of at most 12 months are of all of them, and parted equally (`amount-parted`). Where the headings leave
  it open (保障金, or 待遇截止日期 as the end), and over more months, the payment is kept without its amount
  (`amount-of-months`).
* **One row may feed several tables**: a row of companies gives its responsible person, telephones and former names as well.

一个文件或工作表为一张表。列名不区分空格、星号、单位、括号与全半角；“必需”按组给出，每组至少有一列。比例与金额的单位必须写在
列名或单元格中，不作猜测；空的比例表示未知，不是 0。编号、日期、数值或必填处为公式错误值（如 #REF!）的行不导入，
其余按空白处理，均在导入报告中列出。起止日期只到月份的，起按该月第一天、止按该月最后一天计，并在导入报告中计数。五位数字文本若可读作年月（20241），不作日期序列值，按不可识别报告。
发放、收入、分包各行分别计数，各格完全相同的行只计一次；名册在各成员行上重复的同一金额按一笔计，写明“领取人”的各行按其本人的发放计，均在导入报告中列出。
写了起止月份的发放：“月发放金额”“月保障金”按每月计；“发放金额”“领取金额”“实发金额”“发放总额”不超过12个月的按整个时段计，平均分到各月；看不出的保留发放、不用金额，均在导入报告中列出。
几张表（同批或先后导入）所载对象、项目（不论写法）、月份、金额都相同的发放只计一次；金额不同的按另外发放相加，均在导入报告中列出。如为更正，先用
unload 撤销原表所在的批次，再导入更正后的表。
一格多名以“、”“；”或换行分隔；空格或“和、及、与”只在各部分都像常见姓氏的人名、且该列可有多人时才作分隔，分开的和未分开而可能是多人的
都在导入报告中列出。用 `lookthrough inspect` 可先查看每张表被识别成什么。
"""


def page() -> str:
    """The whole page, as Markdown."""
    raw = data_file("headers.toml")
    contents = [f"| [`{name}`](#{name}) | {SAYS[name][0]} | {SAYS[name][1]} |" for name in TABLES]
    parts = [
        _BEGINNING,
        "| table | 内容 | holds |\n|---|---|---|\n" + "\n".join(contents) + "\n",
        *(_table(table, raw[name]) for name, table in TABLES.items()),
        _layouts(),
        _vocabularies(),
    ]
    return "\n".join(parts)


def _table(table: Table, raw: Mapping[str, Any]) -> str:
    zh, en = SAYS[table.name]
    required = "; ".join(" or ".join(f"`{c}`" for c in group) for group in table.required)
    lines = [
        f"## {table.name}\n",
        f"{zh} · {en[0].upper()}{en[1:]}.\n",
        f"Named: {_listed([table.name, *raw['names']])}. Required: {required}.\n",
        "| column | is | other headings | goes to |",
        "|---|---|---|---|",
        *(_column(c, raw["columns"][c.name]["headers"]) for c in table.columns.values()),
        "",
    ]
    if table.companions:
        also = ", ".join(f"[`{c}`](#{c})" for c in table.companions)
        lines.insert(3, f"The same rows may feed {also}.\n")
    return "\n".join(lines)


def _column(column: Column, headings: Iterable[str]) -> str:
    means = VALUES.get(column.value) or f"a word of [`{column.value}`](#{column.value})"
    unit = {"fraction": ", as a fraction"}.get(column.unit or "", "")
    said = f"; `{'`, `'.join(column.fixed.values())}` by its heading" if column.fixed else ""
    feeds = "" if column.feeds == ("by_value",) else " ".join(f"`{f}`" for f in column.feeds)
    return f"| `{column.name}` | {means}{unit}{said} | {_listed(headings)} | {feeds} |"


def _layouts() -> str:
    rows = [f"| {x.zh} | [`{x.table}`](#{x.table}) | {_marks(x.has)} |" for x in layouts()]
    head = (
        "## Exports known by their headings · 已知的导出格式\n\n| export | table | told by |\n|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def _marks(groups: Iterable[frozenset[str]]) -> str:
    return "; ".join(" or ".join(sorted(group)) for group in groups)


def _vocabularies() -> str:
    parts = ["## Words · 词汇\n"]
    parts.append("A code itself always counts. A word in italics counts as a part of the cell.\n")
    for name, raw in data_file("vocabularies.toml").items():
        if name == "relation_code":
            continue
        parts += [f"### {name}\n", "| code | words |", "|---|---|"]
        words: dict[str, list[str]] = {code: list(said) for code, said in raw.get("exact", {}).items()}
        for entry in raw.get("within", ()):
            words.setdefault(entry["code"], []).extend(f"*{w}*" for w in entry["words"])
        parts += [f"| `{code}` | {_listed(said)} |" for code, said in words.items()]
        parts.append("")
    return "\n".join(parts)


def _listed(words: Iterable[str]) -> str:
    return "、".join(dict.fromkeys(w.replace("|", "\\|") for w in words))


def main(arguments: list[str]) -> int:
    """Write the page."""
    target = Path(arguments[0]) if arguments else PAGE
    target.write_text(page(), encoding="utf-8")
    sys.stderr.write(f"{target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

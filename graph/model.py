"""What the graph holds: every node and relationship type, declared once.

The stores' schemas, the loaders' checks and `docs/graph-model.md` are made from these declarations.
Types of values:

* `STRING`, `INT64`, `DOUBLE`, `BOOL`, `STRING[]`: as named;
* `DATE`: an ISO 8601 string, `YYYY-MM-DD`, or `YYYY-MM` where the source says no more. Strings, because
  both engines compare them alike, and because a month must not turn into a day;
* `MONTH`: `YYYY-MM`; `TIME`: `YYYY-MM-DDTHH:MM:SS` in Asia/Shanghai;
* `MONEY`: integer minor units (分) of the currency beside it; `SHARE`: a fraction from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

SCHEMA_VERSION: Final = 6
"""Raised whenever a store made by an older version can't be read, or loaded into, as it stands: since 3 the id of a lot has
its number in one form, and what a stated exit ended before is ended; since 4 units work on bids as people do, and a bid says in what list it
stands; since 5 the id of a payment says its amount and its programme in one form; since 6 households and payments say for how many
people they are, payments at how many members their list repeats them, and a penalty of an unstated kind stands in the graph."""

CONTACT_KINDS: Final = (
    "address", "phone", "email", "domain", "account", "device", "disk", "cpu", "ip", "author", "last_saved_by", "file_code",
    "costing_dongle", "ca_lock", "payer_account", "contact_person",
)  # fmt: skip
"""What parties may share; the schemes of contacts' ids."""

ValueType = Literal[
    "STRING", "INT64", "DOUBLE", "BOOL", "STRING[]", "DATE", "MONTH", "TIME", "MONEY", "SHARE"
]

_PHYSICAL: Final[dict[ValueType, str]] = {
    "STRING": "STRING",
    "INT64": "INT64",
    "DOUBLE": "DOUBLE",
    "BOOL": "BOOL",
    "STRING[]": "STRING[]",
    "DATE": "STRING",
    "MONTH": "STRING",
    "TIME": "STRING",
    "MONEY": "INT64",
    "SHARE": "DOUBLE",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a node or relationship type."""

    name: str
    type: ValueType
    doc: str
    derived: bool = False
    """Worked out after each batch; never stated by a source."""

    @property
    def physical(self) -> str:
        """The type both engines store: STRING, INT64, DOUBLE, BOOL or STRING[]."""
        return _PHYSICAL[self.type]


@dataclass(frozen=True, slots=True)
class NodeType:
    """A node type. Its key is `id`; every type also has the `BOOKKEEPING` fields."""

    name: str
    doc: str
    fields: tuple[Field, ...]

    @property
    def stated_fields(self) -> tuple[Field, ...]:
        """The fields a source may state."""
        return tuple(f for f in self.fields if not f.derived)


@dataclass(frozen=True, slots=True)
class RelType:
    """A relationship type, with the pairs of node types it may join."""

    name: str
    doc: str
    pairs: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...] = ()
    derived: bool = False
    """Computed by us and replaced as a whole; carries no sources."""

    @property
    def stated_fields(self) -> tuple[Field, ...]:
        """The fields a source may state."""
        return tuple(f for f in self.fields if not f.derived)


def _f(name: str, type_: ValueType, doc: str, derived: bool = False) -> Field:
    return Field(name, type_, doc, derived)


BOOKKEEPING: Final = (
    _f(
        "stated",
        "STRING[]",
        "what each source says of this node, one JSON object a statement; empty where one source says just "
        "what the fields hold",
        True,
    ),
    _f("sources", "STRING", "batch, file, sheet and row of every statement, one a line", True),
)
"""Fields of every node type but `Batch` and `Meta`."""

STATED_RELATIONSHIP: Final = (
    _f("key", "STRING", "hash of the type, the ends and everything stated", True),
    _f("dataset", "STRING", "the data set the row belongs to"),
    _f("observed_on", "DATE", "the date of the extract that shows the row (数据截至日期)"),
    _f("stated_from", "DATE", "start as the source states it"),
    _f("stated_to", "DATE", "end as the source states it"),
    _f("valid_from", "DATE", "start, half open; empty = open", True),
    _f("valid_to", "DATE", "end, half open; empty = open", True),
    _f("counted", "BOOL", "false where another list of the same company goes before this one", True),
    _f(
        "sources",
        "STRING",
        "batch, file, sheet and row of every source that states this row, one a line",
        True,
    ),
)
"""Fields of every stated relationship."""

NODES: Final = (
    NodeType(
        "Company",
        "any legal entity (主体)",
        (
            _f("name", "STRING", "registered name (企业名称)"),
            _f(
                "kind",
                "STRING",
                "company, partnership, sole_trader, cooperative, fund, listed, state_holder, government, "
                "public_institution, social_organisation, arrangement, branch, unknown",
            ),
            _f(
                "status",
                "STRING",
                "active, moved_out, suspended, liquidating, licence_revoked, deregistered, cancelled",
            ),
            _f("founded_on", "DATE", "成立日期"),
            _f("dissolved_on", "DATE", "注销日期, 吊销日期"),
            _f("region", "STRING", "行政区划"),
            _f("jurisdiction", "STRING", "ISO 3166 code where a source gives one"),
            _f("registered_capital", "MONEY", "注册资本"),
            _f("currency", "STRING", "ISO 4217 code of the capital"),
            _f("flag", "STRING", "what is wrong with the identifier, where something is"),
        ),
    ),
    NodeType(
        "Person",
        "a natural person; the id is a keyed hash of the document's number, never the number",
        (
            _f("name", "STRING", "姓名"),
            _f(
                "id_kind",
                "STRING",
                "kind of document: resident_id, hk_macau_permit, taiwan_permit, passport…",
            ),
            _f("id_masked", "STRING", "the number with its middle masked"),
            _f("birth_date", "DATE", "出生日期"),
            _f("hukou_region", "STRING", "户籍所在地"),
            _f("residence_permit_region", "STRING", "居住证签发地"),
            _f("died_on", "DATE", "死亡日期"),
            _f("cremated_on", "DATE", "火化日期"),
            _f("flag", "STRING", "what is wrong with the identifier, where something is"),
        ),
    ),
    NodeType(
        "Identifier",
        "a further identifier of a party, beside the one that is its id",
        (_f("scheme", "STRING", "scheme, as in ids"), _f("value", "STRING", "value within the scheme")),
    ),
    NodeType("Name", "a former or other name of a company (曾用名)", (_f("name", "STRING", "the name"),)),
    NodeType(
        "Household",
        "a household; benefit households (低保户) and registered ones (户籍户) are never merged",
        (
            _f("kind", "STRING", "benefit, hukou"),
            _f("region", "STRING", "乡镇街道, 村社区"),
            _f("people", "INT64", "家庭人口, 保障人口: how many people the list says it has"),
        ),
    ),
    NodeType(
        "Property",
        "real estate: one unit number (不动产单元号), else one certificate, else one address",
        (
            _f(
                "kind",
                "STRING",
                "dwelling, rural_dwelling, dormitory, shop, mixed, office, industrial, "
                "warehouse, parking, storage, land, unknown",
            ),
            _f("certificate_no", "STRING", "不动产权证号"),
            _f("area_m2", "DOUBLE", "建筑面积"),
            _f("address", "STRING", "坐落"),
            _f("address_key", "STRING", "坐落, normalised: one dwelling where two certificates share it"),
            _f("region", "STRING", "行政区划"),
        ),
    ),
    NodeType(
        "Vehicle",
        "a vehicle",
        (
            _f("kind", "STRING", "kind of vehicle"),
            _f("value", "MONEY", "value"),
            _f("currency", "STRING", "ISO 4217"),
        ),
    ),
    NodeType(
        "Tender",
        "one procedure (招标项目, 采购项目)",
        (
            _f("title", "STRING", "项目名称"),
            _f("regime", "STRING", "construction (招标投标法), government_procurement (政府采购法), other"),
            _f(
                "method",
                "STRING",
                "open, invited, negotiation, consultation, quotation, single_source, framework, direct",
            ),
            _f("status", "STRING", "active, cancelled, complete…"),
            _f("published_on", "DATE", "公告日期"),
            _f("bid_deadline", "TIME", "投标截止时间"),
            _f("opened_on", "TIME", "开标时间"),
            _f("awarded_on", "DATE", "中标通知书日期"),
            _f("contract_signed_on", "DATE", "合同签订日期"),
            _f("deposit", "MONEY", "保证金金额"),
            _f("currency", "STRING", "ISO 4217"),
        ),
    ),
    NodeType(
        "Lot",
        "one lot (标段, 包); a tender without lots has one",
        (
            _f("title", "STRING", "标段名称"),
            _f("number", "STRING", "number within the tender"),
            _f("estimate", "MONEY", "最高投标限价, 预算金额"),
            _f("currency", "STRING", "ISO 4217"),
            _f("status", "STRING", "lot_failed, cancelled…"),
            _f("bid_on", "DATE", "the date its bids are judged at", True),
            _f(
                "bid_on_from",
                "STRING",
                "where it came from: bid_deadline, opened_on (also where it is the later day), submitted_at, published_on",
                True,
            ),
        ),
    ),
    NodeType(
        "Bid",
        "one bid, by one bidder or one consortium",
        (
            _f("amount", "MONEY", "投标报价"),
            _f("currency", "STRING", "ISO 4217"),
            _f(
                "price_kind",
                "STRING",
                "total, unit_price, rate (费率), reduction (下浮率: what is taken off), discount (折扣率: paid or taken off is not said)",
            ),
            _f("rate", "DOUBLE", "费率, 下浮率, 折扣率, as a fraction"),
            _f(
                "status",
                "STRING",
                "registered, valid, rejected, withdrawn, revoked, not_submitted, late_refused, "
                "candidate, won, lost, award_declined",
            ),
            _f("rank", "INT64", "排名"),
            _f("won", "BOOL", "中标"),
            _f("submitted_at", "TIME", "递交时间"),
            _f("consortium", "STRING", "the consortium's name or number, where there is one"),
            _f("deposit_amount", "MONEY", "保证金金额"),
            _f(
                "list_kind",
                "STRING",
                "all_bidders where the list it stands in names who lost, in most other lots of it",
            ),
        ),
    ),
    NodeType(
        "Contact",
        "something parties may share",
        (
            _f(
                "kind",
                "STRING",
                ", ".join(CONTACT_KINDS),
            ),
            _f("value", "STRING", "normalised value"),
        ),
    ),
    NodeType("Program", "a benefit programme", (_f("name", "STRING", "救助类型, 补贴项目"),)),
    NodeType(
        "Benefit",
        "one payment month, or one stated spell of months, of one recipient",
        (
            _f("from_month", "MONTH", "first month paid for"),
            _f("to_month", "MONTH", "last month paid for, inclusive; empty = open"),
            _f("amount", "MONEY", "per month"),
            _f("currency", "STRING", "ISO 4217"),
            _f("account", "STRING", "masked payee account"),
            _f("account_key", "STRING", "keyed hash of the payee account"),
            _f("payee", "STRING", "账户名称"),
            _f("region", "STRING", "paying district"),
            _f("people", "INT64", "保障人口, 家庭人口: how many people the list says it is for"),
            _f(
                "repeated",
                "INT64",
                "at how many members of a household one list repeats the amount: all of it, or a share of each",
            ),
        ),
    ),
    NodeType(
        "Concert",
        "parties acting together (一致行动人)",
        (_f("name", "STRING", "name or number of the agreement"),),
    ),
    NodeType("Project", "works under way", (_f("title", "STRING", "项目名称"),)),
    NodeType(
        "Stage",
        "one stage of a project",
        (
            _f("stage", "STRING", "name of the stage"),
            _f("due_on", "DATE", "legal or planned limit"),
            _f("begun_on", "DATE", "begun"),
            _f("ended_on", "DATE", "ended"),
        ),
    ),
)

BATCH: Final = NodeType(
    "Batch",
    "one load: open before its first row, done when its counts are checked",
    (
        _f("state", "STRING", "open, done, or unloading"),
        _f("dataset", "STRING", "data set"),
        _f("snapshot", "DATE", "date of the full extract, where it is one"),
        _f("snapshot_scope", "STRING", "dataset (the whole data set) or parties (those named)"),
        _f("snapshot_tables", "STRING[]", "tables the extract is whole for"),
        _f("files", "STRING[]", "one JSON object a file: name, sha256, format, rows, rejected"),
        _f("counts", "STRING", "JSON: rows stated, by type"),
        _f("loaded_at", "STRING", "UTC time; the only field that differs between two equal loads"),
        _f("software", "STRING", "version that loaded it"),
    ),
)
META: Final = NodeType("Meta", "schema version, key check", (_f("value", "STRING", "value"),))

_PARTY_TO_COMPANY: Final = (("Company", "Company"), ("Person", "Company"))

RELATIONSHIPS: Final = (
    RelType(
        "OWNS",
        "a holder's direct shareholding (直接持股)",
        _PARTY_TO_COMPANY,
        (
            _f("share", "SHARE", "持股比例, where exact"),
            _f("share_min", "SHARE", "lower bound"),
            _f("share_max", "SHARE", "upper bound"),
            _f("min_open", "BOOL", "true: more than share_min"),
            _f("max_open", "BOOL", "true: less than share_max"),
            _f("votes", "SHARE", "voting rights, where they differ from or are stated beside the share"),
            _f("votes_min", "SHARE", "lower bound"),
            _f("votes_max", "SHARE", "upper bound"),
            _f("share_class", "STRING", "class of shares"),
            _f(
                "list_kind",
                "STRING",
                "registered, changes, investments, investors, top_ten, top_ten_float, former",
            ),
            _f("derived_from", "STRING", "subscribed_amount: the share is the amount over the list's total"),
            _f(
                "declared_indirect",
                "BOOL",
                "true: a statement about a whole route, never added to computed sums",
            ),
            _f("components", "STRING[]", "record ids of the route's parts"),
            _f("subscribed_amount", "MONEY", "认缴出资额"),
            _f("paid_amount", "MONEY", "实缴出资额"),
            _f("currency", "STRING", "ISO 4217 code of the amounts"),
            _f("holder_role", "STRING", "general_partner, limited_partner…"),
        ),
    ),
    RelType(
        "EXERCISES_CONTROL",
        "declared control that is no share",
        _PARTY_TO_COMPANY,
        (
            _f(
                "interest",
                "STRING",
                "board_appointment, trustee, nominator, managing_partner, operator, sole_owner, registered_head, "
                "management_relation, accounting_consolidation, stated_controller, head_office (whose branch it is), "
                "head_office_by_name (as the branch's name says)…",
            ),
            _f("direct", "BOOL", "false: a statement about a whole route"),
            _f("suspected", "BOOL", "疑似"),
            _f("share", "SHARE", "a share stated with the interest, which is not equity"),
            _f("details", "STRING", "the source's own words"),
            _f("components", "STRING[]", "record ids of the route's parts"),
        ),
    ),
    RelType(
        "SAME_AS",
        "one and the same party; looked through",
        (("Company", "Company"), ("Person", "Person")),
        (
            _f("by", "STRING", "identifier, unique_name, scope, or decision"),
            _f("decided_by", "STRING", "who decided, where a person did"),
        ),
        derived=True,
    ),
    RelType(
        "POSSIBLY_SAME",
        "perhaps the same party; never looked through",
        (("Company", "Company"), ("Person", "Person")),
        (_f("by", "STRING", "what they share"), _f("corroboration", "STRING", "what speaks for it")),
        derived=True,
    ),
    RelType("IDENTIFIES", "an identifier of a party", (("Identifier", "Company"), ("Identifier", "Person"))),
    RelType(
        "NAMES",
        "a further name of a party",
        (("Name", "Company"), ("Name", "Person")),
        (_f("by", "STRING", "former_name, other_name, or decision (table identities)"),),
    ),
    RelType(
        "LEGAL_REP_OF",
        "法定代表人",
        (("Person", "Company"), ("Company", "Company")),
        (_f("role", "STRING", "legal_representative, branch_head, operator, sole_owner, managing_partner"),),
    ),
    RelType(
        "OFFICER_OF",
        "董监高",
        (("Person", "Company"), ("Company", "Company")),
        (
            _f(
                "role",
                "STRING",
                "chair, executive_director, director, general_manager, deputy_manager, "
                "finance_head, board_secretary, board_supervisor…; employee: works there; else as stated",
            ),
        ),
    ),
    RelType(
        "BRANCH_OF",
        "分支机构",
        (("Company", "Company"),),
        (_f("role", "STRING", "branch; branch_by_name: as its name says"),),
    ),
    RelType(
        "MEMBER_OF_CONCERT",
        "member of an acting-in-concert group",
        (("Company", "Concert"), ("Person", "Concert")),
        (_f("company_id", "STRING", "the company it is for; empty = all"),),
    ),
    RelType(
        "RELATED_TO",
        "kin, as declared",
        (("Person", "Person"),),
        (_f("relation", "STRING", "spouse, child, parent…"),),
    ),
    RelType(
        "HOLDS_POST", "a post in a public body", (("Person", "Company"),), (_f("post", "STRING", "the post"),)
    ),
    RelType(
        "RECUSED_FROM",
        "one of two relatives, who holds a post, stands aside from what concerns the other, from a day on (回避)",
        (("Person", "Person"),),
    ),
    RelType(
        "IN_CUSTODY",
        "kept in a prison or another place of custody",
        (("Person", "Company"),),
        (
            _f(
                "kind",
                "STRING",
                "sentence, detention, compulsory_treatment, at_liberty; any other word as the source has it",
            ),
        ),
    ),
    RelType(
        "DEBARRED_BY",
        "barred from bidding by an authority",
        (("Company", "Company"), ("Person", "Company")),
        (
            _f("document_no", "STRING", "number of the decision"),
            _f("kind", "STRING", "ban, unclear (the list does not say whether it keeps from bidding)"),
        ),
    ),
    RelType(
        "SUBMITS",
        "a bidder submits a bid",
        (("Company", "Bid"), ("Person", "Bid")),
        (_f("role", "STRING", "bidder, consortium_lead, consortium_member"),),
    ),
    RelType("FOR_LOT", "the lot a bid is for", (("Bid", "Lot"),)),
    RelType("LOT_OF", "the tender a lot belongs to", (("Lot", "Tender"),)),
    RelType("BUYS", "招标人, 采购人", (("Company", "Tender"),)),
    RelType(
        "SERVES_TENDER",
        "serves the procedure",
        (("Company", "Tender"), ("Person", "Tender")),
        (
            _f(
                "role",
                "STRING",
                "agent, designer, site_supervisor, cost_consultant, evaluator, buyer_representative",
            ),
        ),
    ),
    RelType(
        "WORKS_ON_BID",
        "a person or unit works on a bid",
        (("Person", "Bid"), ("Company", "Bid")),
        (
            _f(
                "role",
                "STRING",
                "project_manager, technical_lead, member, bid_agent, handler…; a word of no known role as it was",
            ),
            _f("certificate_no", "STRING", "注册证书编号"),
        ),
    ),
    RelType(
        "USED_IN_BID",
        "a trace left in a bid's files or payment",
        (("Contact", "Bid"),),
        (_f("purpose", "STRING", "device, author, upload, deposit…"),),
    ),
    RelType(
        "SUBCONTRACTS_TO",
        "分包",
        (("Company", "Company"),),
        (
            _f("lot", "STRING", "id of the lot"),
            _f("amount", "MONEY", "分包金额"),
            _f("currency", "STRING", "ISO 4217"),
            _f("signed_on", "DATE", "签订日期"),
            _f("scope", "STRING", "分包内容"),
        ),
    ),
    RelType("HAS_CONTACT", "a party's contact", (("Company", "Contact"), ("Person", "Contact"))),
    RelType(
        "HOLDS_PROPERTY",
        "owner of real estate",
        (("Person", "Property"), ("Company", "Property")),
        (
            _f("share", "SHARE", "权利比例"),
            _f("holding_form", "STRING", "sole, joint, by_share"),
            _f("acquired_by", "STRING", "purchase, inheritance, demolition, gift, self_built…"),
            _f("status", "STRING", "权属状态: current, ended, provisional (预告登记), contract (网签)"),
        ),
    ),
    RelType("HOLDS_VEHICLE", "owner of a vehicle", (("Person", "Vehicle"), ("Company", "Vehicle"))),
    RelType(
        "MEMBER_OF",
        "member of a household",
        (("Person", "Household"),),
        (_f("relation_to_head", "STRING", "head, applicant, spouse, son, daughter…"),),
    ),
    RelType("RECEIVES", "recipient of a benefit", (("Household", "Benefit"), ("Person", "Benefit"))),
    RelType("UNDER", "the programme of a benefit", (("Benefit", "Program"),)),
    RelType(
        "EARNS",
        "income of a month",
        (("Person", "Program"),),
        (
            _f("kind", "STRING", "wage, pension, public_payroll"),
            _f("month", "MONTH", "month"),
            _f("amount", "MONEY", "amount"),
            _f("currency", "STRING", "ISO 4217"),
        ),
    ),
    RelType(
        "ENTITLED_TO",
        "entitled by the programme's rule",
        (("Household", "Program"), ("Person", "Program")),
        (_f("kind", "STRING", "kind"), _f("month", "MONTH", "month"), _f("amount", "MONEY", "amount")),
    ),
    RelType(
        "DECLINES",
        "a benefit that was declined or waived, from a day on (放弃、拒绝)",
        (("Household", "Program"), ("Person", "Program")),
    ),
    RelType("STAGE_OF", "a stage of a project", (("Stage", "Project"),)),
    RelType(
        "PROJECT_OF",
        "the owner unit, or the tender, a project comes from",
        (("Project", "Company"), ("Project", "Tender")),
    ),
    RelType(
        "ULTIMATELY_HOLDS",
        "effective share, for what is in play (穿透持股比例)",
        _PARTY_TO_COMPANY,
        (
            _f("share", "SHARE", "effective share; empty where only bounds are known"),
            _f("share_min", "SHARE", "lower bound"),
            _f("share_max", "SHARE", "upper bound"),
            _f("votes", "SHARE", "effective votes, by the same method"),
            _f("depth", "INT64", "fewest links from holder to company"),
            _f("method", "STRING", "integrated, stop_at_target, simple_paths"),
            _f("holds_from", "DATE", "start of the span in which nothing upstream changes"),
            _f("holds_to", "DATE", "its end, half open"),
            _f(
                "identity",
                "STRING",
                "what the identities on the way rest on: id, vendor_id, unique_name, name_only",
            ),
            _f(
                "derivation",
                "STRING",
                "JSON: paths, formulas, and registers on the way that add up to more than 100%",
            ),
        ),
        derived=True,
    ),
    RelType(
        "CONTROLS",
        "control by votes, to a fixpoint, for what is in play",
        (*_PARTY_TO_COMPANY, ("Concert", "Company")),
        (
            _f("rule", "STRING", "strict (more than half), inclusive (half or more)"),
            _f("via", "STRING", "id of the last controlled party on the way; empty = direct"),
            _f("depth", "INT64", "links on the way"),
            _f("holds_from", "DATE", "start of the span in which nothing upstream changes"),
            _f("holds_to", "DATE", "its end, half open"),
            _f("identity", "STRING", "what the identities on the way rest on"),
            _f("derivation", "STRING", "JSON: the winning links"),
        ),
        derived=True,
    ),
)

NODE_TYPES: Final[dict[str, NodeType]] = {n.name: n for n in NODES}
REL_TYPES: Final[dict[str, RelType]] = {r.name: r for r in RELATIONSHIPS}
STATED_RELS: Final = tuple(r for r in RELATIONSHIPS if not r.derived)
DERIVED_RELS: Final = tuple(r for r in RELATIONSHIPS if r.derived)


def node_columns(type_: NodeType) -> tuple[Field, ...]:
    """Every stored field of a node type, its key `id` first."""
    extra = () if type_ in (BATCH, META) else BOOKKEEPING
    return (_f("id", "STRING", "scheme:value"), *type_.fields, *extra)


def rel_columns(type_: RelType) -> tuple[Field, ...]:
    """Every stored field of a relationship type, its ends apart."""
    return type_.fields if type_.derived else (*STATED_RELATIONSHIP, *type_.fields)

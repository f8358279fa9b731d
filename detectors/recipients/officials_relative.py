"""W6 `officials-relative`: a recipient is an official, or declared kin of one, while the post is held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households.drafts import draft
from detectors.households.officials import (
    COLUMNS,
    QUERIES,
    RECUSED,
    Held,
    KinPath,
    Officials,
    post_told,
    where_unknown,
)
from detectors.households.paid import (
    POPULATION,
    RECIPIENTS,
    RECIPIENTS_COLUMNS,
    Recipient,
    recipients,
    without_months,
)
from detectors.households.tested import MEANS_TESTED, Tested
from detectors.households.unnumbered import looked_up_by_number
from detectors.law.assistance import assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.ties.kin import relation_words


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient and official."""
    officials, tested = Officials(rows, values), Tested(values)
    for whole in recipients(rows):
        if not officials.reaching(whole):
            continue
        of = tested.only(whole, officials.months_found(whole))
        found = officials.held(of)
        for path, held in found:
            if not held.nowhere:
                yield _draft(of, path, held, values)
        for path, held in found[:1] if all(held.nowhere for _, held in found) else ():
            yield where_unknown(of, path.persons[0], held)
        yield from without_months(of)
    yield from tested.told()


def _draft(of: Recipient, path: KinPath, held: Held, values: Values) -> Draft:
    posts = held.posts
    official, person = path.persons[0], path.persons[-1]
    told = sorted({(str(p["unit_name"] or p["company_id"]), str(p["post"] or "")) for p in posts})
    relation_zh, relation_en = (" → ".join(relation_words(r)[n] for r in path.relations) for n in (0, 1))
    found = draft(
        of,
        held.months,
        {
            "official": {"id": official, "posts": [post_told(p) for p in posts]},
            "member": person,
            "relation": {"persons": list(path.persons), "relations": list(path.relations)},
        },
        {
            "posts": "、".join(f"{unit}{post}" for unit, post in told),
            "posts_en": "; ".join(f"{post} at {unit}" for unit, post in told),
            "relation_zh": f"有申报的亲属关系（{relation_zh}）" if path.relations else "系本人",
            "relation_en": f"is declared kin ({relation_en}) of" if path.relations else "is",
        },
        values=values,
        nodes=[*path.persons, *(p["company_id"] for p in posts)],
        keys=[
            *path.keys,
            *held.keys,
            *(p["post_key"] for p in posts),
            *(m["member_key"] for m in of.members if m["person_id"] == person),
        ],
        suppressed_by=held.why,
    )
    return replace(
        found,
        identity={"household_id": of.id, "official_id": official},
        subjects=tuple(sorted({of.id, official})),
    )


DETECTOR = Detector(
    id="officials-relative",
    version="1.6",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="领取人为经办地公职人员或其亲属",
    title_en="The recipient is an official of the district, or kin of one",
    meaning_zh="领取人是在任的公职人员，或者是其申报的亲属。",
    severity="lead",
    basis=assistance_law(
        "第六十六条",
        "对不符合条件的申请予以批准、不按照规定发放等情形的责任",
        "liability of officials who grant or pay assistance against the rules",
        "第七十条",
        "对不符合条件的申请予以审核确认、不按照规定发放等情形的责任",
        "liability for granting what does not meet the conditions, or paying against the rules",
    ),
    needs=("HOLDS_POST", "RECEIVES"),
    parameters=(
        Parameter(
            "kin_steps",
            1,
            "relations",
            "亲属关系的最多步数（1为直接申报的亲属）",
            "at most this many declared relations between the two (1: kin declared directly)",
            greatest=5,
        ),
        MEANS_TESTED,
    ),
    queries={**RECIPIENTS, **QUERIES},
    columns={**RECIPIENTS_COLUMNS, **COLUMNS},
    population=POPULATION,
    identity=("household_id", "official_id"),
    suppressors=(
        Suppressor("ended", "领取期间不在任", "the post was not held in the months paid"),
        Suppressor("other-district", "任职单位不在发放地", "the post is in another district"),
        Suppressor(*RECUSED),
    ),
    wording_zh=(
        "【风险预警】救助对象{household}：{months}领取{programs}（{amount}元）期间，其成员与在任公职人员（{posts}）"
        "{relation_zh}。请核实是否符合条件、经办时是否回避。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Recipient {household}: while paid {programs} in {months} ({amount} yuan), a member {relation_en} an "
        "official in office ({posts_en}). Verify eligibility, and whether the official stood aside. "
        + CAUTION_EN
    ),
    assemble=looked_up_by_number(assemble),
    innocent_zh=("符合条件并已公示、回避", "该公职人员不经办救助", "亲属已分户、不共同生活"),
    innocent_en=(
        "eligible, published, and the official stood aside",
        "the official does not handle assistance",
        "kin who live apart",
    ),
)

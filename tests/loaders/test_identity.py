"""Ids in, ids out: what is recognised, what is refused, and what never merges."""

from __future__ import annotations

import hashlib
import hmac
import multiprocessing
import os
import stat
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import lei
from stdnum.cn import ric, uscc

from graph.names import is_full_legal_name, name_key
from loaders.identity import (
    PersonKey,
    PersonKeyError,
    asked_forms,
    clean_ids,
    company_name_ids,
    looks_like_person_number,
    mask,
    masked,
    masked_in,
    read_company_ids,
    read_person_ids,
    scoped_company_ids,
    scoped_person_ids,
    unverified_company_ids,
)
from loaders.identity.check_digits import valid_lei, valid_resident_check, valid_uscc
from loaders.identity.forms import trim_ids

KEY = PersonKey(b"a test key of thirty-two bytes!!")
USCC = "91999999MA00TA0106"


def resident(body: str) -> str:
    return body + ric.calc_check_digit(body + "0")


RESIDENT = resident("99999919750505001")


def companies(
    *cells: str | None, numeric: list[bool] | None = None, scheme: str | None = None
) -> list[tuple[str | None, ...]]:
    flags = pl.Series(numeric) if numeric else None
    frame = read_company_ids(pl.Series(cells, dtype=pl.String), flags, scheme)
    return frame.select("id", "flag", "error").rows()


def person(cell: str | None, kind: str | None = None, numeric: bool = False) -> dict[str, str | None]:
    frame = read_person_ids(
        pl.Series([cell], dtype=pl.String), pl.Series([kind], dtype=pl.String), KEY, pl.Series([numeric])
    )
    return frame.row(0, named=True)


@pytest.mark.parametrize(
    "cell",
    [
        USCC,
        USCC.lower(),
        f"  {USCC}\t",
        f"'{USCC}",
        f'="{USCC}"',
        "９１999999MA00TA0106",
        "91999999 MA00TA0106",
    ],
)
def test_one_code_however_written(cell: str) -> None:
    assert companies(cell) == [(f"cn-uscc:{USCC}", None, None)]
    assert clean_ids(pl.Series([cell])).to_list() == [USCC]


@pytest.mark.parametrize(
    ("cell", "id_"),
    [
        ("440301103456789", "cn-regno:440301103456789"),
        ("MA00TA010", "cn-orgcode:MA00TA010"),
        ("MA00TA01-0", "cn-orgcode:MA00TA010"),
        ("529900T8BM49AURSDO55", "lei:529900T8BM49AURSDO55"),
        ("gb-coh:01234567", "gb-coh:01234567"),
        ("CN-USCC:" + USCC.lower(), f"cn-uscc:{USCC}"),
        ("local:a B", "local:a B"),
        ("a1", "local:a1"),
        ("LOT 7", "local:LOT 7"),
    ],
)
def test_ids_of_companies_by_form(cell: str, id_: str) -> None:
    assert companies(cell) == [(id_, None, None)]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (USCC.lower(), USCC),
        ("９１９９９９９９ＭＡ００ＴＡ０１０６", USCC),
        ("9199-9999 MA00—TA0106", USCC),
        (f'="{USCC}"', USCC),
        (f"\u202d{USCC}\u202c", USCC),
        ("ＣＮ－ＵＳＣＣ：9199 9999 MA00TA0106", f"cn-uscc:{USCC}"),
        ("ＭＡ００ＴＡ０１－０", "MA00TA010"),
        # A wrong check digit is no reason to read a code otherwise.
        ("91999999-MA00TA0107", "91999999MA00TA0107"),
        ("ｌｏｃａｌ：Ａ－１", "local:A-1"),
        ("ＸＧ－２０２５－００１／１", "XG-2025-001/1"),
    ],
)
def test_an_id_asked_for_in_another_form(typed: str, meant: str) -> None:
    assert asked_forms(typed)[0] == typed
    assert asked_forms(typed)[-1] == meant


@pytest.mark.parametrize(
    "typed", [USCC, f"cn-uscc:{USCC}", "local:a B", "A-1", "XG-2025-0001-1/1", "虚构甲公司", "😀"]
)
def test_an_id_of_ones_own_keeps_its_dashes_and_spaces(typed: str) -> None:
    assert asked_forms(f"  {typed} ") == (typed,)


def test_what_identifies_no_company() -> None:
    assert companies("非公示项", "-", None, "", "暂无") == [(None, None, None)] * 5
    assert (
        companies("91999999MA00TA0107", "cn-uscc:91999999MA00TA0107", "9199999OMA00TA0106")
        == [(None, "uscc-check-digit", None)] * 3
    )
    assert companies("91999999********06") == [(None, "masked", None)]
    assert companies(RESIDENT) == [(None, "person-number", None)]
    assert read_company_ids(pl.Series([RESIDENT]))["value"].to_list() == [None]
    assert companies("12345678901234567", numeric=[True]) == [(None, None, "numeric-id")]
    assert companies("12345678901234567", numeric=[False]) == [("local:12345678901234567", None, None)]
    assert companies("9.1999E+17") == [(None, None, "numeric-id")]


def test_a_column_of_one_register() -> None:
    assert companies("440301103456789", "A 1", scheme="cn-regno") == [
        ("cn-regno:440301103456789", None, None),
        ("cn-regno:A1", None, None),
    ]
    assert companies(USCC, "91999999MA00TA0107", "12", scheme="cn-uscc") == [
        (f"cn-uscc:{USCC}", None, None),
        (None, "uscc-check-digit", None),
        (None, "uscc-check-digit", None),
    ]


@given(
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9),
    st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"),
)
def test_credit_codes_agree_with_an_oracle(org: str, last: str) -> None:
    body = "91999999" + org
    assert valid_uscc(pl.Series([body + last])).item() == (uscc.calc_check_digit(body) == last)


@given(st.dates().filter(lambda d: d.year >= 1900), st.integers(0, 999), st.sampled_from("0123456789X"))
def test_resident_ids_agree_with_an_oracle(day: object, number: int, last: str) -> None:
    body = f"999999{str(day).replace('-', '')}{number:03d}"
    assert valid_resident_check(pl.Series([body + last])).item() == (ric.calc_check_digit(body + "0") == last)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=18, max_size=18), st.integers(0, 99))
def test_leis_agree_with_an_oracle(body: str, check: int) -> None:
    value = f"{body}{check:02d}"
    assert valid_lei(pl.Series([value])).item() == lei.is_valid(value)


def test_a_resident_id_in_all_its_forms_is_one_person() -> None:
    old = RESIDENT[:6] + RESIDENT[8:17]
    expected = (
        "person:"
        + hmac.new(
            b"a test key of thirty-two bytes!!", f"resident_id\n{RESIDENT}".encode(), hashlib.sha256
        ).hexdigest()[:32]
    )
    for cell in (RESIDENT, RESIDENT.lower(), f" '{RESIDENT}", old):
        found = person(cell)
        assert found["id"] == expected
        assert found["birth_date"] == "1975-05-05"
        assert found["id_masked"] == RESIDENT[:4] + "*" * 10 + RESIDENT[14:]
    assert person(RESIDENT, "居民身份证")["id"] == KEY.person_id("resident_id", RESIDENT) == expected
    assert person(RESIDENT, "护照")["id"] != expected
    assert PersonKey(b"another key, also long enough").person_id("resident_id", RESIDENT) != expected


@pytest.mark.parametrize(
    ("cell", "flag"),
    [
        (RESIDENT[:17] + ("0" if RESIDENT[17] != "0" else "1"), "resident-id-check-digit"),
        ("999999197513050019", "resident-id-birth-date"),
        ("999999751305001", "resident-id-birth-date"),
        ("9999**********0018", "masked"),
    ],
)
def test_a_doubtful_number_is_kept_and_never_merged(cell: str, flag: str) -> None:
    found = person(cell)
    assert (found["id"], found["flag"]) == (None, flag)
    assert found["id_masked"] is not None
    assert "*" in found["id_masked"]


def test_other_documents() -> None:
    assert person("H1234567801")["id"] == person("H12345678")["id"]
    assert person("H12345678")["id_kind"] == "hk_macau_permit"
    assert person("E12345678")["id_kind"] == "passport"
    assert person("12345678", "台胞证")["id_kind"] == "taiwan_permit"
    assert person("12345678", "虚构证")["id_kind"] == "other:虚构证"
    assert person("12345678")["id"] == "person.local:12345678"
    assert person("P1")["id"] == "person.local:P1"
    assert person("person:0123")["id"] == "person:0123"
    assert person("非公示项") == dict.fromkeys(("id", "id_kind", "id_masked", "birth_date", "flag", "error"))
    assert person("123456789012345678", numeric=True)["error"] == "numeric-id"
    assert person("4.40301E+17")["error"] == "numeric-id"


def test_numbers_that_give_a_person_away() -> None:
    cells = [
        RESIDENT,
        RESIDENT[:17] + "0",
        RESIDENT[:6] + RESIDENT[8:17],
        USCC,
        "440301103456789",
        "9999**********0018",
        "A1",
        None,
    ]
    assert looks_like_person_number(pl.Series(cells)).to_list() == [
        True,
        True,
        True,
        False,
        False,
        False,
        False,
        False,
    ]
    assert masked(pl.Series([RESIDENT, "9999**********0018", "E12345678", None])).to_list() == [
        mask(RESIDENT),
        "9999**********0018",
        "E1*****78",
        None,
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{RESIDENT[:6]}   {RESIDENT[6:14]} - {RESIDENT[14:]}", f"{RESIDENT[:4]}{'*' * 10}{RESIDENT[14:]}"),
        ("999999 800101 123", "9999*******1123"),
        *(
            (
                f"身份证{RESIDENT[:6]}{m}{RESIDENT[6:14]}{m}{RESIDENT[14:]}号",
                f"身份证{RESIDENT[:4]}{'*' * 10}{RESIDENT[14:]}号",
            )
            for m in "_/.＿／．"
        ),
        ("2023.01.05-2024.12.31/12", "2023.01.05-2024.12.31/12"),
        # As many digits, and what stands where a birth date would is one: a telephone, the number of a tender.
        ("0371-65901231-801", "0371-65901231-801"),
        ("2024-1101-0101-012 号", "2024-1101-0101-012 号"),
    ],
)
def test_numbers_parted_by_marks_are_masked_where_they_are_persons(text: str, shown: str) -> None:
    assert masked_in(text) == shown


@pytest.mark.parametrize("mark", ["-", "_", "/", ".", "／", "·"])
def test_a_number_parted_by_marks_is_the_same_persons_and_no_companys(mark: str) -> None:
    parted = pl.Series([f"{RESIDENT[:6]}{mark}{RESIDENT[6:14]}{mark}{RESIDENT[14:]}"])
    assert read_person_ids(parted, None, KEY).equals(read_person_ids(pl.Series([RESIDENT]), None, KEY))
    for scheme in (None, "xx-id"):
        read = read_company_ids(parted, scheme=scheme).row(0, named=True)
        assert (read["id"], read["value"], read["flag"]) == (None, None, "person-number")
    # Of other numbers with as many digits the last one checks nothing.
    other = pl.Series([parted[0][:-1] + ("0" if RESIDENT[-1] != "0" else "1")])
    assert read_company_ids(other, scheme="xx-id")["id"].to_list() == [f"xx-id:{trim_ids(other)[0]}"]


@given(st.text("0123456789AX", max_size=25))
def test_a_mask_hides_the_middle(text: str) -> None:
    shown = mask(text)
    assert len(shown) >= len(text)
    assert sum(c != "*" for c in shown) <= max(8, len(text) // 2) and (
        len(text) < 3 or sum(c == "*" for c in shown) >= 2
    )


def test_scoped_ids() -> None:
    ids = pl.Series(["cn-uscc:A", "cn-uscc:B", "cn-uscc:A", None])
    names = pl.Series(["测试 甲", "测试甲", "测试甲", "测试甲"])
    scoped = scoped_person_ids("d1", ids, names)
    assert scoped[0] == scoped[2]
    assert scoped.n_unique() == 3
    assert set(scoped) & set(scoped_person_ids("d2", ids, names)) == set()
    assert scoped.str.contains(r"^person\.scoped:[0-9a-f]{32}$").all()
    assert scoped_company_ids("d1", ids, names).str.contains(r"^scoped:[0-9a-f]{32}$").all()
    assert scoped_person_ids("d1", ids, pl.Series([None] * 4, dtype=pl.String)).null_count() == 4
    unverified = unverified_company_ids(pl.Series(["X", "X", "X"]), pl.Series(["虚构甲", "虚构乙", None]))
    assert unverified.n_unique() == 3
    assert unverified.str.contains(r"^unverified:X/[0-9a-f]{8}$").all()
    assert company_name_ids(pl.Series(["示例（虚构） 有限公司", None])).to_list() == [
        "name:示例(虚构)有限公司",
        None,
    ]


def test_the_key_file(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "person.key"
    first = PersonKey.open(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert PersonKey.open(path).check_value == first.check_value
    assert [p.name for p in path.parent.iterdir()] == ["person.key"]
    assert PersonKey.open(tmp_path / "other").check_value != first.check_value
    if os.name == "posix":
        path.chmod(0o640)
        with pytest.raises(PersonKeyError, match="chmod 600"):
            PersonKey.open(path)
        path.chmod(0o600)
    path.write_text("not a key")
    with pytest.raises(PersonKeyError) as error:
        PersonKey.open(path)
    assert "密钥" in error.value.zh


def _open(path: Path) -> str:
    return PersonKey.open(path).check_value


def test_processes_that_start_at_once_share_a_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        assert len(set(pool.map(_open, [tmp_path / "key"] * 6))) == 1


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("虚构甲市政工程有限公司", True),
        ("示例二号企业管理合伙企业（有限合伙）", True),
        ("样本会计师事务所（特殊普通合伙）", True),
        ("示例集团有限责任公司", True),
        ("虚构县示例农民专业合作社", True),
        ("Fictional Offshore Holdings Ltd.", True),
        ("Sample Trading GmbH", True),
        ("FICTIONAL ONE PLC", True),
        ("示例建材经营部", False),
        ("虚构小吃店", False),
        ("示例公司", False),
        ("虚构甲有限公司测试分公司", False),
        ("有限公司", False),
        ("测试甲某", False),
        ("BALTD", False),
        (None, False),
    ],
)
def test_full_legal_names(name: str | None, full: bool) -> None:
    assert is_full_legal_name(pl.Series([name], dtype=pl.String)).item() is full


def test_name_keys() -> None:
    same = pl.Series(["示例（虚构）有限公司", "示例(虚构) 有限公司", "　示例（虚构）\n有限公司"])
    assert name_key(same).n_unique() == 1
    assert name_key(pl.Series(["Ab", "AB", "測試", "测试", " "])).to_list() == [
        "Ab",
        "AB",
        "測試",
        "测试",
        None,
    ]

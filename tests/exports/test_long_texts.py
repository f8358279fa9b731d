"""A report in print holds texts that are longer than a page, wherever they stand."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from exports.evidence.document import (
    Block,
    Bullets,
    Document,
    Heading,
    Notice,
    Pairs,
    Paragraph,
    Picture,
    Table,
)
from exports.evidence.report_pdf import report_pdf
from graph.subgraph import Subgraph
from tests.visualize.pictures import company, owns
from visualize import compose

LONG = "虚构的分包内容与说明" * 900


@pytest.mark.parametrize(
    "block",
    [
        Heading(LONG),
        Paragraph(LONG),
        Notice(LONG),
        Bullets(("短", LONG)),
        Pairs((("名称", "短"), ("内容", LONG), ("备注", "短"))),
        Table(("编号", "内容"), (("1", "短"), ("2", LONG), ("3", "短")), (1, 3)),
    ],
    ids=lambda b: type(b).__name__,
)
def test_a_text_longer_than_a_page_goes_on_over_the_next(block: Block) -> None:
    picture = Subgraph((company("a", "虚构甲"), company("b", LONG)), (owns("a", "b", 0.5),))
    blocks = (Paragraph("前文"), block, Paragraph("后文"), Picture("图", "说明"))
    made = report_pdf(Document("zh", "虚构报告", "虚构", "虚构页脚", blocks), compose(picture, lang="zh"))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    assert len(pages) > 3
    told = "".join("".join(pages).split())
    assert told.count("虚构的分包内容与说明") > 800
    assert "前文" in told and "后文" in told


def test_a_row_that_has_room_on_the_next_page_is_not_broken() -> None:
    row = "虚构的分包内容与说明" * 60
    table = Table(("编号", "内容"), tuple((str(n), row) for n in range(9)), (1, 3))
    picture = compose(Subgraph((company("a", "虚构甲"),), ()), lang="zh")
    made = report_pdf(Document("zh", "虚构报告", "虚构", "虚构页脚", (table,)), picture)
    pages = ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(made)).pages]
    assert len(pages) > 1 and all(page.count("虚构的分包内容与说明") % 60 == 0 for page in pages)

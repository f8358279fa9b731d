"""An invented folder of exports in every shape the loaders are to read, and what it must give."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import xlwt

from .numbers import resident, resident_15, uscc, wrong_uscc

A, B, C, D, E = (uscc(n) for n in range(1, 6))
NAME = {
    A: "虚构甲市政工程有限公司",
    B: "虚构乙建设有限公司",
    C: "示例丙环境科技股份有限公司",
    D: "样本丁投资控股有限公司",
    E: "测试戊劳务有限公司",
}

EXPECTED = {
    "companies-gb18030.csv": {"rows": 4, "rejected": 1},
    "股东信息.xlsx": {"rows": 8, "rejected": 2},
    "two-lists.csv": {"rows": 4, "rejected": 0},
    "registry.xls": {"rows": 3, "rejected": 0},
    "platform.xls": {"rows": 5, "rejected": 0},
    "低保名册.xlsx": {"rows": 3, "rejected": 0},
    "不动产.csv": {"rows": 3, "rejected": 0},
}
"""File → rows read and rows refused."""


def write_folder(folder: Path) -> Path:
    """Write every file; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _companies(folder / "companies-gb18030.csv")
    _holders(folder / "股东信息.xlsx")
    _two_lists(folder / "two-lists.csv")
    _registry(folder / "registry.xls")
    _platform(folder / "platform.xls")
    _roster(folder / "低保名册.xlsx")
    _estate(folder / "不动产.csv")
    return folder


def _companies(path: Path) -> None:
    """GB18030, title and total rows, several columns that feed tables of their own, a rename, a bad date."""
    lines = [
        "示例区企业名单,,,,,,,,,",
        "导出时间：2024年6月30日,,,,,,,,,",
        "企业名称,统一社会信用代码,登记状态,成立日期,注册资本(万元),法定代表人,更多电话,企业地址,曾用名,所属行业",
        f'{NAME[A]},{A},存续,2015年6月18日,"5,000",测试张某,010-9990001；13900000001,示例市虚构路１号,虚构甲路桥有限公司；虚构甲道路有限公司,建筑业',
        f"{NAME[B]},{B},在业,20160101,2000,测试李某,-,示例市虚构路2号,-,建筑业",
        f"{NAME[C]},{C},吊销，未注销,2017.02.30,100,测试王某,,,,制造业",
        f"{NAME[E]},{wrong_uscc(5)},注销,2018/1/2,-,测试赵某,13900000001,,,劳务",
        "合计,4,,,,,,,,",
    ]
    path.write_bytes("\r\n".join(lines).encode("gb18030"))


def _holders(path: Path) -> None:
    """Title row, two-level headings, percent format, 万元, text dates, masked and 15-digit numbers, names only."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "股东信息"
    sheet.append(["示例企业股东及出资信息"])
    sheet.append(["被投资企业", None, "股东", None, None, "出资", None, "入股日期"])
    sheet.append([None, None, None, None, None, None, None, None])
    sheet.delete_rows(3)
    sheet.append(
        [
            "企业名称",
            "统一社会信用代码",
            "股东名称",
            "股东类型",
            "证照号码",
            "持股比例",
            "认缴出资额（万元）",
            None,
        ]
    )
    for cells in ("A1:H1", "A2:B2", "C2:E2", "F2:G2", "H2:H3"):
        sheet.merge_cells(cells)
    rows = [
        [NAME[A], A, NAME[D], "企业法人", D, 0.51, 2550, "2015年6月18日"],
        [NAME[A], A, "测试甲某", "自然人股东", resident_15(1), 0.29, 1450, "2015-06-18"],
        [NAME[A], A, "测试乙某", "自然人", "999999********0021", 0.2, 1000, "2016.1"],
        [NAME[B], B, NAME[D].replace("控股", "控股 "), "企业法人", None, 0.7, 1400, "长期"],
        [NAME[B], B, "测试甲某", "自然人", resident(1), 0.3, 600, 43269],
        [NAME[C], C, "测试丙某", "自然人", resident(3), 1.3, 10, "2017-01-01"],
        [NAME[C], C, "测试丁某", "自然人", int(resident(4)[:17] + "0"), 0.1, 10, "2017-01-01"],
        [NAME[C], C, NAME[C], "企业法人", C, 0.05, 10, "2017-01-01"],
    ]
    for row in rows:
        sheet.append(row)
        sheet.cell(sheet.max_row, 6).number_format = "0.00%"
    sheet.append(["合计", None, None, None, None, None, 7030])
    sheet.append(["注：本表内容均为虚构"])
    note = book.create_sheet("说明")
    note.append(["本工作簿内容均为虚构"])
    book.save(path)


def _two_lists(path: Path) -> None:
    """Two lists of one company; a remainder that is no party; ratios to be worked out of amounts."""
    path.write_text(
        "企业名称,统一社会信用代码,股东名称,股东性质,数据来源,持股比例(%),认缴出资额(万元)\n"
        f"{NAME[D]},{D},示例国资集团有限公司,国有法人,工商股东,41.09,\n"
        f"{NAME[D]},{D},示例国资集团有限公司,国有法人,十大流通股东,10.86,\n"
        f"{NAME[D]},{D},社会公众股,其他,十大流通股东,30,\n"
        f"{NAME[D]},{D},示例市国有资产监督管理委员会,国资委,工商股东,20,\n",
        encoding="utf-8-sig",
    )


def _registry(path: Path) -> None:
    """A real `.xls` workbook in the public registry's layout; shares follow from the amounts."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("股东及出资信息")
    headers = [
        "企业名称",
        "股东（发起人）",
        "股东（发起人）类型",
        "证照/证件类型",
        "证照/证件号码",
        "认缴出资额（万元）",
    ]
    rows = [
        [NAME[E], NAME[A], "企业法人", "营业执照", A, "60"],
        [NAME[E], "测试戊某", "自然人股东", "非公示项", "非公示项", "30"],
        [NAME[E], "测试己某", "自然人股东", "非公示项", "非公示项", "10"],
    ]
    for r, row in enumerate([headers, *rows]):
        for c, value in enumerate(row):
            sheet.write(r, c, value)
    book.save(str(path))


def _platform(path: Path) -> None:
    """An HTML table named `.xls`: a platform's result with a consortium in one cell and a failed lot."""
    headers = [
        "招标编号",
        "项目名称",
        "招标人",
        "招标代理机构",
        "开标时间",
        "标段",
        "标段名称",
        "投标人",
        "投标报价(万元)",
        "投标状态",
        "排名",
        "中标情况",
        "项目经理",
        "MAC地址",
    ]
    head = ["XG-2024-001", "示例虚构道路工程", "示例区建设局", "示例招标代理有限公司", "2024年5月6日 9:30"]
    rows = [
        [*head, "1", "土建", NAME[A], "589.5", "有效", "1", "是", "测试经理甲", "AA-BB-CC-00-11-22"],
        [*head, "1", "土建", NAME[B], "590", "有效", "2", "否", "测试经理乙", "aa:bb:cc:00:11:22"],
        [
            *head,
            "1",
            "土建",
            f"{NAME[C]}（联合体牵头人）、{NAME[E]}（成员）",
            "601",
            "有效",
            "3",
            "否",
            "测试经理丙",
            "-",
        ],
        [*head, "包2", "绿化", NAME[A], "-", "否决投标", "-", "否", "-", "-"],
        [*head, "包3", "照明", "-", "-", "流标", "-", "-", "-", "-"],
    ]
    cells = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in [headers, *rows])
    path.write_text(
        f"<html><head><meta charset='utf-8'></head><body><table>{cells}</table></body></html>",
        encoding="utf-8",
    )


def _roster(path: Path) -> None:
    """A low-income roster: the year in the title, months as columns, one-digit-looking relation codes."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名册"
    sheet.append(["示例镇2023年低保保障金发放名册（单位：元）"])
    months = [f"{m}月" for m in range(1, 13)]
    sheet.append(
        [
            "低保证号",
            "户主姓名",
            "成员姓名",
            "身份证号",
            "与户主关系",
            "户籍所在地",
            "村社区",
            "银行账号",
            "账户名称",
            *months,
        ]
    )
    paid = ["600"] * 11 + ["650"]
    account = "6222999999990000001"
    sheet.append(
        [
            "DB001",
            "测试庚某",
            "测试庚某",
            resident(11),
            "2",
            "外省示例市",
            "示例村",
            account,
            "测试庚某",
            *paid,
        ]
    )
    sheet.append(
        ["DB001", "测试庚某", "测试辛某", resident(12), "10", "示例镇", "示例村", None, None, *[None] * 12]
    )
    late = [None] * 9 + ["500", "500", "500"]
    sheet.append(
        ["DB002", "测试壬某", "测试壬某", resident(13), "2", "示例镇", "示例村", account, "测试壬某", *late]
    )
    sheet.append(["合计", None, None, None, None, None, None, None, None, *["1100"] * 12])
    book.save(path)


def _estate(path: Path) -> None:
    """A real-estate extract: two owners in one cell, a share in words, a cancelled right."""
    unit = "999999001001GB00001F0001000"
    path.write_text(
        "不动产单元号,不动产权证号,权利人,证件号,权利比例(%),共有方式,规划用途,建筑面积(㎡),坐落,登记时间,登记原因,权属状态,注销时间\n"
        f"{unit}1,虚构证0001号,测试庚某、测试辛某,{resident(11)}、{resident(12)},50,按份共有,成套住宅,89.5,示例路1号,2010-03-01,存量房买卖,现势,\n"
        f"{unit}2,虚构证0002号,测试庚某,{resident(11)},1/6,按份共有,住宅,70,示例路2号,2012-03-01,继承,现势,\n"
        f"{unit}3,虚构证0003号,测试壬某,{resident(13)},100,单独所有,车位,12,示例路3号,2015-03-01,商品房买卖,历史,2020-01-01\n",
        encoding="utf-8",
    )

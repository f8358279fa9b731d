"""What is wrong with a cell, and what to do, by the stable code the parsers give."""

from __future__ import annotations

from typing import Final

VALUE_ERRORS: Final[dict[str, tuple[str, str]]] = {
    "unit-unknown": (
        "数值没有单位。请在表头注明单位（如“投标报价(万元)”“持股比例(%)”），或在单元格内写明（如“51%”“900万元”），或在映射文件中指定。",
        "The figure has no unit. State it in the header (e.g. 投标报价(万元), 持股比例(%)), in the cell (51%, 900万元), "
        "or in a mapping file.",
    ),
    "not-an-amount": (
        "不是可识别的金额。应为数字，可带千分位、单位和币种，如“5,100.00”“900万美元”。",
        "Not an amount. A number is expected, with thousands separators, unit and currency if need be: 5,100.00, 900万美元.",
    ),
    "share-count": (
        "这是股数，不是金额或比例。请改填金额或持股比例。",
        "This is a count of shares, neither an amount nor a proportion. Give the amount or the percentage.",
    ),
    "scientific-notation": (
        "数字以科学计数法保存，可能已丢失位数。请将该列设为文本或数值格式后重新导出。",
        "The number was saved in scientific notation and may have lost digits. Format the column as text or number, "
        "then export again.",
    ),
    "amount-too-large": (
        "金额超出可存范围，请核对单位是否重复放大。",
        "The amount is too large to hold. Check whether its unit was applied twice.",
    ),
    "currency-unknown": (
        "币种无法识别。请使用 ISO 代码（如 CNY、USD）或常用中文名称。",
        "Unknown currency. Use an ISO code (CNY, USD) or its usual Chinese name.",
    ),
    "currency-conflict": (
        "同一单元格写了两种币种，请只保留一种。",
        "The cell names two currencies. Keep one.",
    ),
    "share-over-100": (
        "持股比例超过 100%，请核对数值和单位。",
        "The share is above 100%. Check the figure and its unit.",
    ),
    "share-negative": (
        "持股比例为负数，请核对。",
        "The share is negative. Check the figure.",
    ),
    "band-reversed": (
        "区间的起点大于终点，请核对。",
        "The range starts after it ends. Check both ends.",
    ),
    "not-a-share": (
        "不是可识别的持股比例。应如“51%”“5-10%”“75%以上”“1/6”。",
        "Not a share. Expected forms: 51%, 5-10%, 75%以上, 1/6.",
    ),
    "impossible-date": (
        "日期不存在（如 2 月 30 日），请核对。",
        "There is no such date or time (such as 30 February). Check it.",
    ),
    "impossible-month": (
        "月份须在 1 至 12 之间：没有这个月份，请核对。",
        "Months go from 1 to 12: there is no such month. Check it.",
    ),
    "date-out-of-range": (
        "日期早于 1850 年或晚于 2100 年，请核对。",
        "The date is before 1850 or after 2100. Check it.",
    ),
    "year-only": (
        "只有年份，无法确定日期。请补充到月或日。",
        "Only a year is given. Add at least the month.",
    ),
    "ambiguous-date": (
        "五位数字读不准：可能是年月（20241 即 2024年1月），也可能是表格的日期序列值（1955年）。请写成 2024-01 或 2024-01-15 这样的形式。",
        "Five digits that may be a year and a month (20241: January 2024), or a spreadsheet's number of a day in 1955. Write "
        "2024-01, or the whole date.",
    ),
    "not-a-date": (
        "不是可识别的日期。应如“2023-11-05”“2023年11月5日”“20231105”，或只到月“2023-11”。",
        "Not a date. Expected forms: 2023-11-05, 2023年11月5日, 20231105, or 2023-11 where only the month is known.",
    ),
    "not-a-month": (
        "不是可识别的月份。应如“202311”“2023年11月”“2023年第4季度”，须写明年份。",
        "Not a month. Expected forms, with the year: 202311, 2023年11月, 2023年第4季度.",
    ),
    "numeric-id": (
        "编号按数字保存，15 位以后的数字已经丢失。请将该列设为文本后重新导出。",
        "The id was saved as a number and has lost its digits after the 15th. Format the column as text, then export again.",
    ),
}
"""Code → (中文, English)."""

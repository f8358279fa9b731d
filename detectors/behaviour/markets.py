"""What a market is called: lots of one regime, method, unit of price and year, in both languages."""

from __future__ import annotations

from typing import Final

_WORDS: Final = {
    "construction": ("招标投标", "tenders of works"),
    "government_procurement": ("政府采购", "government procurement"),
    "other": ("其他", "other"),
    "open": ("公开招标", "open tender"),
    "invited": ("邀请招标", "invited tender"),
    "negotiation": ("竞争性谈判", "negotiation"),
    "consultation": ("竞争性磋商", "consultation"),
    "quotation": ("询价", "quotation"),
    "single_source": ("单一来源", "single source"),
    "framework": ("框架协议", "framework agreement"),
    "direct": ("直接发包", "direct award"),
    "total": ("总价", "total price"),
    "unit_price": ("单价", "unit price"),
    "rate": ("费率", "rate"),
    "reduction": ("下浮率", "reduction"),
    "discount": ("折扣率", "discount rate"),
    "?": ("不明", "unknown"),
}
"""Code → (Chinese, English); what is no code (a currency, a year) stays as it is."""


def market_said(name: str) -> tuple[str, str]:
    """A market's name (`construction · invited · CNY/total · 2023`) in Chinese and in English."""
    parts = [[_WORDS.get(word, (word, word)) for word in part.split("/")] for part in name.split(" · ")]
    zh, en = (" · ".join("/".join(word[n] for word in part) for part in parts) for n in (0, 1))
    return zh, en

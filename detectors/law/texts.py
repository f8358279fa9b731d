"""Where the texts that detectors cite are published.

No official site has a stable page for a single article: a link leads to the text of the whole law at the body that
publishes it. Where no stable page of a text is known, it leads to the national database, which is searched by title.
"""

from __future__ import annotations

from typing import Final

LAW_DATABASE: Final = "https://flk.npc.gov.cn/"
"""国家法律法规数据库, searched by title."""
BIDDING_REGULATIONS: Final = "https://xzfg.moj.gov.cn/front/law/detail?LawID=1154"
"""国家行政法规库（司法部）."""
PROCUREMENT_SITE: Final = "https://www.ccgp.gov.cn/"
"""中国政府采购网, which publishes the ministry's normative documents; searched by title."""
PROCUREMENT_LAW: Final = "https://www.ndrc.gov.cn/xxgk/zcfb/qt/200507/t20050706_967929.html"
PROCUREMENT_REGULATIONS: Final = "https://www.gov.cn/zhengce/2015-02/27/content_2822395.htm"
ORDER_87: Final = "https://www.mof.gov.cn/gp/xxgkml/tfs/201707/t20170718_2652766.htm"
COMPANY_LAW: Final = "https://www.gov.cn/yaowen/liebiao/202312/content_6923395.htm"
BENEFICIAL_OWNERS: Final = (
    "https://www.pbc.gov.cn/zhengwugongkai/4081330/4406346/4406348/2025092319185523934/index.html"
)
BIDDING_LAW: Final = (
    "https://www.samr.gov.cn/zw/zfxxgk/fdzdgknr/bgt/art/2023/art_1f79dd79321441a0831f3aed697b4535.html"
)
KYRGYZ_INDICATORS: Final = "https://github.com/dbolshev/Kyrgyzstan-indicators"
RED_FLAGS: Final = (
    "https://www.open-contracting.org/resources/"
    "red-flags-in-public-procurement-a-guide-to-using-data-to-detect-and-mitigate-risks/"
)

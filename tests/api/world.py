"""A small invented world for the service: a tender whose bidders share an owner, a family on benefit with a flat."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FILES: Final = {
    "companies.csv": """id,name,status
A,虚构甲建设有限公司,存续
B,虚构乙建设有限公司,存续
C,虚构丙建设有限公司,存续
H,虚构控股有限公司,存续
S,虚构小区物业有限公司,存续
""",
    "persons.csv": """id,name,birth_date
P,测试顾远山,1970-01-01
Q,样本林知夏,1975-02-02
R,样本周小满,2001-03-03
局外人,示例沈无名,1980-04-04
""",
    "shareholdings.csv": """company_id,company_name,holder_id,holder_name,holder_kind,share_percent
A,虚构甲建设有限公司,H,虚构控股有限公司,company,60
A,虚构甲建设有限公司,局外人,示例沈无名,person,40
B,虚构乙建设有限公司,H,虚构控股有限公司,company,30
B,虚构乙建设有限公司,X,虚构无关有限公司,company,70
C,虚构丙建设有限公司,Y,虚构另一有限公司,company,100
H,虚构控股有限公司,P,测试顾远山,person,100
S,虚构小区物业有限公司,Q,样本林知夏,person,100
""",
    "positions.csv": """person_id,person_name,company_id,role
P,测试顾远山,A,法定代表人
P,测试顾远山,C,监事
""",
    "contacts.csv": """party_id,kind,value
A,phone,13800000021
B,phone,13800000021
A,email,kontakt@xugou.example
C,address,虚构路99号301室
""",
    "bid_traces.csv": """tender_id,lot_id,bidder_id,bidder_name,kind,value
T-1,1,A,虚构甲建设有限公司,MAC地址,AA:BB:CC:00:11:22
T-1,1,C,虚构丙建设有限公司,MAC地址,AA:BB:CC:00:11:22
T-1,1,B,虚构乙建设有限公司,作者,虚构打字员
T-1,1,C,虚构丙建设有限公司,作者,虚构打字员
""",
    "tenders.csv": """id,title,regime,bid_deadline
T-1,虚构学校工程,construction,2025-03-02T09:00:00
""",
    "bids.csv": """tender_id,lot_id,bidder_id,bidder_name,投标报价(万元),submitted_at
T-1,1,A,虚构甲建设有限公司,100,2025-03-01
T-1,1,B,虚构乙建设有限公司,101.5,2025-03-01
T-1,1,C,虚构丙建设有限公司,99,2025-03-02
""",
    "households.csv": """id,kind,region
F-1,低保,虚构区
""",
    "household_members.csv": """household_id,person_id,person_name,relation_to_head
F-1,Q,样本林知夏,户主
F-1,R,样本周小满,子女
""",
    "properties.csv": """id,owner_id,owner_name,kind,area_m2,address
999999001001GB00001F00010001,R,样本周小满,住宅,80,虚构路一号
999999001001GB00001F00010002,S,虚构小区物业有限公司,住宅,120,虚构路二号
""",
    "benefits.csv": """household_id,program,month,amount
F-1,虚构低保,2025-01,600元
F-1,虚构低保,2025-02,600元
""",
}
PEOPLE: Final = ("测试顾远山", "样本林知夏", "样本周小满", "示例沈无名")
CONTACTS: Final = ("13800000021", "kontakt@xugou.example", "虚构路99号", "AABBCC001122", "虚构打字员")
"""Values of contacts as they are kept."""
HOMES: Final = ("虚构路一号", "虚构路二号")
UNITS: Final = ("999999001001GB00001F00010001", "999999001001GB00001F00010002")
"""Numbers of homes: parts of their ids."""
LOT: Final = "local:T-1/1"
HOUSEHOLD: Final = "local:F-1"
OWNER: Final = "person.local:P"


def write_world(folder: Path) -> Path:
    """The world's files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder

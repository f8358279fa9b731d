"""D5c `same-upload-device`: two bids of one lot were uploaded or encrypted with one device."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Final

from detectors.definition import Detector, Draft, Row, Severity, Suppressor, Undecided, Values
from detectors.law import statutes
from detectors.ties import bidding, machines, traces
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, LinkTie

_LOCAL: Final = tuple(
    ip_network(n)
    for n in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "fe80::/10"),
        *("100.64.0.0/10", "fc00::/7", "::1/128"),
    )
)
"""Networks whose addresses every office, or a carrier for its customers, uses again."""

_PROCESSOR_ID: Final = re.compile(r"[0-9A-F]{8}00[0-9A-F]{6}", re.IGNORECASE)
"""What Windows gives as ProcessorId: the processor's features and its family, model and stepping; no serial number."""


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and device, disk, processor, CA lock or IP address of two separate bids."""
    what = ("上传设备数据", "data on upload devices")
    uploads = traces.used_for(rows, "upload")
    yield from traces.trace_drafts(rows, uploads, values, what, judge=_names_nothing, severity=_severity)


def _names_nothing(tie: LinkTie) -> tuple[str, str, str] | None:
    value = tie.holder_name
    if _all(tie, "ip") and _local(value):
        return (
            "local-address",
            f"{value}是内网地址或运营商供众多用户共用的地址，不能指认同一网络",
            f"{value} is a private address, which every office may use for itself, or one that a carrier's customers share",
        )
    if blank := traces.placeholder(tie):
        return blank
    if _all(tie, "device") and machines.of_software(value):
        return (
            "virtual-adapter",
            f"{value}是虚拟网卡、隧道等软件自行设定的地址，装有同类软件的电脑可能均相同，不能指认同一设备",
            f"{value} is an address that software (virtual adapters, tunnels) sets by itself: machines with the same software may "
            "all have it, and it names none",
        )
    if not _all(tie, "cpu", "ip") and traces.wordy(value):
        return traces.not_a_number(value)
    return _of_model(value) if _all(tie, "cpu") else None


def _of_model(value: str) -> tuple[str, str, str] | None:
    if not _PROCESSOR_ID.fullmatch(value.strip()):
        return None
    return (
        "cpu-model",
        f"{value}是处理器型号标识（CPUID），同型号的电脑均相同，不能指认同一设备",
        f"{value} is the processor's signature (CPUID), the same in every machine of the model, and names no machine",
    )


def _all(tie: LinkTie, *kinds: str) -> bool:
    return all(r["role"] in kinds for r in tie.rows)


def _local(value: str) -> bool:
    try:
        address = ip_address(value)
    except ValueError:
        return False
    return any(address in network for network in _LOCAL if network.version == address.version)


def _severity(tie: LinkTie) -> Severity | None:
    # Article 40 names persons; one machine points to them, a network address or a processor's number alone does less, and
    # a virtual machine's address goes with its copies.
    virtual = _all(tie, "device") and machines.of_virtual_machine(tie.holder_name)
    return "review" if virtual or _all(tie, "ip", "cpu") else None


DETECTOR = Detector(
    id="same-upload-device",
    version="1.2",
    domain="政府工程",
    scene="投标文件与保证金",
    title_zh="投标文件由同一设备或网络地址上传",
    title_en="Bids were uploaded from one device or network address",
    meaning_zh="同一标段的两份投标文件由同一设备（或同一网络地址）上传或加密。",
    severity="deemed",
    basis=(
        *statutes.deemed_collusion(
            "一、二",
            "投标文件由同一单位或者个人编制，或委托同一单位或者个人办理投标事宜（同一设备为其线索，仅IP、CPU序列号或虚拟机网卡地址相同需人工核查）",
            "documents made, or bids handled, by one unit or person (one device points to it; one IP, processor number or virtual machine's address needs review)",
        ),
    ),
    needs=("USED_IN_BID", "SUBMITS", "FOR_LOT"),
    parameters=(traces.HUB_BIDDERS,),
    queries={"traces": traces.TRACES, "bidders": bidding.BIDDERS},
    columns={"traces": traces.TRACE_COLUMNS, "bidders": bidding.BIDDERS_COLUMNS},
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(
        traces.HUB,
        traces.PLACEHOLDER,
        Suppressor(
            "cpu-model",
            "处理器型号标识，同型号电脑均相同",
            "the signature of a processor's model names no machine",
        ),
        Suppressor(
            "virtual-adapter",
            "虚拟网卡、隧道等软件设定的地址，各电脑可能均相同",
            "an address that virtual adapters or tunnels set, the same in many machines",
        ),
        Suppressor("local-address", "内网地址不能指认同一网络", "a private network address names no network"),
    ),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}上传投标文件使用相同的{kind_zh}：{holder}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): bidders {bidders_en} uploaded with the same {kind_en}: {holder}. "
    + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("交易中心或打印店的公用电脑", "同一办公楼或运营商的公共出口IP"),
    innocent_en=(
        "a public machine of the tender centre or a print shop",
        "the shared address of a building or carrier",
    ),
)

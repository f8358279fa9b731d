"""Network addresses of machines (MAC): which a maker gave to one adapter, and which software gives to many."""

from __future__ import annotations

import re
from typing import Final

_MAC: Final = re.compile(r"[0-9A-F]{12}")
_HOST_SIDE: Final = (
    "005056C000",  # VMware's adapters on the host: VMnet1 is …01, VMnet8 …08
    "001C4200000",  # Parallels' on the host
    "00059A3C7",  # Cisco's AnyConnect
    "00090FFE",  # Fortinet's tunnel
    "00090FAA",
    "00FF",  # TAP adapters of tunnels, made up when they are set up
)
"""Beginnings of addresses that virtual adapters bear in every machine that has such software."""
_IN_A_MACHINE: Final = ("000C29", "005056", "080027", "00155D", "00163E", "001C42")
"""Beginnings of addresses of virtual machines, that their hosts make up: VMware, VirtualBox, Hyper-V, Xen, Parallels."""
_GROUP_OR_LOCAL: Final = 3
"""Of the first byte: the address is a group's, or was given by whoever runs the machine (IEEE 802)."""


def address(value: str) -> str | None:
    """A MAC address as twelve capitals and digits; None for anything else."""
    bare = re.sub(r"[\s:.-]", "", value).upper()
    return bare if _MAC.fullmatch(bare) else None


def of_software(value: str) -> bool:
    """Does software give this address to the machines it runs on, so that it names none?"""
    mac = address(value)
    return mac is not None and (bool(int(mac[:2], 16) & _GROUP_OR_LOCAL) or mac.startswith(_HOST_SIDE))


def of_virtual_machine(value: str) -> bool:
    """Is it the address of a virtual machine: unlike by rule, and copied with it?"""
    mac = address(value)
    return mac is not None and mac.startswith(_IN_A_MACHINE)

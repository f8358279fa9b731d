"""Numbers of nobody: valid check digits, the unassigned area 999999."""

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
_ORG = [3, 7, 9, 10, 5, 8, 4, 2]
_RESIDENT = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]


def uscc(serial: int, category: str = "91") -> str:
    """The credit code of company number `serial`."""
    body = f"MA{serial:06d}"
    check = 11 - sum(int(c, 36) * w for c, w in zip(body, _ORG, strict=True)) % 11
    code = f"{category}999999{body}" + ("X" if check == 10 else "0" if check == 11 else str(check))
    total = sum(_ALPHABET.index(c) * w for c, w in zip(code, _USCC, strict=True))
    return code + _ALPHABET[(31 - total % 31) % 31]


def wrong_uscc(serial: int) -> str:
    """A credit code whose check digit is wrong."""
    code = uscc(serial)
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def resident(serial: int, born: str = "19800101") -> str:
    """The resident id of person number `serial`."""
    body = f"999999{born}{serial:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, _RESIDENT, strict=True)) % 11]


def resident_15(serial: int, born: str = "800101") -> str:
    """The 15-digit form of `resident(serial)`."""
    return f"999999{born}{serial:03d}"

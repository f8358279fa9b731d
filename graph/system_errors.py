"""What the operating system refused, said in both languages: its own messages speak English alone."""

from __future__ import annotations

import errno
import re
from typing import Final

_ZH: Final = {
    errno.EACCES: "没有权限",
    errno.EADDRINUSE: "地址已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.EBUSY: "正被占用",
    errno.ECONNREFUSED: "连接被拒绝",
    errno.ECONNRESET: "连接被对方中断",
    errno.EEXIST: "已经存在",
    errno.EFBIG: "文件超过允许的大小",
    errno.EINVAL: "该位置不支持此操作",
    errno.EIO: "磁盘读写故障",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ELOOP: "符号链接层数过多或成环",
    errno.EMFILE: "打开的文件过多",
    errno.ENAMETOOLONG: "文件名过长",
    errno.ENFILE: "系统打开的文件过多",
    errno.ENODEV: "没有这个设备",
    errno.ENOENT: "文件或文件夹不存在",
    errno.ENOMEM: "内存不足",
    errno.ENOSPC: "磁盘空间不足",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.ENOTEMPTY: "文件夹不是空的",
    errno.EPERM: "系统不允许此操作",
    errno.EROFS: "文件系统是只读的",
    errno.ETIMEDOUT: "等待超时",
    errno.EXDEV: "不能跨磁盘移动",
}
_ZH.update(
    # What not every system knows.
    (getattr(errno, name), said)
    for name, said in (
        ("EDQUOT", "磁盘配额已用完"),
        ("ESTALE", "网络文件已失效"),
        ("ETXTBSY", "文件正在运行中"),
    )
    if hasattr(errno, name)
)
_NO_ROOM: Final = tuple(getattr(errno, name) for name in ("ENOSPC", "EDQUOT") if hasattr(errno, name))
_TOLD_IN_TEXT: Final = re.compile(r"\(os error (\d+)\)")
"""How libraries written in Rust tell the number."""


def reason(error: OSError) -> tuple[str, str]:
    """Why the system refused, as a part of a sentence in Chinese and in English.

    An error that has no wording here is named by its number and the system's own words.
    """
    own = error.strerror or str(error)
    number = error.errno
    if number is None and (told := _TOLD_IN_TEXT.search(own)):
        number = int(told[1])
    zh = None if number is None else _ZH.get(number)
    if zh is None:
        zh = own if number is None else f"系统错误 {number}（{own}）"
    return zh, own


def no_room(error: OSError) -> bool:
    """Whether nothing more can be written before something goes: a full disk, or a quota used up."""
    return any(reason(error)[0] == _ZH[code] for code in _NO_ROOM)

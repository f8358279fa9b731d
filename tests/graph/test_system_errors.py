"""What the operating system refuses is said in Chinese too, not in its own English inside a Chinese sentence."""

from __future__ import annotations

import errno
import os
import re
import shutil

import pytest

from graph.stores.errors import StoreFullError
from graph.stores.files import room_on_disk
from graph.system_errors import no_room, reason

ENGLISH = re.compile(r"[A-Za-z]{3,}")


@pytest.mark.parametrize(
    "name",
    [
        "ENOSPC",
        "EACCES",
        "EROFS",
        "ENOENT",
        "EISDIR",
        "ENOTDIR",
        "ENAMETOOLONG",
        "EIO",
        "EADDRINUSE",
        "ELOOP",
    ],
)
def test_what_the_system_refuses_is_said_in_both_languages(name):
    number = getattr(errno, name)
    for error in (
        OSError(number, os.strerror(number), "a file"),
        OSError(f"{os.strerror(number)} (os error {number})"),
    ):
        zh, en = reason(error)
        assert not ENGLISH.search(zh)
        assert os.strerror(number) in en


def test_an_error_without_a_wording_is_named_by_its_number():
    zh, en = reason(OSError(errno.ECHILD, os.strerror(errno.ECHILD)))
    assert str(errno.ECHILD) in zh
    assert en == os.strerror(errno.ECHILD)
    assert reason(OSError("nothing but text")) == ("nothing but text", "nothing but text")


def test_a_quota_used_up_is_a_full_disk():
    assert no_room(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert no_room(OSError(f"No space left on device (os error {errno.ENOSPC})"))
    if hasattr(errno, "EDQUOT"):
        assert no_room(OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)))
    assert not no_room(OSError(errno.EACCES, os.strerror(errno.EACCES)))
    assert not no_room(OSError("nothing but text"))


UNREAD = "IO exception: Cannot read from file: graph.building.lbug numBytesRead: 0 numBytesToRead: 4096"


@pytest.mark.parametrize(
    ("said", "free", "raised"),
    [(UNREAD, 0, StoreFullError), (UNREAD, 1 << 40, RuntimeError), ("Binder exception", 0, RuntimeError)],
)
def test_what_a_full_disk_kept_from_being_written_and_can_not_be_read_is_a_full_disk(
    tmp_path, monkeypatch, said, free, raised
):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=free))
    with pytest.raises(raised) as told, room_on_disk(tmp_path):
        raise RuntimeError(said)
    assert type(told.value) is raised

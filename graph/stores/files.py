"""The embedded store's file: opening it, and what can be wrong with it or with its disk."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import ladybug

from graph.stores.errors import StoreDamagedError, StoreError, StoreFullError

_WRITING_BYTES: Final = 2 << 30
_TOO_LITTLE: Final = 16 << 20
_READING_BYTES: Final = (1 << 30, 4 << 30)
"""The least, to which five eighths of the file come, and the most. An answer stands in the buffers whole, and grows with
the data: with half of the file one about every bid fails while others are asked. The least is for plans, of which each
connection keeps some two hundred."""


def open_database(
    path: Path, read_only: bool, auto_checkpoint: bool = True, threads: int = 0
) -> ladybug.Database:
    """Open a database file; `threads`: the engine's own, 0 = one a core. Raises `StoreError`."""
    if path.exists() and not path.stat().st_size:
        raise _damaged(path, "0 bytes")
    try:
        return ladybug.Database(
            str(path),
            buffer_pool_size=_buffer_bytes(path, read_only),
            max_num_threads=threads,
            read_only=read_only,
            auto_checkpoint=auto_checkpoint,
        )
    except (RuntimeError, MemoryError) as error:
        # Nonsense lengths read from a broken file end in an allocation that fails.
        raise _unopened(path, error) from error


def _buffer_bytes(path: Path, read_only: bool) -> int:
    """Memory for what is read of the file and for the engine's own tables."""
    if not read_only:
        return _WRITING_BYTES
    least, most = _READING_BYTES
    return min(least + path.stat().st_size * 5 // 8, most)


@contextlib.contextmanager
def room_on_disk(folder: Path) -> Iterator[None]:
    """A disk that runs full inside the block is said so: `StoreFullError`."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _full(folder) from error
        raise
    except RuntimeError as error:
        if "No space left" in str(error) or "ENOSPC" in str(error) or _stopped_by_full_disk(error, folder):
            raise _full(folder) from error
        raise


def _stopped_by_full_disk(error: RuntimeError, folder: Path) -> bool:
    """The engine does not see every write that fails: what it had not written it can't read again."""
    return "IO exception" in str(error) and shutil.disk_usage(folder).free < _TOO_LITTLE


def copy_file(source: Path, target: Path) -> None:
    """Copy a file; where the file system can (btrfs, XFS), the copy shares its blocks and takes no time."""
    target.unlink(missing_ok=True)
    if hasattr(os, "copy_file_range"):
        try:
            with source.open("rb") as old, target.open("wb") as new:
                left = os.fstat(old.fileno()).st_size
                while left > 0:
                    copied = os.copy_file_range(old.fileno(), new.fileno(), left)
                    if not copied:
                        break
                    left -= copied
        except OSError as error:
            # Not between these file systems, or not on this one: a plain copy says what is really wrong.
            if error.errno == errno.ENOSPC:
                raise
        else:
            if not left:
                return
    shutil.copyfile(source, target)


def sync_folder(folder: Path) -> None:
    """Make a rename in the folder last."""
    with contextlib.suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _unopened(path: Path, error: Exception) -> StoreError:
    if "Mmap for size" in str(error):
        # Before the file is looked at: the engine sets addresses aside for the largest file there may be.
        return StoreError(
            "系统限制了本进程的地址空间，内嵌数据库无法打开（数据未受影响）。请解除限制（ulimit -v unlimited；"
            "或 vm.overcommit_memory 不为 2）后重试。",
            "The embedded store can't be opened: this process may not have the addresses it needs (the data are not "
            "touched). Lift the limit (ulimit -v unlimited; vm.overcommit_memory other than 2), then try again.",
        )
    if "IO exception" not in str(error):
        return _damaged(path, str(error))
    if "No space left" in str(error):
        return _full(path.parent)
    return StoreError(
        f"无法打开数据库文件 {path}（{error}）。请检查权限和磁盘后重试。",
        f"The store's file {path} can't be opened ({error}). Check permissions and disk, then try again.",
    )


def _damaged(path: Path, why: str) -> StoreDamagedError:
    return StoreDamagedError(
        f"数据库文件 {path} 已损坏或不完整（{why}）。请从备份恢复；没有备份时，移走该文件夹并重新导入原始文件。",
        f"The store's file {path} is damaged or cut off ({why}). Restore it from a backup; without one, move the "
        "folder away and load the original files again.",
    )


def _full(folder: Path) -> StoreFullError:
    return StoreFullError(
        f"磁盘空间不足：{folder}。原数据未变，请腾出空间后重新导入。",
        f"No room left on the disk of {folder}. The store is as it was: free some room and load again.",
    )

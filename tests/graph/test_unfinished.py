"""Whatever stops the writing, and wherever, the place is as it was or whole, and nothing lies beside it."""

import sys
from pathlib import Path

import pytest

from graph import unfinished
from graph.unfinished import file_in_place, folder_beside


def put_file(target: Path) -> None:
    with file_in_place(target) as file:
        file.write(b"whole")


def put_folder(target: Path) -> None:
    with folder_beside(target) as part:
        (part / "in").write_bytes(b"whole")
        part.rename(target)


def stopped_at(nth: int, put, target: Path) -> bool:
    """Whether the writing was stopped at its `nth` step, as by a Ctrl-C that falls there; False: it has fewer."""
    left = nth

    def step(frame, event, argument):
        nonlocal left
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if not left:
                sys.settrace(None)
                raise KeyboardInterrupt
        return step

    def call(frame, event, argument):
        # Not the tidying itself: a step of its own that somebody stops leaves what it had not come to.
        ours = frame.f_code.co_filename == unfinished.__file__ or frame.f_code.co_name in (
            "open",
            "mkdir",
            put.__name__,
        )
        return step if ours and frame.f_code.co_name != "rmtree" else None

    sys.settrace(call)
    try:
        put(target)
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(None)
    return False


def tidying(put, target: Path) -> int:
    """Steps of the writing that come before its tidying."""
    for nth in range(1, 100_000):
        if not stopped_at(nth, put, target):
            return nth
        whole = target.exists()
        beside = [p.name for p in target.parent.iterdir() if p != target]
        if whole:
            return nth
        assert not beside, (nth, beside)
    raise AssertionError("no end")


@pytest.mark.parametrize("put", [put_file, put_folder])
def test_stopped_at_any_step_before_it_is_whole_it_leaves_nothing(put, tmp_path: Path) -> None:
    steps = tidying(put, tmp_path / "out")
    assert steps > 30
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_what_refuses_at_the_end_keeps_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_bytes(b"before")

    def refuse() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"), file_in_place(target, before=refuse) as file:
        file.write(b"after")
    assert target.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.skipif(sys.platform == "win32", reason="platform: Windows keeps no such modes")
def test_what_is_nobody_elses_is_its_owners_alone(tmp_path: Path) -> None:
    put_file(tmp_path / "file")
    put_folder(tmp_path / "folder")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o700

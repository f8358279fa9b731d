"""Long work: one queue, one worker, since the embedded store has one writer. Jobs tell their progress and can be cancelled."""

from __future__ import annotations

import queue
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

import structlog

from api.places import Places
from api.problems import ProblemError, problem_of
from graph.stores.cancelling import Cancellation, cancellable
from graph.stores.errors import QueryCancelledError

State = Literal["queued", "running", "done", "failed", "cancelled"]
STATES: Final[tuple[State, ...]] = get_args(State)
ENDED: Final = ("done", "failed", "cancelled")
NO_JOB: Final = (
    "没有这个任务，或它早已结束，或由另一密钥发起，或服务重启时中断（中断的导入不改变数据；已完成的见 GET /v1/loads，没有的请重新提交）。",
    "There is no such job, or it ended long ago, or another key began it, or a restart of the service cut it off (a load that was "
    "cut off changes nothing: GET /v1/loads has those that are done; send it again if it is not there).",
)
"""The same of a job that is none and of one that another key began: an id can't be tried out."""
_KEPT: Final = 200
"""Ended jobs remembered."""
_log = structlog.get_logger("lookthrough.jobs")


class CancelledJobError(Exception):
    """The job was cancelled; what it had not finished changed nothing."""


@dataclass
class Job:
    """One piece of long work. `progress`: step, done, total (0 = unknown)."""

    id: str
    kind: str
    owner: str
    """Whose it is: the key's id; others see it only with `admin`."""
    state: State = "queued"
    step: str = ""
    done: int = 0
    total: int = 0
    result: Any = None
    problem: ProblemError | None = None
    version: int = 0
    """Grows with every change; what `Jobs.changes` waits for."""
    handle: Cancellation | None = None
    cancelled: bool = False
    dropped: Callable[[], object] | None = None
    """To be called where the job ends without having begun: what was kept for it is not needed."""
    began: float = field(default_factory=time.time)

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        problem = self.problem
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "progress": {"step": self.step, "done": self.done, "total": self.total},
            "result": self.result,
            "problem": None
            if problem is None
            else {"type": problem.type.name, "detail": {"zh": problem.zh, "en": problem.en}, **problem.more},
            "links": {"self": f"v1/jobs/{self.id}", "events": f"v1/jobs/{self.id}/events"},
        }


Work = Callable[[Callable[[str, int, int], None]], Any]
"""What a job does; given how to tell its progress (step, done, total), which raises when the job is cancelled."""


class Jobs:
    """The queue and its worker."""

    def __init__(self, most: int, places: Places):
        self._most, self._places = most, places
        self._queue: queue.Queue[tuple[Job, Work] | None] = queue.Queue()
        self._jobs: dict[str, Job] = {}
        self._changed = threading.Condition()
        self.ended = threading.Event()
        """Set when the service ends."""
        self._worker = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._worker.start()

    def start(self, kind: str, owner: str, work: Work, dropped: Callable[[], object] | None = None) -> Job:
        """Queue work; `dropped` is called where it is cancelled before it began. Raises a problem where too much waits
        already.
        """
        with self._changed:
            waiting = sum(j.state not in ENDED for j in self._jobs.values())
            if waiting >= self._most:
                raise ProblemError(
                    "unavailable",
                    f"已有 {waiting} 个任务在排队，请稍后再试。",
                    f"{waiting} jobs are waiting: try again later.",
                    headers={"Retry-After": "30"},
                )
            job = Job(secrets.token_hex(8), kind, owner, dropped=dropped)
            self._jobs[job.id] = job
            for old in [j.id for j in self._jobs.values() if j.state in ENDED][:-_KEPT]:
                del self._jobs[old]
        self._queue.put((job, work))
        return job

    def get(self, id_: str) -> Job:
        """A job. Raises a problem where there is none."""
        job = self._jobs.get(id_)
        if job is None:
            raise ProblemError("not-found", *NO_JOB)
        return job

    def cancel(self, job: Job) -> None:
        """Ask a job to stop: at once where it waits or reads; a write is taken back."""
        with self._changed:
            if job.state in ENDED:
                return
            waited = job.state == "queued"
            job.cancelled = True
            if waited:
                job.state = "cancelled"
            if job.handle is not None:
                job.handle.cancel()
            self._tell(job)
        if waited and job.dropped is not None:
            job.dropped()

    def changes(self, job: Job, wait: float = 10.0) -> Iterator[dict[str, Any] | None]:
        """The job each time it changed, until it ends; None where nothing did for `wait` seconds."""
        seen = -1
        while True:
            with self._changed:
                if job.version == seen:
                    self._changed.wait(wait)
                told = job.to_json() if job.version != seen else None
                seen = job.version
            yield told
            if told is not None and told["state"] in ENDED:
                return

    def close(self) -> None:
        """Cancel what waits, let what runs end."""
        self.ended.set()
        for job in list(self._jobs.values()):
            if job.state == "queued":
                self.cancel(job)
        self._queue.put(None)
        self._worker.join(timeout=120)

    @property
    def running(self) -> Mapping[str, int]:
        """How many jobs there are, by state."""
        counts: dict[str, int] = {}
        for job in list(self._jobs.values()):
            counts[job.state] = counts.get(job.state, 0) + 1
        return counts

    def _tell(self, job: Job) -> None:
        job.version += 1
        self._changed.notify_all()

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            self._do(*item)

    def _do(self, job: Job, work: Work) -> None:
        def progress(step: str, done: int, total: int) -> None:
            if job.cancelled:
                raise CancelledJobError
            with self._changed:
                job.step, job.done, job.total = step, done, total
                self._tell(job)

        state: State = "done"
        problem: ProblemError | None = None
        result = None
        with cancellable() as handle:
            with self._changed:
                if job.cancelled:
                    return
                job.handle, job.state = handle, "running"
                self._tell(job)
            try:
                result = work(progress)
            except (CancelledJobError, QueryCancelledError):
                state = "cancelled"
            except Exception as error:
                state, problem = "failed", problem_of(error, self._places)
                if problem is None:
                    _log.exception("job_failed", job=job.id, kind=job.kind)
                    problem = ProblemError(
                        "internal", "内部错误，详见日志。", "An internal error; see the log."
                    )
        with self._changed:
            job.state, job.problem, job.result, job.handle = state, problem, result, None
            if state == "done":
                job.done = job.total
            self._tell(job)
        _log.info("job_ended", job=job.id, kind=job.kind, state=state)

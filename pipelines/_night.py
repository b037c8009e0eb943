"""What is one night? The plain functions under the flows, from raw events to a published list."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines._errors import HomeBusy
from pipelines._ingest import Arrival
from pipelines._learning import Learned
from pipelines._publication import Published


@dataclass(frozen=True, kw_only=True)
class Night:
    """What one night did: what arrived, what was learned (usually nothing), what was published, what smells."""

    as_of: date
    arrivals: list[Arrival]
    learned: list[Learned]
    published: Published
    docs: Path
    notes: tuple[str, ...]


@contextmanager
def alone_in(home: Path) -> Iterator[None]:
    """Keeps every other run out of `home` meanwhile. Raises HomeBusy when one is already there.

    The lock belongs to the process: when a run is killed, it is free again.
    """
    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise HomeBusy(
            f"another run is working in {home}; wait until it has ended, or give this one a --home of its own."
        ) from error
    try:
        yield
    finally:
        lock.release()

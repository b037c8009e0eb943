"""One run at a time in a home."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines._errors import HomeBusy


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


def ask_alone(home: Path) -> None:
    """Raises HomeBusy while another run is working in `home`; told before a server is started for nothing."""
    with alone_in(home):
        pass

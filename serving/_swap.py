"""How is a folder put into place so that a reader sees the old one or the new one, never half of either?"""

from __future__ import annotations

import ctypes
import errno
import filecmp
import hashlib
import os
import shutil
import sys
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def move_into_place(new: Path, place: Path) -> None:
    """Moves the folder `new` to `place`; when one stands there already, the two change names in one step.

    An identical folder stays as it is. A replaced one is kept under `.replaced` beside `place`.
    """
    _finish_what_was_killed(place)
    if not place.exists():
        new.rename(place)
    elif same_files(new, place):
        shutil.rmtree(new)
    else:
        _keep_a_copy(place)
        _exchange(new, place)
        shutil.rmtree(new)
    _flush(place.parent)


def _finish_what_was_killed(place: Path) -> None:
    """Undoes what a run left that was killed in one of the moments that `_exchange` speaks of."""
    between = _between(place)
    if not between.exists():
        return
    if place.exists():
        shutil.rmtree(between)
    else:
        between.rename(place)


def _between(place: Path) -> Path:
    return place.with_name(f".between-{place.name}")


def _keep_a_copy(place: Path) -> None:
    digest = hashlib.sha256((place / "manifest.json").read_bytes()).hexdigest()[:12]
    kept = place.parent / ".replaced" / f"{place.name}.{digest}"
    if kept.exists():
        return
    half = kept.with_name(f".half-{kept.name}")
    try:
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(place, half)
        flush_folder(half)
        half.rename(kept)
        _flush(kept.parent)
    finally:
        shutil.rmtree(half, ignore_errors=True)


def same_files(one: Path, other: Path) -> bool:
    """Whether two folders hold files of the same names and bytes."""
    names = sorted(path.name for path in one.iterdir())
    if names != sorted(path.name for path in other.iterdir()):
        return False
    _, different, unreadable = filecmp.cmpfiles(one, other, names, shallow=False)
    return not different and not unreadable


def _exchange(new: Path, place: Path) -> None:
    if _exchange_at_once(new, place):
        return
    # Where the file system cannot exchange two names there are moments with the old folder aside.
    between = _between(place)
    place.rename(between)
    new.rename(place)
    between.rename(new)


def _exchange_at_once(new: Path, place: Path) -> bool:
    """Whether the two changed names; false where the system or the file system cannot do that."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    failed = libc.renameat2(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(place), _RENAME_EXCHANGE)
    if failed and ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(place))
    return not failed


def flush_folder(folder: Path) -> None:
    """Has the disk hold the files of a folder, and their names, before anything is built on them."""
    for path in folder.iterdir():
        _flush(path)
    _flush(folder)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""How does a loop over numbers run at the speed of the machine? Numba compiles it, once for each machine.

The machine code is kept (beside this file, in the user's folder for caches, or in `NUMBA_CACHE_DIR`), so that only the
first run waits for the compiler. It is kept under a hash of this package's code: Numba asks only whether the file of
the function has changed, and not whether a constant or function that it uses has, in another file. A compiled function
is plain Python as well: it says the same without a compiler, slowly (`.py_func`).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

from numba import config, njit
from numba.core.caching import FunctionCache

F = TypeVar("F", bound=Callable[..., object])

_HERE = Path(__file__).parent


def compiled(function: F) -> F:
    """The function as machine code for the types that it is called with; other threads go on meanwhile."""
    settings = vars(config)
    before, folder = settings["CACHE_DIR"], kept_in()
    settings["CACHE_DIR"] = folder or ""
    try:
        made = njit(nogil=True)(function)
        if folder:
            made._cache = _Kept(function)  # type: ignore[attr-defined, no-untyped-call]
        return cast(F, made)
    finally:
        settings["CACHE_DIR"] = before


class _Kept(FunctionCache):
    """Numba's own way to keep machine code, but that a full disk only means that it is not kept."""

    def save_overload(self, *given: object) -> None:
        """Keeps what was compiled, if there is room."""
        with suppress(OSError):
            super().save_overload(*given)  # type: ignore[no-untyped-call]


@cache
def kept_in() -> str | None:
    """The folder that keeps the machine code; None where no folder can be written to."""
    code = hashlib.sha256(b"\n".join(path.read_bytes() for path in sorted(_HERE.glob("_*.py")))).hexdigest()[:16]
    given = os.environ.get("NUMBA_CACHE_DIR")
    user = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    places = [Path(given)] if given else [_HERE / "__pycache__", Path(user) / "churn-pipeline"]
    for place in places:
        folder = place / f"compiled-{code}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return str(folder)
        except OSError:
            continue
    return None


def is_kept() -> bool:
    """Whether this machine has compiled the loops before, so that nobody has to wait."""
    folder = kept_in()
    return folder is not None and any(Path(folder).rglob("*.nbi"))

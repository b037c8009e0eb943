"""How does a loop over numbers run at the speed of the machine? Numba compiles it, once for each machine.

The compiled form is kept beside the code, or in the user's folder for caches, so that only the first run waits for the
compiler. A compiled function is plain Python as well: it says the same without a compiler, slowly (`.py_func`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """The function as machine code for the types that it is called with; other threads go on meanwhile."""
    try:
        return cast(F, njit(cache=True, nogil=True)(function))
    except RuntimeError:  # there is no folder that could keep it: compile it in each process
        return cast(F, njit(nogil=True)(function))

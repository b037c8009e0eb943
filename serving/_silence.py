"""How is a library kept from printing? What it says goes into a file, and all but its own lines out again."""

from __future__ import annotations

import ctypes
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_lines(beginning: bytes) -> Iterator[None]:
    """Lines with this beginning are not printed; all others are, whoever prints them, when the block is over.

    The solver of SciPy 1.15 to 1.18 (HiGHS) prints a line of its own while it repairs a plan, whatever it is told, and
    past Python. This can go with the first SciPy whose solver is quiet.
    """
    flush = ctypes.CDLL(None).fflush
    flush(None)
    with tempfile.TemporaryFile() as said:
        standard = os.dup(1)
        os.dup2(said.fileno(), 1)
        try:
            yield
        finally:
            flush(None)
            os.dup2(standard, 1)
            os.close(standard)
            said.seek(0)
            for line in said:
                if not line.startswith(beginning):
                    os.write(1, line)

"""What is it doing right now? Stages that the flows announce and the command line shows."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)

BEGUN, ENDED, GOING_ON = "begun", "ended", "going on"


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Logs that a stage has begun, and how many seconds it took; one that fails logs nothing more."""
    started = time.perf_counter()
    log.info("%s ...", name, extra={"stage": name, "event": BEGUN})
    yield
    seconds = time.perf_counter() - started
    log.info("%s done seconds=%.1f", name, seconds, extra={"stage": name, "event": ENDED, "seconds": seconds})


def going_on(what: str) -> None:
    """Logs how far the stage has come; a person who watches sees it in place of the stage's name."""
    log.info("%s", what, extra={"stage": what, "event": GOING_ON})

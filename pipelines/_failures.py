"""What does a failure mean to the person at the keyboard? A message and one exit code per kind."""

from __future__ import annotations

import errno
import logging
import traceback
from pathlib import Path

from data_contracts import ContractBroken
from pipelines._errors import PipelineError, Unexpected

log = logging.getLogger(__name__)

UNTOUCHED = "Nothing was published; earlier lists are untouched."
_CODES = {
    "NotEnoughHistory": 4,
    "LabelNotMature": 4,
    "NoChampion": 5,
    "FeaturesChanged": 5,
    "ModelFromTheFuture": 5,
    "ModelTooOld": 5,
    "NothingToRollBackTo": 5,
    "InputsDrifted": 8,
    "LeakFound": 5,
    "ListNotPublished": 6,
    "LedgerUnusable": 6,
    "NotRecorded": 6,
    "HistoryWouldChange": 6,
    "CustomerTwice": 3,
    "ScoresUnusable": 5,
    "ReceiptsUnreadable": 3,
    "NothingToMeasure": 4,
    "EngineUnavailable": 2,
    "TuningUnavailable": 2,
    "FilesNotPlain": 2,
    "WrongType": 3,
    "TableUnusable": 3,
    "SourceLost": 2,
    "UnknownColumn": 2,
}
"""Errors of packages that are slow to import, by name."""


def explained(error: BaseException) -> tuple[str, int]:
    """The message and the exit code of an error."""
    if isinstance(error, PipelineError):
        return str(error), error.exit_code
    if isinstance(error, ContractBroken):
        return f"{error}\n{UNTOUCHED}", 3
    if "TerminationSignal" in f"{type(error).__name__} {error!r} {error.__cause__!r} {error.__context__!r}":
        return "stopped; nothing was left half done", 143
    if _is_full_disk(error):
        return f"the disk is full: {_first_line(error)}. {UNTOUCHED} Make room and run the same command again.", 6
    if type(error).__name__ == "OutOfMemoryException":
        cure = "Raise memory_limit in [features] of the settings, or --memory-limit of `churn snapshot`."
        return f"{_first_line(error)}. {UNTOUCHED} {cure}", 6
    if type(error).__name__ in _CODES:
        return str(error), _CODES[type(error).__name__]
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror or error}{place}. {UNTOUCHED} Put it right and run the same command again.", 6
    return f"unexpected trouble: {type(error).__name__}: {_first_line(error)}. {UNTOUCHED}", Unexpected.exit_code


def _is_full_disk(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, says so: each engine has words of its own."""
    while error is not None:
        text = str(error).lower()
        if getattr(error, "errno", None) == errno.ENOSPC or "no space left" in text or "disk is full" in text:
            return True
        error = error.__cause__ or error.__context__
    return False


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")


def note_in_log(error: Exception, file: Path) -> None:
    """Writes an error to the log; one that nobody foresaw with its traceback, and raises Unexpected naming the log."""
    message, code = explained(error)
    if code != Unexpected.exit_code or isinstance(error, PipelineError):
        log.error("exit_code=%d %s", code, message)
        return
    log.error("exit_code=%d %s", code, "".join(traceback.format_exception(error)))
    raise Unexpected(f"{message} The details are in {file}.") from error

"""What does a failure mean to the person at the keyboard? A message and one exit code per kind."""

from __future__ import annotations

import logging
import sys
import traceback

from data_contracts import ContractBroken
from pipelines._errors import PipelineError

log = logging.getLogger(__name__)

UNEXPECTED = 1
_CODES = {
    "NotEnoughHistory": 4,
    "LabelNotMature": 4,
    "NoChampion": 5,
    "FeaturesChanged": 5,
    "ModelFromTheFuture": 5,
    "ListNotPublished": 6,
}


def explained(error: BaseException) -> tuple[str, int]:
    """The message and the exit code of an error; a traceback goes to the log for what nobody expected."""
    if isinstance(error, PipelineError):
        return str(error), error.exit_code
    if isinstance(error, ContractBroken):
        return f"{error}\nNothing was published; earlier lists are untouched.", 3
    if type(error).__name__ in _CODES:
        return str(error), _CODES[type(error).__name__]
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror or error}{place}. Earlier lists are untouched; run the same command again.", 6
    log.error("unexpected: %s", "".join(traceback.format_exception(error)))
    where = log_file()
    hint = f"The details are in {where}." if where else "Run again with --verbose for the details."
    return f"unexpected trouble: {type(error).__name__}: {error}. {hint} Earlier lists are untouched.", UNEXPECTED


def log_file() -> str | None:
    """The file that the running command logs to, if any."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler):
            return handler.baseFilename
    return None


def show_on_terminal(message: str) -> None:
    """Says something to the person without mixing it into the output."""
    print(message, file=sys.stderr)

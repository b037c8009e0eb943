"""What is written down, and what is shown? Every run logs to its home folder; frameworks keep quiet meanwhile."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from pipelines._progress import BEGUN, ENDED, GOING_ON

OURS = ("pipelines", "serving", "models", "features", "data_contracts")

# Nothing phones home, and an embedded Prefect server keeps its state with ours and its noise out of the terminal.
_QUIET = {
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
}


def quiet_frameworks(home: Path, *, verbose: bool = False) -> None:
    """Sets what the frameworks read from the environment when they are imported; what is set already stays."""
    places = {"PREFECT_HOME": str(home / "prefect"), "MPLCONFIGDIR": str(home / "matplotlib")}
    for name, value in {**_QUIET, **places}.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "INFO" if verbose else "CRITICAL")
    os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "WARNING" if verbose else "CRITICAL")


@contextmanager
def logged(home: Path, *, console: Console | None = None, verbose: bool = False) -> Iterator[Path]:
    """Logs to `HOME/logs/churn.log` meanwhile; stages are shown on the console, with `verbose` everything."""
    file = home / "logs" / "churn.log"
    file.parent.mkdir(parents=True, exist_ok=True)
    handlers: list[logging.Handler] = [logging.FileHandler(file, encoding="utf-8")]
    handlers += [logging.StreamHandler()] if verbose else []
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handlers += [_Stages(console)] if console else []
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)
    root = logging.getLogger()
    if not verbose:
        logging.raiseExceptions = False  # a log that cannot be written (a full disk) is not what the person must hear
    with warnings.catch_warnings():
        if not verbose:
            warnings.simplefilter("ignore")
        for handler in handlers:
            root.addHandler(handler)
        try:
            yield file
        finally:
            for handler in handlers:
                root.removeHandler(handler)
                handler.close()


class _Stages(logging.Handler):
    """Shows the stages of a run as they begin and end."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self._console = console
        self._status = console.status("")

    def emit(self, record: logging.LogRecord) -> None:
        event, name = getattr(record, "event", None), getattr(record, "stage", "")
        if event in (BEGUN, GOING_ON) and self._console.is_terminal:
            self._status.update(name)
            self._status.start()
        if event == ENDED:
            self._status.stop()
            self._console.print(f"  {name} [dim]{getattr(record, 'seconds', 0):.1f} s[/]")

    def close(self) -> None:
        self._status.stop()
        super().close()

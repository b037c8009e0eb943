"""How does a command end? Whatever happens, with a message that helps and the exit code of its kind."""

from __future__ import annotations

import gc
import signal
import sys
import threading
from typing import NoReturn

import click

INTERRUPTED, UNREAD, TERMINATED = 130, 141, 143


def run(command: click.Command) -> NoReturn:
    """Runs the command line and ends the process: no traceback for what a person can put right, a code per kind."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where it is ignored, as behind nohup
            signal.signal(signal.SIGINT, _stop)
    message, code = _run_and_explain(command)
    if _stopped:  # whatever the engines made of it on its way up
        message, code = _STOPPED, INTERRUPTED if _stopped[0] == signal.SIGINT else TERMINATED
    # Only now, when the error is gone: what it holds on to would complain as the interpreter ends.
    gc.collect()
    if message:
        click.echo(f"churn: {message}", err=True)
    sys.exit(code)


def _run_and_explain(command: click.Command) -> tuple[str, int]:
    try:
        command(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return "", 2
    except click.exceptions.Exit as stop:
        return "", stop.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _STOPPED, INTERRUPTED
    except SystemExit as stop:
        if hasattr(sys.stdout, "wrapped"):  # what click puts there when nobody reads it any more
            return "", UNREAD
        return _STOPPED, stop.code if isinstance(stop.code, int) else 1
    except BaseException as error:  # an engine written in Rust panics with one that is no Exception
        from pipelines._failures import explained

        return explained(error)
    return "", 0


_STOPPED = "stopped; nothing was left half done"
_stopped: list[int] = []


def _stop(number: int, _frame: object) -> None:
    _stopped.append(number)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(TERMINATED)

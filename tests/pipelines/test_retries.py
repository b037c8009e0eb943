"""Which failures are tried again? Trouble of the system, never a broken promise."""

from __future__ import annotations

from contextlib import suppress

import pytest
from prefect import flow, task

from pipelines._errors import SourceUnreadable
from pipelines._retries import worth_a_retry


def tried(error: Exception, cause: Exception | None = None) -> int:
    """How often a task runs that fails with `error` the first time."""
    runs: list[int] = []

    @task(retries=2, retry_delay_seconds=0, retry_condition_fn=worth_a_retry)
    def fails_once() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise error from cause

    @flow
    def night() -> None:
        fails_once()

    with suppress(type(error)):
        night()
    return len(runs)


@pytest.mark.usefixtures("prefect")
def test_a_file_server_that_is_away_for_a_moment_is_asked_again() -> None:
    assert tried(TimeoutError("away")) == 2
    assert tried(SourceUnreadable("cannot be opened"), TimeoutError("away")) == 2


@pytest.mark.usefixtures("prefect")
def test_a_broken_promise_is_not_tried_again() -> None:
    assert tried(SourceUnreadable("not utf-8")) == 1
    assert tried(ValueError("a bug")) == 1

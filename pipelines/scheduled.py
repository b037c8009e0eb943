"""The night of a schedule: its as-of date is the day on which it was due, however late it starts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from prefect import flow
from prefect._vendor.croniter.croniter import croniter
from prefect.runtime import flow_run
from prefect.schedules import Cron

from pipelines._errors import SettingsWrong
from pipelines._failures import note_in_log
from pipelines._logs import logged
from pipelines._settings import Settings
from pipelines.nightly import nightly


@flow(name="scheduled-night", validate_parameters=False)
def scheduled_night(settings: dict[str, Any]) -> None:
    """Runs `nightly` as of the business day on which this run was due; `settings` as plain data."""
    chosen = Settings.model_validate(settings)
    due = flow_run.scheduled_start_time.astimezone(ZoneInfo(chosen.time_zone))
    with logged(chosen.home) as file:
        try:
            nightly(chosen, due.date())
        except Exception as error:
            note_in_log(error, file)
            raise


def ask_cron(cron: str, time_zone: str) -> None:
    """Raises SettingsWrong where `cron` names no times, or one at which the day cannot be told.

    Where clocks skip midnight, what is due then comes an hour early, on the day before: that night would run twice and
    the next one never.
    """
    example = "give minute, hour, day, month and weekday, as in '0 2 * * *' for every night at two."
    try:
        Cron(cron, timezone=time_zone)
        dues = _dues(cron)
    except ValueError:
        raise SettingsWrong(f"--cron is {cron!r}; {example}") from None
    if not cron.startswith("@") and len(cron.split()) != _FIELDS:
        raise SettingsWrong(f"--cron is {cron!r}, which has {len(cron.split())} fields and not {_FIELDS}; {example}")
    skipped = _skipped_midnight(ZoneInfo(time_zone))
    if skipped and any(due.hour == 0 for due in dues):
        raise SettingsWrong(
            f"--cron is {cron!r}, but in {time_zone} the clocks skip midnight on some days (first: {skipped}), and "
            "that night would be taken for the one before; choose an hour from two on, as in '0 2 * * *'."
        )


_FIELDS = 5
_FROM = datetime(2026, 1, 1, tzinfo=UTC)
"""Times of schedules are tried out from here on, and clocks for ten years: nobody is asked what day it is."""


def _dues(cron: str) -> list[datetime]:
    """The next sixty times. Raises ValueError where there is none."""
    times = croniter(cron, _FROM)  # type: ignore[no-untyped-call]
    return list(islice(times.all_next(datetime), 60))  # type: ignore[no-untyped-call]


def _skipped_midnight(zone: ZoneInfo) -> date | None:
    """The first day of ten years on which the clocks of the zone skip midnight, if there is one."""
    days = (_FROM.replace(tzinfo=zone) + timedelta(days=number) for number in range(3653))
    return next((day.date() for day in days if day.astimezone(UTC).astimezone(zone).hour != 0), None)


def serve(settings: Settings, *, cron: str) -> None:
    """Runs the night at the times of `cron` in the business time zone, until stopped.

    A restart does not leave the schedule paused, and a night that still runs is not started a second time.
    """
    scheduled_night.serve(
        name="nightly",
        schedule=Cron(cron, timezone=settings.time_zone),
        parameters={"settings": settings.model_dump(mode="json")},
        pause_on_shutdown=False,
        limit=1,
    )

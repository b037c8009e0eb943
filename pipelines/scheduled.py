"""The night of a schedule: its as-of date is the day on which it was due, however late it starts."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from prefect import flow
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
    """Raises SettingsWrong where `cron` names no times."""
    try:
        Cron(cron, timezone=time_zone)
    except ValueError:
        raise SettingsWrong(
            f"--cron is {cron!r}; give minute, hour, day, month and weekday, as in '0 2 * * *' for every night at two."
        ) from None


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

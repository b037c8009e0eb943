"""How does it run every night by itself? The nightly flow as a Prefect deployment with a schedule of its own."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from prefect import flow
from prefect.schedules import Cron

from pipelines._settings import Settings
from pipelines.nightly import nightly


def serve(settings: Settings, *, cron: str) -> None:
    """Runs the nightly flow at the times of `cron` in the business time zone, until stopped.

    A restart does not leave the schedule paused, and a night that is still running is not started a second time.
    """

    @flow(name="tonight")
    def tonight() -> None:
        """The night of the day that has just begun."""
        today = datetime.now(ZoneInfo(settings.time_zone)).date()
        nightly(settings, today)

    tonight.serve(
        name="nightly",
        schedule=Cron(cron, timezone=settings.time_zone),
        pause_on_shutdown=False,
        limit=1,
    )

"""The training run: learn every question anew from the lake as it stands; the gate says what becomes champion."""

from __future__ import annotations

from datetime import date

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE

from features import open_lake
from models import targets
from models._gate import Override
from models._registry import Registry
from pipelines._alone import alone_in
from pipelines._ingest import Delivery, ingest, read_and_check
from pipelines._learning import Learned, learn
from pipelines._progress import stage
from pipelines._retries import worth_a_retry
from pipelines._settings import Settings
from pipelines._summary import report_rows


@task(name="ingest", retries=2, retry_delay_seconds=[2, 10], retry_condition_fn=worth_a_retry, cache_policy=NO_CACHE)
def bring_in(settings: Settings, as_of: date) -> Delivery:
    """Reads, checks and merges what arrived."""
    delivery = read_and_check(settings, as_of=as_of)
    ingest(settings, delivery, as_of=as_of)
    return delivery


@task(name="train-all", cache_policy=NO_CACHE)
def train_all(
    settings: Settings, as_of: date, override: Override | None = None, trials: int | None = None
) -> tuple[list[Learned], list[str]]:
    """Trains every declared question on what was known before `as_of` began, after a search of so many trials."""
    registry = Registry(settings.home, tracking_uri=settings.mlflow.tracking_uri)
    lake = open_lake(settings.home)
    return learn(
        settings,
        lake,
        registry,
        as_of=as_of,
        questions=targets(lake.arrived).values(),
        override=override,
        trials=trials,
    )


@flow(name="training", flow_run_name="training as of {as_of}", validate_parameters=False)
def training(
    settings: Settings, as_of: date, override: Override | None = None, trials: int | None = None
) -> tuple[list[Learned], list[str]]:
    """Learns every question from what was known before `as_of` began.

    A new model becomes the champion when it is no worse than the one there is, or all the same with an `override`.
    Parameters are those of the champion, or with `trials` what a search of so many finds. Returned are what was learned
    and a note on each question that waits.
    """
    with alone_in(settings.home):
        with stage("reading, checking and merging what arrived"):
            bring_in(settings, as_of)
        with stage("training"):
            learned, notes = train_all(settings, as_of, override, trials)
    create_table_artifact(key="training-report", table=report_rows(learned), description=f"As of {as_of}")
    return learned, notes

"""The nightly run: ingest, check, train what is not trained yet or has grown old, score, publish."""

from __future__ import annotations

import logging
from datetime import date

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from features import open_lake
from models._registry import Registry
from pipelines._alone import alone_in
from pipelines._guard import learn_anew
from pipelines._ingest import Arrival, Delivery, ingest, read_and_check
from pipelines._learning import Learned, champions, learn, without_champion
from pipelines._night import Night
from pipelines._outcomes import measure_outcomes
from pipelines._progress import stage
from pipelines._publication import Published, publish_night
from pipelines._retries import worth_a_retry
from pipelines._settings import Settings
from pipelines._summary import markdown_summary, table_rows
from serving import Ledger

log = logging.getLogger(__name__)


@task(
    name="read-and-check",
    retries=2,
    retry_delay_seconds=[2, 10],
    retry_condition_fn=worth_a_retry,
    cache_policy=NO_CACHE,
)
def read_and_check_task(settings: Settings, as_of: date) -> Delivery:
    """Reads every table of the source and holds it to its contract."""
    return read_and_check(settings, as_of=as_of)


@task(name="ingest", retries=2, retry_delay_seconds=[2, 10], retry_condition_fn=worth_a_retry, cache_policy=NO_CACHE)
def ingest_task(settings: Settings, delivery: Delivery, as_of: date) -> list[Arrival]:
    """Merges what is new into the lake."""
    return ingest(settings, delivery, as_of=as_of)


@task(name="train", cache_policy=NO_CACHE)
def train_task(settings: Settings, as_of: date) -> tuple[list[Learned], list[str]]:
    """Trains every question that has no champion yet, or is due to be learned anew; and what to note about that."""
    registry = Registry(settings.home, tracking_uri=settings.mlflow.tracking_uri)
    lake = open_lake(settings.home)
    learned, waiting = learn(settings, lake, registry, as_of=as_of, questions=without_champion(registry, lake))
    anew, notes = learn_anew(settings, lake, registry, as_of=as_of)
    return learned + anew, [*waiting, *notes]


@task(name="measure", cache_policy=NO_CACHE)
def measure_task(settings: Settings, as_of: date) -> int:
    """Records what has become of customers of campaigns, as far as that is known by now."""
    ledger = Ledger(settings.ledger.url, settings.home)
    return measure_outcomes(settings, open_lake(settings.home), ledger, as_of=as_of)


@task(name="publish", cache_policy=NO_CACHE)
def publish_task(settings: Settings, as_of: date, arrivals: list[Arrival]) -> Published:
    """Scores the population with the champions and publishes the list."""
    lake = open_lake(settings.home)
    found = champions(Registry(settings.home, tracking_uri=settings.mlflow.tracking_uri), lake)
    return publish_night(settings, lake, found, as_of=as_of, arrivals=arrivals)


@flow(name="nightly", flow_run_name="nightly as of {as_of}", validate_parameters=False)
def nightly(settings: Settings, as_of: date) -> Night:
    """One night, from the source's raw events to the published list of `as_of`; safe to repeat."""
    with alone_in(settings.home):
        with stage("reading and checking what arrived"):
            delivery = read_and_check_task(settings, as_of)
        with stage("merging what is new"):
            arrivals = ingest_task(settings, delivery, as_of)
        with stage("measuring what came of earlier lists"):
            measured = measure_task(settings, as_of)
        with stage("models"):
            learned, notes = train_task(settings, as_of)
        with stage("scoring and publishing"):
            published = publish_task(settings, as_of, arrivals)
    night = Night(
        as_of=as_of,
        arrivals=arrivals,
        learned=learned,
        published=published,
        docs=delivery.docs,
        notes=(*delivery.notes, *notes, *_measured_note(measured), *published.notes),
    )
    _show_in_prefect(night)
    return night


def _measured_note(measured: int) -> tuple[str, ...]:
    return (f"{measured:,} outcomes of campaigns measured; `churn campaign` shows them",) if measured else ()


def _show_in_prefect(night: Night) -> None:
    """Leaves the list's top and a summary with the run; the list is out by now, so trouble here is only noted."""
    try:
        create_table_artifact(key="retention-list", table=table_rows(night), description=f"Top, {night.as_of}")
        create_markdown_artifact(key="nightly-summary", markdown=markdown_summary(night))
    except Exception as error:
        log.warning("published, but Prefect did not take the summary: %s", error)

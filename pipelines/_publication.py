"""What does tomorrow's list say? Scores the population with the champions, ranks, explains and publishes."""

from __future__ import annotations

import logging
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl
import polars.selectors as cs

from features import ComplaintRates, Lake, complaint_rates, day_start, fingerprint
from models import NotEnoughHistory, Past, Target, targets
from models._registry import Champion
from models._scoring import amounts, score
from models._target import AMOUNT, PROBABILITY
from models.contract_churn import leavers
from pipelines._asked import Asked, asked_on
from pipelines._campaigns_tonight import campaigns_tonight
from pipelines._decisions import Tonight, decide_tonight, with_facts
from pipelines._guard import familiar, usable
from pipelines._ingest import Arrival
from pipelines._learned_effects import believed_tonight
from pipelines._question_terms import terms_of
from pipelines._recording import plan_record, record_what_was_killed, recorded
from pipelines._reporting import pages_of
from pipelines._settings import Settings
from pipelines._uplift import with_uplifts
from pipelines._valuation import values_of
from pipelines._why import with_reasons
from serving import Bundle, Ledger, changes_since, last_bundle, listing, publish, with_consent

log = logging.getLogger(__name__)

LEADING = "churn"
"""The question whose population and probability the retention list is about."""

SPEND = "expected_spend"
"""What the learned model of spend says where there is one, and else the purchase process."""
_MONEY_DECIMALS = 2
_SOFTWARE = ("polars", "narwhals", "scikit-learn", "xgboost-cpu", "numpy", "deltalake", "mlflow", "churn-pipeline")


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a night put out: where, how many, the list, and the complaints of the active window (None: unknown).

    `language` is that of the settings; `notes` are for the operator.
    """

    folder: Path
    counts: Mapping[str, int]
    listed: pl.DataFrame
    has_consent_data: bool
    language: str
    notes: tuple[str, ...]
    complaints: ComplaintRates | None


def publish_night(
    settings: Settings, lake: Lake, champions: Mapping[str, Champion], *, as_of: date, arrivals: list[Arrival]
) -> Published:
    """Scores the customers of the population as of `as_of`, ranks them and publishes the bundle.

    Raises FeaturesChanged, ModelFromTheFuture, ModelTooOld or InputsDrifted when a champion must not score this night,
    NotEnoughHistory when nobody is active, ListNotPublished when the files cannot be written whole.
    """
    started = time.perf_counter()
    champions = usable(settings, champions, as_of=as_of)
    tonight = asked_on(settings, lake, champions, as_of=as_of)
    _ask_anybody(settings, tonight)
    champions = familiar(settings, champions, tonight)
    rows = tonight.rows_about(*champions)
    scores = with_facts(_scores(settings, lake, champions, tonight, rows), rows, settings, lake)
    ledger = Ledger(settings.ledger.url, settings.home)
    record_what_was_killed(ledger, settings.home, before=as_of)
    standing = campaigns_tonight(settings, lake, ledger, scores, rows, as_of=as_of)
    beliefs = believed_tonight(standing.campaigns, ledger, as_of=as_of)
    scores, silent = with_uplifts(settings, scores, rows, standing.campaigns, beliefs)
    chosen = decide_tonight(settings, scores, ledger, standing, beliefs, as_of=as_of)
    window = settings.population.active_days
    rates = complaint_rates(lake.tables, as_of=as_of, time_zone=settings.time_zone, days=window)
    record = _record(settings, lake, champions, arrivals) | {"complaints": asdict(rates) if rates else None}
    bundle = _bundle(settings, champions, chosen, scores, rows, record=record)
    bundle = replace(bundle, pages=pages_of(bundle, chosen.rules, settings=settings, lake=lake, complaints=rates))
    with recorded(ledger, chosen, bundle):
        folder = publish(bundle, home=settings.home)
    seconds, listed = time.perf_counter() - started, bundle.listed
    log.info("publish as_of=%s rows_in=%d rows_out=%d seconds=%.1f", as_of, scores.height, listed.height, seconds)
    return Published(
        folder=folder,
        counts=bundle.counts,
        listed=listed,
        has_consent_data=not scores["may_contact"].is_null().all(),
        complaints=rates,
        language=settings.language,
        notes=(*chosen.notes, *silent),
    )


def _bundle(
    settings: Settings,
    champions: Mapping[str, Champion],
    chosen: Tonight,
    scores: pl.DataFrame,
    rows: pl.DataFrame,
    *,
    record: Mapping[str, object],
) -> Bundle:
    """All that tonight publishes but its pages: the list with reasons, and what is new since the list before."""
    decided, as_of = chosen.decided.customers, chosen.as_of
    listed = listing(decided, as_of=as_of, act_within_days=max(settings.churn.horizon_days // 4, 1))
    listed = with_reasons(listed, champions, rows, language=settings.language)
    return Bundle(
        as_of=as_of,
        scores=scores,
        decided=decided,
        listed=listed,
        changes=changes_since(listed, _list_before(settings, as_of), decided),
        counts=chosen.decided.counts,
        meanings={column: words for name in champions for column, words in _meanings(targets()[name])},
        record={**record, **plan_record(chosen)},
    )


def _ask_anybody(settings: Settings, tonight: Asked) -> None:
    if tonight.about[LEADING].is_empty():
        raise NotEnoughHistory(
            f"nobody to score on {tonight.as_of}: no customer bought within the {settings.population.active_days} days "
            "before. Choose an as-of date within the data, or raise [population] active_days."
        )


def _scores(
    settings: Settings, lake: Lake, champions: Mapping[str, Champion], tonight: Asked, rows: pl.DataFrame
) -> pl.DataFrame:
    """What is said of each row of `rows`, in its order: probabilities, values, and whether one may get in touch.

    The probability of a question is null for customers whom it is not asked about.
    """
    told = _amounts(champions, tonight, rows)
    valued = values_of(settings, lake, tonight.known, among=rows, as_of=tonight.as_of, learned=told.pop(SPEND, None))
    for one in told.values():
        valued = valued.join(one, on="customer_id", how="left", validate="1:1", maintain_order="left")
    scored = _with_value_at_risk(_probabilities(champions, tonight, rows), valued)
    if "subscriptions" in lake.tables:
        scored = scored.with_columns(has_announced_leaving=_has_announced(settings, lake, rows, tonight.as_of))
    return with_consent(scored, lake.tables["customers"], before=day_start(tonight.as_of, time_zone=settings.time_zone))


def _probabilities(champions: Mapping[str, Champion], tonight: Asked, rows: pl.DataFrame) -> pl.DataFrame:
    is_active = pl.col("customer_id").is_in(tonight.about[LEADING]["customer_id"].implode())
    asked = {name: champion for name, champion in champions.items() if targets()[name].answer == PROBABILITY}
    said = [_where_asked(champion, rows, tonight.about[name]) for name, champion in asked.items()]
    yearly = pl.col("spend_364d").clip(0).round(_MONEY_DECIMALS)
    scored = rows.select("customer_id", "as_of", is_active=is_active, yearly_spend=yearly).with_columns(said)
    return scored.select(pl.exclude("yearly_spend"), "yearly_spend")


def _amounts(champions: Mapping[str, Champion], tonight: Asked, rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """By its column, what is said of amounts: only of the customers whom the question is about."""
    asked = {name: targets()[name].column for name in champions if targets()[name].answer == AMOUNT}
    return {
        column: amounts(
            champions[name], rows.join(tonight.about[name], on="customer_id", how="semi"), column=column
        ).with_columns(cs.float().round(_MONEY_DECIMALS))
        for name, column in asked.items()
    }


def _meanings(target: Target) -> Iterator[tuple[str, str]]:
    """What the columns of a question say."""
    if target.answer == PROBABILITY:
        yield target.column, f"Probability of: {target.description}"
        return
    yield target.column, f"Expectation of: {target.description}"
    yield f"{target.column}_low", f"At most one customer of ten is below: {target.description}"
    yield f"{target.column}_high", f"One customer of ten is above: {target.description}"


def _with_value_at_risk(scored: pl.DataFrame, valued: pl.DataFrame) -> pl.DataFrame:
    scored = scored.join(valued, on="customer_id", how="left", validate="1:1", maintain_order="left")
    # Where no amounts are known nobody can be ranked by money: nothing is at risk that could be named.
    to_lose = pl.col("value_to_lose").fill_null(0.0)
    at_risk = (pl.col(f"{LEADING}_probability") * to_lose).round(_MONEY_DECIMALS)
    return scored.with_columns(value_at_risk=at_risk)


def _where_asked(champion: Champion, rows: pl.DataFrame, asked: pl.DataFrame) -> pl.Series:
    """The champion's scores, null for customers whom its question is not about."""
    theirs = rows["customer_id"].is_in(asked["customer_id"].implode())
    made = pl.Series(f"{champion.name}_probability", [None], dtype=pl.Float64).new_from_index(0, rows.height)
    if not theirs.any():
        return made
    return made.scatter(theirs.arg_true(), score(champion, rows.filter(theirs)))


def _has_announced(settings: Settings, lake: Lake, rows: pl.DataFrame, as_of: date) -> pl.Series:
    """Of whom nothing is left to predict: those who announced to leave are told apart, for they can still be asked."""
    past = Past(tables=lake.tables, as_of=as_of, time_zone=settings.time_zone)
    found: pl.LazyFrame = leavers(past, terms_of(settings, targets()["contract_churn"])).to_native()
    return rows["customer_id"].is_in(found.collect()["customer_id"].implode())


def _list_before(settings: Settings, as_of: date) -> pl.DataFrame | None:
    """The list of the latest night before that was published."""
    folder = last_bundle(settings.home, before=as_of)
    return None if folder is None else pl.read_parquet(folder / "retention_list.parquet")


def _record(
    settings: Settings, lake: Lake, champions: Mapping[str, Champion], arrivals: list[Arrival]
) -> dict[str, object]:
    return {
        "features": fingerprint(),
        "models": {
            name: {
                "version": champion.version,
                "learned_until": str(champion.learned_until),
                "features": champion.fingerprint,
                "terms": dict(champion.terms),
                "tables": dict(champion.versions),
                "test_metrics": dict(champion.test_metrics),
            }
            for name, champion in champions.items()
        },
        "settings": settings.record(),
        "software": {"python": platform.python_version(), **{name: version(name) for name in _SOFTWARE}},
        "tables": dict(lake.versions),
        "arrived": {
            arrival.table: {"read": arrival.read, "set_aside": arrival.set_aside, "duplicates": arrival.duplicates}
            for arrival in arrivals
        },
    }

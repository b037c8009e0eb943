"""Why does a customer stand on the list? The reasons of the model that the action goes by, in two languages."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from models._baselines import BaseRate
from models._reasons import reasons_in
from models._registry import Champion
from models._spoken import LANGUAGES
from serving import PURPOSES
from serving._actions import WAVERING

_PLACES = ("reason_1", "reason_2", "reason_3")
_BETWEEN = " · "
COMPLAINT = "service_recovery"
_OPEN = {
    "en": ("complaint open for {} days", "complaint open for {} hours"),
    "zh": ("投诉已 {} 天未解决", "投诉已 {} 小时未解决"),
}
_SAID = {"en": "complaint open for", "zh": "未解决"}
"""By what a reason is known that says the same."""
_SLOWS = {"en": "comes less often than usual ({}% likely)", "zh": "来得比平时少（可能性 {}%）"}
_LIKELY = 0.25
"""From which probability on it is a reason that a customer slows down."""
FACTS_ONLY = ("referral_invitation", "thank_you")
"""Actions for which no probability speaks: plain facts about the customer are told."""


def with_reasons(
    listed: pl.DataFrame, champions: Mapping[str, Champion], rows: pl.DataFrame, *, language: str
) -> pl.DataFrame:
    """The list with `reason_1` to `reason_3` in `language`, and `why_en` and `why_zh` in one line each.

    The reasons are those of the champion whose probability the action goes by: why a customer may leave, or may come
    back or grow; of a complaint first how long it has been open, of an offer that goes by it first how likely the
    customer is slowing down. `rows` are the snapshot rows of the population.
    """
    told = {one: [] for one in LANGUAGES} if listed.is_empty() else _told(listed, champions, rows)
    empty = pl.DataFrame(schema=dict.fromkeys(("customer_id", *_PLACES), pl.String))
    found = {one: pl.concat([empty, *parts]) for one, parts in told.items()}
    made = _joined(listed, found[language])
    for one in LANGUAGES:
        beside = [pl.when(~pl.col(place).str.contains(_SAID[one], literal=True)).then(place) for place in _PLACES]
        lines = found[one].select(
            "customer_id",
            _all=pl.concat_str(_PLACES, separator=_BETWEEN, ignore_nulls=True).replace("", None),
            _beside=pl.concat_str(beside, separator=_BETWEEN, ignore_nulls=True).replace("", None),
        )
        about = pl.concat_str(_open_for(one), "_beside", separator=_BETWEEN, ignore_nulls=True)
        why = pl.when(pl.col("action") == COMPLAINT).then(about).otherwise("_all").alias(f"why_{one}")
        if WAVERING in listed.columns:
            parts = pl.concat_str(_slows(one), "_all", separator=_BETWEEN, ignore_nulls=True)
            why = pl.when(_goes_by_wavering()).then(parts).otherwise(why).alias(f"why_{one}")
        made = _joined(made, lines).with_columns(why).drop("_all", "_beside")
    return made


def _open_for(language: str) -> pl.Expr:
    """How long the oldest complaint has been open: in days from two on, else in hours."""
    hours = pl.col("oldest_open_complaint_hours")
    days, whole = (hours / 24).floor().cast(pl.Int64), hours.floor().cast(pl.Int64)
    in_days, in_hours = (pl.format(text, number) for text, number in zip(_OPEN[language], (days, whole), strict=True))
    return pl.when(hours >= 48).then(in_days).otherwise(in_hours)


def _goes_by_wavering() -> pl.Expr:
    actions = [name for name, purpose in PURPOSES.items() if purpose.in_time == WAVERING]
    return pl.col("action").is_in(actions) & (pl.col(WAVERING) >= _LIKELY)


def _slows(language: str) -> pl.Expr:
    return pl.format(_SLOWS[language], (pl.col(WAVERING) * 100).round().cast(pl.Int64))


def _told(listed: pl.DataFrame, champions: Mapping[str, Champion], rows: pl.DataFrame) -> dict[str, list[pl.DataFrame]]:
    """Reasons by language, one table per action."""
    told: dict[str, list[pl.DataFrame]] = {language: [] for language in LANGUAGES}
    for (action,), theirs in listed.group_by("action", maintain_order=True):
        purpose = PURPOSES[str(action)]
        champion = champions.get(purpose.probability.removesuffix("_probability"))
        known = _joined(theirs.select("customer_id"), rows)
        if champion is None or action in FACTS_ONLY:
            model, columns = BaseRate(), next(iter(champions.values())).columns
            made = reasons_in(LANGUAGES, model, known, columns)
        else:
            made = reasons_in(LANGUAGES, champion.model, known, champion.columns, growth=not purpose.is_bad)
        for language, table in made.items():
            told[language].append(table)
    return told


def _joined(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    return left.join(right, on="customer_id", how="left", validate="1:1", maintain_order="left")

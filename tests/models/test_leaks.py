"""Is a feature that gives the answer away named before anything is learned, and an honest one left in peace?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest
from lessons import lesson
from subscription_shop import subscription_business

from data_contracts import conform, contracts
from features import (
    Attribute,
    SnapshotStore,
    _catalogue,
    _fingerprint,
    attribute,
    catalogue,
    count,
    feature,
    feature_columns,
    interactions,
)
from models import LeakFound, Terms, targets
from models._examples import Recipe
from models._leaks import ask_for_leaks, leaks
from models._outcome_words import outcome_word, sources_of
from models._strength import strengths
from models._training import train

Tables = Mapping[str, pl.LazyFrame]
StoreOf = Callable[[Tables], SnapshotStore]
AS_OF = date(2025, 12, 1)
RECIPE = Recipe(max_dates=4)


def brought(name: str, **more: Any) -> Attribute:
    """A column of the customers table that a company brings."""
    return attribute(**{"name": name, "unit": "-", "meaning": "Null when unknown.", "known_from": None} | more)


@pytest.fixture(scope="module")
def rows(store: SnapshotStore, terms: Terms) -> pl.DataFrame:
    """What churn is learned from in the simulated shop."""
    return lesson(targets()["churn"], store, known_by=AS_OF, terms=terms, recipe=RECIPE)[0]


def with_column(rows: pl.DataFrame, values: Any, name: str = "colour") -> list[str]:
    """What the leak check says of the rows with one more column, an attribute."""
    about = feature_columns() | {column.name: column for column in brought(name).columns}
    return [str(leak) for leak in leaks(rows.with_columns(pl.Series(name, values, dtype=pl.Float64)), [*about], about)]


def chance(rows: pl.DataFrame, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).random(rows.height)


def test_nothing_that_the_house_declares_speaks_of_an_outcome() -> None:
    assert {name: word for name, column in feature_columns().items() if (word := outcome_word(column))} == {}


def test_the_honest_features_of_the_simulated_shop_are_left_in_peace(rows: pl.DataFrame) -> None:
    assert rows["complaint_count_84d"].sum() > 0
    assert leaks(rows, [*feature_columns()], feature_columns()) == []


@pytest.mark.parametrize("share_wrong", [0.0, 0.03])
def test_a_column_that_is_the_answer_is_named_with_its_source_and_its_figure(
    rows: pl.DataFrame, share_wrong: float
) -> None:
    label = rows["label"].to_numpy()
    (said,) = with_column(rows, np.where(chance(rows) < share_wrong, ~label, label))
    assert said.startswith("colour (from customers.colour): alone it ranks customers with AUC ")
    assert "the best column of purchases reaches 0." in said


def test_the_opposite_of_the_answer_is_as_telling(rows: pl.DataFrame) -> None:
    assert len(with_column(rows, 1.0 - rows["label"].to_numpy())) == 1


@pytest.mark.parametrize("answer", [True, False])
def test_a_column_known_only_for_those_of_one_answer_is_named(rows: pl.DataFrame, answer: bool) -> None:
    label, luck = rows["label"].to_numpy(), chance(rows)
    known = (label == answer) & (luck < 0.7)
    (said,) = with_column(rows, np.where(known, chance(rows, seed=6), np.nan))
    assert "it is known in" in said or "alone it ranks" in said


def test_a_call_that_only_those_get_who_leave_is_named_though_most_of_them_get_none(rows: pl.DataFrame) -> None:
    (said,) = with_column(rows, rows["label"].to_numpy() & (chance(rows) < 0.4))
    assert "it is other than zero in" in said
    assert "100.0% have the answer yes" in said


@pytest.mark.parametrize("strength", [0.0, 0.3, 0.6])
def test_a_column_that_says_something_and_not_all_is_left_in_peace(rows: pl.DataFrame, strength: float) -> None:
    assert with_column(rows, rows["label"].to_numpy() * strength + chance(rows)) == []


def test_a_column_that_is_known_for_few_is_left_in_peace(rows: pl.DataFrame) -> None:
    few = rows["customer_id"].unique().sort().head(20).implode()
    assert with_column(rows, pl.select(pl.when(rows["customer_id"].is_in(few)).then(1.0)).to_series()) == []


def test_what_differs_from_date_to_date_is_no_leak(rows: pl.DataFrame) -> None:
    # The share of yes differs from date to date, and a column that says which date it is tells nothing of customers.
    last = rows["as_of"] == rows["as_of"].max()
    odd = rows.filter(~last | rows["label"] | (pl.Series(chance(rows)) < 0.05))
    assert odd.filter(pl.col("as_of") == odd["as_of"].max())["label"].mean() > 0.7
    assert with_column(odd, odd["as_of"] == odd["as_of"].max()) == []


def test_too_few_answers_of_a_kind_say_nothing(rows: pl.DataFrame) -> None:
    first = rows.filter(pl.col("label"))["customer_id"].unique().sort().head(4)
    few = rows.filter(~pl.col("label") | pl.col("customer_id").is_in(first.implode()))
    assert strengths(few, ["spend_364d"]) == {}
    assert with_column(few, few["label"].cast(pl.Float64)) == []


def test_a_perfect_split_of_a_handful_may_be_chance(rows: pl.DataFrame) -> None:
    day = rows.filter(pl.col("as_of") == rows["as_of"].max())
    handful = pl.concat([day.filter("label").head(6), day.filter(~pl.col("label")).head(9)])
    assert with_column(handful, np.where(chance(handful) < 0.15, 0.0, handful["label"].to_numpy() * 1.0)) == []


def test_the_order_of_the_rows_changes_no_figure(rows: pl.DataFrame) -> None:
    shuffled = rows.sample(fraction=1.0, shuffle=True, seed=3)
    names = ["spend_364d", "days_since_last_purchase", "days_since_last_complaint"]
    one, other = strengths(rows, names), strengths(shuffled, names)
    for name in names:
        assert one[name].auc == pytest.approx(other[name].auc, abs=1e-12)
        assert one[name].telling == pytest.approx(other[name].telling, abs=1e-12)
        assert one[name].parts == other[name].parts


@pytest.mark.parametrize(
    ("declared", "word"),
    [
        (brought("churn_flag"), "churn"),
        (brought("IsClosed"), "closed"),
        (brought("tier", column="closingReason"), "closing"),
        (brought("tier", known_from="cancelled_on"), "cancel"),
        (brought("status", levels=("gold", "deactivated")), "deactivat"),
        (brought("score", meaning="The retention desk's own score; null when unknown."), "retention"),
        (brought("c7", meaning="客户流失原因; null when unknown."), "流失"),
        (brought("tier"), ""),
        (brought("disclosed_income"), ""),
        (brought("existing_loans"), ""),
    ],
)
def test_a_declaration_that_means_the_outcome_is_known_by_its_words(declared: Attribute, word: str) -> None:
    assert outcome_word(declared.columns[0]) == word


def test_a_topic_that_speaks_of_leaving_is_read_from_the_definition() -> None:
    @feature(of=interactions, unit="calls", missing=0, days=(28,))
    def saving_calls(days: int) -> Any:
        """Calls in the last {days} days."""
        return count(interactions.within(days) & (interactions.topic == "retention call"))

    assert outcome_word(saving_calls.columns[0]) == "retention"
    assert sources_of(saving_calls.columns[0], {}) == {"interactions"}


def test_a_column_made_from_others_has_their_sources() -> None:
    about = feature_columns()
    assert sources_of(about["has_complained_since_purchase"], about) == {"interactions", "transactions"}
    assert sources_of(about["alive_probability"], about) == {"transactions"}


def test_an_outcome_by_name_that_never_came_is_no_matter(rows: pl.DataFrame) -> None:
    assert with_column(rows, [None] * rows.height, name="churn_flag") == []


def test_whoever_vouches_for_a_feature_may_use_it(rows: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, brought("colour", levels=("red",)))
    churn, label = targets()["churn"], rows["label"].cast(pl.Float64)
    leaky = rows.with_columns(label.alias("colour_red"), colour_other=pl.lit(None, dtype=pl.Float64))
    asked: dict[str, Any] = {"rows": leaky, "columns": list(feature_columns())}
    with pytest.raises(LeakFound, match=r"churn was not trained: 1 of its features") as found:
        ask_for_leaks(churn, **asked)
    for words in ("colour_red (from customers.colour)", "models/churn.py", "trusted_features = ['colour_red']"):
        assert words in str(found.value)
    ask_for_leaks(churn, **asked, trusted=["colour"])
    ask_for_leaks(churn, **asked, trusted=["colour_red"])
    ask_for_leaks(replace(churn, trusted=("colour_red",)), **asked)
    ask_for_leaks(churn, rows=leaky, columns=[name for name in feature_columns() if name != "colour_red"])


def declare(monkeypatch: pytest.MonkeyPatch, *more: Attribute) -> None:
    """Puts features beside the declared ones, as another file in the folder would."""
    known = dict(catalogue()) | {each.name: each for each in more}
    monkeypatch.setattr(_catalogue, "declared", lambda *_: known)
    catalogue.cache_clear()
    _fingerprint.fingerprint.cache_clear()


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What a test declared is forgotten after it."""
    yield
    catalogue.cache_clear()
    _fingerprint.fingerprint.cache_clear()


def test_a_flag_of_the_customers_table_that_was_set_when_they_had_left_stops_the_training(
    shop: Tables, store_of: StoreOf, terms: Terms, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(monkeypatch, brought("segment_code"))
    silent = shop["transactions"].group_by("customer_id").agg(last=pl.col("occurred_at").max())
    gone = silent.select("customer_id", segment_code=(pl.col("last") < pl.datetime(2025, 11, 1, time_zone="UTC")))
    tables = {**shop, "customers": shop["customers"].join(gone, on="customer_id", how="left")}
    with pytest.raises(LeakFound, match=r"segment_code \(from customers.segment_code\)"):
        train(targets()["churn"], store_of(tables), known_by=AS_OF, terms=terms, recipe=RECIPE)


def test_an_announcement_would_be_unmasked_if_a_feature_could_see_it(store_of: StoreOf) -> None:
    raw = subscription_business(customers=1500)
    made = {name: conform(contracts()[name], frame, time_zone="UTC").rows for name, frame in raw.items()}
    tables = {name: each.drop("_row").lazy() for name, each in made.items()}
    terms = Terms(active_days=84, horizon_days=28, grace_days=14, time_zone="UTC")
    store = replace(store_of(tables), time_zone="UTC")
    recipe = Recipe(max_dates=8)
    rows, columns = lesson(targets()["contract_churn"], store, known_by=date(2025, 9, 8), terms=terms, recipe=recipe)
    assert leaks(rows, columns, feature_columns()) == []
    day = pl.col("as_of").cast(pl.Datetime("us", "UTC"))
    told = rows.lazy().join(tables["subscriptions"].filter(pl.col("cancelled_at").is_not_null()), on="customer_id")
    soon = pl.col("ended_at").is_between(day, day + pl.duration(days=28), closed="left")
    seen = told.filter(pl.col("occurred_at") < day, soon).select("customer_id", "as_of", will_end=pl.lit(1.0))
    (said,) = with_column(rows, rows.join(seen.collect(), on=["customer_id", "as_of"], how="left")["will_end"])
    assert said.startswith("colour (from customers.colour): it is known in")


def test_a_renewal_date_that_was_written_over_is_unmasked(business: Tables, store_of: StoreOf) -> None:
    """One row per subscription, its renewal date moved to the last: what a source gives that keeps no terms."""
    moved = (
        business["subscriptions"]
        .sort("occurred_at")
        .group_by("customer_id", maintain_order=True)
        .agg(pl.all().exclude("occurred_at").last(), occurred_at=pl.col("occurred_at").first())
        .select(business["subscriptions"].collect_schema().names())
    )
    terms = Terms(active_days=84, horizon_days=28, grace_days=14, time_zone="UTC")
    store = replace(store_of({**business, "subscriptions": moved}), time_zone="UTC")
    with pytest.raises(LeakFound, match=r"next_renewal_days \(from subscriptions\)"):
        train(targets()["contract_churn"], store, known_by=date(2025, 9, 8), terms=terms, recipe=Recipe(max_dates=8))


def test_a_shop_where_everybody_buys_once_is_left_in_peace(log_of: Callable[..., Tables], store_of: StoreOf) -> None:
    luck = np.random.default_rng(2)
    lines = [
        (f"C{n:04}", f"2025-{1 + n % 10:02}-{1 + n % 28:02} 12:00:00", float(luck.integers(1, 90))) for n in range(900)
    ]
    again = [(name, f"2025-{int(day[5:7]) + 1:02}{day[7:]}", 5.0) for name, day, _ in lines[::23]]
    terms = Terms(active_days=84, horizon_days=28, time_zone="Asia/Shanghai")
    store = store_of(log_of(*lines, *again))
    rows, columns = lesson(targets()["churn"], store, known_by=AS_OF, terms=terms, recipe=RECIPE)
    assert rows["label"].mean() > 0.9
    assert leaks(rows, columns, feature_columns()) == []
    assert with_column(rows, chance(rows)) == []

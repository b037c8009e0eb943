"""Who loses a subscription, and from when on is that known? Boundaries, grace, announcements, clocks, and absence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from lessons import lesson

from data_contracts import conform, contracts
from features import SnapshotStore, feature_columns, snapshot
from models import LabelNotMature, NotEnoughHistory, Past, Terms, labels, labels_on, population, targets
from models._examples import Recipe
from models._training import train
from models.contract_churn import leavers

Tables = Mapping[str, pl.LazyFrame]
StoreOf = Callable[[Tables], SnapshotStore]

AS_OF = date(2025, 6, 1)
TARGET = targets()["contract_churn"]
SHANGHAI = Terms(active_days=84, horizon_days=28, grace_days=14, time_zone="Asia/Shanghai")
LATER = date(2025, 9, 1)
COLUMNS = ("customer_id", "occurred_at", "renews_at")


def tables_of(raw: pl.DataFrame, *, time_zone: str = "Asia/Shanghai") -> Tables:
    """These terms as the lake would hold them, beside a log in which nobody bought anything."""
    conformed = conform(contracts()["subscriptions"], raw, time_zone=time_zone)
    assert conformed.faults.is_empty()
    return {
        "transactions": pl.LazyFrame(schema=contracts()["transactions"].polars_schema),
        "subscriptions": conformed.rows.drop("_row").lazy(),
    }


def terms_log(*rows: tuple[Any, ...], time_zone: str = "Asia/Shanghai") -> Tables:
    """Terms `(customer, local begin, local renewal date[, dict of other columns])`."""
    made = [dict(zip(COLUMNS, row, strict=False)) | (row[3] if len(row) > 3 else {}) for row in rows]
    return tables_of(
        pl.DataFrame(
            made,
            schema=dict.fromkeys(contracts()["subscriptions"].column_names[:-1], pl.String)
            | {"monthly_amount": pl.Float64, "recorded_at": pl.String},
        ),
        time_zone=time_zone,
    )


def answers(tables: Tables, *, as_of: date = AS_OF, known_by: date = LATER, terms: Terms = SHANGHAI) -> dict[str, bool]:
    """The label of each customer of the population."""
    asked = population(TARGET, tables, as_of=as_of, terms=terms)
    found = labels(TARGET, tables, as_of=as_of, terms=terms, known_by=known_by, among=asked)
    return dict(found.iter_rows())


BEGAN = "2025-05-10 09:00:00"


@pytest.mark.parametrize(
    ("renews_at", "answer"),
    [
        ("2025-05-31 23:59:59", None),
        ("2025-06-01 00:00:00", True),
        ("2025-06-28 23:59:59", True),
        ("2025-06-29 00:00:00", False),
        (None, False),
    ],
)
def test_an_end_counts_from_the_first_moment_of_the_as_of_date_to_the_last_of_the_horizon(
    renews_at: str | None, answer: bool | None
) -> None:
    assert answers(terms_log(("A", BEGAN, renews_at))).get("A") == answer


@pytest.mark.parametrize(
    ("begins", "is_asked"), [("2025-05-31 23:59:59", True), ("2025-06-01 00:00:00", False), ("2025-06-02", False)]
)
def test_a_subscriber_is_one_whose_term_had_begun_before_the_as_of_date(begins: str, is_asked: bool) -> None:
    assert ("A" in answers(terms_log(("A", begins, "2025-12-01")))) == is_asked


@pytest.mark.parametrize(
    ("renewed_at", "churned"),
    [
        ("2025-06-10 00:00:00", False),
        ("2025-06-24 23:59:59", False),
        ("2025-06-25 00:00:00", True),
        ("2025-06-09 08:00:00", False),
    ],
)
def test_a_renewal_on_the_last_day_of_grace_is_no_churn_and_a_day_later_it_is(renewed_at: str, churned: bool) -> None:
    log = terms_log(("A", BEGAN, "2025-06-10 00:00:00"), ("A", renewed_at, "2025-12-10 00:00:00"))
    assert answers(log) == {"A": churned}


def test_without_grace_a_renewal_on_the_same_day_is_in_time() -> None:
    strict = replace(SHANGHAI, grace_days=0)
    for renewed_at, churned in (("2025-06-10 23:59:59", False), ("2025-06-11 00:00:00", True)):
        log = terms_log(("A", BEGAN, "2025-06-10 12:00:00"), ("A", renewed_at, "2025-12-10"))
        assert answers(log, terms=strict) == {"A": churned}


def test_a_label_is_known_when_horizon_and_grace_are_over_and_not_before() -> None:
    log = terms_log(("A", BEGAN, "2025-06-28 23:00:00"), ("A", "2025-07-12 23:59:59", "2026-01-01"))
    assert answers(log, known_by=date(2025, 7, 13)) == {"A": False}
    with pytest.raises(LabelNotMature, match="the 42 days after 2025-06-01 are over on 2025-07-13"):
        answers(log, known_by=date(2025, 7, 12))


def test_the_horizon_begins_after_the_lead_time() -> None:
    soon, later = ("soon", BEGAN, "2025-06-05"), ("later", BEGAN, "2025-07-01")
    assert answers(terms_log(soon, later)) == {"soon": True, "later": False}
    assert answers(terms_log(soon, later), terms=replace(SHANGHAI, lead_days=7)) == {"soon": False, "later": True}


def test_an_end_before_the_term_is_over_counts_when_it_happened() -> None:
    early = ("A", BEGAN, "2025-12-10", {"ended_at": "2025-06-15 12:00:00"})
    before = ("B", BEGAN, "2025-12-10", {"ended_at": "2025-05-31 23:59:59"})
    later = ("C", BEGAN, None, {"ended_at": "2025-06-29 00:00:00"})
    assert answers(terms_log(early, before, later)) == {"A": True, "C": False}


def test_a_renewal_recorded_when_known_by_has_begun_does_not_count_yet() -> None:
    renewed = ("A", "2025-06-10", "2025-12-10", {"recorded_at": "2025-07-13 00:00:00"})
    log = terms_log(("A", BEGAN, "2025-06-10"), renewed)
    assert answers(log, known_by=date(2025, 7, 13)) == {"A": True}
    assert answers(log, known_by=date(2025, 7, 14)) == {"A": False}


def test_a_customer_who_goes_from_one_subscription_to_another_stays() -> None:
    log = terms_log(
        ("A", BEGAN, "2025-06-10", {"subscription_id": "old"}),
        ("A", "2025-06-12", "2025-12-10", {"subscription_id": "new"}),
        ("B", BEGAN, "2025-06-10", {"subscription_id": "one"}),
        ("B", BEGAN, "2025-12-10", {"subscription_id": "two"}),
        ("C", BEGAN, "2025-06-10", {"subscription_id": "one"}),
        ("C", BEGAN, "2025-06-20", {"subscription_id": "two"}),
    )
    assert answers(log) == {"A": False, "B": False, "C": True}


def test_a_term_that_takes_the_place_of_a_longer_one_ends_it() -> None:
    log = terms_log(("A", "2025-01-01", "2025-12-31"), ("A", "2025-05-20", "2025-06-20"))
    assert answers(log) == {"A": True}


@pytest.mark.parametrize(("announced_at", "is_asked"), [("2025-05-31 23:59:59", False), ("2025-06-01 00:00:00", True)])
def test_who_announced_to_leave_before_the_as_of_date_is_listed_apart_and_nobody_else(
    announced_at: str, is_asked: bool
) -> None:
    log = terms_log(("A", BEGAN, "2025-06-10", {"cancelled_at": announced_at}), ("B", BEGAN, "2025-06-10"))
    past = Past(tables=log, as_of=AS_OF, time_zone="Asia/Shanghai")
    apart = leavers(past, SHANGHAI).to_native().collect()["customer_id"].to_list()
    assert answers(log) == {"B": True} | ({"A": True} if is_asked else {})
    assert apart == ([] if is_asked else ["A"])


def test_who_announced_the_end_of_one_of_two_subscriptions_is_still_asked_about() -> None:
    log = terms_log(
        ("A", BEGAN, "2025-06-10", {"subscription_id": "one", "cancelled_at": "2025-05-20"}),
        ("A", BEGAN, "2025-12-10", {"subscription_id": "two"}),
    )
    assert answers(log) == {"A": False}


@pytest.mark.parametrize(
    ("ends_at", "churned"),
    [
        # Berlin is an hour ahead of UTC on 8 March and two hours on 5 April.
        ("2025-03-07T22:59:59+00:00", None),
        ("2025-03-07T23:00:00+00:00", True),
        ("2025-04-04T21:59:59+00:00", True),
        ("2025-04-04T22:00:00+00:00", False),
    ],
)
def test_a_horizon_over_a_change_of_the_clocks_is_whole_local_days(ends_at: str, churned: bool | None) -> None:
    log = terms_log(("A", "2025-02-20T12:00:00+00:00", ends_at), time_zone="Europe/Berlin")
    berlin = replace(SHANGHAI, time_zone="Europe/Berlin")
    assert answers(log, as_of=date(2025, 3, 8), terms=berlin).get("A") == churned


@pytest.mark.parametrize(("renewed_at", "churned"), [("2025-04-05T21:59:59", False), ("2025-04-05T22:00:00", True)])
def test_grace_over_a_change_of_the_clocks_is_whole_local_days(renewed_at: str, churned: bool) -> None:
    began, over = "2025-02-20T12:00:00+00:00", "2025-03-22T23:00:00+00:00"
    log = terms_log(("A", began, over), ("A", f"{renewed_at}+00:00", None), time_zone="Europe/Berlin")
    berlin = replace(SHANGHAI, time_zone="Europe/Berlin", grace_days=13)
    assert answers(log, as_of=date(2025, 3, 8), terms=berlin) == {"A": churned}


def test_a_company_without_subscriptions_is_not_asked() -> None:
    lines = pl.LazyFrame(schema={"category": pl.String})
    assert "contract_churn" not in targets({"transactions": lines, "customers": lines, "interactions": lines})
    assert "contract_churn" in targets({"transactions": lines, "subscriptions": lines})


# --- a simulated business


@pytest.fixture(scope="module")
def known_by() -> date:
    return date(2025, 9, 8)


def test_who_leaves_the_business_is_learned_from_its_past_and_never_with_certainty(
    business: Tables, known_by: date, store_of: StoreOf
) -> None:
    learned = train(TARGET, store_of(business), known_by=known_by, terms=SHANGHAI, recipe=Recipe(max_dates=8))
    figures = learned.report[learned.served]
    assert learned.plan.test + timedelta(days=28 + 14) <= known_by
    assert 0.6 < figures["auc"] < 0.97
    assert figures["brier"] < figures["base_rate"] * (1 - figures["base_rate"])


def test_no_announcement_and_no_end_to_come_changes_any_feature_of_a_subscriber(business: Tables) -> None:
    silent = business["subscriptions"].with_columns(cancelled_at=pl.lit(None, dtype=pl.Datetime("us", "UTC")))
    start = pl.datetime(2025, 3, 1, time_zone="UTC")
    silent = silent.with_columns(ended_at=pl.when(pl.col("ended_at") < start).then("ended_at"))
    day = date(2025, 3, 1)
    told = [name for name, column in feature_columns().items() if column.feature.module == "features.contract"]
    assert business["subscriptions"].select(pl.col("cancelled_at").is_not_null().sum()).collect().item() > 50
    made = snapshot(business, as_of=day)
    assert made.equals(snapshot({**business, "subscriptions": silent}, as_of=day))
    assert made.select((pl.col(told).n_unique() > 1).all()).row(0) == (True,) * len(told)


def test_a_feed_of_subscriptions_that_stopped_makes_nobody_a_leaver(business: Tables, store_of: StoreOf) -> None:
    stop = pl.datetime(2025, 2, 28, 16, time_zone="UTC")  # midnight in Shanghai
    moments = ("ended_at", "cancelled_at")
    stopped = (
        business["subscriptions"]
        .filter(pl.col("occurred_at") < stop)
        .with_columns(pl.when(pl.col(name) < stop).then(name).alias(name) for name in moments)
    )
    tables = {**business, "subscriptions": stopped}
    rows, _ = lesson(TARGET, store_of(tables), known_by=date(2025, 9, 8), terms=SHANGHAI, recipe=Recipe(max_dates=8))
    assert rows["as_of"].max() + timedelta(days=28 + 14) <= date(2025, 3, 1)
    assert labels_on("contract_churn", tables, terms=SHANGHAI)(date(2025, 1, 15))["label"].mean() < 0.2
    with pytest.raises(LabelNotMature):
        labels_on("contract_churn", tables, terms=SHANGHAI)(date(2025, 2, 1))


def test_a_table_that_began_to_come_lately_has_nothing_to_teach_yet(business: Tables, store_of: StoreOf) -> None:
    fresh = business["subscriptions"].filter(pl.col("occurred_at") > pl.datetime(2025, 9, 1, time_zone="UTC"))
    with pytest.raises(NotEnoughHistory, match="nobody to"):
        train(
            TARGET,
            store_of({**business, "subscriptions": fresh}),
            known_by=date(2025, 9, 8),
            terms=SHANGHAI,
            recipe=Recipe(max_dates=4),
        )

"""Does looking back use only what was known then, and do its figures carry honest intervals?"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from features import SnapshotStore
from models import LabelNotMature, NotEnoughHistory, Terms, targets
from models._backtest import by_date, by_group, looked_back, over_dates, served_instead, spread
from models._contenders import BASELINES, MODEL
from models._examples import LeftOut, Recipe
from models._figures import SHOWN
from models._known import Reach
from models._metrics import metrics
from models._scoring import said
from models._tiers import TIERS
from models._training import train

DAYS = (date(2025, 9, 1), date(2025, 10, 6))
OVER = Reach(first_on=date(2024, 1, 1), over_by=date(2025, 12, 1), recorded_by=date(2025, 12, 1))


@pytest.fixture(scope="module")
def rows(store: SnapshotStore, terms: Terms, recipe: Recipe) -> pl.DataFrame:
    churn = targets()["churn"]
    return pl.concat([looked_back(churn, store, as_of=day, data=OVER, terms=terms, recipe=recipe) for day in DAYS])


def test_what_is_looked_back_on_is_what_would_have_been_published(
    rows: pl.DataFrame, store: SnapshotStore, terms: Terms, recipe: Recipe
) -> None:
    made = train(targets()["churn"], store, known_by=DAYS[0], terms=terms, recipe=recipe)
    assert made.plan.known_by <= DAYS[0]
    then = rows.filter(pl.col("as_of") == DAYS[0])
    assert then["customer_id"].is_unique().all()
    assert set(then["served"]) == {made.served}
    known = then.select("customer_id", "as_of").join(store.at(DAYS[0]), on="customer_id", how="left")
    published = pl.DataFrame({"customer_id": known["customer_id"], "said": said(made.model, known, made.columns)})
    assert then.join(published, on="customer_id").select((pl.col(MODEL) - pl.col("said")).abs().max()).item() < 1e-9
    assert set(BASELINES) < set(rows.columns)


def test_whom_a_campaign_reached_is_neither_learned_from_nor_judged_on(
    rows: pl.DataFrame, store: SnapshotStore, terms: Terms, recipe: Recipe
) -> None:
    churn, day = targets()["churn"], DAYS[0]
    everybody = rows.filter(pl.col("as_of") == day)["customer_id"].sort()
    whole = {"from_on": [date(2024, 1, 1)], "until_on": [day + timedelta(days=1)]}
    early, late = (pl.DataFrame({"customer_id": one}) for one in (everybody[::3], everybody[1::3]))
    windows = [one.join(pl.DataFrame(whole), how="cross") for one in (early, late)]
    without = LeftOut(learning=windows[0], judging=windows[1])
    found = looked_back(churn, store, as_of=day, data=OVER, terms=terms, recipe=recipe, left_out=without)
    assert set(found["customer_id"]) == {*everybody} - {*late["customer_id"]}
    made = train(churn, store, known_by=day, terms=terms, recipe=recipe, leave_out=windows[0])
    known = found.select("customer_id", "as_of").join(
        store.at(day), on="customer_id", how="left", maintain_order="left"
    )
    assert found[MODEL].to_numpy() == pytest.approx(said(made.model, known, made.columns))


def test_a_day_on_which_campaigns_reached_everybody_is_refused(
    store: SnapshotStore, terms: Terms, recipe: Recipe, rows: pl.DataFrame
) -> None:
    reached = rows.select("customer_id", from_on=pl.lit(DAYS[0]), until_on=pl.lit(DAYS[1])).unique()
    without = LeftOut(judging=reached)
    with pytest.raises(NotEnoughHistory, match="campaigns reached all"):
        looked_back(targets()["churn"], store, as_of=DAYS[0], data=OVER, terms=terms, recipe=recipe, left_out=without)


def test_it_is_told_on_which_dates_a_baseline_was_served_instead(rows: pl.DataFrame) -> None:
    second = pl.col("as_of") == DAYS[1]
    changed = rows.with_columns(served=pl.when(second).then(pl.lit("recency_rule")).otherwise(pl.lit(MODEL)))
    assert served_instead(changed) == {DAYS[1]: "recency_rule"}
    assert served_instead(changed.filter(~second)) == {}


def test_a_day_whose_horizon_is_not_over_is_refused(store: SnapshotStore, terms: Terms, recipe: Recipe) -> None:
    with pytest.raises(LabelNotMature):
        looked_back(targets()["churn"], store, as_of=date(2025, 11, 10), data=OVER, terms=terms, recipe=recipe)


def test_figures_stand_within_their_intervals_and_means_are_means(rows: pl.DataFrame) -> None:
    single, mean = by_date(rows), over_dates(rows)
    for day, found in single.items():
        part = rows.filter(pl.col("as_of") == day)
        plain = metrics(part["label"].to_numpy(), part[MODEL].to_numpy())
        for figure in SHOWN["probability"]:
            made = found[MODEL][figure]
            assert made.value == pytest.approx(plain[figure])
            assert made.low < made.high
            assert figure == "calibration_error" or made.low < made.value < made.high
    for name in (MODEL, *BASELINES):
        each = [found[name]["auc"].value for found in single.values()]
        assert mean[name]["auc"].value == pytest.approx(np.mean(each))
        assert spread(rows)[name]["auc"] == pytest.approx(np.std(each, ddof=1))


def test_groups_add_up_to_all_customers_in_tiers_and_in_tenures(rows: pl.DataFrame) -> None:
    groups = by_group(rows)
    tiers = [one for one in groups if one.name in TIERS]
    assert sum(one.customer_dates for one in tiers) == rows.height
    assert sum(one.customer_dates for one in groups) == 2 * rows.height
    assert sum(one.figures["base_rate"].value * one.customer_dates for one in tiers) == pytest.approx(
        rows["label"].sum()
    )
    for one in groups:
        for figure in one.figures.values():
            assert figure.low < figure.high

"""Are customers whom a campaign reached left out of training, and those held out kept?"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from campaigns import assigned, campaign, record
from small_shop import AS_OF

from features import open_lake
from models import targets
from models._examples import plan_for, training_rows
from pipelines._learning import recipe_of, snapshot_store
from pipelines._question_terms import terms_of
from pipelines._settings import load_settings
from pipelines._touched import FEWEST_HELD_OUT, touched
from serving import Ledger

CONTACTED = date(2024, 6, 3)
LATER = date(2024, 7, 1)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger."""
    return Ledger(None, tmp_path / "ledger")


def reached(ledger: Ledger, *, held_out: int) -> None:
    """Contacts 30 customers, C000 to C029, and holds out so many others."""
    arms = {f"C{n:03}": "treated" for n in range(30)} | {f"H{n:03}": "held_out" for n in range(held_out)}
    days = {"starts_on": date(2024, 6, 1), "ends_on": LATER}
    record(ledger, CONTACTED, assigned(arms), campaigns=[campaign(**days)])


def test_rows_whose_horizon_a_contact_reaches_into_are_neither_learned_from_nor_tested_on(
    night: Path, ledger: Ledger
) -> None:
    reached(ledger, held_out=FEWEST_HELD_OUT)
    settings = load_settings(None, environment={}, overrides={"source.name": "simulated-shop", "home": night})
    churn, known_by = targets()["churn"], date.fromisoformat(AS_OF)
    terms, recipe, store = terms_of(settings, churn), recipe_of(settings), snapshot_store(settings, open_lake(night))
    plan = plan_for(churn, store, known_by=known_by, terms=terms, recipe=recipe)
    every = training_rows(churn, store, plan=plan, terms=terms, recipe=recipe)
    leave_out = touched(ledger, churn, terms=terms, before=known_by)
    left = training_rows(churn, store, plan=plan, terms=terms, recipe=recipe, leave_out=leave_out)
    horizon = timedelta(days=terms.horizon_days)
    near = pl.col("as_of").is_between(CONTACTED - horizon, CONTACTED + horizon, closed="none")
    is_touched = near & (pl.col("customer_id") < "C030")
    assert every.filter(is_touched).height > 0
    assert left.equals(every.filter(~is_touched))
    since = touched(ledger, churn, terms=terms, before=known_by, since=plan.final[0])
    assert since.equals(leave_out)


@pytest.mark.parametrize(("held_out", "count"), [(FEWEST_HELD_OUT - 1, 0), (FEWEST_HELD_OUT, 30)])
def test_only_where_enough_are_held_out_to_stand_for_them(ledger: Ledger, held_out: int, count: int) -> None:
    reached(ledger, held_out=held_out)
    settings = load_settings(None, environment={}, overrides={"source.name": "simulated-shop"})
    churn, upsell = targets()["churn"], targets()["upsell"]
    terms = terms_of(settings, churn)
    assert touched(ledger, churn, terms=terms, before=LATER).height == count
    assert touched(ledger, churn, terms=terms, before=CONTACTED).height == 0
    assert touched(ledger, upsell, terms=terms, before=LATER).height == 0


def test_contacts_that_were_over_before_the_first_date_are_not_read(ledger: Ledger) -> None:
    reached(ledger, held_out=FEWEST_HELD_OUT)
    settings = load_settings(None, environment={}, overrides={"source.name": "simulated-shop"})
    churn = targets()["churn"]
    terms = terms_of(settings, churn)
    last_day = CONTACTED + timedelta(days=terms.ahead_days - 1)
    counts = [
        touched(ledger, churn, terms=terms, before=LATER, since=last_day + timedelta(days=days)).height
        for days in (0, 1, 2)
    ]
    assert counts == [30, 30, 0]

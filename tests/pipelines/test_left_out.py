"""Does a look at past dates leave out whom campaigns reached, as training does, and nobody else?"""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from campaigns import assigned, campaign, record
from small_shop import AS_OF, Churn

from models import Terms, targets
from models._examples import NOBODY, LeftOut
from pipelines._backtest import figures_of
from pipelines._left_out import left_out
from pipelines._question_terms import terms_of
from pipelines._settings import Settings, load_settings
from pipelines._touched import FEWEST_HELD_OUT
from serving import Ledger

CONTACTED = date(2024, 6, 3)
REACHED = tuple(f"C{number:03}" for number in range(15))
BEFORE, AFTER = date(2024, 5, 17), date(2024, 6, 14)
"""The days of contact lie within the horizon of the first; what was done works on in that of the second."""


@pytest.fixture
def home(night: Path) -> Path:
    """A home in which nothing is on record yet."""
    (night / "ledger.db").unlink()
    return night


def settings_in(home: Path) -> Settings:
    return load_settings(None, environment={}, overrides={"source.name": "simulated-shop", "home": home})


def reach(home: Path, *, day: date = CONTACTED) -> None:
    """Contacts fifteen customers on a day, and holds out as many others as it takes."""
    arms = dict.fromkeys(REACHED, "treated") | {f"H{n:03}": "held_out" for n in range(FEWEST_HELD_OUT)}
    days = {"starts_on": day.replace(day=1), "ends_on": day.replace(day=28)}
    record(Ledger(None, home), day, assigned(arms), campaigns=[campaign(**days)])


def looked_at(home: Path, as_of: date) -> tuple[LeftOut, Terms]:
    settings, churn = settings_in(home), targets()["churn"]
    terms = terms_of(settings, churn)
    return left_out(settings, churn, as_of=as_of, terms=terms), terms


def test_without_campaigns_nobody_is_left_out_and_no_ledger_is_made(home: Path) -> None:
    assert looked_at(home, AFTER)[0] is NOBODY
    assert not (home / "ledger.db").exists()


@pytest.mark.parametrize(("as_of", "known"), [(BEFORE, 0), (CONTACTED, 0), (AFTER, len(REACHED))])
def test_learning_leaves_out_what_was_known_then_and_judging_what_is_known_now(
    home: Path, as_of: date, known: int
) -> None:
    reach(home)
    without, terms = looked_at(home, as_of)
    assert without.learning is not None
    assert without.judging is not None
    assert without.learning.height == known
    until_on = CONTACTED + timedelta(days=terms.ahead_days)
    assert without.judging.rows() == [(customer, CONTACTED, until_on) for customer in REACHED]


@pytest.mark.parametrize(("day", "count"), [(CONTACTED, 0), (date(2024, 7, 1), len(REACHED))])
def test_a_list_made_when_its_whole_horizon_was_in_the_data_has_changed_no_answer(
    home: Path, day: date, count: int
) -> None:
    reach(home, day=day)
    made = home / "lists" / f"as_of={day}"
    made.mkdir()
    shutil.copy(home / "lists" / f"as_of={AS_OF}" / "manifest.json", made)  # of 19 July, when a horizon is 28 days
    found = looked_at(home, day)[0].judging
    assert found is not None
    assert found.height == count


def test_a_report_on_several_dates_says_how_many_are_left_out(churn: Churn, home: Path, shop: Path) -> None:
    reach(home)
    asked = ("--as-of", BEFORE, "--as-of", AFTER, "--question", "churn")
    ended = churn("backtest", "--source", shop, "--home", home, *asked)
    assert ended.code == 0, ended.err
    kept = pl.read_parquet(home / "accuracy" / "churn.parquet")
    assert kept["as_of"].n_unique() == 2
    assert not {*kept["customer_id"]} & {*REACHED}
    report = (home / "accuracy" / "accuracy.md").read_text(encoding="utf-8")
    told = re.search(r"are neither learned from nor judged: (.*)\.$", report, re.MULTILINE)
    assert told is not None
    for text, day in zip(told[1].split(", "), (BEFORE, AFTER), strict=True):
        left, asked, on = re.findall(r"(\d+) of (\d+) on (.*)", text)[0]
        assert on == str(day)
        assert int(asked) - int(left) == kept.filter(pl.col("as_of") == day).height
        assert 0 < int(left) <= len(REACHED)


def test_published_scores_are_held_against_those_who_were_left_to_themselves(home: Path) -> None:
    reach(home)
    made = home / "lists" / f"as_of={AFTER}"
    made.mkdir()
    scores = pl.read_parquet(home / "lists" / f"as_of={AS_OF}" / "scores.parquet")
    scores.select("customer_id", "churn_probability").write_parquet(made / "scores.parquet")
    asked = scores.drop_nulls("churn_probability")["customer_id"]
    rows, notes = figures_of(settings_in(home), AFTER)
    reached = len({*asked} & {*REACHED})
    assert notes == [
        f"churn: {reached} of {len(asked)} customers were reached by campaigns within the horizon and are left out"
    ]
    assert {row["question"] for row in rows} == {"churn"}

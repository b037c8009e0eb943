"""What is a lesson of earlier campaigns made of? Who counts, with which share treated, and who tells who takes it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from campaigns import campaign
from past_campaign import ASSIGNED, remember, win_back

from models._takers import FEWEST_OF_EACH, FEWEST_TOLD
from pipelines._learned_effects import MOST_CAMPAIGNS
from pipelines._uplift_lessons import lesson_of
from serving import Ledger

BEGINS = date(2024, 7, 1)
OFFER = "retention_offer"


def ripened(
    ledger: Ledger,
    count: int,
    *,
    arms: tuple[str, ...] = ("treated", "held_out"),
    until: date = date(2024, 6, 18),
) -> None:
    """Records outcomes of the first customers of the first night in May, measured `until` a day."""
    name = "win_back_offer-2024-05"
    rows = ledger.rows_of(name).filter(pl.col("as_of") == pl.col("as_of").min(), pl.col("arm").is_in(arms)).head(count)
    good = rows.select("customer_id", campaign=pl.lit(name), is_good=pl.lit(True), profit=pl.lit(1.0))
    ledger.record_outcomes(good.with_columns(measured_until=pl.lit(until)), as_of=until)


def test_a_night_whose_time_is_not_over_counts_less_and_its_takers_for_more(tmp_path: Path) -> None:
    ledger = win_back(tmp_path)
    ripened(ledger, 120)
    lesson = lesson_of("win_back_offer", ledger, effect=0.1, before=BEGINS)
    assert lesson is not None
    assert (lesson.rows.height, lesson.waiting.height) == (120, 64)
    ripe = lesson.rows["took"].mean()
    (weight,) = lesson.waiting["weight"].unique()
    assert weight == pytest.approx((lesson.waiting["took"] > 0).mean() / ripe)
    assert 0.3 < weight < 0.8
    assert lesson.waiting["took"].max() == pytest.approx(1 / weight)


def test_few_whose_time_is_over_say_nothing_of_the_others(tmp_path: Path) -> None:
    ledger = win_back(tmp_path)
    ripened(ledger, 8)
    lesson = lesson_of("win_back_offer", ledger, effect=0.1, before=BEGINS)
    assert lesson is not None
    assert lesson.rows.height == 8
    assert lesson.waiting.height == 160 - lesson.rows["is_treated"].sum()
    assert lesson.waiting.filter(pl.col("as_of") == ASSIGNED)["weight"].unique().to_list() == [1.0]
    assert lesson.waiting["weight"].min() > 0.5


def test_a_night_that_nobody_answered_yet_tells_nothing_though_few_are_known_besides(tmp_path: Path) -> None:
    ledger = win_back(tmp_path, nights=(48, 80))
    ripened(ledger, 48, until=date(2024, 5, 18))
    lesson = lesson_of("win_back_offer", ledger, effect=0.1, before=date(2024, 5, 19))
    assert lesson is not None
    assert lesson.rows["took"].count() < FEWEST_TOLD
    assert lesson.rows["took"].sum() >= FEWEST_OF_EACH
    assert lesson.waiting.height == 0


def test_who_took_it_is_not_forgotten_where_nobody_held_out_has_an_outcome(tmp_path: Path) -> None:
    ledger = win_back(tmp_path)
    ripened(ledger, 120, arms=("treated",))
    lesson = lesson_of("win_back_offer", ledger, effect=0.1, before=BEGINS)
    assert lesson is not None
    assert (lesson.rows.height, lesson.waiting.height) == (0, 160)
    assert (lesson.waiting["weight"] == 1.0).sum() == 96


def test_many_small_nights_teach_as_much_as_a_large_one(tmp_path: Path) -> None:
    ledger = win_back(tmp_path, nights=(120, *[4] * 10))
    ripened(ledger, 120)
    lesson = lesson_of("win_back_offer", ledger, effect=0.1, before=BEGINS)
    assert lesson is not None
    assert lesson.waiting.height > 25
    assert lesson.waiting["weight"].is_between(0.2, 1.0).all()
    assert lesson.waiting["weight"].max() < 1.5 * lesson.waiting["weight"].min()
    assert (lesson.waiting["took"] == 0).any()


def test_who_stays_away_from_an_offer_to_stay_tells_nothing_before_the_outcome_is_known(tmp_path: Path) -> None:
    ledger = win_back(tmp_path, action=OFFER)
    assert lesson_of(OFFER, ledger, effect=0.1, before=BEGINS) is None


def test_only_the_latest_campaigns_are_learned_from(tmp_path: Path) -> None:
    ledger = remember(tmp_path)
    rows = ledger.assigned().drop("as_of")
    for number in range(MOST_CAMPAIGNS + 1):
        day = date(2024, 6, 1 + number)
        name = f"{OFFER}-{number}"
        one = campaign(name, starts_on=day, ends_on=day + timedelta(days=1))
        ledger.record_night(
            day,
            digest=str(number),
            counts={},
            campaigns=pl.DataFrame([one]),
            assignments=rows.with_columns(campaign=pl.lit(name)),
        )
        if number == MOST_CAMPAIGNS:
            continue  # the latest has no outcomes yet, and takes no other's place
        good = rows.select("customer_id", campaign=pl.lit(name), is_good=pl.lit(True), profit=pl.lit(1.0))
        until = pl.lit(day + timedelta(days=1))
        ledger.record_outcomes(good.with_columns(measured_until=until), as_of=date(2024, 6, 20))
    lesson = lesson_of(OFFER, ledger, effect=0.1, before=BEGINS)
    assert lesson is not None
    assert {*lesson.rows["campaign"]} == {f"{OFFER}-{number}" for number in range(MOST_CAMPAIGNS)}


def test_the_share_treated_is_that_of_the_stratum(tmp_path: Path) -> None:
    lesson = lesson_of(OFFER, remember(tmp_path), effect=0.1, before=BEGINS)
    assert lesson is not None
    assert lesson.rows["propensity"].unique().to_list() == pytest.approx([lesson.rows["is_treated"].mean()])
    assert set(lesson.rows["as_of"]) == {ASSIGNED}

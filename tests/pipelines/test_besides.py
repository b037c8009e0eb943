"""What do other actions tell of one that was hardly tried? Who takes what is offered, if the offer tells that."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
from campaigns import assigned, campaign, receipt, record
from past_campaign import remember, win_back

from models._takers import FEWEST_OF_EACH, FEWEST_TOLD
from pipelines._besides import lessons_tonight
from pipelines._uplift_lessons import Lesson, lesson_of
from serving import Ledger

BEGINS = date(2024, 7, 1)
OFFER, BACK, MORE = "retention_offer", "win_back_offer", "upsell"
SCORES = pl.DataFrame(
    {
        "customer_id": [f"N{number:05d}" for number in range(500)],
        "churn_probability": [None, 0.0, *[0.3] * 498],
        "upsell_probability": [0.2] * 500,
        "win_back_probability": [None] * 500,
    },
    schema_overrides={"win_back_probability": pl.Float64},
)


def lesson_tonight(action: str, ledger: Ledger, scores: pl.DataFrame = SCORES) -> Lesson | None:
    """The lesson of an action whose campaign begins tonight."""
    return lessons_tonight(ledger, {action: 0.2}, scores, habit_spread=0.5, as_of=BEGINS).get(action)


def offer(ledger: Ledger, action: str, *, day: date, contacted: int, taking: int) -> None:
    """Records a night on which an action was done to so many customers, of whom the first took the offer."""
    name = f"{action}-{day:%Y-%m-%d}"
    names = [f"{action}{number:04d}" for number in range(contacted)]
    one = campaign(name, action=action, starts_on=day, ends_on=date(2024, 6, 30))
    record(ledger, day, assigned(dict.fromkeys(names, "treated"), campaign=name), campaigns=[one])
    told = {"campaign": name, "as_of": day, "happened_on": day, "recorded_on": day}
    moment = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
    ledger.take_receipts(
        pl.DataFrame([receipt(each, "accepted", 6, **told, happened_at=moment) for each in names[:taking]])
    )


def test_an_action_that_was_never_tried_learns_who_takes_offers_to_come_back(tmp_path: Path) -> None:
    ledger = win_back(tmp_path)
    assert lesson_of(OFFER, ledger, effect=0.2, before=BEGINS) is None
    lesson = lesson_tonight(OFFER, ledger)
    assert lesson is not None
    assert (lesson.rows.height, lesson.waiting.height) == (0, 0)
    own = lesson_of(BACK, ledger, effect=0.1, before=BEGINS)
    assert own is not None
    assert lesson.elsewhere.sort("customer_id").equals(own.waiting.sort("customer_id"))
    # Whom the outcome is predicted of, and with whom it could end badly: not the first two.
    assert lesson.asked["customer_id"].to_list() == SCORES["customer_id"].to_list()[2:]
    assert lesson.asked["as_of"].unique().to_list() == [BEGINS]
    assert lesson.asked["probability"].unique().to_list() == [0.3]


def test_no_action_lends_to_itself(tmp_path: Path) -> None:
    ledger = win_back(tmp_path)
    lesson, own = lesson_tonight(BACK, ledger), lesson_of(BACK, ledger, effect=0.2, before=BEGINS)
    assert lesson is not None
    assert own is not None
    assert lesson.elsewhere.height == 0
    assert lesson.waiting.equals(own.waiting)
    assert lesson.asked.height == 0  # nobody's win-back is predicted


@pytest.mark.parametrize("scores", [SCORES.drop("upsell_probability"), SCORES.clear()])
def test_where_nobody_is_asked_about_tonight_nothing_is_lent(tmp_path: Path, scores: pl.DataFrame) -> None:
    assert lesson_tonight(MORE, win_back(tmp_path), scores) is None


def test_offers_to_stay_lend_nothing(tmp_path: Path) -> None:
    ledger = remember(tmp_path, accepts=True)
    own = lesson_of(OFFER, ledger, effect=0.2, before=BEGINS)
    assert own is not None
    assert own.rows["took"].sum() >= FEWEST_OF_EACH
    assert lesson_tonight(MORE, ledger) is None


def test_what_few_tell_is_not_lent(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    offer(ledger, BACK, day=date(2024, 5, 6), contacted=FEWEST_TOLD - 1, taking=20)
    offer(ledger, "referral_invitation", day=date(2024, 5, 7), contacted=90, taking=FEWEST_OF_EACH - 1)
    assert lesson_tonight(MORE, ledger) is None
    offer(ledger, "cross_sell", day=date(2024, 5, 8), contacted=FEWEST_TOLD, taking=FEWEST_OF_EACH)
    lesson = lesson_tonight(MORE, ledger)
    assert lesson is not None
    assert lesson.elsewhere["campaign"].unique().to_list() == ["cross_sell-2024-05-08"]


def test_that_one_offer_is_taken_more_often_than_another_says_nothing(tmp_path: Path) -> None:
    ledger = Ledger(None, tmp_path)
    offer(ledger, BACK, day=date(2024, 5, 6), contacted=100, taking=10)
    offer(ledger, "cross_sell", day=date(2024, 5, 7), contacted=60, taking=40)
    lesson = lesson_tonight(MORE, ledger)
    assert lesson is not None
    shares = lesson.elsewhere.group_by("campaign").agg(
        (pl.col("took") * pl.col("weight")).sum() / pl.col("weight").sum()
    )
    assert shares["took"].to_list() == pytest.approx([shares["took"].mean()] * 2)


def test_another_night_with_others_asked_about_is_another_lesson(tmp_path: Path) -> None:
    ledger = win_back(tmp_path)
    first, again, second = (lesson_tonight(MORE, ledger, scores) for scores in (SCORES, SCORES, SCORES.head(100)))
    assert first is not None
    assert again is not None
    assert second is not None
    assert first.digest == again.digest
    assert first.digest != second.digest


def test_of_a_large_company_some_of_tonight_stand_for_all(tmp_path: Path) -> None:
    names = pl.DataFrame({"customer_id": [f"N{number:06d}" for number in range(25_000)]})
    lesson = lesson_tonight(MORE, win_back(tmp_path), names.with_columns(upsell_probability=pl.lit(0.2)))
    assert lesson is not None
    assert 5_000 < lesson.asked.height <= 10_000
    assert lesson.asked["customer_id"].to_list()[-1] > "N024990"

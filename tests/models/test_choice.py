"""Does a list only tell what is true, what moves the probability, and no fact twice, whatever the numbers are?"""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from claims import CLAIMS, claim_of
from hypothesis import given, settings
from hypothesis import strategies as st

from features import feature_columns
from models._choice import LEAST, Chosen, choose, weigh
from models._reason import declared_reasons, told_by

COLUMNS = list(feature_columns())
LEVELS = {
    "days": (1, 3, 20, 29, 60, 90, 150, 400, 900),
    "purchases": (0, 1, 2, 3, 5, 8, 14, 30),
    "hours": (0, 1, 20, 30, 100, 300),
    "share": (0, 0.05, 0.2, 0.5, 0.8, 1),
    "ratio": (-0.5, 0, 0.3, 0.7, 1, 1.6),
    "currency": (-20, 0, 5.5, 30, 80, 300, 12_000),
    "points": (-2, 1, 2, 3, 4, 5),
    "yes (1) or no (0)": (0, 1),
}
"""What a column may be, by its unit; counts of other things are as purchases are."""


def random_rows(seed: int, null_share: float, height: int = 40) -> pl.DataFrame:
    """Rows whose numbers need not fit together: what is told must be true of them all the same."""
    dice = np.random.default_rng(seed)
    rows = {"customer_id": [f"C{number}" for number in range(height)]}
    for name, column in feature_columns().items():
        values = dice.choice(LEVELS.get(column.unit, LEVELS["purchases"]), height).astype(float)
        rows[name] = [None if dice.random() < null_share else value for value in values.tolist()]
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys(COLUMNS, pl.Float64))


def random_weights(seed: int, height: int = 40) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=0.1, size=(height, len(COLUMNS)))


def chosen(rows: pl.DataFrame, weights: np.ndarray, *, growth: bool = False, most: int = 3) -> Chosen:
    return choose(rows, weigh(weights, COLUMNS), growth=growth, most=most)


any_rows = st.builds(random_rows, st.integers(0, 10_000), st.sampled_from([0.0, 0.1, 0.5]))
any_weights = st.builds(random_weights, st.integers(0, 10_000))


@settings(deadline=None, max_examples=50)
@given(rows=any_rows, weights=any_weights, growth=st.booleans())
def test_what_is_told_is_true(rows: pl.DataFrame, weights: np.ndarray, growth: bool) -> None:
    found = chosen(rows, weights, growth=growth)
    for row, places in zip(rows.iter_rows(named=True), found.places, strict=True):
        for english, _ in (found.menu[place].says for place in places if place >= 0):
            assert CLAIMS[claim_of(english)](SimpleNamespace(**row)), (english, row)


@settings(deadline=None, max_examples=50)
@given(rows=any_rows, weights=any_weights, growth=st.booleans())
def test_no_fact_is_told_twice_and_no_reason(rows: pl.DataFrame, weights: np.ndarray, growth: bool) -> None:
    found = chosen(rows, weights, growth=growth, most=5)
    for places in found.places:
        told = [place for place in places if place >= 0]
        facts = [fact for place in told for fact in found.menu[place].tells]
        tellers = [found.teller[place] for place in told if found.teller[place]]
        assert len(facts) == len(set(facts))
        assert len(tellers) == len(set(tellers))


@settings(deadline=None, max_examples=50)
@given(rows=any_rows, weights=any_weights, growth=st.booleans())
def test_reasons_raise_the_probability_the_strongest_first_and_facts_come_last(
    rows: pl.DataFrame, weights: np.ndarray, growth: bool
) -> None:
    weighed = {reason.name: added for reason, added in weigh(weights, COLUMNS).items()}
    found = chosen(rows, weights, growth=growth)
    for number, places in enumerate(found.places):
        tellers = [found.teller[place] for place in places if place >= 0]
        added = [weighed[teller][number] if teller else 0.0 for teller in tellers]
        assert added == sorted(added, reverse=True)
        assert all(each >= LEAST for each, teller in zip(added, tellers, strict=True) if teller)
        for place in places[places >= 0]:
            is_note = [
                says.startswith(note) for says, note in zip(found.menu[place].says, ("note: ", "备注："), strict=True)
            ]
            assert is_note == [found.teller[place] is None] * 2


@settings(deadline=None, max_examples=50)
@given(rows=any_rows, weights=any_weights)
def test_who_bought_yesterday_is_never_told_to_be_away(rows: pl.DataFrame, weights: np.ndarray) -> None:
    yesterday = rows.with_columns(days_since_last_purchase=pl.lit(1.0), purchase_count_28d=pl.lit(2.0))
    told = chosen(yesterday, weights).phrases(language="en")
    away = [
        text for place in told for text in place if text and re.match("has not bought|bought once, |no purchase", text)
    ]
    assert not away


@settings(deadline=None, max_examples=50)
@given(rows=any_rows, weights=any_weights, order=st.permutations(range(40)))
def test_each_customer_is_told_the_same_whoever_else_is_there(
    rows: pl.DataFrame, weights: np.ndarray, order: list[int]
) -> None:
    together = chosen(rows, weights).phrases(language="zh")
    apart = chosen(rows[order], weights[order]).phrases(language="zh")
    assert [[place[k] for k in order] for place in together] == apart
    alone = chosen(rows[3:4], weights[3:4]).phrases(language="zh")
    assert [place[3] for place in together] == [place[0] for place in alone]


@settings(deadline=None, max_examples=50)
@given(weights=any_weights)
def test_the_reasons_add_up_to_all_that_the_columns_add(weights: np.ndarray) -> None:
    assert np.allclose(sum(weigh(weights, COLUMNS).values()), weights.sum(axis=1), atol=1e-12)


SILENT_BY_NATURE = [name for name, reason in told_by(COLUMNS).items() if reason.silent]


def test_what_is_silent_is_told_by_nobody() -> None:
    weights = np.zeros((40, len(COLUMNS)))
    weights[:, [COLUMNS.index(name) for name in SILENT_BY_NATURE]] = 3.0
    assert {found for found in np.array(chosen(random_rows(1, 0.0), weights).teller) if found} <= set(
        declared_reasons()
    )
    told = chosen(random_rows(1, 0.0), weights).phrases(language="en")
    assert all(text.startswith("note: ") for place in told for text in place)


def customer(**known: float) -> pl.DataFrame:
    """One row of which nothing else is known."""
    nothing = {name: pl.Series([None], dtype=pl.Float64) for name in COLUMNS}
    return pl.DataFrame({"customer_id": ["C1"], **nothing}).with_columns(
        **{name: pl.lit(float(value)) for name, value in known.items()}
    )


def told_of(row: pl.DataFrame, *strongest: str, growth: bool = False, language: str = "en") -> list[str | None]:
    """What is told when these columns raise the probability, the first of them most."""
    weights = np.zeros((1, len(COLUMNS)))
    for rank, name in enumerate(strongest):
        weights[0, COLUMNS.index(name)] = 2.0 - rank / 10
    return [place[0] for place in chosen(row, weights, growth=growth).phrases(language=language)]


REGULAR = {"days_since_last_purchase": 74, "tenure_days": 494, "purchase_day_count_ever": 21, "longest_gap_days": 90}
REGULAR |= {"purchase_count_28d": 2, "purchase_count_56d": 7, "purchase_count_84d": 9}


@pytest.mark.parametrize(
    ("known", "strongest", "english", "chinese"),
    [
        (
            REGULAR,
            "overdue_ratio",
            "has not bought for 74 days; usually every 21 days",
            "已有 74 天没有购买；通常每 21 天购买一次",
        ),
        (
            REGULAR | {"longest_gap_days": 60},
            "alive_probability",
            "has not bought for 74 days, longer than ever before; usually every 21 days",
            "已有 74 天没有购买，为历来最久；通常每 21 天购买一次",
        ),
        (
            REGULAR,
            "recent_purchase_share",
            "bought twice in the last 4 weeks, 5 times in the 4 weeks before",
            "最近 4 周购买 2 次，此前 4 周为 5 次",
        ),
        (
            {"open_complaint_count": 1, "oldest_open_complaint_hours": 140},
            "slow_complaint_count_364d",
            "complaint open for 6 days",
            "有一件投诉已 6 天未解决",
        ),
        (
            {"days_since_last_return": 5, "days_since_last_purchase": 9},
            "return_value_share",
            "returned goods 5 days ago and has not bought since",
            "5 天前退货，之后没有再购买",
        ),
    ],
)
def test_a_reason_tells_what_happened_with_the_customers_own_numbers(
    known: dict[str, float], strongest: str, english: str, chinese: str
) -> None:
    assert told_of(customer(**known), strongest)[0] == english
    assert told_of(customer(**known), strongest, language="zh")[0] == chinese


def test_a_wait_within_the_usual_gap_is_no_silence() -> None:
    early = customer(**REGULAR | {"days_since_last_purchase": 15, "tenure_days": 435})
    assert told_of(early, "no_purchase_in_4_weeks_probability")[0] == "note: last bought 15 days ago"
    assert told_of(early, "no_purchase_in_4_weeks_probability", growth=True)[0] == "bought recently: 15 days ago"


def test_growth_is_told_in_words_that_sell() -> None:
    due = customer(**REGULAR | {"days_since_last_purchase": 19, "tenure_days": 439, "purchase_count_28d": 5})
    assert told_of(due, "overdue_ratio", "purchase_count_28d", growth=True)[:2] == [
        "next order about due: usually every 21 days, last bought 19 days ago",
        "buys more lately: 5 purchases in the last 4 weeks, 2 in the 4 before",
    ]


def test_a_reason_that_only_repeats_a_fact_is_not_told() -> None:
    once = customer(days_since_last_purchase=40, purchase_count_ever=1, purchase_day_count_ever=1, tenure_days=40)
    assert told_of(once, "days_since_last_purchase", "tenure_days") == [
        "bought once, 40 days ago, and has not come back",
        None,
        None,
    ]


def test_a_trend_is_told_once_and_nobody_is_told_twice_to_buy_seldom() -> None:
    known = {"spend_28d": 20, "spend_84d": 300, "last_purchase_value": 10, "median_purchase_value": 30}
    less = customer(**REGULAR | known | {"days_since_last_purchase": 5, "purchase_count_ever": 21})
    assert told_of(less, "recent_purchase_share", "recent_spend_ratio")[:2] == [
        "bought twice in the last 4 weeks, 5 times in the 4 weeks before",
        "the last purchase was small: 10; typically 30",
    ]
    assert told_of(less, "recent_spend_ratio", "recent_purchase_share")[0] == (
        "spent 20 in the last 4 weeks; before that, about 140 in 4 weeks"
    )
    rare = customer(**REGULAR | {"days_since_last_purchase": 5, "tenure_days": 1005, "purchase_count_364d": 6})
    assert told_of(rare, "overdue_ratio", "purchase_rate")[:2] == [
        "buys seldom: usually every 50 days",
        "note: last bought 5 days ago",
    ]


def test_a_reason_that_hardly_counts_is_not_told() -> None:
    weights = np.zeros((1, len(COLUMNS)))
    for added, is_told in ((LEAST, True), (LEAST - 0.001, False)):
        weights[0, COLUMNS.index("overdue_ratio")] = added
        told = chosen(customer(**REGULAR), weights).phrases(language="en")[0][0]
        assert str(told).startswith("has not bought") == is_told

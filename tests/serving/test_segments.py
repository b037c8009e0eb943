"""Who is a VIP? By share of profit, alike for those who spend alike, and steady from night to night."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving import CustomerTwice, value_segments

RANKS = {"VIP": 0, "major": 1, "ordinary": 2, "small": 3}


def segments(spend: list[float], *, before: list[str] | None = None, margin: float = 1.0) -> list[str]:
    names = [f"C{number:04d}" for number in range(len(spend))]
    held = None if before is None else pl.DataFrame({"customer_id": names, "segment": before})
    scores = pl.DataFrame({"customer_id": names, "yearly_spend": spend}, schema_overrides={"yearly_spend": pl.Float64})
    return value_segments(scores, margin=margin, before=held).to_list()


def test_a_fifth_that_brings_four_fifths_is_vip_and_major() -> None:
    found = segments([250.0, 250.0, 150.0, 150.0] + [10.0] * 15 + [5.0] * 10)
    assert found[:4] == ["VIP", "VIP", "major", "major"]
    assert found[4:19] == ["ordinary"] * 15
    assert found[19:] == ["small"] * 10


def test_the_first_customer_is_a_vip_however_much_of_the_profit_that_is() -> None:
    assert segments([1000.0, 1.0])[0] == "VIP"
    assert segments([3.0]) == ["VIP"]


def test_without_any_profit_everybody_is_small() -> None:
    assert segments([0.0, 0.0]) == ["small", "small"]
    assert segments([9.0, 4.0], margin=0.0) == ["small", "small"]
    assert segments([]) == []


@given(st.lists(st.sampled_from([0.0, 1.0, 5.0, 5.5, 80.0, 1e6]), max_size=40))
def test_who_spends_more_is_never_in_a_lower_segment_and_equals_stand_together(spend: list[float]) -> None:
    ranks = [RANKS[name] for name in segments(spend)]
    for one, mine in zip(spend, ranks, strict=True):
        assert all(theirs <= mine for other, theirs in zip(spend, ranks, strict=True) if other >= one)


def test_a_customer_changes_the_segment_only_when_clearly_beyond_the_border() -> None:
    spend = [250.0, 250.0, 150.0, 150.0] + [10.0] * 15 + [5.0] * 10
    first = segments(spend)
    nearly = [*spend[:3], 140.0, *spend[4:]]
    assert segments(nearly, before=first)[3] == first[3] == "major"
    fallen = [*spend[:3], 5.0, *spend[4:]]
    assert segments(fallen, before=first)[3] == "ordinary"


def test_the_same_night_again_changes_nobody() -> None:
    spend = [float(number**2) for number in range(50)]
    first = segments(spend)
    assert segments(spend, before=first) == first


def test_a_customer_in_two_rows_is_refused_by_name() -> None:
    twice = pl.DataFrame({"customer_id": ["A", "A"], "yearly_spend": [1.0, 2.0]})
    with pytest.raises(CustomerTwice, match="the scores: 1 customers stand in more than one row \\(first: 'A'\\)"):
        value_segments(twice, margin=1.0)
    once = twice.head(1)
    held = pl.DataFrame({"customer_id": ["A", "A"], "segment": ["VIP", "small"]})
    with pytest.raises(CustomerTwice, match="the night before"):
        value_segments(once, margin=1.0, before=held)

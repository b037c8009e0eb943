"""Does a definition that cannot be meant say so where it is written?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from features import Events, catalogue, complaints, count, feature, feature_columns, purchases, total


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (lambda: count(purchases), "purchases does not say which events count"),
        (lambda: count("amount"), "'amount' does not say which events count"),
        (lambda: total(purchases), "purchases is no column"),
        (lambda: count(~purchases.within(7)), "a window has no opposite"),
        (lambda: count(purchases.within(84) & purchases.amount > 3), "put the condition in parentheses"),
    ],
)
def test_what_is_summed_up_is_asked_where_it_is_written(build: Callable[[], object], says: str) -> None:
    with pytest.raises(TypeError, match=re.escape(says)):
        build()


@pytest.mark.parametrize(("days", "after"), [(0, 0), (-5, 0), ("84", 0), (10.5, 0), (28, 28), (28, -1)])
def test_a_window_is_of_whole_days(days: Any, after: int) -> None:
    with pytest.raises(ValueError, match=r"purchases.within\(.*whole numbers of days"):
        purchases.within(days, after=after)


def test_what_is_no_feature_is_refused_and_one_needs_no_list() -> None:
    with pytest.raises(TypeError, match="'purchase_count' is no feature"):
        feature_columns(["purchase_count"])  # type: ignore[list-item]
    assert list(feature_columns(catalogue()["tenure_days"])) == ["tenure_days"]


@pytest.mark.parametrize(
    ("of", "build", "says"),
    [
        (purchases, lambda: count(complaints.topic == "x"), "speaks of 'topic', which purchases does not have"),
        (complaints, lambda: total(complaints.kind), "'kind' is text, which has no total"),
        (complaints, lambda: count() / total(complaints.topic), "'topic' is text, which has no total"),
    ],
)
def test_columns_of_another_table_and_sums_of_texts_are_refused(of: Events, build: Any, says: str) -> None:
    def made() -> Any:
        """Something."""
        return build()

    with pytest.raises(TypeError, match=re.escape(says)):
        feature(of=of, unit="-", missing=None)(made)


def test_a_feature_has_a_name() -> None:
    with pytest.raises(TypeError, match="a lambda has none"):
        feature(of=purchases, unit="-", missing=None)(lambda: count())

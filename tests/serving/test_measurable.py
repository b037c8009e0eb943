"""Are customers compared within strata that both arms have, and as narrow as they can be?"""

from __future__ import annotations

import polars as pl
import pytest

from serving._measurable import stratified

Group = tuple[str, str, int, int]


def strata_of(*groups: Group) -> list[int]:
    """The stratum of each group `(campaign, segment, treated, held out)`; all of its customers share it."""
    rows = [
        (number, campaign, segment, is_treated)
        for number, (campaign, segment, treated, held_out) in enumerate(groups)
        for is_treated in [True] * treated + [False] * held_out
    ]
    known = pl.DataFrame(rows, schema=["group", "campaign", "segment", "is_treated"], orient="row")
    found = (
        known.with_columns(stratum=stratified(known)).group_by("group").agg(pl.col("stratum").unique()).sort("group")
    )
    assert found["stratum"].list.len().eq(1).all()
    return [int(strata[0]) for strata in found["stratum"]]


@pytest.mark.parametrize(
    ("groups", "alike"),
    [
        ([("a", "VIP", 45, 5), ("a", "small", 90, 10)], [0, 1]),
        ([("a", "VIP", 20, 2), ("a", "major", 30, 3), ("a", "small", 90, 10)], [0, 0, 1]),
        ([("a", "VIP", 40, 4), ("a", "small", 90, 10)], [0, 0]),
        ([("a", "VIP", 45, 5), ("b", "VIP", 45, 5)], [0, 1]),
        ([("a", "VIP", 9, 3), ("b", "VIP", 9, 3), ("c", "VIP", 90, 10)], [0, 0, 1]),
        ([("a", "VIP", 9, 1), ("b", "VIP", 9, 1), ("c", "VIP", 90, 10), ("d", "VIP", 200, 30)], [0, 0, 1, 0]),
        ([("a", "VIP", 9, 1), ("b", "VIP", 9, 1)], [0, 0]),
        ([("a", "VIP", 9, 0), ("a", "small", 0, 3)], [0, 0]),
    ],
    ids=[
        "segments that are large enough stay apart",
        "small segments are put together",
        "one small segment joins the largest",
        "campaigns stay apart",
        "small campaigns are put together",
        "what is too small together joins the largest",
        "all that there is may be too small",
        "segments may have one arm each",
    ],
)
def test_customers_are_compared_with_those_alike(groups: list[Group], alike: list[int]) -> None:
    found = strata_of(*groups)
    assert [found.index(stratum) for stratum in found] == [alike.index(stratum) for stratum in alike]

"""What might a customer try next? What goes with their basket, never what they have, and nothing without a sign."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from models._suggestion import suggested


def told(*pairs: str) -> dict[str, str | None]:
    """Suggestions for customers given as `name:categories`, one letter each."""
    rows = [(name, category) for pair in pairs for name, _, kinds in [pair.partition(":")] for category in kinds]
    table = pl.DataFrame(rows, schema={"customer_id": pl.String, "category": pl.String}, orient="row")
    return dict(suggested(table).iter_rows())


def test_what_others_bought_beside_it_is_suggested() -> None:
    assert told("A:xy", "B:xy", "C:xz", "D:x")["D"] == "y"


def test_the_more_alike_and_not_the_more_popular_category_wins() -> None:
    found = told("A:bw", "B:bw", "C:p", "D:p", "E:p", "F:pb", "G:b")
    assert found["G"] == "w"


def test_who_has_everything_or_goes_with_nobody_gets_no_suggestion() -> None:
    found = told("A:xy", "B:q")
    assert found == {"A": None, "B": None}


def test_without_categories_there_is_nobody_to_suggest_to() -> None:
    assert told() == {}


@given(st.dictionaries(st.sampled_from("ABCDEFG"), st.sets(st.sampled_from("uvwxyz"), min_size=1), min_size=1))
def test_nothing_is_suggested_that_a_customer_has_and_the_order_of_rows_does_not_matter(
    baskets: dict[str, set[str]],
) -> None:
    pairs = [f"{name}:{''.join(sorted(kinds))}" for name, kinds in baskets.items()]
    found = told(*pairs)
    assert found == told(*reversed(pairs))
    assert all(found[name] not in kinds for name, kinds in baskets.items())

"""Is it said when order ids cannot be what they seem?"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from small_shop import AS_OF, Churn, shop_lines, write_shop


@pytest.mark.slow
def test_order_ids_that_are_used_again_are_noted_and_returns_under_an_old_one_are_not(
    churn: Churn, tmp_path: Path
) -> None:
    lines = shop_lines()
    numbered = lines.with_columns(order_id=(pl.int_range(pl.len()).over("customer_id") % 5).cast(pl.String))
    again = write_shop(tmp_path / "again", numbered)
    ended = churn("nightly", "--source", again, "--as-of", AS_OF, "--home", tmp_path / "home")
    assert "orders have lines more than 7 days apart (such as order '0' of customer 'C000')" in " ".join(
        ended.out.split()
    )
    bought = lines.with_columns(order_id=pl.col("transaction_id"))
    back = bought.head(40).with_columns(
        transaction_id=pl.format("R{}", "transaction_id"),
        occurred_at=pl.col("occurred_at") + pl.duration(days=20),
        amount=-pl.col("amount"),
    )
    kept = write_shop(tmp_path / "kept", pl.concat([bought, back]))
    ended = churn("nightly", "--source", kept, "--as-of", AS_OF, "--home", tmp_path / "other")
    assert ended.code == 0
    assert "days apart" not in ended.out

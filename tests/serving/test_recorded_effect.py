"""Is what an uplift model says of a customer recorded as an effect, of leaving and of staying away alike?"""

from __future__ import annotations

import pytest
from one_night import listed


@pytest.mark.parametrize(
    ("name", "days", "effect"),
    # Of leaving, 0.4, and of staying away, 1 - 0.1, the share that 0.18 is.
    [("retention_offer", 10.0, 0.18 / 0.4), ("win_back_offer", 100.0, 0.18 / 0.9)],
)
def test_the_effect_is_the_uplift_over_the_risk(name: str, days: float, effect: float) -> None:
    (row,) = listed(name, {"days_since_last_purchase": days, f"{name}_uplift": 0.18})
    assert row["action"] == name
    assert row["effect"] == pytest.approx(effect)
    assert row["expected_profit"] == pytest.approx(0.18 * 500 - 1)

"""Is every figure that cannot be refused, with a message that says where it is?"""

from __future__ import annotations

import numpy as np
import pytest

from serving import Limit, arbitrate

NO = float("nan")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"profit": [1.0]}, r"profit has shape \(1,\)"),
        ({"profit": [[1.0, np.inf]]}, r"profit: 1 of 2 numbers are infinite.*customer 0, action 1"),
        ({"cost": [1.0]}, r"cost has shape \(1,\) and profit \(1, 2\)"),
        ({"cost": [1.0, -1.0]}, r"cost: 1 of 2 numbers are negative.*action 1: -1\.0"),
        ({"cost": [1.0, np.inf]}, "cost: 1 of 2 numbers are infinite"),
        ({"cost": [[NO, 1.0]]}, "cost: 1 of 2 numbers are unknown where profit is known"),
        ({"budget": -1.0}, r"budget is -1\.0"),
        ({"budget": NO}, "budget is nan"),
        ({"limits": [Limit("calls", (0,), -1.0)]}, r"limit 'calls': most is -1\.0"),
        ({"limits": [Limit("calls", (0,), NO)]}, "limit 'calls': most is nan"),
        ({"limits": [Limit("calls", (2,), 1.0)]}, "limit 'calls': 1 of 1 actions do not exist"),
        ({"limits": [Limit("calls", (0, 0), 1.0)]}, "limit 'calls': an action is named twice"),
        ({"limits": [Limit("calls", (0, 1), 1.0, (1.0,))]}, "1 shares for 2 actions"),
        ({"limits": [Limit("calls", (0,), 1.0, np.inf)]}, "limit 'calls': share is inf"),
        ({"limits": [Limit("calls", (0,), 1.0)] * 2}, "1 names stand for two things .first: 'calls'"),
    ],
)
def test_figures_that_cannot_be_are_refused(change: dict[str, object], says: str) -> None:
    usual: dict[str, object] = {"profit": [[1.0, 2.0]], "cost": [1.0, 1.0], "budget": 1.0, "limits": []}
    with pytest.raises(ValueError, match=says):
        arbitrate(**(usual | change))  # type: ignore[arg-type]

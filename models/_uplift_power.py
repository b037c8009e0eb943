"""Are there enough customers, drawn at random into both arms, to learn from?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models._randomised import Randomised

FEWEST = 50
"""Of so many customers in each arm."""
FEWEST_RARER = 10
"""So many of each arm would have the rarer outcome at the rate of both arms together.

The arm's own count would not do: where hardly anybody acts unasked (brings a friend, comes back), those held out have
next to none, and just that is what contact changes.
"""


def short_of(trial: Randomised) -> str:
    """What is missing, in words; empty where there is enough."""
    good = float(trial.is_good.mean()) if len(trial) else 0.0
    rarer, words = min((good, "ended well"), (1.0 - good, "did not end well"))
    for arm, is_in in (("held out", ~trial.is_treated), ("treated", trial.is_treated)):
        count = customers_among(trial.customers, is_in)
        if count < FEWEST:
            return f"not enough randomised data yet: {count:,} {arm}, {FEWEST} needed"
        if (seen := int(is_in.sum())) * rarer < FEWEST_RARER:
            return (
                f"not enough randomised data yet: {rarer:.1%} of all {words}, which is {seen * rarer:.1f} of {seen:,} "
                f"{arm}, {FEWEST_RARER} needed"
            )
    return ""


def customers_among(customers: npt.NDArray[np.object_], rows: npt.NDArray[np.bool_]) -> int:
    """How many different customers some rows are of."""
    return len(np.unique(customers[rows].astype(str)))

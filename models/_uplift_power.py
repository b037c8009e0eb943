"""Are there enough customers, drawn at random into both arms, to learn from?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models._randomised import Randomised

FEWEST = 50
"""Of so many customers in the smaller arm."""
FEWEST_OF_EACH_OUTCOME = 10
"""And in both arms so many who ended well, and who did not."""


def short_of(trial: Randomised) -> str:
    """What is missing, in words; empty where there is enough."""
    for arm, is_in in (("held out", ~trial.is_treated), ("treated", trial.is_treated)):
        count = customers_among(trial.customers, is_in)
        if count < FEWEST:
            return f"not enough randomised data yet: {count:,} {arm}, {FEWEST} needed"
        good = int(trial.is_good[is_in].sum())
        for words, number in (("ended well", good), ("did not end well", int(is_in.sum()) - good)):
            if number < FEWEST_OF_EACH_OUTCOME:
                return (
                    f"not enough randomised data yet: {number} of {count:,} {arm} {words}, {FEWEST_OF_EACH_OUTCOME} "
                    "needed"
                )
    return ""


def customers_among(customers: npt.NDArray[np.object_], rows: npt.NDArray[np.bool_]) -> int:
    """How many different customers some rows are of."""
    return len(np.unique(customers[rows].astype(str)))

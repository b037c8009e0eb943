"""How do tests speak to the living shop? Contacts of its people, and who of them answers and stands how."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from pipelines._living_actions import ACTIONS, FAMILIES, Kind
from pipelines._living_baskets import customer_ids
from pipelines._living_lives import Condition
from pipelines._living_shop import LivingShop


def contacts(who: np.ndarray, action: str, day: date) -> pl.DataFrame:
    """One contact of each of the people with one action."""
    return pl.DataFrame({"customer_id": customer_ids(who), "action": action, "day": day})


def of_kind(shop: LivingShop, action: str, kind: Kind, *conditions: Condition) -> np.ndarray:
    """Those who answer the action as that kind and stand as said."""
    kinds = shop.world.people.kinds[FAMILIES.index(ACTIONS[action].family)]
    return np.flatnonzero((kinds == kind) & np.isin(shop.lives.condition, conditions))

"""What will each customer do? Questions, populations, labels and the models that answer them."""

from models._errors import (
    FeaturesChanged,
    LabelNotMature,
    LeakFound,
    ModelFromTheFuture,
    NoChampion,
    NotEnoughHistory,
)
from models._labels import labels, labels_on, population
from models._target import Future, Past, Target, Terms, active_customers, target, targets

__all__ = [
    "FeaturesChanged",
    "Future",
    "LabelNotMature",
    "LeakFound",
    "ModelFromTheFuture",
    "NoChampion",
    "NotEnoughHistory",
    "Past",
    "Target",
    "Terms",
    "active_customers",
    "labels",
    "labels_on",
    "population",
    "target",
    "targets",
]

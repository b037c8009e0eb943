"""What will each customer do? Questions, populations, labels and the models that answer them."""

from models._errors import (
    FeaturesChanged,
    InputsDrifted,
    LabelNotMature,
    ModelFromTheFuture,
    ModelTooOld,
    NoChampion,
    NotEnoughHistory,
    NothingToRollBackTo,
)
from models._labels import labels, labels_on, population
from models._target import Future, Past, Target, Terms, active_customers, target, targets

__all__ = [
    "FeaturesChanged",
    "Future",
    "InputsDrifted",
    "LabelNotMature",
    "ModelFromTheFuture",
    "ModelTooOld",
    "NoChampion",
    "NotEnoughHistory",
    "NothingToRollBackTo",
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

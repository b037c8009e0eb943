"""What will each customer do? Questions, populations, labels and the models that answer them."""

from models._errors import FeaturesChanged, LabelNotMature, ModelFromTheFuture, NoChampion, NotEnoughHistory
from models._labels import labels, labels_on, population
from models._target import Future, Past, Target, Terms, active_customers, lapsed_customers, target, targets

__all__ = [
    "FeaturesChanged",
    "Future",
    "LabelNotMature",
    "ModelFromTheFuture",
    "NoChampion",
    "NotEnoughHistory",
    "Past",
    "Target",
    "Terms",
    "active_customers",
    "labels",
    "labels_on",
    "lapsed_customers",
    "population",
    "target",
    "targets",
]

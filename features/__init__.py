"""What is known about each customer on a day? Features declared once, exact in time."""

from features._catalogue import catalogue, feature_columns, fingerprint
from features._events import (
    Events,
    UnknownColumn,
    complaints,
    event_rows,
    interactions,
    lines,
    orders,
    purchases,
    returns,
)
from features._feature import Feature, FeatureColumn, count, distinct, feature, total
from features._snapshot import snapshot

__all__ = [
    "Events",
    "Feature",
    "FeatureColumn",
    "UnknownColumn",
    "catalogue",
    "complaints",
    "count",
    "distinct",
    "event_rows",
    "feature",
    "feature_columns",
    "fingerprint",
    "interactions",
    "lines",
    "orders",
    "purchases",
    "returns",
    "snapshot",
    "total",
]

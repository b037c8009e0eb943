"""What is known about each customer on a day? Features declared once, exact in time."""

from features._catalogue import catalogue, feature_columns
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
from features._fingerprint import fingerprint
from features._lake import Lake, open_lake, scan, table_path
from features._snapshot import snapshot
from features._store import SnapshotStore
from features._time import Frame, day_start

__all__ = [
    "Events",
    "Feature",
    "FeatureColumn",
    "Frame",
    "Lake",
    "SnapshotStore",
    "UnknownColumn",
    "catalogue",
    "complaints",
    "count",
    "day_start",
    "distinct",
    "event_rows",
    "feature",
    "feature_columns",
    "fingerprint",
    "interactions",
    "lines",
    "open_lake",
    "orders",
    "purchases",
    "returns",
    "scan",
    "snapshot",
    "table_path",
    "total",
]

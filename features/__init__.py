"""What is known about each customer on a day? Features declared once, exact in time."""

from features._aggregate import Summary, Where, average, count, distinct, least, median, most, total
from features._attributes import Attribute, WrongType, attribute
from features._catalogue import catalogue, feature_columns
from features._compare import compare
from features._complaint_rates import ComplaintRates, complaint_rates
from features._events import (
    Events,
    UnknownColumn,
    categories,
    channels,
    complaints,
    interactions,
    lines,
    orders,
    products,
    profiles,
    purchases,
    receipts,
    referrals,
    returns,
    subscription_terms,
)
from features._feature import Feature, FeatureColumn, feature
from features._fingerprint import fingerprint
from features._frame import TableUnusable
from features._front import snapshot
from features._lake import BUSINESS_TIME_ZONE, Lake, business_time_zone, commits, open_lake, scan, table_path
from features._makers import event_rows
from features._open import ENGINES, EngineUnavailable, Read, duckdb_session, spark_session
from features._process import PurchaseProcess, fit_process
from features._snapshot import purchase_history, snapshots
from features._store import SnapshotStore
from features._tables import tables_of
from features._time import Frame, day_start

__all__ = [
    "BUSINESS_TIME_ZONE",
    "ENGINES",
    "Attribute",
    "ComplaintRates",
    "EngineUnavailable",
    "Events",
    "Feature",
    "FeatureColumn",
    "Frame",
    "Lake",
    "PurchaseProcess",
    "Read",
    "SnapshotStore",
    "Summary",
    "TableUnusable",
    "UnknownColumn",
    "Where",
    "WrongType",
    "attribute",
    "average",
    "business_time_zone",
    "catalogue",
    "categories",
    "channels",
    "commits",
    "compare",
    "complaint_rates",
    "complaints",
    "count",
    "day_start",
    "distinct",
    "duckdb_session",
    "event_rows",
    "feature",
    "feature_columns",
    "fingerprint",
    "fit_process",
    "interactions",
    "least",
    "lines",
    "median",
    "most",
    "open_lake",
    "orders",
    "products",
    "profiles",
    "purchase_history",
    "purchases",
    "receipts",
    "referrals",
    "returns",
    "scan",
    "snapshot",
    "snapshots",
    "spark_session",
    "subscription_terms",
    "table_path",
    "tables_of",
    "total",
]

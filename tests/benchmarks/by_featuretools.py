"""The columns that snapshots.py compares, by featuretools: run by its own Python, with the pandas that it needs.

Arguments: the folder of the transactions, the as-of date, the number of runs. Prints one line of JSON.
"""

import json
import resource
import sys
import time
import warnings

import featuretools as ft
import pandas as pd

WINDOWS = (28, 84, 364)


def feature_matrix(folder: str, as_of: str) -> pd.DataFrame:
    """Counts, sums, means, extremes and recency of orders in three windows, one row per customer."""
    lines = pd.read_parquet(folder, columns=["customer_id", "order_id", "amount", "occurred_at", "recorded_at"])
    now = pd.Timestamp(as_of, tz="Europe/London")
    lines = lines[(lines["occurred_at"] < now) & ~(lines["recorded_at"] >= now)]
    orders = lines.groupby(["customer_id", "order_id"]).agg(amount=("amount", "sum"), at=("occurred_at", "min"))
    orders = orders[orders["amount"] > 0].reset_index()
    orders["at"] = orders["at"].dt.tz_localize(None)
    entities = ft.EntitySet("shop")
    entities.add_dataframe(dataframe_name="orders", dataframe=orders, index="order_id", time_index="at")
    entities.normalize_dataframe("orders", "customers", "customer_id", make_time_index=False)
    times = pd.DataFrame({"customer_id": orders["customer_id"].unique(), "time": pd.Timestamp(as_of)})
    features = ft.dfs(
        entityset=entities,
        target_dataframe_name="customers",
        agg_primitives=["count", "sum", "mean", "max", "time_since_last"],
        trans_primitives=[],
        features_only=True,
    )
    made = [
        ft.calculate_feature_matrix(
            features, entityset=entities, cutoff_time=times, training_window=ft.Timedelta(days, "days")
        ).add_suffix(f"_{days}d")
        for days in WINDOWS
    ]
    return pd.concat(made, axis=1)


def main() -> None:
    """Prints the best of the runs."""
    folder, as_of, runs = sys.argv[1:]
    warnings.simplefilter("ignore")
    seconds = []
    for _ in range(int(runs)):
        started = time.perf_counter()
        rows = len(feature_matrix(folder, as_of))
        seconds.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": min(seconds), "peak": peak, "rows": rows}))


if __name__ == "__main__":
    main()

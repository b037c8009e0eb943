"""Does Great Expectations find exactly the rows that break a promise, quietly, and write pages that open offline?"""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_contracts import Column, Contract, Verdict, contracts, validate

INTERACTIONS = contracts()["interactions"]
SCORES = contracts()["scores"]

VISITS = Contract(
    name="visits",
    grain="one row per visit",
    key=("visit_id",),
    min_rows=2,
    columns=(
        Column(name="visit_id", type="text", required=True, meaning="Names the visit."),
        Column(name="kind", type="text", required=True, one_of=("shop", "网店"), meaning="Where."),
        Column(name="points", type="number", at_least=1, at_most=5, null_means="not asked", meaning="How it was."),
        Column(name="minutes", type="integer", at_least=0, meaning="How long."),
    ),
)


def visits(**columns: list[Any]) -> pl.DataFrame:
    usual: dict[str, list[Any]] = {"visit_id": ["a", "b", "c"], "kind": ["shop"] * 3, "points": [1.0, None, 5.0]}
    types = {"visit_id": pl.String, "kind": pl.String, "points": pl.Float64, "minutes": pl.Int64}
    chosen = {**usual, **columns}
    return pl.DataFrame(chosen, schema={name: types[name] for name in chosen})


def faults(verdict: Verdict) -> dict[int, str]:
    return dict(verdict.faults.iter_rows())


def test_rows_that_keep_every_promise_have_no_faults() -> None:
    verdict = validate(VISITS, visits(kind=["shop", "网店", "shop"], minutes=[0, 10**12, None]))
    assert verdict.faults.rows() == []
    assert verdict.problems == []
    assert verdict.result["success"] is True


def test_each_broken_promise_names_its_row_and_value() -> None:
    verdict = validate(VISITS, visits(kind=["shop", "电话", None], points=[0.5, 5.0, 5.5], minutes=[-1, 0, 1]))
    assert faults(verdict) == {
        0: "points 0.5 is not between 1 and 5; minutes -1 is not at least 0",
        1: "kind '电话' is none of shop, 网店",
        2: "kind is null; points 5.5 is not between 1 and 5",
    }
    assert verdict.problems == []
    assert verdict.faults.schema == {"row": pl.UInt32, "reason": pl.String}


def test_faults_name_the_rows_of_the_raw_frame() -> None:
    rows = visits(kind=["shop", None, "shop"]).with_columns(_row=pl.Series([7, 40, 41], dtype=pl.UInt32))
    assert faults(validate(VISITS, rows)) == {40: "kind is null"}


def test_a_key_that_stands_twice_is_a_fault_of_both_rows() -> None:
    assert faults(validate(VISITS, visits(visit_id=["a", "b", "a"]))) == {
        0: "visit_id 'a' stands more than once",
        2: "visit_id 'a' stands more than once",
    }


def test_a_key_of_two_columns_must_be_unique_together() -> None:
    contract = Contract(
        name="days",
        grain="one row per visit and kind",
        key=("visit_id", "kind"),
        columns=VISITS.columns,
    )
    rows = visits(visit_id=["a", "a", "a"], kind=["shop", "网店", "shop"])
    assert faults(validate(contract, rows)) == {
        0: "visit_id 'a', kind 'shop' stands more than once",
        2: "visit_id 'a', kind 'shop' stands more than once",
    }


def test_more_bad_rows_than_great_expectations_lists_by_default_are_all_found() -> None:
    count = 1000
    names = [str(place) for place in range(count)]
    verdict = validate(VISITS, visits(visit_id=names, kind=["?"] * count, points=[1.0] * count))
    assert verdict.faults["row"].to_list() == list(range(count))


def test_a_missing_column_is_a_problem_of_the_table() -> None:
    verdict = validate(VISITS, visits().drop("kind"))
    assert "required column 'kind' is missing." in verdict.problems
    assert any("'kind is one of shop, 网店' could not be checked" in problem for problem in verdict.problems)
    assert verdict.result["success"] is False


def test_a_promise_that_cannot_be_checked_is_a_problem_of_the_table() -> None:
    rows = visits().with_columns(points=pl.Series(["many", "few", "some"]))
    problems = validate(VISITS, rows).problems
    assert len(problems) == 1
    assert problems[0].startswith("the promise 'points is between 1 and 5' could not be checked: ")


def test_too_few_rows_are_a_problem_even_when_there_are_none() -> None:
    assert validate(VISITS, visits().head(1)).problems[0].startswith("row count 1 is below the 2 promised.")
    assert validate(VISITS, visits().clear()).problems[0].startswith("row count 0 is below the 2 promised.")


def test_an_empty_optional_table_keeps_its_contract() -> None:
    verdict = validate(INTERACTIONS, pl.DataFrame(schema=INTERACTIONS.polars_schema))
    assert verdict.problems == []


def test_every_declared_contract_can_be_validated() -> None:
    for contract in contracts().values():
        verdict = validate(contract, pl.DataFrame(schema=contract.polars_schema))
        assert all("could not be checked" not in problem for problem in verdict.problems)


def test_the_same_rows_give_the_same_result() -> None:
    rows = visits(kind=["shop", None, "?"])
    first, second = (json.dumps(validate(VISITS, rows).result) for _ in range(2))
    assert first == second


def test_data_docs_open_offline_and_say_what_happened(tmp_path: Path) -> None:
    validate(VISITS, visits(kind=["<script>", "电话", "shop"]), docs=tmp_path, run_name="2026-03-01")
    validate(SCORES, pl.DataFrame(schema=SCORES.polars_schema), docs=tmp_path)
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    page = (tmp_path / "visits.html").read_text(encoding="utf-8")
    assert re.findall(r'href="([^"]+)"', index) == ["scores.html", "visits.html"]
    assert "row 1: kind &#x27;电话&#x27; is none of shop, 网店" in page
    assert "<script" not in page
    for html in (index, page):
        assert not re.search(r"https?:|src=|@import|url\(|<link", html)


def test_the_validation_result_is_written_as_json(tmp_path: Path) -> None:
    verdict = validate(VISITS, visits(kind=["shop", "电话", "shop"]), docs=tmp_path, run_name="2026-03-01")
    written = json.loads((tmp_path / "visits.validation.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(verdict.result))
    assert written["run"] == "2026-03-01"
    broken = [line for line in written["promises"] if not line["success"]]
    assert [(line["expectation"], line["checked"], line["unexpected"]) for line in broken] == [
        ("expect_column_values_to_be_in_set", 3, 1)
    ]


def test_great_expectations_writes_nothing_to_the_terminal_or_the_log(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        validate(VISITS, visits(kind=["shop", None, "?"]).drop("points"))
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_importing_the_contracts_does_not_import_great_expectations() -> None:
    code = "import sys, data_contracts; print('great_expectations' in sys.modules, 'pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_process_lives_on_when_great_expectations_comes_in_and_spark_is_installed() -> None:
    code = "from data_contracts._validate import great_expectations; print(great_expectations().__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("great_expectations", "")

"""Does a raw frame become the contract's columns, and is every bad row and table named?"""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from data_contracts import Column, Conformed, Contract, ContractBroken, conform, contracts

TRANSACTIONS = contracts()["transactions"]
INTERACTIONS = contracts()["interactions"]
CUSTOMERS = contracts()["customers"]


def one_column(name: str, column_type: Any, **options: Any) -> Contract:
    return Contract(
        name="things",
        grain="one row per thing",
        key=("thing_id",),
        columns=(
            Column(name="thing_id", type="text", required=True, meaning="Names the thing."),
            Column(name=name, type=column_type, meaning="What is tested.", **options),
        ),
    )


def read(values: list[Any] | pl.Series, column_type: Any, **options: Any) -> Conformed:
    """The values as one optional column (unless said otherwise) of rows named 0, 1, 2, ..."""
    raw = pl.DataFrame({"thing_id": [str(place) for place in range(len(values))], "x": values})
    return conform(one_column("x", column_type, **options), raw, time_zone="Asia/Shanghai")


def column(values: list[Any] | pl.Series, column_type: Any, **options: Any) -> list[Any]:
    return read(values, column_type, **options).rows["x"].to_list()


def reasons(conformed: Conformed) -> dict[int, str]:
    return dict(conformed.faults.iter_rows())


def lines(**columns: Any) -> pl.DataFrame:
    """Transactions with the columns given, and sensible ones for the rest that is required."""
    count = max(len(values) for values in columns.values())
    usual = {"customer_id": ["C1"] * count, "occurred_at": ["2026-01-05"] * count, "amount": [5.0] * count}
    return pl.DataFrame({**usual, **columns})


def conform_lines(**columns: Any) -> Conformed:
    return conform(TRANSACTIONS, lines(**columns), time_zone="Asia/Shanghai")


# Text


def test_a_float_customer_id_becomes_plain_digits() -> None:
    assert column([13085.0, None], "text") == ["13085", None]
    assert column([13085], "text") == ["13085"]
    assert column([float("nan"), 2.5], "text") == [None, "2.5"]


def test_an_id_that_pandas_wrote_as_a_float_loses_its_tail_whatever_else_is_in_the_column() -> None:
    raw = pl.DataFrame({"customer_id": ["13085.0", "web-1", "-7.00", "1.50"], "referred_by": ["2.0", None, "x", "3"]})
    found = conform(CUSTOMERS, raw, time_zone="UTC").rows
    assert found["customer_id"].to_list() == ["13085", "web-1", "-7", "1.50"]
    assert found["referred_by"].to_list() == ["2", None, "x", "3"]


def test_text_that_is_no_id_stands_as_it_came() -> None:
    assert column(["13085.0", None, "7.0"], "text") == ["13085.0", None, "7.0"]


def test_text_is_stripped_and_empty_text_is_null() -> None:
    assert column([" C1 ", "", "   ", "\u3000C2"], "text") == ["C1", None, None, "C2"]


def test_chinese_text_passes_unharmed() -> None:
    assert column(["王小明", " 护肤 套装 "], "text") == ["王小明", "护肤 套装"]


def test_other_types_have_a_sensible_text() -> None:
    assert column([True, False], "text") == ["true", "false"]
    assert column([date(2026, 1, 5)], "text") == ["2026-01-05"]
    assert column([datetime.fromisoformat("2026-01-05 10:30:00")], "text") == ["2026-01-05 10:30:00"]
    assert column(pl.Series(["a", "b"], dtype=pl.Categorical), "text") == ["a", "b"]
    assert column([Decimal("13085.00"), Decimal("12.50")], "text") == ["13085", "12.50"]


def test_an_id_that_lost_digits_as_a_float_is_a_fault() -> None:
    assert "lost its last digits" in reasons(read([1.0, 12345678901234567890.0], "text"))[1]


def test_a_list_is_no_text() -> None:
    with pytest.raises(ContractBroken, match=r"column 'x' holds List\(Int64\), not text"):
        read([[1], [2]], "text")


# Numbers and truth values


def test_numbers_are_read_from_every_plain_form() -> None:
    texts = ["1234.5", "-3", "1e3", " 7 ", "1,234.50", "1,234,567", ""]
    assert column(texts, "number") == [1234.5, -3.0, 1000.0, 7.0, 1234.5, 1234567.0, None]
    assert column([1, 2], "number") == [1.0, 2.0]
    assert column([Decimal("12.50")], "number") == [12.5]


def test_a_short_float_keeps_the_number_that_was_meant() -> None:
    assert column(pl.Series([12.3], dtype=pl.Float32), "number") == [12.3]


@pytest.mark.parametrize("text", ["abc", "¥5", "$5", "0x10", "1_000", "12 000", "inf"])
def test_what_is_no_plain_number_is_a_fault_that_quotes_it(text: str) -> None:
    assert reasons(read(["1", text], "number")) == {1: f"x: '{text}' is not a number"}


def test_a_comma_that_may_be_decimal_is_not_guessed() -> None:
    found = reasons(read(["1,234", "1,5", "1.234,50", "2"], "number"))
    assert sorted(found) == [0, 1, 2]
    assert all("is the comma for thousands or for decimals?" in reason for reason in found.values())


def test_nan_is_null_where_null_is_allowed_and_a_fault_where_not() -> None:
    assert column([1.0, float("nan")], "number") == [1.0, None]
    assert column(["1", "NaN"], "number") == [1.0, None]
    assert list(reasons(read([1.0, float("nan")], "number", required=True))) == [1]
    assert list(reasons(read(["1", "nan"], "number", required=True))) == [1]


def test_an_infinite_number_is_always_a_fault() -> None:
    assert reasons(read([1.0, float("-inf")], "number")) == {1: "x: '-inf' is not a finite number"}
    assert list(reasons(read(["1", "1e999"], "number"))) == [1]


def test_truth_is_no_number() -> None:
    with pytest.raises(ContractBroken, match="holds Boolean, not numbers"):
        read([True, False], "number")


def test_integers_keep_all_their_digits_and_refuse_fractions() -> None:
    read_text = read(["9007199254740993", "3.0", "3.5", "x", "1,234,567", None], "integer")
    assert read_text.rows["x"].to_list() == [9007199254740993, 3, 1234567, None]
    assert reasons(read_text) == {2: "x: '3.5' is not a whole number", 3: "x: 'x' is not a number"}
    assert column([3.0, None], "integer") == [3, None]
    assert list(reasons(read([3.0, 3.5], "integer"))) == [1]


def test_truth_is_read_in_words_digits_and_chinese() -> None:
    assert column(["Yes", "no", "TRUE", "f", "1", "0", "是", "否", ""], "boolean") == [*[True, False] * 4, None]
    assert column([1, 0], "boolean") == [True, False]
    assert column([1.0, 0.0, float("nan")], "boolean") == [True, False, None]
    assert reasons(read(["yes", "maybe"], "boolean")) == {1: "x: 'maybe' is neither true nor false"}


# Tables and rows


def test_rows_have_the_contracts_columns_and_types_and_say_where_they_came_from() -> None:
    rows = conform_lines(customer_id=["C1", "C2"], left_out=["a", "b"]).rows
    assert rows.columns == [*TRANSACTIONS.column_names, "_row"]
    assert dict(rows.drop("_row").schema) == TRANSACTIONS.polars_schema
    assert rows["_row"].to_list() == [0, 1]
    assert rows["channel"].null_count() == 2


def test_other_columns_are_kept_where_the_contract_keeps_them() -> None:
    raw = pl.DataFrame({"city": ["上海"], "customer_id": [7]})
    rows = conform(CUSTOMERS, raw, time_zone="Asia/Shanghai").rows
    assert rows.columns == [*CUSTOMERS.column_names, "city", "_row"]
    assert rows["city"].to_list() == ["上海"]


def test_a_missing_column_names_what_was_found_and_the_closest_name() -> None:
    raw = pl.DataFrame({"id": [1], "Customer_ID": [2], "occurred_at": ["2026-01-05"], "amt": [5.0]})
    with pytest.raises(ContractBroken) as broken:
        conform(TRANSACTIONS, raw, time_zone="UTC")
    assert broken.value.table == "transactions"
    assert broken.value.problems == [
        "required column 'customer_id' is missing (found: id, Customer_ID, occurred_at, amt; did you mean "
        "'Customer_ID'?). Rename it in the export or map it in churn.toml under [tables.transactions.rename].",
        "required column 'amount' is missing (found: id, Customer_ID, occurred_at, amt; did you mean 'amt'?). "
        "Rename it in the export or map it in churn.toml under [tables.transactions.rename].",
    ]
    assert str(broken.value).startswith("transactions: 2 problems\n  - required column 'customer_id'")


def test_a_broken_contract_survives_pickling() -> None:
    again = pickle.loads(pickle.dumps(ContractBroken("transactions", ["too old"])))  # noqa: S301
    assert (again.table, again.problems, str(again)) == ("transactions", ["too old"], "transactions: too old")


def test_customers_without_their_key_are_refused() -> None:
    with pytest.raises(ContractBroken, match="required column 'customer_id' is missing"):
        conform(CUSTOMERS, pl.DataFrame({"language": ["zh"]}), time_zone="UTC")


def test_a_table_with_only_a_header_is_refused_unless_it_is_optional() -> None:
    with pytest.raises(ContractBroken, match="no rows, only a header"):
        conform(TRANSACTIONS, lines(amount=[5.0]).clear(), time_zone="UTC")
    empty = conform(CUSTOMERS, pl.DataFrame(schema={"customer_id": pl.String}), time_zone="UTC")
    assert empty.rows.height == 0
    assert empty.rows.columns == [*CUSTOMERS.column_names, "_row"]
    assert conform(INTERACTIONS, pl.DataFrame(), time_zone="UTC").rows.height == 0


def test_amounts_that_are_all_text_are_the_wrong_column() -> None:
    with pytest.raises(ContractBroken, match=r"'amount' holds no number: none of its 2 values .*'abc' is not a number"):
        conform_lines(amount=["abc", "def"])


def test_all_problems_of_a_table_come_together() -> None:
    raw = pl.DataFrame({"customer_id": ["C1"], "occurred_at": [1767225600], "amount": ["abc"]})
    with pytest.raises(ContractBroken) as broken:
        conform(TRANSACTIONS.__class__(**{**_fields(TRANSACTIONS), "key": ("customer_id",)}), raw, time_zone="UTC")
    assert len(broken.value.problems) == 3


def _fields(contract: Contract) -> dict[str, Any]:
    return {name: getattr(contract, name) for name in contract.__dataclass_fields__}


def test_a_row_with_several_faults_has_one_reason_and_is_not_taken() -> None:
    found = conform_lines(amount=["5", "abc"], occurred_at=["2026-01-05", "soon"], quantity=["1", "many"])
    assert reasons(found) == {
        1: "occurred_at: 'soon' is not a timestamp; amount: 'abc' is not a number; quantity: 'many' is not a number"
    }
    assert found.rows["_row"].to_list() == [0]
    assert found.faults.schema == {"row": pl.UInt32, "reason": pl.String}


def test_what_was_not_recorded_later_was_recorded_as_it_happened() -> None:
    rows = conform_lines(recorded_at=[None, "2026-01-09"], customer_id=["C1", "C2"]).rows
    assert rows["recorded_at"][0] == rows["occurred_at"][0]
    assert rows["recorded_at"][1] > rows["occurred_at"][1]
    without = conform_lines(amount=[1.0]).rows
    assert without["recorded_at"].to_list() == without["occurred_at"].to_list()


def test_csv_and_parquet_give_the_same_rows_and_content_keys(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "customer_id": [13085.0, 2.0, 3.0],
            "occurred_at": [
                datetime.fromisoformat("2026-01-05 10:30:00"),
                datetime.fromisoformat("2026-01-06 00:00:00"),
                datetime.fromisoformat("2026-01-07 00:00:01"),
            ],
            "amount": pl.Series([0.1, 12.30, -0.0], dtype=pl.Float32),
            "category": ["护肤", None, "a,b"],
        }
    )
    frame.write_csv(tmp_path / "lines.csv")
    frame.write_parquet(tmp_path / "lines.parquet")
    from_parquet = conform(TRANSACTIONS, pl.read_parquet(tmp_path / "lines.parquet"), time_zone="Asia/Shanghai")
    typed = conform(TRANSACTIONS, pl.read_csv(tmp_path / "lines.csv"), time_zone="Asia/Shanghai")
    text = conform(TRANSACTIONS, pl.read_csv(tmp_path / "lines.csv", infer_schema=False), time_zone="Asia/Shanghai")
    assert from_parquet.rows.equals(typed.rows)
    assert from_parquet.rows.equals(text.rows)
    assert from_parquet.rows["transaction_id"].n_unique() == 3


def test_a_column_that_differs_from_the_contracts_in_case_only_is_that_column() -> None:
    raw = pl.DataFrame({"Customer_ID": ["C1"], "Language": ["zh"], "Age": [34]})
    found = conform(CUSTOMERS, raw, time_zone="UTC").rows
    assert found.select("customer_id", "language", "Age").rows() == [("C1", "zh", 34)]


@pytest.mark.parametrize(("one", "other"), [("Age", "age"), ("Language", "language")])
def test_two_columns_that_differ_in_case_only_are_refused(one: str, other: str) -> None:
    raw = pl.DataFrame({"customer_id": ["C1"], one: ["a"], other: ["b"]})
    with pytest.raises(ContractBroken, match=rf"'{one}' and '{other}'.*\[tables.customers.rename\]"):
        conform(CUSTOMERS, raw, time_zone="UTC")


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (pl.Series([3], dtype=pl.UInt8), 3),
        (pl.Series([2**63 + 5], dtype=pl.UInt64), "9223372036854775813"),
        (pl.Series([12.3], dtype=pl.Float32), 12.3),
        (pl.Series([Decimal("1.50")]), 1.5),
        (
            pl.Series([datetime(2026, 1, 5, tzinfo=UTC).replace(tzinfo=None)], dtype=pl.Datetime("ns")),
            datetime(2026, 1, 5, tzinfo=UTC),
        ),
        (pl.Series([time(3, 4)]), "03:04:00"),
        (pl.Series([timedelta(days=1)]), "1 day, 0:00:00"),
        (pl.Series([[1, 2]]), "[1, 2]"),
    ],
)
def test_an_attribute_becomes_one_of_few_types(raw: pl.Series, kept: object) -> None:
    found = conform(CUSTOMERS, pl.DataFrame({"customer_id": ["C1"], "a": raw}), time_zone="UTC").rows["a"]
    assert found.to_list() == [kept]
    assert found.dtype in (pl.String, pl.Int64, pl.Float64, pl.Datetime("us", "UTC"))

"""How is a table mapped onto its contract: renamed, filtered, derived, filled, or refused in words?"""

from datetime import UTC, datetime

import polars as pl
import pytest
from mapped_files import CUSTOMERS, TRANSACTIONS, read, read_csv, refusal

from pipelines._errors import SettingsWrong
from pipelines._settings import Settings
from pipelines._sources import Source, read_table


def test_columns_are_renamed_filtered_derived_and_filled_and_only_those_of_the_contract_handed_on(tmp_path):
    frame = read_csv(
        tmp_path,
        "Customer ID,occurred_at,Qty,Price,Note\n007,2024-01-01,2,1.5,x\n008,2024-01-01,-1,4,x\n,,1,1,x\n",
        """
        rename = {customer_id = "Customer ID", quantity = "Qty"}
        derive = {amount = "Qty * Price", discount = 'quantity * 0 + CAST("Customer ID" AS INT)'}
        constants = {channel = "web"}
        where = ['"Customer ID" IS NOT NULL', "Price > 1 -- a comment"]
        """,
    )
    assert frame.to_dicts() == [
        {
            "customer_id": "007",
            "occurred_at": "2024-01-01",
            "amount": 3.0,
            "quantity": "2",
            "discount": 7,
            "channel": "web",
        },
        {
            "customer_id": "008",
            "occurred_at": "2024-01-01",
            "amount": -4.0,
            "quantity": "-1",
            "discount": 8,
            "channel": "web",
        },
    ]


def test_where_a_promised_column_is_missing_all_others_are_handed_on_so_that_the_contract_can_name_them(tmp_path):
    frame = read_csv(tmp_path, "customer_id,occurred_at,amout,note\n1,2024-01-01,5,x\n", "")
    assert frame.columns == ["customer_id", "occurred_at", "amout", "note"]


def test_a_table_that_keeps_other_columns_hands_all_on_under_their_new_names(tmp_path):
    (tmp_path / "customers.csv").write_text("Kunde,region\n1,north\n")
    frame = read(tmp_path, 'rename = {customer_id = "Kunde"}\nderive = {zone = "upper(region)"}', contract=CUSTOMERS)
    assert frame.to_dicts() == [{"customer_id": "1", "region": "north", "zone": "NORTH"}]


def test_rows_keep_their_order_and_their_values_through_sql(tmp_path):
    pl.DataFrame({"n": range(300_000)}).write_parquet(tmp_path / "transactions.parquet")
    frame = read(tmp_path, 'rename = {quantity = "n"}\nderive = {amount = "n + 0 * row_number() OVER (ORDER BY -n)"}')
    assert frame.height == 300_000
    assert (frame["quantity"] == frame["amount"]).all()


def test_timestamps_come_out_of_sql_to_the_microsecond_and_with_or_without_a_zone_as_they_were(tmp_path):
    naive = datetime(2024, 3, 31, 1, 30, 0, 123456)  # noqa: DTZ001 - without a zone on purpose
    aware = datetime(2024, 1, 1, tzinfo=UTC)
    frame = pl.DataFrame({"t": [naive], "z": [aware], "s": ["31/03/2024 01:30"]})
    frame = frame.with_columns(pl.col("z").dt.convert_time_zone("Asia/Shanghai"))
    frame.write_parquet(tmp_path / "transactions.parquet")
    mapping = """derive = {occurred_at = "t + INTERVAL 1 DAY", recorded_at = "z", order_id = "s"}
    where = "strptime(s, '%d/%m/%Y %H:%M') < t"
    """
    mapped = read(tmp_path, mapping)
    assert mapped.schema["occurred_at"] == pl.Datetime("us")
    assert mapped.select("occurred_at", "recorded_at", "order_id").to_dicts() == [
        {"occurred_at": naive.replace(month=4, day=1), "recorded_at": aware, "order_id": "31/03/2024 01:30"}
    ]


def test_text_that_is_all_numbers_counts_as_numbers_and_as_text_where_only_that_makes_sense(tmp_path):
    content = "Invoice,Qty,Price\n10,2,1.5\n9,10,3\n"
    mapping = """
    derive = {amount = "CASE WHEN Invoice LIKE 'C%' THEN -1 ELSE 1 END * Qty * Price", order_id = "Invoice"}
    where = ["Invoice NOT LIKE 'C%'", "Qty < 10 OR Price > Invoice - 7"]
    """
    assert read_csv(tmp_path, content, mapping)["amount"].to_list() == [3.0, 30.0]


def test_leading_zeros_and_very_long_numbers_stay_text(tmp_path):
    mapping = """derive = {order_id = "Zip || '-' || Card"}"""
    frame = read_csv(tmp_path, "Zip,Card\n00123,12345678901234567890\n", mapping)
    assert frame["order_id"].to_list() == ["00123-12345678901234567890"]


def test_an_expression_that_fails_names_its_key_the_columns_and_the_value_that_makes_one_text(tmp_path):
    message = refusal(SettingsWrong, tmp_path, "Qty,Price\n2,1.5\nn/a,4\n?,1\n", 'derive = {amount = "Qty * Price"}')
    assert message.startswith("[tables.transactions.derive] amount: Qty * Price\n")
    assert "No function matches" in message
    assert "Column Qty is text because of 'n/a' in row 2 (the header not counted) and 1 more" in message
    assert 'TRY_CAST("Qty" AS DOUBLE)' in message
    assert "Columns there: Qty (String), Price (String)." in message


def test_the_row_that_is_named_is_that_of_the_file_also_after_a_condition(tmp_path):
    mapping = 'where = "Price > 1"\nderive = {amount = "Qty * Price"}'
    assert "in row 3 (" in refusal(SettingsWrong, tmp_path, "Qty,Price\n2,1\n3,4\nx,5\n", mapping)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ('derive = {amount = "Nosuch + 1"}', 'Referenced column "Nosuch" not found'),
        ('derive = {amount = "1 +"}', "[tables.transactions.derive] amount: 1 +\n  Parser Error"),
        ('derive = {amount = "sum(Qty)"}', "must appear in the GROUP BY clause"),
        ('derive = {amount = "unnest([1, 2])"}', "gives 2 values for 1 rows"),
        ('where = "Qty = \'x"', "[tables.transactions] where: Qty = 'x\n  Parser Error"),
        ('where = "Qty + 1"', "is no condition"),
        ('rename = {amount = "qty"}', "the table has no column 'qty'; did you mean 'Qty'? It has: Qty."),
        ('rename = {amont = "Qty"}', "amont: no column of transactions; did you mean 'amount'?"),
        ('constants = {chanel = "web"}', "[tables.transactions.constants] chanel: no column of transactions"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_in_words(tmp_path, mapping, says):
    assert says in refusal(SettingsWrong, tmp_path, "Qty\n2\n", mapping)


@pytest.mark.parametrize("query", ["SELECT content FROM read_text('{file}')", "SELECT 1 FROM '{file}'"])
def test_an_expression_cannot_read_other_files(tmp_path, query):
    (tmp_path / "secret.csv").write_text("secret\n1\n")
    query = query.format(file=tmp_path / "secret.csv")
    message = refusal(SettingsWrong, tmp_path, "Qty\n2\n", f'derive = {{amount = "({query})"}}')
    assert "disabled by configuration" in message or "does not exist" in message


def test_a_raw_table_of_a_built_in_source_is_mapped_like_a_file(monkeypatch):
    shop = Source(
        name="shop",
        description="A shop.",
        read=lambda settings: {"till": lambda: pl.DataFrame({"sum": [1.0]})},
        module="pipelines.shop",
    )
    monkeypatch.setattr("pipelines._sources.find_source", lambda name: shop)
    settings = Settings.model_validate(
        {"source": {"name": "shop"}, "tables": {"transactions": {"file": "till", "rename": {"amount": "sum"}}}}
    )
    assert read_table(settings, TRANSACTIONS).to_dicts() == [{"amount": 1.0}]

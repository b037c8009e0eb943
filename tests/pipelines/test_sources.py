"""Sources: which files are read, how they are mapped, and what is said when they cannot be."""

import gzip
from datetime import UTC, datetime

import polars as pl
import pytest

from data_contracts import contracts
from pipelines._errors import SettingsWrong, SourceUnknown, SourceUnreadable, TableMissing
from pipelines._settings import Settings, SourceSettings, load_settings
from pipelines._sources import Source, find_source, read_table, source, sources

TRANSACTIONS, CUSTOMERS = contracts()["transactions"], contracts()["customers"]


def settings_for(folder, mapping="", table="transactions"):
    file = folder / "settings" / "acme.toml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f'[source]\nname = "folder"\npath = ".."\n[tables.{table}]\n{mapping}', encoding="utf-8")
    return load_settings(file, environment={})


def read(folder, mapping="", contract=TRANSACTIONS):
    return read_table(settings_for(folder, mapping, contract.name), contract)


def read_csv(folder, content, mapping="", name="transactions.csv"):
    content = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(content)
    return read(folder, mapping)


def refusal(error, *args, **kwargs):
    with pytest.raises(error) as caught:
        read_csv(*args, **kwargs)
    return str(caught.value)


# --- which source


def test_a_source_is_a_function_with_a_docstring():
    @source("corner-shop")
    def corner_shop(settings):
        """Receipts of the corner shop."""
        return {}

    assert isinstance(corner_shop, Source)
    assert (corner_shop.name, corner_shop.description) == ("corner-shop", "Receipts of the corner shop.")
    with pytest.raises(ValueError, match="needs a docstring"):
        source("silent")(lambda settings: {})


def test_every_source_of_the_folder_is_found_and_says_what_it_is():
    found = sources()
    assert {"folder", "complete-journey"} <= set(found)
    assert all(each.description and find_source(name) is each for name, each in found.items())


def test_an_unknown_source_is_refused_with_the_close_one_and_all_there_are():
    with pytest.raises(SourceUnknown, match=r"did you mean 'complete-journey'\? Sources: complete-journey, folder"):
        find_source("complete-jorney")


def test_a_folder_that_is_not_there_or_is_a_file_or_is_not_named_is_refused(tmp_path):
    (tmp_path / "file").touch()
    for path, says in ((tmp_path / "nowhere", "does not exist"), (tmp_path / "file", "is a file, not a folder")):
        with pytest.raises(SourceUnknown, match=says):
            read_table(Settings(source=SourceSettings(name="folder", path=path)), TRANSACTIONS)
    with pytest.raises(SettingsWrong, match=r"set \[source\] path"):
        read_table(Settings(source=SourceSettings(name="folder")), TRANSACTIONS)


# --- which file


@pytest.mark.parametrize("name", ["transactions.csv", "Transactions.CSV", "transactions.csv.gz", "TRANSACTIONS.CSV.GZ"])
def test_a_file_is_found_by_the_name_of_its_table_in_any_case(tmp_path, name):
    content = b"amount\n1.5\n"
    assert read_csv(tmp_path, gzip.compress(content) if name.lower().endswith("gz") else content, name=name).height == 1


def test_a_parquet_file_keeps_its_types(tmp_path):
    times = [datetime(2024, 1, 1, 1, 2, 3, 456789)]  # noqa: DTZ001 - without a zone on purpose
    aware = [datetime(2024, 1, 1, tzinfo=UTC)]
    pl.DataFrame({"occurred_at": times, "recorded_at": aware}).write_parquet(tmp_path / "transactions.parquet")
    assert read(tmp_path).to_dict(as_series=False) == {"occurred_at": times, "recorded_at": aware}


def test_a_folder_of_part_files_is_one_table_and_a_column_that_a_part_lacks_is_null(tmp_path):
    parts = tmp_path / "transactions"
    parts.mkdir()
    (parts / "1.csv").write_text("amount,channel\n1,web\n")
    (parts / "2.csv").write_text("amount\n2\n")
    (parts / "_SUCCESS").touch()
    (parts / ".hidden.csv").touch()
    assert read(tmp_path).rows() == [("1", "web"), ("2", None)]


def test_part_files_of_two_kinds_or_none_or_a_delta_table_are_refused(tmp_path):
    parts = tmp_path / "transactions"
    parts.mkdir()
    with pytest.raises(SourceUnreadable, match="there is no part file in it"):
        read(tmp_path)
    (parts / "1.csv").write_text("amount\n1\n")
    pl.DataFrame({"amount": [1]}).write_parquet(parts / "2.parquet")
    with pytest.raises(SourceUnreadable, match="holds CSV and parquet files"):
        read(tmp_path)
    (parts / "_delta_log").mkdir()
    with pytest.raises(SourceUnreadable, match="is a Delta table"):
        read(tmp_path)


def test_two_files_for_one_table_are_refused_until_the_settings_choose(tmp_path):
    pl.DataFrame({"amount": [2]}).write_parquet(tmp_path / "transactions.parquet")
    message = refusal(SourceUnreadable, tmp_path, "amount\n1\n")
    assert "both transactions.csv and transactions.parquet are there" in message
    assert read(tmp_path, 'file = "transactions.parquet"')["amount"].to_list() == [2]


def test_a_missing_required_table_says_what_was_looked_for_what_is_there_and_how_to_map_it(tmp_path):
    (tmp_path / "transaktionen.csv").touch()
    with pytest.raises(TableMissing) as caught:
        read(tmp_path)
    assert str(caught.value) == (
        "the source 'folder' has no table transactions: looked for transactions.parquet, transactions.csv, "
        "transactions.csv.gz, transactions/; there are settings, transaktionen.csv. Say which it is in the settings:\n"
        '[tables.transactions]\nfile = "transaktionen.csv"'
    )


def test_a_missing_optional_table_is_none_unless_the_settings_name_its_file(tmp_path):
    assert read(tmp_path, contract=CUSTOMERS) is None
    with pytest.raises(TableMissing, match=r"looked for people\.csv"):
        read(tmp_path, 'file = "people.csv"', contract=CUSTOMERS)


def test_a_corrupt_file_of_any_kind_is_refused_in_words(tmp_path):
    for name, content, says in (
        ("transactions.parquet", b"PAR1 not really", "transactions.parquet: not a whole parquet file"),
        ("transactions.parquet", b"", "transactions.parquet: not a whole parquet file"),
        ("transactions.csv.gz", b"not gzip", "transactions.csv.gz: cannot be unpacked"),
        ("transactions.csv.gz", gzip.compress(b"a,b\n" * 9999)[:-20], "transactions.csv.gz: cannot be unpacked"),
        ("transactions.xlsx", b"PK", "transactions.xlsx: neither parquet nor CSV"),
    ):
        assert says in refusal(SourceUnreadable, tmp_path, content, f'file = "{name}"', name=name)


# --- how CSV is read


def test_csv_fields_stay_text_so_that_ids_keep_their_zeros_and_empty_ones_are_null(tmp_path):
    frame = read_csv(tmp_path, 'customer_id,channel\n00123,"a ""b"",\nc"\n7,\n')
    assert frame.rows() == [("00123", 'a "b",\nc'), ("7", None)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out_from_the_header(tmp_path, delimiter):
    frame = read_csv(tmp_path, f'customer_id{delimiter}"amount"\nx{delimiter}1\n')
    assert frame.rows() == [("x", "1")]


def test_a_delimiter_inside_quotes_is_not_counted_and_another_one_can_be_set(tmp_path):
    mapping = 'rename = {channel = "a,b,c"}'
    assert read_csv(tmp_path, 'customer_id;"a,b,c"\nx;1\n', mapping).rows() == [("x", "1")]
    assert read_csv(tmp_path, "customer_id~amount\nx~1\n", 'delimiter = "~"').rows() == [("x", "1")]


@pytest.mark.parametrize("first", ["\n", "\r\n"])
@pytest.mark.parametrize("second", ["\n", "\r\n"])
def test_a_byte_order_mark_and_line_ends_of_one_or_two_kinds_are_read(tmp_path, first, second):
    text = f"customer_id,amount{first}x,1{second}y,2{first}"
    assert read_csv(tmp_path, b"\xef\xbb\xbf" + text.encode()).rows() == [("x", "1"), ("y", "2")]


def test_another_encoding_is_read_when_set_and_named_in_the_error_when_not(tmp_path):
    content = "customer_id,channel\n1,门店\n".encode("gb18030")
    message = refusal(SourceUnreadable, tmp_path, content)
    assert message.startswith("transactions.csv: not utf-8 at byte 22 (line 2, byte 0xc3).")
    assert 'encoding = "gb18030"' in message
    assert read_csv(tmp_path, content, 'encoding = "gb18030"').rows() == [("1", "门店")]
    assert read_csv(tmp_path, "customer_id\nx\n".encode("utf-16"), 'encoding = "utf-16"').rows() == [("x",)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "transactions.csv: is empty"),
        ("\n\n", "transactions.csv: is empty"),
        ("a,b\n1,2\n3\n", "line 3 has 1 fields where the header has 2"),
        ('a,b\n"x\ny",2\n3,4,5\n', "line 4 has 3 fields where the header has 2"),
        ('a,b\n1,2\n"3,4\n', "line 3: unexpected end of data; is a double quote left open there?"),
        ("a,b,a\n1,2,3\n", "two columns are called 'a'"),
    ],
)
def test_a_csv_that_cannot_be_read_whole_is_refused_by_its_line(tmp_path, content, says):
    assert says in refusal(SourceUnreadable, tmp_path, content)


def test_a_header_alone_is_a_table_without_rows(tmp_path):
    frame = read_csv(tmp_path, "customer_id,occurred_at,Q,P", 'derive = {amount = "Q * P"}\nwhere = "Q > 0"')
    assert (frame.columns, frame.height) == (["customer_id", "occurred_at", "amount"], 0)


def test_a_column_without_a_name_and_a_delimiter_at_the_end_of_lines_are_no_fault(tmp_path):
    assert read_csv(tmp_path, ",amount\n0,5,\n", 'rename = {order_id = "column 1"}').rows() == [("5", "0")]


def test_pattern_signs_in_the_name_of_a_folder_do_not_make_another_one_be_read(tmp_path):
    for name, amount in (("export[2]*", 1), ("export2x", 2)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "transactions.csv").write_text(f"amount\n{amount}\n")
    assert read(tmp_path / "export[2]*").rows() == [("1",)]


# --- how a table is mapped


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

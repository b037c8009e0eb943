"""Sources: which files are read, how they are mapped, and what is said when they cannot be."""

import gzip
from datetime import UTC, datetime

import polars as pl
import pytest
from mapped_files import CUSTOMERS, TRANSACTIONS, read, read_csv, refusal

from pipelines._errors import SettingsWrong, SourceUnknown, SourceUnreadable, TableMissing
from pipelines._settings import Settings, SourceSettings
from pipelines._sources import Source, ask_for_tables, find_source, read_table, source, sources

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


def test_the_file_proposed_for_a_missing_table_is_none_that_another_table_reads(tmp_path):
    for name in ("transaction_customers.csv", "sales.csv"):
        (tmp_path / name).write_text("customer_id\na\n")
    mapped = {"customers": {"file": "transaction_customers.csv"}}
    settings = Settings(source=SourceSettings(name="folder", path=tmp_path), tables=mapped)
    with pytest.raises(TableMissing, match=r'file = "sales\.csv"'):
        ask_for_tables(settings)
    (tmp_path / "transactions.csv").write_text("never read here")
    ask_for_tables(settings)


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

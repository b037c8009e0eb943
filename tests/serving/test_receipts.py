"""Is what the team says of its list taken once, and is what does not belong sent back with the reason?"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from campaigns import NOVEMBER, assigned, campaign, record
from hypothesis import given, settings
from hypothesis import strategies as st

from serving._errors import LedgerUnusable, ReceiptsUnreadable
from serving._ledger import Ledger
from serving._ledger_store import Store
from serving._receipts import Taken, take
from serving._receipts_file import read_receipts

FIRST, SECOND = date(2026, 11, 3), date(2026, 11, 10)
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
ZONE = "Asia/Shanghai"
HEADER = "campaign,customer_id,status,happened_at,as_of,channel,note"


@pytest.fixture
def worked(ledger: Ledger) -> Ledger:
    """Two nights: 007 and b on the first list, b and d on the second, c held out."""
    record(ledger, FIRST, {"007": "treated", "b": "treated", "c": "held_out"})
    record(ledger, SECOND, {"b": "treated", "d": "treated"})
    return ledger


def written(folder: Path, *lines: str, header: str = HEADER, name: str = "receipts.csv") -> Path:
    """A file with these lines; `~` stands for the campaign."""
    path = folder / name
    path.write_text("\n".join([header, *lines]).replace("~", NOVEMBER) + "\n", encoding="utf-8")
    return path


def taken(path: Path, ledger: Ledger, **changed: Any) -> Taken:
    """Takes the file as on the morning of the twentieth."""
    return take(path, ledger, **{"time_zone": ZONE, "now": NOW} | changed)


def reasons(done: Taken) -> dict[int, str]:
    """Why lines were rejected."""
    return dict(done.rejected["line", "reason"].rows())


def statuses(ledger: Ledger) -> dict[str, str | None]:
    """The furthest status of each customer."""
    return dict(ledger.rows_of(NOVEMBER)["customer_id", "status"].rows())


def test_good_lines_are_taken_and_the_same_file_again_changes_nothing(worked: Ledger, tmp_path: Path) -> None:
    path = written(tmp_path, "~,007,delivered,2026-11-04 10:00,,,", "~,007,accepted,2026-11-05T09:00:00Z,,phone,glad")
    done = taken(path, worked)
    assert (done.accepted, done.repeated, done.contaminated, done.rejected.height) == (2, 0, 0, 0)
    assert (done.rejected_file, [p.name for p in tmp_path.glob("*.csv")]) == (None, ["receipts.csv"])
    before = worked.rows_of(NOVEMBER).rows(), worked.contacted().rows()
    again = taken(path, worked, now=datetime(2026, 11, 29, tzinfo=UTC))
    assert (again.accepted, again.repeated, again.contaminated) == (0, 2, 0)
    assert (worked.rows_of(NOVEMBER).rows(), worked.contacted().rows()) == before
    assert statuses(worked) == {"007": "accepted", "b": None, "c": None, "d": None}


def test_a_held_out_customer_who_was_contacted_is_kept_and_counted_apart(worked: Ledger, tmp_path: Path) -> None:
    done = taken(written(tmp_path, "~,c,reached,2026-11-04,,,", "~,b,reached,2026-11-04,,,"), worked)
    assert (done.accepted, done.contaminated) == (1, 1)
    rows = worked.rows_of(NOVEMBER).filter("is_contaminated")
    assert rows["customer_id", "contacted_on"].rows() == [("c", date(2026, 11, 4))]


def test_a_receipt_answers_the_latest_list_before_it_unless_it_names_one(worked: Ledger, tmp_path: Path) -> None:
    lines = ["~,b,delivered,2026-11-09,,,", "~,b,reached,2026-11-10,,,", "~,b,accepted,2026-11-19,2026-11-03,,"]
    taken(written(tmp_path, *lines), worked)
    answered = worked.contacted().filter(customer_id="b")["list_as_of", "contacted_on"].rows()
    assert answered == [(FIRST, date(2026, 11, 9)), (SECOND, SECOND)]


def test_a_moment_without_a_zone_is_one_of_the_business(worked: Ledger, tmp_path: Path) -> None:
    path = written(tmp_path, "~,b,delivered,2026-11-05 00:30,,,", "~,d,delivered,2026-11-10T23:30:00+00:00,,,")
    taken(path, worked)
    told = dict(worked.contacted().filter(pl.col("customer_id") != "007")["customer_id", "contacted_on"].rows())
    assert told == {"b": date(2026, 11, 5), "d": date(2026, 11, 11)}
    again = taken(written(tmp_path, "~,b,delivered,2026-11-04T16:30Z,,,"), worked)
    assert (again.accepted, again.repeated) == (0, 1)


WRONG = {
    "retention_offer-2026-12,b,delivered,2026-11-11,,,": "'retention_offer-2026-12' is no campaign of ours; is "
    "'retention_offer-2026-11' meant?",
    "~,nobody,delivered,2026-11-11,,,": "'nobody' is on no list of retention_offer-2026-11",
    "~,7,delivered,2026-11-11,,,": "'7' is on no list of retention_offer-2026-11; is '007' meant, with zeros in front?",
    "~,d,delivred,2026-11-11,,,": "'delivred' is no status; is 'delivered' meant?",
    "~,d,dunno,2026-11-11,,,": "'dunno' is no status; there are delivered, refused, reached, accepted",
    "~,d,,2026-11-11,,,": "has no status",
    "~, ,delivered,2026-11-11,,,": "has no customer_id",
    ",d,delivered,2026-11-11,,,": "has no campaign",
    "~,d,delivered,,,,": "has no happened_at",
    "~,d,delivered,soon,,,": "'soon' is no moment; write it like 2026-11-03 14:30",
    "~,d,delivered,11/12/2026,,,": "'11/12/2026' is no moment; write it like 2026-11-03 14:30",
    "~,d,delivered,2026-11-31,,,": "'2026-11-31' is no moment; write it like 2026-11-03 14:30",
    "~,d,delivered,2026-11-20 12:01,,,": "'2026-11-20 12:01' is in the future",
    "~,d,delivered,2026-11-09,,,": "happened on 2026-11-09, before the list of 2026-11-10",
    "~,c,delivered,2026-11-02,,,": "happened on 2026-11-02, before the list of 2026-11-03",
    "~,b,delivered,2026-11-09,2026-11-10,,": "happened on 2026-11-09, before the list of 2026-11-10",
    "~,d,delivered,2026-11-11,2026-11-03,,": "'d' is not on the list of 2026-11-03 for retention_offer-2026-11",
    "~,007,delivered,2026-11-11,2026-11-10,,": "'007' is not on the list of 2026-11-10 for retention_offer-2026-11",
    "~,d,delivered,2026-11-11,2026-11-09,,": "there is no list of 2026-11-09",
    "~,d,delivered,2026-11-11,today,,": "'today' is no date of a list; write it like 2026-11-03",
    "~,d,delivered": "has 3 cells where the first line has 7",
    "~,d,delivered,2026-11-11,,,,,more": "has 9 cells where the first line has 7",
    "~,d,delivered,2026-11-11,,,\x07": "has characters that cannot be printed",
    "~,b,reached,2026-11-10T16:00+08:00,,,": "says the same as line 2",
}


def test_what_does_not_belong_is_rejected_by_line_with_its_reason(worked: Ledger, tmp_path: Path) -> None:
    done = taken(written(tmp_path, "~,b,reached,2026-11-10 16:00,,,", *WRONG), worked)
    assert reasons(done) == dict(enumerate(WRONG.values(), start=3))
    assert (done.accepted, done.repeated, done.contaminated) == (1, 0, 0)


def test_what_happened_more_than_a_year_after_the_list_answers_it_no_more(worked: Ledger, tmp_path: Path) -> None:
    lines = ["~,007,reached,2027-11-02,,,", "~,007,accepted,2027-11-03,,,", "~,b,reached,2027-11-03,2026-11-03,,"]
    done = taken(written(tmp_path, *lines), worked, now=datetime(2027, 12, 1, tzinfo=UTC))
    late = "happened on 2027-11-03, more than a year after the list of 2026-11-03; is the year right?"
    assert reasons(done) == {3: late, 4: late}
    assert statuses(worked)["007"] == "reached"


def test_rejected_lines_are_written_to_be_put_right_and_taken_again(worked: Ledger, tmp_path: Path) -> None:
    lines = [
        "~,b,reached,2026-11-10,,,",
        '~,d,delivred,2026-11-11,,,"=not, a formula"',
        "",
        ",,,,,,",
        "~,9,reached,x,,,",
    ]
    done = taken(written(tmp_path, *lines), worked)
    assert done.rejected_file == tmp_path / "receipts.rejected.csv"
    raw = done.rejected_file.read_bytes().decode("utf-8-sig")
    assert raw.splitlines()[0] == f"line,{HEADER},reason"
    assert [line.split(",")[0] for line in raw.splitlines()[1:]] == ["3", "6"]
    mended = tmp_path / "mended.csv"
    mended.write_text(raw.replace("delivred,", "delivered,"), encoding="utf-8")
    assert taken(mended, worked).accepted == 1
    assert statuses(worked)["d"] == "delivered"
    assert read_receipts(mended)["note"].to_list() == ["=not, a formula", None]


def test_rejected_lines_go_where_the_caller_says_and_old_ones_do_not_stay(worked: Ledger, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    good, bad = "~,b,reached,2026-11-10,,,", "~,9,reached,2026-11-10,,,"
    done = taken(written(tmp_path, good, bad), worked, folder=folder)
    assert done.rejected_file == folder / "receipts.rejected.csv"
    assert done.rejected_file.exists()
    assert taken(written(tmp_path, good), worked, folder=folder).rejected_file is None
    assert list(folder.iterdir()) == []


def test_when_the_rejected_lines_cannot_be_written_nothing_is_taken(worked: Ledger, tmp_path: Path) -> None:
    path = written(tmp_path, "~,b,reached,2026-11-10,,,", "~,9,reached,2026-11-10,,,")
    with pytest.raises(ReceiptsUnreadable, match=r"cannot be written there: .*Nothing was taken"):
        taken(path, worked, folder=tmp_path / "missing")
    assert set(statuses(worked).values()) == {None}


def test_semicolons_other_columns_other_order_and_chinese_are_read(worked: Ledger, tmp_path: Path) -> None:
    header = "\ufeffNote; Happened At ;agent;CUSTOMER_ID;Status;Campaign"
    lines = ['"说：""好""; 谢谢";2026/11/10 9:30;李;b;已接受;~', ";2026年11月10日;李;d;Reached;~"]
    done = taken(written(tmp_path, *lines, header=header), worked)
    assert (done.accepted, done.rejected.height) == (2, 0)
    assert statuses(worked) == {"007": None, "b": "accepted", "c": None, "d": "reached"}


def test_an_id_that_a_list_guards_from_spreadsheets_is_read_as_it_was(ledger: Ledger, tmp_path: Path) -> None:
    record(ledger, FIRST, {"-12": "treated", "'quoted": "treated"})
    path = written(tmp_path, "~,'-12,reached,2026-11-04,,,", "~,'quoted,reached,2026-11-04,,,")
    assert taken(path, ledger).accepted == 2


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "GB18030": (
        f"{HEADER}\n~,张,reached,2026-11-04,,,\n".encode("gb18030"),
        r"not in UTF-8 \(line 2, byte 0xd5\).*GB18",
    ),
    "UTF-16": (HEADER.encode("utf-16"), "is text in UTF-16"),
    "a workbook": (b"PK\x03\x04" + b"x" * 99, "is a workbook and no CSV"),
    "nothing": (b"", "is empty; its first line must name the columns campaign, customer_id, status, happened_at"),
    "a header alone": (HEADER.encode(), "there is no receipt below its first line"),
    "a column too few": (b"campaign,customer_id,state,happened_at\nx,y,z,w\n", "no column 'status'.*Is 'state' meant"),
    "two columns of one name": (b"status,Status,campaign,customer_id,happened_at\n", "two columns are called 'status'"),
    "an open quote": (f'{HEADER}\nx,y\n"x,y,z,w\nx,y,z,w\n'.encode(), "line 3: .*double quote left open"),
    "no good line": (
        f"{HEADER}\nx,b,reached,2026-11-04,,,\n".encode(),
        "none of its 1 lines is a receipt .*line 2: 'x'",
    ),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_file_of_which_nothing_can_be_taken_is_refused_whole(what: str, worked: Ledger, tmp_path: Path) -> None:
    content, reason = UNREADABLE[what]
    path = tmp_path / "receipts.csv"
    path.write_bytes(content)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ReceiptsUnreadable, match=rf"receipts\.csv: .*{reason}"):
        taken(path, worked)
    assert sorted(tmp_path.iterdir()) == before
    assert set(statuses(worked).values()) == {None}


def test_a_file_that_is_not_there_is_named(worked: Ledger, tmp_path: Path) -> None:
    with pytest.raises(ReceiptsUnreadable, match=r"nothing\.csv: cannot be opened: No such file"):
        taken(tmp_path / "nothing.csv", worked)
    with pytest.raises(ReceiptsUnreadable, match="cannot be opened: Is a directory"):
        taken(tmp_path, worked)


def test_receipts_before_any_list_belong_to_none(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(ReceiptsUnreadable, match="is no campaign of ours"):
        taken(written(tmp_path, "~,b,reached,2026-11-10,,,"), ledger)


def test_a_moment_of_taking_without_a_zone_is_a_fault_of_the_caller(worked: Ledger, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="now has no time zone"):
        taken(written(tmp_path, "~,b,reached,2026-11-10,,,"), worked, now=datetime(2026, 11, 20))  # noqa: DTZ001


def test_receipts_that_the_ledger_cannot_take_are_taken_when_it_can(
    ledger_url: str | None, worked: Ledger, tmp_path: Path
) -> None:
    path = written(tmp_path, "~,b,reached,2026-11-10,,,", "~,d,reached,2026-11-10,,,")
    with Store(ledger_url, tmp_path).writing() as connection:
        connection.exec_driver_sql("ALTER TABLE receipts RENAME TO hidden")
    with pytest.raises(LedgerUnusable):
        taken(path, worked)
    with Store(ledger_url, tmp_path).writing() as connection:
        connection.exec_driver_sql("ALTER TABLE hidden RENAME TO receipts")
    assert taken(path, worked).accepted == 2


def test_a_customer_of_several_campaigns_is_known_in_each(ledger: Ledger, tmp_path: Path) -> None:
    record(ledger, FIRST, {"b": "treated"})
    both = [campaign(), campaign("thanks", action="thank_you")]
    record(ledger, SECOND, assigned({"b": "held_out"}, campaign="thanks"), campaigns=both)
    done = taken(written(tmp_path, "~,b,reached,2026-11-11,,,", "thanks,b,reached,2026-11-11,,,"), ledger)
    assert (done.accepted, done.contaminated) == (1, 1)


CELLS = st.one_of(
    st.sampled_from(
        ["~", "007", "b", "c", "d", "reached", "delivered", "2026-11-04", "2026-11-10 09:00", "2026-11-11"]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5),
)


@settings(max_examples=25, deadline=None)
@given(lines=st.lists(st.tuples(*[CELLS] * 7), max_size=8))
def test_whatever_a_file_says_every_line_is_accounted_for(
    lines: list[tuple[str, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    ledger = Ledger(None, folder)
    record(ledger, FIRST, {"007": "treated", "b": "treated", "c": "held_out"})
    frame = pl.DataFrame([["~", "b", "reached", "2026-11-04", "", "", ""], *lines], orient="row")
    path = written(folder, frame.write_csv(include_header=False))
    rows = read_receipts(path).height
    done, again = taken(path, ledger), taken(path, ledger)
    assert done.accepted + done.contaminated + done.rejected.height == rows
    assert (again.accepted, again.contaminated, again.repeated) == (0, 0, done.accepted + done.contaminated)
    assert again.rejected.equals(done.rejected)

"""Who counts as contacted, and from which night on?"""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from campaigns import ARMS, FIRST, NOVEMBER, SECOND, contacts, receipt, record

from serving import Ledger, NotRecorded


def test_without_receipts_everybody_on_a_list_counts_as_contacted(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    record(ledger, SECOND, {"d": "treated"})
    assert contacts(ledger) == {("a", "2026-11-03"), ("b", "2026-11-03"), ("d", "2026-11-04")}
    assert ledger.contacted(since=SECOND)["customer_id"].to_list() == ["d"]


def test_where_delivery_is_reported_the_receipts_say_who_was_contacted(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    record(ledger, SECOND, {"d": "treated"})
    told = [receipt("a", "delivered", 5), receipt("a", "accepted", 7, channel="phone")]
    assert ledger.take_receipts(pl.DataFrame(told)).height == 2
    assert contacts(ledger) == {("a", "2026-11-05"), ("d", "2026-11-04")}
    assert ledger.contacted()["channel"].to_list() == ["phone", "email"]


def test_answers_alone_do_not_say_that_the_others_were_not_contacted(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    ledger.take_receipts(pl.DataFrame([receipt("a", "refused", 5)]))
    assert contacts(ledger) == {("a", "2026-11-05"), ("b", "2026-11-03")}


def test_a_held_out_customer_who_was_contacted_counts_and_says_nothing_of_the_list(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    ledger.take_receipts(pl.DataFrame([receipt("c", "reached", 5)]))
    assert contacts(ledger) == {("a", "2026-11-03"), ("b", "2026-11-03"), ("c", "2026-11-05")}


def test_a_night_does_not_see_receipts_that_came_on_its_day_or_later(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    before = contacts(ledger, date(2026, 11, 8))
    ledger.take_receipts(pl.DataFrame([receipt("a", "delivered", 5, known=8)]))
    assert contacts(ledger, date(2026, 11, 8)) == before
    assert contacts(ledger, date(2026, 11, 9)) == {("a", "2026-11-05")}
    assert ledger.rows_of(NOVEMBER, before=date(2026, 11, 8))["status"].to_list() == [None] * 3


def test_receipts_of_nobody_we_know_are_refused_whole(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    with pytest.raises(NotRecorded, match="refused rows"):
        ledger.take_receipts(pl.DataFrame([receipt("a", "delivered", 5), receipt("nobody", "delivered", 5)]))
    assert contacts(ledger) == {("a", "2026-11-03"), ("b", "2026-11-03")}

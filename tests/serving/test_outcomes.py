"""What became of those who were assigned, and when does it count?"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from campaigns import ARMS, FIRST, NOVEMBER, THIRD, outcome, receipt, record

from serving import HistoryWouldChange, Ledger, NotRecorded


def test_what_is_measured_has_assignment_outcome_and_receipts_side_by_side(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    told = [receipt("a", "accepted", 5), receipt("a", "delivered", 4), receipt("c", "reached", 6)]
    ledger.take_receipts(pl.DataFrame(told))
    assert ledger.record_outcomes(pl.DataFrame([outcome("a"), outcome("c", is_good=False)]), as_of=THIRD) == 2
    rows = ledger.rows_of(NOVEMBER)
    columns = ("customer_id", "arm", "cost", "is_good", "profit", "status", "contacted_on", "is_contaminated")
    assert rows.select(columns).rows() == [
        ("a", "treated", 2.5, True, 9.5, "accepted", date(2026, 11, 4), False),
        ("b", "treated", 2.5, None, None, None, None, False),
        ("c", "held_out", 0.0, False, 9.5, "reached", date(2026, 11, 6), True),
    ]
    assert rows["spend_before"].to_list() == [120.0] * 3
    assert ledger.rows_of("unheard-of").is_empty()


def test_outcomes_count_from_the_night_after_they_were_measured(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    ledger.record_outcomes(pl.DataFrame([outcome("a", profit=1.0)]), as_of=THIRD)
    ledger.record_outcomes(pl.DataFrame([outcome("a", profit=2.0)]), as_of=date(2026, 11, 20))
    seen = {day: ledger.rows_of(NOVEMBER, before=date(2026, 11, day))["profit"][0] for day in (10, 11, 20, 21)}
    assert seen == {10: None, 11: 1.0, 20: 1.0, 21: 2.0}


def test_measuring_again_on_one_night_changes_nothing_that_later_nights_built_on(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    rows = pl.DataFrame([outcome("b"), outcome("a")])
    assert ledger.record_outcomes(rows, as_of=THIRD) == 2
    assert ledger.record_outcomes(rows.reverse(), as_of=THIRD) == 0
    assert ledger.record_outcomes(pl.DataFrame([outcome("a", profit=3.0)]), as_of=THIRD) == 1
    assert ledger.rows_of(NOVEMBER)["profit"].to_list() == [3.0, None, None]
    record(ledger, date(2026, 11, 12), {"z": "treated"})
    with pytest.raises(HistoryWouldChange, match="the outcomes that the night of 2026-11-10 measured"):
        ledger.record_outcomes(rows, as_of=THIRD)
    assert ledger.record_outcomes(pl.DataFrame([outcome("a", profit=3.0)]), as_of=THIRD) == 0


WRONG_OUTCOMES: list[tuple[dict[str, Any], str]] = [
    ({"measured_until": FIRST}, "were measured before the customer could be contacted"),
    ({"measured_until": date(2026, 11, 11)}, "are measured until a day after 2026-11-10"),
    ({"customer_id": "nobody"}, "are of a customer who was not assigned in that campaign"),
    ({"campaign": "unheard-of"}, "are of a customer who was not assigned in that campaign"),
    ({"profit": float("nan")}, "have a profit that is no finite number"),
    ({"is_good": None}, "have no is_good"),
    ({"customer_id": "b"}, "are of a customer who has another"),
]


@pytest.mark.parametrize(("change", "reason"), WRONG_OUTCOMES)
def test_outcomes_that_cannot_be_are_refused(change: dict[str, Any], reason: str, ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    rows = pl.DataFrame([outcome("b"), outcome("a", **change)], infer_schema_length=None)
    with pytest.raises(NotRecorded, match=reason):
        ledger.record_outcomes(rows, as_of=THIRD)
    assert ledger.rows_of(NOVEMBER)["profit"].null_count() == 3

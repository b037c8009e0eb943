"""Does the ledger remember what was decided, once, and only what a night could know?"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from campaigns import ARMS, FIRST, NOVEMBER, SECOND, THIRD, assigned, campaign, contacts, outcome, receipt, record

from serving._errors import HistoryWouldChange, ListNotPublished, NotRecorded
from serving._ledger import Ledger


def everything(ledger: Ledger) -> list[list[tuple[Any, ...]]]:
    """All that the ledger tells."""
    tables = (ledger.lists(), ledger.campaigns(), ledger.assigned(), ledger.listed([NOVEMBER]), ledger.contacted())
    return [table.rows() for table in tables]


def test_what_a_night_recorded_is_there_for_later_nights_and_not_for_itself(ledger: Ledger) -> None:
    done = record(ledger, FIRST, ARMS)
    assert (done.is_new, done.assigned_count, done.listed_count, done.notes) == (True, 3, 2, ())
    rows = ledger.assigned(before=SECOND)
    assert dict(rows["customer_id", "arm"].rows()) == ARMS
    first = assigned(ARMS).drop("rank")
    assert rows.select(first.columns).equals(first)
    assert rows["as_of"].unique().to_list() == [FIRST]
    assert ledger.campaigns(before=SECOND).select(pl.exclude("as_of")).to_dicts() == [campaign()]
    assert contacts(ledger, SECOND) == {("a", "2026-11-03"), ("b", "2026-11-03")}
    for table in (ledger.assigned, ledger.campaigns, ledger.lists, ledger.contacted):
        assert table(before=FIRST).is_empty()
    assert ledger.rows_of(NOVEMBER, before=FIRST).is_empty()


def test_the_same_night_again_writes_nothing(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    record(ledger, SECOND, {"d": "treated"})
    before = everything(ledger)
    again = record(ledger, FIRST, assigned(ARMS).reverse())
    assert (again.is_new, again.assigned_count, again.listed_count) == (False, 3, 2)
    assert everything(ledger) == before


def test_a_different_run_of_the_latest_night_takes_the_place_of_the_first(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    record(ledger, SECOND, {"d": "treated"}, campaigns=[campaign(), campaign("other")])
    assert record(ledger, SECOND, {"e": "treated"}, digest="d2").is_new
    assert sorted(ledger.assigned()["customer_id"]) == ["a", "b", "c", "e"]
    assert ledger.campaigns()["name"].to_list() == [NOVEMBER]
    assert ledger.lists()["digest"].to_list() == ["d1", "d2"]


@pytest.mark.parametrize("arms", [{"a": "treated", "b": "treated"}, {**ARMS, "c": "treated"}, {}])
def test_an_old_night_that_differs_is_refused_and_nothing_is_lost(arms: dict[str, str], ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    record(ledger, SECOND, {"d": "treated"})
    before = everything(ledger)
    rows = assigned(arms) if arms else assigned(ARMS).clear()
    with pytest.raises(
        HistoryWouldChange, match="the night of 2026-11-03 is not what the ledger has of it, and the ni"
    ):
        record(ledger, FIRST, rows)
    assert everything(ledger) == before


def test_a_night_before_the_latest_that_was_never_recorded_is_refused(ledger: Ledger) -> None:
    record(ledger, SECOND, ARMS)
    with pytest.raises(HistoryWouldChange, match="the night of 2026-11-04 builds on that"):
        record(ledger, FIRST, {"z": "treated"})
    assert ledger.lists()["as_of"].to_list() == [SECOND]


def test_a_night_whose_list_has_been_worked_on_is_not_replaced(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    ledger.take_receipts(pl.DataFrame([receipt("a", "reached", 3)]))
    with pytest.raises(HistoryWouldChange, match="and receipts build on that"):
        record(ledger, FIRST, {"b": "treated"})
    assert not record(ledger, FIRST, ARMS).is_new
    assert contacts(ledger) == {("a", "2026-11-03")}


def test_a_night_whose_outcomes_were_measured_is_not_replaced(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    ledger.record_outcomes(pl.DataFrame([outcome("a")]), as_of=THIRD)
    with pytest.raises(HistoryWouldChange, match="and outcomes build on that"):
        record(ledger, FIRST, {"b": "treated"})


def test_a_customer_keeps_the_arm_and_the_figures_of_the_first_night(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    done = record(ledger, SECOND, assigned({"c": "treated", "a": "treated", "d": "treated"}, probability=0.9))
    assert (done.assigned_count, done.listed_count) == (1, 2)
    assert done.notes == (
        "campaign retention_offer-2026-11: 1 customers keep the arm that was drawn on an earlier night (first: c)",
    )
    kept = ledger.assigned().select("customer_id", "as_of", "arm", "probability").rows()
    assert kept == [
        ("a", FIRST, "treated", 0.4),
        ("b", FIRST, "treated", 0.4),
        ("c", FIRST, "held_out", 0.4),
        ("d", SECOND, "treated", 0.9),
    ]
    assert ("c", "2026-11-04") not in contacts(ledger)


def test_a_list_that_is_not_published_is_not_recorded(ledger: Ledger) -> None:
    night = {"counts": {"population": 3}, "campaigns": pl.DataFrame([campaign()]), "assignments": assigned(ARMS)}
    with pytest.raises(ListNotPublished), ledger.recording(FIRST, digest="d", **night):
        raise ListNotPublished("no room")
    assert ledger.lists().is_empty()
    with ledger.recording(FIRST, digest="d", **night) as recorded:
        assert recorded.is_new
    assert ledger.lists().to_dicts() == [{"as_of": FIRST, "digest": "d", "counts": '{"population": 3}'}]


CHANGES: list[tuple[dict[str, Any], str]] = [
    ({"holdout_share": 0.5}, "holdout_share 0.2 (settings: 0.5)"),
    ({"channel": "phone"}, "channel email (settings: phone)"),
    ({"ends_on": date(2026, 12, 9)}, "ends_on 2026-12-01 (settings: 2026-12-09)"),
    ({"terms": {"contact_cost": 3.5}}, "contact_cost 1.0 (settings: 3.5)"),
    ({"terms": {"is_promotion": True}}, "is_promotion None (settings: True)"),
]


@pytest.mark.parametrize(("change", "told"), CHANGES)
def test_a_campaign_keeps_the_terms_it_began_with_and_says_so(
    change: dict[str, Any], told: str, ledger: Ledger
) -> None:
    record(ledger, FIRST, ARMS)
    declared = [campaign(**change)]
    stand = ledger.standing_campaigns(pl.DataFrame(declared), before=SECOND)
    note = f"campaign retention_offer-2026-11 keeps the terms it began with until it ends: {told}"
    assert stand.notes == (note,)
    assert stand.campaigns.to_dicts() == [campaign()]
    assert record(ledger, SECOND, {"d": "treated"}, campaigns=declared).notes == (note,)
    assert ledger.campaigns().select(pl.exclude("as_of")).to_dicts() == [campaign()]
    # On the night it began it has no terms to keep yet.
    assert ledger.standing_campaigns(pl.DataFrame(declared), before=FIRST).notes == ()


def test_a_salt_that_was_drawn_once_is_kept_without_a_word(ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    stand = ledger.standing_campaigns(pl.DataFrame([campaign(salt="new")]), before=SECOND)
    assert (stand.notes, stand.campaigns["salt"][0]) == ((), "pepper")


@pytest.mark.parametrize("change", [{"action": "upsell"}, {"starts_on": date(2026, 11, 2)}])
def test_two_campaigns_of_one_name_are_refused(change: dict[str, Any], ledger: Ledger) -> None:
    record(ledger, FIRST, ARMS)
    with pytest.raises(NotRecorded, match="two campaigns are called 'retention_offer-2026-11'"):
        record(ledger, SECOND, {"d": "treated"}, campaigns=[campaign(**change)])
    with pytest.raises(NotRecorded, match="2 of 2 rows have the name of another"):
        record(ledger, SECOND, {"d": "treated"}, campaigns=[campaign(), campaign(**change)])
    assert ledger.lists()["as_of"].to_list() == [FIRST]


UNTRUE: list[tuple[dict[str, Any], str]] = [
    ({"probability": 1.5}, "a probability outside 0 to 1"),
    ({"probability": float("nan")}, "a probability that is no finite number"),
    ({"cost": -1.0}, "a negative cost"),
    ({"stake": float("inf")}, "a stake that is no finite number"),
    ({"arm": "control"}, "an arm other than treated and held_out"),
    ({"segment": None}, "have no segment"),
    ({"customer_id": " "}, "are of a customer who has another"),
    ({"segment": "V\0P"}, "a null character in segment"),
    ({"campaign": "unheard-of"}, "of a campaign that is not among the night's campaigns"),
    ({"stage": 7}, "stage holds Int64 and must hold String"),
]


@pytest.mark.parametrize(("change", "reason"), UNTRUE)
def test_assignments_that_cannot_be_true_are_refused_whole(change: dict[str, Any], reason: str, ledger: Ledger) -> None:
    with pytest.raises(NotRecorded, match=f"{reason}.*Nothing was recorded"):
        record(ledger, FIRST, assigned(ARMS, **change))
    assert ledger.lists().is_empty()


IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"holdout_share": 1.1}, "a holdout_share outside 0 to 1"),
    ({"ends_on": date(2026, 11, 1)}, "end before they start"),
    ({"starts_on": date(2026, 11, 4)}, "a campaign that does not run on 2026-11-03"),
    ({"ends_on": FIRST}, "a campaign that does not run on 2026-11-03"),
]


@pytest.mark.parametrize(("change", "reason"), IMPOSSIBLE)
def test_campaigns_that_cannot_be_are_refused(change: dict[str, Any], reason: str, ledger: Ledger) -> None:
    with pytest.raises(NotRecorded, match=reason):
        record(ledger, FIRST, ARMS, campaigns=[campaign(**change)])


def test_a_customer_gets_one_action_a_night(ledger: Ledger) -> None:
    both = pl.concat(
        [assigned({"a": "treated"}), assigned({"a": "held_out"}, campaign="other")], how="vertical_relaxed"
    )
    with pytest.raises(NotRecorded, match="one action per customer and night"):
        record(ledger, FIRST, both, campaigns=[campaign(), campaign("other")])


def test_terms_that_are_no_json_are_refused(ledger: Ledger) -> None:
    with pytest.raises(NotRecorded, match="terms that are no JSON object"):
        record(ledger, FIRST, ARMS, campaigns=[campaign() | {"terms": "cheap"}])


def test_rows_without_a_needed_column_are_refused(ledger: Ledger) -> None:
    with pytest.raises(NotRecorded, match="assignments have no column 'stake'"):
        record(ledger, FIRST, assigned(ARMS).drop("stake"))


def test_text_and_figures_come_back_as_they_went_in(ledger: Ledger) -> None:
    odd = {"'; DROP TABLE lists; --": "treated", "王小明\t\n\\N": "held_out", "": "treated", "é%s{}": "treated"}
    rows = assigned({name: arm for name, arm in odd.items() if name}, stake=0.1 + 0.2, spend_before=None)
    rows = rows.with_columns(pl.col("spend_before").cast(pl.Float64))
    record(ledger, FIRST, rows)
    assert ledger.assigned().select(rows.drop("rank").columns).equals(rows.drop("rank").sort("customer_id"))


def test_both_kinds_of_database_tell_the_same_in_the_same_order(postgres_url: str, tmp_path: Path) -> None:
    told = []
    for url in (None, postgres_url):
        ledger = Ledger(url, tmp_path)
        record(ledger, FIRST, dict.fromkeys(("b", "B", "a", "_", "É", "10", "9", "张"), "treated"))
        ledger.take_receipts(pl.DataFrame([receipt("B", "delivered", 5), receipt("_", "reached", 6)]))
        ledger.record_outcomes(pl.DataFrame([outcome("a")]), as_of=THIRD)
        told.append([*everything(ledger), ledger.rows_of(NOVEMBER).rows()])
    assert told[0] == told[1]


def test_a_night_of_many_customers_is_recorded_and_recorded_anew(ledger: Ledger) -> None:
    many = (
        assigned({"x": "treated"})
        .drop("customer_id", "rank")
        .join(pl.select(customer_id=pl.format("k{}", pl.int_range(40_000)), rank=pl.int_range(40_000)), how="cross")
    )
    assert record(ledger, FIRST, many).listed_count == 40_000
    assert record(ledger, FIRST, many.head(30_000)).is_new
    assert ledger.assigned(before=SECOND).height == ledger.contacted(before=SECOND).height == 30_000

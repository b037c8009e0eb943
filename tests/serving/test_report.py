"""Does the report say what the tables say, and nothing where they say nothing?"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from report_page import Page, beside, matured

from serving import Bundle, report_pages
from serving._report_figures import action_sums, whole
from serving._report_numbers import money, share

BundleOf = Callable[..., Bundle]
AS_OF = date(2025, 12, 1)


@pytest.fixture(scope="module")
def page(bundle_of: BundleOf) -> Page:
    """The English page of the small night."""
    return Page(report_pages(bundle_of(), beside(), language="en")["report.html"])


def test_the_outcomes_add_up_to_the_population(page: Page, bundle_of: BundleOf) -> None:
    counts = bundle_of().counts
    *rows, whole = page.rows("outcome")
    assert sum(int(row[1]) for row in rows) == int(whole[1]) == counts["population"] == 12
    assert ["no consent, or withdrawn", "3", "25%"] in rows
    assert {row[0]: int(row[1]) for row in rows}["on the list"] == counts["listed"] > 0


def test_profit_and_cost_are_those_of_the_customers_listed(page: Page, bundle_of: BundleOf) -> None:
    bundle = bundle_of()
    listed = bundle.decided.filter(pl.col("outcome") == "listed")
    (row, whole) = page.rows("action")
    profit, low, high = (money(listed[f"expected_profit{end}"].sum()) for end in ("", "_low", "_high"))
    held_out = str(bundle.counts["held_out"])
    assert row == ["offer to stay", str(listed.height), held_out, f"{profit} {low} … {high}", row[4]]
    assert float(row[4]) == pytest.approx(listed["expected_cost"].sum(), abs=0.01)
    assert whole[1:] == row[1:]


@pytest.mark.parametrize(
    ("amount", "told"),
    [(1234567.8, "1,234,568"), (12.345, "12.35"), (-0.001, "0.00"), (-250.4, "-250"), (None, "–"), (99.999, "100.00")],
)
def test_money_is_told_with_separators_and_no_minus_before_nothing(amount: float | None, told: str) -> None:
    assert money(amount) == told


@pytest.mark.parametrize(
    ("part", "told"), [(0.8349, "83%"), (0.021, "2.1%"), (0.0, "0%"), (1.0, "100%"), (0.0999, "10%")]
)
def test_small_shares_have_a_decimal(part: float, told: str) -> None:
    assert share(part) == told


def test_ends_of_several_actions_lie_nearer_than_all_of_them_at_once(bundle_of: BundleOf) -> None:
    bundle = bundle_of()
    listed = bundle.decided["outcome"] == "listed"
    other = pl.Series(
        [None if not one else ("thank_you" if i % 2 else "retention_offer") for i, one in enumerate(listed)]
    )
    decided = bundle.decided.with_columns(
        action=other,
        expected_profit_low=pl.col("expected_profit") - 3,
        expected_profit_high=pl.col("expected_profit") + 3,
    )
    sums = action_sums(decided)
    both = whole(sums)
    halves = [3.0 * row.listed for row in sums]
    assert len(halves) == 2
    assert both.high - both.profit == pytest.approx((halves[0] ** 2 + halves[1] ** 2) ** 0.5)
    assert both.profit - both.low == pytest.approx(both.high - both.profit)


def test_the_places_taken_count_those_held_out(page: Page, bundle_of: BundleOf) -> None:
    assigned = bundle_of().decided.filter(pl.col("action").is_not_null())
    rows = {row[0]: row[1:] for row in page.rows("limit")}
    assert rows["places on the list"] == [str(assigned.height), "5"]
    assert rows["budget"] == [f"{assigned['expected_cost'].sum():.2f}", "1,500"]
    assert rows["contacts: mail"] == [str(assigned.height), "no limit"]
    assert rows["contacts: phone"] == ["0", "40"]


def test_the_top_of_the_list_stands_in_its_order(page: Page, bundle_of: BundleOf) -> None:
    listed = bundle_of().listed
    rows = page.rows("#")
    assert [row[1] for row in rows] == listed["customer_id"].to_list()
    assert rows[0][:6] == [
        "1",
        listed["customer_id"][0],
        listed["segment"][0],
        "loyal",
        "make an offer to stay",
        "=1+1",
    ]
    assert rows[0][7:] == ["2025-12-08", "mail"]


def test_only_ten_customers_and_three_of_each_change_are_shown(bundle_of: BundleOf) -> None:
    bundle = bundle_of(customers=60)
    many = pl.concat([bundle.listed] * 5).with_columns(rank=pl.int_range(1, 5 * bundle.listed.height + 1))
    changes = pl.concat([bundle.changes] * 5)
    page = Page(report_pages(replace(bundle, listed=many, changes=changes), beside(), language="en")["report.html"])
    assert [row[0] for row in page.rows("#")] == [str(number) for number in range(1, 11)]
    assert len([row for row in page.rows("customer") if row[1] == "new"]) == 3


def test_a_fifth_of_the_customers_brings_the_share_that_the_spend_says(bundle_of: BundleOf) -> None:
    spend = [1000.0, 600.0, 300.0, *[10.0] * 7]
    bundle = bundle_of(customers=10, yearly_spend=spend)
    page = Page(report_pages(bundle, beside(), language="en")["report.html"])
    expected = f"(2 of 10) bring {1600 / sum(spend):.0%} of the profit"
    assert expected in "".join(page.text)


def test_value_at_risk_by_segment_adds_up_to_that_of_the_scores(page: Page, bundle_of: BundleOf) -> None:
    (rows,) = [t for t in page.tables if t[0] == ["segment", "customers", "value at risk", "share"]]
    whole = bundle_of().scores["value_at_risk"].sum()
    assert sum(float(row[2].replace(",", "")) for row in rows[1:]) == pytest.approx(whole, abs=2)
    assert sum(int(row[1]) for row in rows[1:]) == 12


def test_stages_and_segments_add_up_both_ways(page: Page) -> None:
    *rows, whole = [[int(cell) for cell in row[1:]] for row in page.rows("stage")]
    assert [sum(column) for column in zip(*rows, strict=True)] == whole
    assert all(sum(row[:-1]) == row[-1] for row in rows)
    assert whole[-1] == 12


def test_open_complaints_of_customers_on_no_list_are_unreported(bundle_of: BundleOf) -> None:
    bundle = bundle_of()
    on_it = pl.col("customer_id") == bundle.listed["customer_id"][0]
    left_out = pl.col("customer_id") == "0000"
    scores = bundle.scores.with_columns(
        open_complaint_count=pl.when(on_it).then(2.0).when(left_out).then(1.0).otherwise(0.0),
        oldest_open_complaint_hours=pl.when(left_out).then(26.0),
    )
    rows = Page(report_pages(replace(bundle, scores=scores), beside(), language="en")["report.html"]).rows("complaints")
    told = {row[0].split(":")[0]: row[1] for row in rows}
    assert told["unreported"] == "9"  # of 11 open ones, 2 are of a customer who is called
    assert told["unprocessed"] == "7"
    assert told["unreviewed"] == "the source does not say"
    assert told["hours that the oldest open one has waited"] == "26"


def test_predicted_and_happened_are_told_by_tenth(bundle_of: BundleOf) -> None:
    markdown = report_pages(bundle_of(), beside(), language="en")["report.md"].decode()
    assert "| 4 | 100 | 35% | 35% |" in markdown
    assert "Of 1,000 active customers scored on 2025-11-01, 500 were expected to leave within 28 days; 500 did." in (
        markdown
    )


def test_customers_of_one_probability_are_one_group(bundle_of: BundleOf) -> None:
    same = replace(matured(), rows=pl.DataFrame({"predicted": [0.3] * 50, "happened": [True] * 10 + [False] * 40}))
    markdown = report_pages(bundle_of(), beside(matured=same), language="en")["report.md"].decode()
    assert "| 1 | 50 | 30% | 20% |" in markdown
    assert "| 2 | " not in markdown.split("## Were earlier scores right?")[1]


def test_an_empty_list_says_so(bundle_of: BundleOf) -> None:
    pages = report_pages(bundle_of(may_contact=[False] * 12), beside(), language="en")
    for name in ("report.html", "report.md"):
        told = pages[name].decode()
        assert "Nobody is on the list tonight" in told
        assert "No action is expected to pay tonight." in told


def test_without_amounts_nothing_is_told_in_money(bundle_of: BundleOf) -> None:
    nothing = pl.Series([None] * 12, dtype=pl.Float64)
    amounts = dict.fromkeys(("value_to_lose", "value_to_come", "average_purchase_value"), nothing)
    bundle = bundle_of(**amounts, yearly_spend=[0.0] * 12, value_at_risk=[0.0] * 12)
    told = report_pages(bundle, beside(matured=None), language="en")["report.html"].decode()
    assert "No profit of the last 364 days is known" in told
    assert "No value is known to be at risk." in told
    assert "no value is known" in told
    assert "<svg" not in told
    assert not re.search(r"\bnan\b|\bNone\b", "".join(Page(told.encode()).text))


def test_one_customer_is_a_night_too(bundle_of: BundleOf) -> None:
    bundle = bundle_of(customers=1, may_contact=[True], next_order_on=[AS_OF])
    told = "".join(Page(report_pages(bundle, beside(), language="en")["report.html"]).text)
    assert "The top 20% of customers (1 of 1) bring 100% of the profit" in told


def test_what_is_not_known_is_said_and_not_made_up(bundle_of: BundleOf) -> None:
    nothing = beside(before=None, complaints=None, matured=None)
    told = report_pages(bundle_of(), nothing, language="en")["report.md"].decode()
    assert "No interactions came, so nothing is known of complaints." in told
    assert "There is no earlier list to compare with." in told
    assert "No published night is old enough yet" in told

"""Does a night keep its promises, whatever the customers, the actions, the limits and the past? Random small worlds.

What is promised is worked out again in plain Python, row by row, and held against what was decided.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from serving import OUTCOMES, PURPOSES, Action, Borders, Decided, Effect, Limits, Manners, Memory, Rules, decide

AS_OF = date(2025, 12, 1)
MANNERS = Manners(cool_down_days=28, yearly_cap=3)
CAMPAIGNS = {name: f"{name}-2025-12" for name in PURPOSES}
ARMS = ("treated", "held_out")
ROUNDING = 0.0051


@dataclass(frozen=True)
class World:
    """One night to decide."""

    scores: pl.DataFrame
    rules: Rules
    memory: Memory

    def decided(self) -> Decided:
        return decide(self.scores, rules=self.rules, memory=self.memory, campaigns=CAMPAIGNS, as_of=AS_OF)

    @property
    def customers(self) -> dict[str, dict[str, Any]]:
        return {row["customer_id"]: row for row in self.scores.iter_rows(named=True)}


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


# Few different numbers, so that customers are often alike and borders are often met.
SHARES = st.sampled_from([0.0, 0.05, 0.2, 0.5, 0.9, 1.0])
MONEY = st.sampled_from([0.0, 1.0, 40.0, 500.0, 20_000.0])

COLUMNS = {
    "may_contact": st.sampled_from([True, True, True, False, None]),
    "open_complaint_count": st.sampled_from([0.0, 0.0, 0.0, 1.0, 2.0, None]),
    "churn_probability": maybe(SHARES),
    "win_back_probability": maybe(SHARES),
    "upsell_probability": maybe(SHARES),
    "cross_sell_probability": maybe(SHARES),
    "referral_probability": maybe(SHARES),
    "value_to_lose": maybe(MONEY),
    "value_to_win": maybe(MONEY),
    "yearly_spend": MONEY,
    "average_purchase_value": maybe(MONEY),
    "days_since_last_purchase": maybe(st.sampled_from([1.0, 84.0, 85.0, 400.0])),
    "tenure_days": st.sampled_from([10.0, 56.0, 400.0]),
    "purchase_count_ever": st.sampled_from([0.0, 1.0, 20.0]),
    "last_gap_days": maybe(st.sampled_from([20.0, 100.0])),
    "overdue_ratio": maybe(st.sampled_from([0.5, 2.0])),
    "days_since_last_campaign_contact": maybe(st.sampled_from([1.0, 28.0, 29.0])),
    "campaign_contact_count_364d": st.sampled_from([0.0, 2.0, 3.0]),
    "suggested_category": maybe(st.just("bread")),
    "purchase_count_364d": st.sampled_from([0.0, 3.0, 12.0]),
    "gap_spread_share": maybe(st.just(0.5)),
    "discounted_purchase_share_364d": maybe(SHARES),
    "campaign_response_ratio": maybe(SHARES),
    "upsell_spend": MONEY,
}
CUSTOMER = st.fixed_dictionaries(COLUMNS)
TEXTS = {"may_contact": pl.Boolean, "suggested_category": pl.String}

TERMS = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["mail", "phone"]),
        "contact_cost": st.sampled_from([0.0, 0.5, 12.0]),
        "offer_cost": st.sampled_from([0.0, 5.0, 30.0]),
        "effect": st.builds(Effect, mean=st.sampled_from([-0.2, 0.0, 0.1, 0.6]), strength=st.just(50.0)),
        "capacity": maybe(st.integers(0, 6)),
        "holdout_share": st.sampled_from([0.0, 0.1, 0.5]),
        "is_unmeasured": st.booleans(),
    }
)
PAST = st.tuples(st.integers(0, 400), st.sampled_from(ARMS), st.booleans())


def _some_stages(action: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(sorted(PURPOSES[action].possible)), min_size=1)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A night of up to 25 customers, some of them contacted before, under any limits."""
    rows = draw(st.lists(CUSTOMER, max_size=25))
    names = [f"C{number:02d}" for number in range(len(rows))]
    schema = {"customer_id": pl.String, **{name: TEXTS.get(name, pl.Float64) for name in COLUMNS}}
    scores = pl.DataFrame([{"customer_id": name, **row} for name, row in zip(names, rows, strict=True)], schema=schema)
    actions = [
        Action(name=name, salt="salt", stages=draw(_some_stages(name)), **draw(TERMS))
        for name in draw(st.lists(st.sampled_from(list(PURPOSES)), unique=True))
    ]
    limits = {
        "size": draw(st.integers(1, 30)),
        "budget": draw(maybe(st.sampled_from([0.0, 20.0, 100.0]))),
        "capacity": draw(st.dictionaries(st.sampled_from(["mail", "phone", "door"]), st.integers(0, 10))),
    }
    rules = replace(_rules(actions, Limits(**limits)), exploration_share=draw(st.sampled_from([0.0, 0.2, 0.5])))
    return World(scores=scores, rules=rules, memory=_memory(draw, names))


def _rules(actions: list[Action], limits: Limits) -> Rules:
    return Rules(
        actions=actions,
        borders=Borders(active_days=84),
        manners=MANNERS,
        limits=limits,
        margin=0.5,
    )


def _memory(draw: st.DrawFn, names: list[str]) -> Memory:
    """Contacts of earlier nights, some of this month's campaigns among them, and customers to be left alone."""
    some = st.sampled_from(names) if names else st.nothing()
    past = draw(st.lists(st.tuples(some, PAST), max_size=12)) if names else []
    contacted = [
        (name, AS_OF - timedelta(days=days), arm, arm == "held_out" and running) for name, (days, arm, running) in past
    ]
    drawn = (
        draw(st.dictionaries(st.tuples(some, st.sampled_from(list(PURPOSES))), st.sampled_from(ARMS))) if names else {}
    )
    ids = pl.Schema({"customer_id": pl.String})
    contacts = pl.Schema({**ids, "contacted_on": pl.Date, "arm": pl.String, "is_running": pl.Boolean})
    texts = pl.Schema({**ids, **dict.fromkeys(("campaign", "segment", "arm"), pl.String)})
    assigned = [(name, CAMPAIGNS[action], "small", arm) for (name, action), arm in drawn.items()]
    return Memory(
        contacted=pl.DataFrame(contacted, schema=contacts, orient="row"),
        assigned=pl.DataFrame(assigned, schema=texts, orient="row"),
        segments=None,
        suppressed=pl.DataFrame({"customer_id": draw(st.lists(some, max_size=3)) if names else []}, schema=ids),
    )


def reason_to_leave_alone(customer: dict[str, Any], memory: Memory) -> str | None:
    """The rules of respect, in their order, for one customer."""
    complains = (customer["open_complaint_count"] or 0) > 0
    theirs = memory.contacted.filter(pl.col("customer_id") == customer["customer_id"])
    past = [((AS_OF - day).days, arm) for _, day, arm, _ in theirs.iter_rows() if day < AS_OF]
    waits = any(running for _, day, _, running in theirs.iter_rows() if day < AS_OF)
    days = [*[days for days, _ in past], customer["days_since_last_campaign_contact"]]
    count = max(sum(days <= 364 for days, _ in past), customer["campaign_contact_count_364d"])
    if customer["may_contact"] is False:
        return "no_consent"
    if customer["customer_id"] in memory.suppressed["customer_id"]:
        return "suppressed"
    if not complains and (waits or any(each is not None and each <= MANNERS.cool_down_days for each in days)):
        return "cool_down"
    return "yearly_cap" if not complains and count >= MANNERS.yearly_cap else None


def given_to(decided: Decided) -> list[dict[str, Any]]:
    """Who was given an action, treated and held out alike."""
    return decided.customers.filter(pl.col("action").is_not_null()).to_dicts()


examples = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@examples
@given(world=worlds())
def test_nobody_is_given_anything_whom_respect_leaves_alone(world: World) -> None:
    for row in world.decided().customers.iter_rows(named=True):
        reason = reason_to_leave_alone(world.customers[row["customer_id"]], world.memory)
        event(f"{reason}, {'something' if row['action'] else 'nothing'}")
        if reason:
            assert (row["action"], row["outcome"]) == (None, reason)
        else:
            assert row["outcome"] not in ("no_consent", "suppressed", "cool_down", "yearly_cap")


@examples
@given(world=worlds())
def test_an_open_complaint_is_answered_and_never_sent_anything_else(world: World) -> None:
    for row in given_to(world.decided()):
        complains = (world.customers[row["customer_id"]]["open_complaint_count"] or 0) > 0
        assert (row["action"] == "service_recovery") == complains


@examples
@given(world=worlds())
def test_everybody_stands_once_and_the_counts_add_up(world: World) -> None:
    decided = world.decided()
    assert decided.customers["customer_id"].to_list() == world.scores["customer_id"].to_list()
    assert decided.counts["population"] == world.scores.height == sum(decided.counts[name] for name in OUTCOMES)
    arms = {"listed": "treated", "held_out": "held_out"}
    for row in decided.customers.iter_rows(named=True):
        assert row["arm"] == arms.get(row["outcome"])
        assert (row["action"] is None) == (row["arm"] is None)
        assert row["campaign"] == CAMPAIGNS.get(row["action"])


@examples
@given(world=worlds())
def test_no_limit_is_exceeded_those_held_out_counted(world: World) -> None:
    rows, limits = given_to(world.decided()), world.rules.limits
    assert len(rows) <= limits.size
    for channel, most in limits.capacity.items():
        assert sum(row["channel"] == channel for row in rows) <= most
    for action in world.rules.actions:
        assert action.capacity is None or sum(row["action"] == action.name for row in rows) <= action.capacity
    urgent, others = (
        [r["expected_cost"] for r in rows if (r["action"] == "service_recovery") is it] for it in (True, False)
    )
    if limits.budget is not None:
        # What complaints cost comes first, and is paid whatever the budget.
        assert sum(others) <= max(limits.budget - sum(urgent), 0.0) + ROUNDING * len(rows)


@examples
@given(world=worlds())
def test_nobody_gets_an_action_that_is_not_expected_to_pay(world: World) -> None:
    actions = {action.name: action for action in world.rules.actions}
    for row in given_to(world.decided()):
        action = actions[row["action"]]
        good = 1 - row["probability"] if action.purpose.is_bad else row["probability"]
        gained = min(max(action.effect.mean * (1 - good), -good), 1 - good)
        takes = good + gained
        profit = gained * row["stake"] - action.contact_cost - action.offer_cost * takes
        if action.name != "service_recovery":
            assert profit > 0
            assert row["expected_profit"] == pytest.approx(profit, abs=ROUNDING)
            assert row["expected_cost"] == pytest.approx(action.contact_cost + action.offer_cost * takes, abs=ROUNDING)


@examples
@given(world=worlds())
def test_nobody_gets_an_action_that_is_for_others_but_for_an_answer_to_a_complaint(world: World) -> None:
    actions = {action.name: action for action in world.rules.actions}
    for row in given_to(world.decided()):
        is_for = row["stage"] in actions[row["action"]].stages
        event(f"{row['action']}, for the stage: {is_for}")
        assert is_for or row["action"] == "service_recovery"


@examples
@given(world=worlds())
def test_where_there_is_room_for_all_nobody_is_told_that_there_is_none(world: World) -> None:
    actions = [replace(action, capacity=None) for action in world.rules.actions]
    limits = replace(world.rules.limits, size=100, budget=None, capacity={})
    counts = replace(world, rules=replace(world.rules, actions=actions, limits=limits)).decided().counts
    assert counts["beyond_limits"] == 0
    has_recovery = any(action.name == "service_recovery" for action in actions)
    assert not has_recovery or counts["complaint_beyond_limits"] == 0


@examples
@given(world=worlds(), luck=st.randoms(use_true_random=False))
def test_the_order_of_the_rows_and_a_repetition_change_nothing(world: World, luck: Any) -> None:
    first = world.decided()
    order = luck.sample(range(world.scores.height), world.scores.height)
    again, shuffled = world.decided(), replace(world, scores=world.scores[order]).decided()
    assert_frame_equal(again.customers, first.customers, check_exact=True)
    assert_frame_equal(shuffled.customers.sort("customer_id"), first.customers.sort("customer_id"), check_exact=True)
    assert shuffled.counts == first.counts


@examples
@given(world=worlds())
def test_who_is_in_a_campaign_already_keeps_the_arm(world: World) -> None:
    kept = {(customer, campaign): arm for customer, campaign, _, arm in world.memory.assigned.iter_rows()}
    for row in given_to(world.decided()):
        assert row["arm"] == kept.get((row["customer_id"], row["campaign"]), row["arm"])

"""Which figures tell a campaign? Plan, progress, receipts and what it changed, one figure a row, and three words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipelines._campaign_view import ENDED, TO_COME, View
from pipelines._measuring_terms import question_of
from serving import PURPOSES, Estimate, Measured

GAINED = {
    "churn": "kept",
    "win_back": "returned",
    "upsell": "grown",
    "cross_sell": "grown",
    "referral": "bringing friends",
}
"""What customers gained are called, by the question on which the action acts."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of a part of the page; `low` and `high` are the ends of its interval where it has one."""

    part: str
    name: str
    value: float
    low: float | None = None
    high: float | None = None
    segment: str | None = None


def figures_of(view: View) -> list[Figure]:
    """Every figure of a campaign, in the order in which it is read."""
    return [*_plan(view), *_progress(view), *_receipts(view), *_measured(view)]


def verdict(view: View) -> str:
    """What the campaign has come to, in three words."""
    if view.phase == TO_COME:
        return "not yet begun"
    if view.holdout_share == 0:
        return "cannot be measured"
    if view.rows.is_empty() and view.phase == ENDED:
        return "nobody was assigned"
    if view.rows.is_empty() or view.rows["is_good"].null_count() == view.rows.height:
        return "no outcomes yet"
    share = view.measured.good_share if view.measured else None
    if share is None or share.low is None or share.high is None:
        return "not enough data"
    return "it has worked" if share.low > 0 else "it did harm" if share.high < 0 else "no effect seen"


def summary(view: View) -> dict[str, object]:
    """One line about a campaign."""
    arms, outcomes = view.rows["arm"], view.rows["is_good"]
    return {
        "campaign": view.name,
        "action": view.action,
        "from": str(view.starts_on),
        "until": str(view.last_on),
        "assigned": view.rows.height,
        "treated": int((arms == "treated").sum()),
        "held out": int((arms == "held_out").sum()),
        "receipts": view.rows["status"].count(),
        "outcomes": outcomes.count(),
        "verdict": verdict(view),
    }


def as_table(view: View) -> pl.DataFrame:
    """All figures of a campaign as a table: `campaign`, `part`, `segment`, `figure`, `value`, `low`, `high`."""
    found = [(view.name, one.part, one.segment, one.name, one.value, one.low, one.high) for one in figures_of(view)]
    texts = dict.fromkeys(("campaign", "part", "segment", "figure"), pl.String)
    return pl.DataFrame(found, schema=texts | dict.fromkeys(("value", "low", "high"), pl.Float64), orient="row")


def _plan(view: View) -> Iterator[Figure]:
    for name in ("contact_cost", "offer_cost"):
        yield Figure(part="terms", name=name.replace("_", " "), value=view.terms[name])
    yield Figure(part="terms", name="holdout share", value=view.holdout_share)
    belief = view.effect
    yield Figure(part="terms", name="effect", value=belief.mean, low=belief.low, high=belief.high)
    treated = view.treated
    part = "plan of one night" if view.phase == TO_COME else "plan"
    yield Figure(part=part, name="budget expected", value=float(treated["cost"].sum()))
    if view.phase != TO_COME:
        yield Figure(part=part, name="budget spent", value=view.spent)
    yield _expected(view, treated, part)
    if view.needed is not None:
        yield Figure(part=part, name="size needed", value=view.needed.customers)
        yield Figure(part=part, name="of them held out", value=view.needed.held_out)


def _expected(view: View, treated: pl.DataFrame, part: str) -> Figure:
    """Expected profit with the interval that the belief in the effect makes of it.

    With the effect of each customer moves what is saved or won, and who takes the offer; both as far as that leaves a
    probability between 0 and 1.
    """
    mean, belief = float(treated["expected_profit"].sum()), view.effect
    probability, effect, stake = (pl.col(name).cast(pl.Float64) for name in ("probability", "effect", "stake"))
    risk = PURPOSES[view.action].risk(probability)

    def gained(more: float) -> pl.Expr:
        return ((effect + more) * risk).clip(risk - 1.0, risk)

    def moved(more: float) -> float:
        return float(treated.select(((gained(more) - gained(0.0)) * (stake - view.terms["offer_cost"])).sum()).item())

    low, high = (mean + moved(end - belief.mean) for end in (belief.low, belief.high))
    return Figure(part=part, name="expected profit", value=mean, low=low, high=high)


def _progress(view: View) -> Iterator[Figure]:
    yield Figure(part="size", name="assigned", value=view.rows.height)
    for arm in ("treated", "held_out"):
        count = int((view.rows["arm"] == arm).sum())
        yield Figure(part="size", name=arm.replace("_", " "), value=count)
    if view.phase == TO_COME:
        return
    yield Figure(part="size", name="outcomes known", value=view.rows["is_good"].count())
    for night, count in view.rows.group_by("as_of").len().sort("as_of").iter_rows():
        yield Figure(part="new by night", name=str(night), value=count)


def _receipts(view: View) -> Iterator[Figure]:
    if view.phase == TO_COME:
        return
    for status in ("delivered", "reached", "refused", "accepted"):
        told = view.treated["status"] == status
        yield Figure(part="receipts", name=status, value=int(told.sum()))
    yield Figure(part="receipts", name="held out, yet contacted", value=int(view.rows["is_contaminated"].sum()))


def _measured(view: View) -> Iterator[Figure]:
    if view.measured is None:
        return
    yield from _changes(view, view.measured, segment=None)
    for segment, found in view.measured.segments.items():
        if found is not None:
            yield from _changes(view, found, segment=segment)


def _changes(view: View, found: Measured, *, segment: str | None) -> Iterator[Figure]:
    gained = f"customers {GAINED[question_of(view.action)]}"
    told: dict[str, Estimate | None] = {
        gained: found.gained,
        "share of the treated": found.good_share,
        "profit caused": found.profit,
        "return on the budget": found.return_on_budget,
        "effect": found.effect,
    }
    part = "measured" if segment is None else "measured by segment"
    for name, each in told.items():
        unsure = name == "effect" and segment is not None and each is not None and each.low is None
        if each is not None and not unsure:  # of a few customers it may be any number, beyond 1 even
            yield Figure(part=part, name=name, value=each.mean, low=each.low, high=each.high, segment=segment)
    if segment is None:
        for name, each in ((gained, found.good_share), ("profit", found.profit)):
            words = f"variance less, {name}"
            yield Figure(part="measured", name=words, value=each.variance_reduction)

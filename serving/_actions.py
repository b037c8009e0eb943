"""What may the team do about a customer? Actions with their costs, effects, limits and whom they are for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from serving._prior import Effect


@dataclass(frozen=True, kw_only=True, slots=True)
class Purpose:
    """What an action is for, which no settings change.

    `probability` is the column of the scored list with the calibrated probability of the outcome that it acts on, and
    `is_bad` whether that outcome is one to be prevented. `stake` is the money that the outcome is worth, from columns
    of the scored list. `possible` are the lifecycle stages of the customers of whom that outcome is predicted, and
    `suits` is what else must be true of a customer. `is_promotion` marks what somebody with an open complaint must not
    be sent: what can be taken or left. `words` and `chinese` say what is done. `in_time` is a column that says of
    whom contact comes in time; a scored list that has it is weighed by it in place of `probability`.
    """

    probability: str
    is_bad: bool
    stake: pl.Expr
    possible: frozenset[str]
    suits: pl.Expr
    is_promotion: bool
    words: str
    chinese: str
    in_time: str | None = None

    def weighed_by(self, columns: Collection[str]) -> str:
        """The column by which customers are weighed, in a scored list with these `columns`."""
        return self.in_time if self.in_time is not None and self.in_time in columns else self.probability

    def risk_in(self, columns: Collection[str]) -> pl.Expr:
        """The risk of each customer of a scored list with these `columns`."""
        return self.risk(pl.col(self.weighed_by(columns)).cast(pl.Float64))

    def risk(self, probability: pl.Expr) -> pl.Expr:
        """The probability that it ends badly without contact, from that of the outcome that the action acts on."""
        return probability if self.is_bad else 1.0 - probability


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One thing that the team may do, as the company has set it.

    Costs are money per contact and per offer taken. `effect` is, of those with whom it would end badly, the share
    with whom it ends well because of contact. `capacity` is the most customers of one night, None without limit;
    `holdout_share` of those whom it would be done to are not contacted, so that the effect can be seen; `salt` is what
    their draw is mixed with. `stages` are the lifecycle stages of the customers whom it is for. While its effect
    `is_unmeasured`, places may be kept to explore it.
    """

    name: str
    channel: str
    contact_cost: float
    offer_cost: float
    effect: Effect
    stages: frozenset[str]
    capacity: int | None
    holdout_share: float
    salt: str
    is_unmeasured: bool = False

    def __post_init__(self) -> None:
        if not self.stages or self.stages - self.purpose.possible:
            raise ValueError(
                f"{self.name} is for one or more of {sorted(self.purpose.possible)}, not for {sorted(self.stages)}."
            )

    @property
    def purpose(self) -> Purpose:
        """What it is for."""
        return PURPOSES[self.name]


_HAS_OPEN_COMPLAINT = pl.col("open_complaint_count").fill_null(0) > 0
_ANYBODY = pl.lit(True)
_HERE = frozenset({"new", "active", "loyal", "at risk", "won back"})
_GONE = frozenset({"lost"})

WAVERING = "wavering_probability"
"""Who is slowing down: an offer to stay comes in time for them, and too late for who is gone."""

PURPOSES: Mapping[str, Purpose] = {
    "service_recovery": Purpose(
        probability="churn_probability",
        is_bad=True,
        stake=pl.col("value_to_lose"),
        possible=_HERE,
        suits=_HAS_OPEN_COMPLAINT,
        is_promotion=False,
        words="call about the complaint and put it right",
        chinese="致电回访投诉并解决问题",
    ),
    "retention_offer": Purpose(
        probability="churn_probability",
        is_bad=True,
        stake=pl.col("value_to_lose"),
        possible=_HERE,
        suits=_ANYBODY,
        is_promotion=True,
        words="make an offer to stay",
        chinese="提供挽留优惠",
        in_time=WAVERING,
    ),
    "win_back_offer": Purpose(
        probability="win_back_probability",
        is_bad=False,
        stake=pl.col("value_to_win"),
        possible=_GONE,
        suits=_ANYBODY,
        is_promotion=True,
        words="make an offer to come back",
        chinese="提供赢回优惠",
    ),
    "upsell": Purpose(
        probability="upsell_probability",
        is_bad=False,
        stake=pl.col("upsell_profit"),
        possible=_HERE,
        suits=_ANYBODY,
        is_promotion=True,
        words="suggest more of what the customer buys",
        chinese="推荐增购",
    ),
    "cross_sell": Purpose(
        probability="cross_sell_probability",
        is_bad=False,
        stake=pl.col("purchase_profit"),
        possible=_HERE,
        suits=pl.col("suggested_category").is_not_null(),
        is_promotion=True,
        words="suggest something from {suggested_category}",
        chinese="推荐{suggested_category}类商品",
    ),
    "referral_invitation": Purpose(
        probability="referral_probability",
        is_bad=False,
        stake=pl.col("referred_profit"),
        possible=_HERE,
        suits=_ANYBODY,
        is_promotion=True,
        words="invite to bring a friend",
        chinese="邀请推荐朋友",
    ),
    "thank_you": Purpose(
        probability="churn_probability",
        is_bad=True,
        stake=pl.col("value_to_lose"),
        possible=_HERE,
        suits=_ANYBODY,
        is_promotion=False,
        words="say thank you",
        chinese="致谢关怀",
    ),
}
"""What each action is for, by its name, in the order in which equals are preferred."""


def uplift_column(action: str) -> str:
    """The column of the scored list with what an uplift model says of an action."""
    return f"{action}_uplift"


def take_column(action: str) -> str:
    """The column of the scored list with how likely each customer takes what an action offers."""
    return f"{action}_take"


def stakes(*, margin: float) -> Sequence[pl.Expr]:
    """Columns of money at stake that the scored list does not have by itself, from those that it has.

    `upsell_profit`: profit on what a customer who grows spends more within the horizon than one who does not, for
    growth that lasts longer cannot be promised. `purchase_profit`: profit of one average purchase day.
    `referred_profit`: what a customer who is brought is worth, on average: the mean value to lose of all customers with
    one.
    """
    return (
        (pl.col("upsell_spend") * margin).alias("upsell_profit"),
        (pl.col("average_purchase_value") * margin).alias("purchase_profit"),
        pl.col("value_to_lose").mean().alias("referred_profit"),
    )

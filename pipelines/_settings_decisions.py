"""What do the settings say of decisions? What the team may do, what it costs, how often, and under which limits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from pipelines._settings_section import OneOrMany, Section
from pipelines._settings_stages import GONE, HERE, ask_stages


class DecisionsSettings(Section):
    """Whom the team contacts (see docs/decisions.md). Money is in the company's currency."""

    budget: float | None = Field(
        default=None,
        ge=0,
        allow_inf_nan=False,
        description="The most that one night's list may be expected to cost; open complaints are answered whatever "
        "that costs. Unset: no limit.",
    )
    capacity: dict[str, Annotated[int, Field(ge=0)]] = Field(
        default_factory=dict,
        description="The most contacts of one night by channel, as in `{phone = 50}`; a channel that is not named has "
        "no limit of its own.",
    )
    cool_down_days: int = Field(
        default=28, ge=0, description="Who was contacted, or held out, is left alone for so many days."
    )
    yearly_cap: int = Field(default=12, ge=0, description="The most contacts of one customer within 364 days.")
    habit_spread: float = Field(
        default=0.5,
        ge=0,
        le=2,
        allow_inf_nan=False,
        description="How much more often offers are believed to be taken by customers who stand one standard deviation "
        "above the mean in habits of taking them (buying at a discount, answering campaigns, looking around before "
        "buying), until takers show it themselves: 0.5 is half as often again; 0 is no more often.",
    )
    exploration_share: float = Field(
        default=0.0,
        ge=0,
        le=0.5,
        description="The share of a night's contacts that is kept for actions with a holdout whose effect is not "
        "measured yet, though others are expected to bring more.",
    )
    retention_by: Literal["churn", "wavering"] = Field(
        default="churn",
        description="By what offers to stay are weighed: `churn`, the churn probability; or `wavering`, how likely a "
        "customer is slowing down against the own pace, where the log shows that those who slow down leave sooner.",
    )
    campaign: Literal["month", "quarter", "year"] = Field(
        default="month",
        description="How long a campaign of an action lasts; the holdout is drawn anew for each, and each is measured.",
    )
    salt: str = Field(
        default="churn", min_length=1, description="What the draw of the holdout is mixed with; any text, and kept."
    )
    suppressed: Path | None = Field(
        default=None,
        strict=False,
        description="A CSV file with a column `customer_id`: customers who are never to be contacted. In a settings "
        "file relative to that file, elsewhere to the current folder.",
    )
    new_days: int = Field(default=56, ge=1, description="For so many days after the first purchase a customer is new.")
    at_risk_probability: float = Field(
        default=0.5, gt=0, le=1, description="From which churn probability on an overdue customer is at risk."
    )
    loyal_days: int = Field(default=182, ge=1, description="For how long a loyal customer has been with us.")
    loyal_purchases: int = Field(
        default=6, ge=1, description="How many purchases a loyal customer made within 364 days."
    )
    price_led_share: float = Field(
        default=0.5, gt=0, le=1, description="From which share of purchases on discount on a customer is price-led."
    )


class LedgerSettings(Section):
    """Where campaigns, assignments, receipts and outcomes are kept."""

    url: str | None = Field(
        default=None,
        min_length=1,
        description="Address of a PostgreSQL database, as in `postgresql://user@host/name`; unset: a SQLite file in "
        "`home`.",
    )


class ActionSettings(Section):
    """What one action costs, how much it is believed to do, how often it may be done, and to whom."""

    is_used: bool = Field(default=True, description="Whether the action is considered at all.")
    channel: str = Field(default="mail", min_length=1, description="How customers are contacted: `phone`, `mail`, ...")
    contact_cost: float = Field(
        default=0.5, ge=0, allow_inf_nan=False, description="What one contact costs, taken up or not."
    )
    offer_cost: float = Field(
        default=0.0, ge=0, allow_inf_nan=False, description="What the offer costs for each customer who takes it."
    )
    effect: float = Field(
        default=0.1,
        ge=-1,
        le=1,
        allow_inf_nan=False,
        description="What contact is believed to do: of customers who would leave, the share who stay because of it; "
        "of those who would not come back, buy more or bring a friend, the share who do. Measured effects take its "
        "place.",
    )
    effect_strength: float = Field(
        default=50.0,
        gt=0,
        allow_inf_nan=False,
        description="How firmly that is believed: as if it had been seen with so many customers.",
    )
    stages: OneOrMany = Field(
        default=HERE,
        description="The lifecycle stages of customers whom the action may be done to; open complaints are answered in "
        "any. Read anew every night, like `capacity`.",
    )
    capacity: int | None = Field(
        default=None, ge=0, description="The most customers of one night; unset: no limit of its own."
    )
    holdout_share: float = Field(
        default=0.1,
        ge=0,
        le=0.5,
        description="The share of those chosen who are not contacted, so that the effect can be measured. At 0 it "
        "never will be.",
    )


SELDOM: Mapping[str, object] = {"effect": 0.02, "effect_strength": 200.0}
"""What is believed of suggestions, which few follow."""

OWN_DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "service_recovery": {
        "channel": "phone",
        "contact_cost": 5.0,
        "effect": 0.2,
        "effect_strength": 20.0,
        "holdout_share": 0.0,
    },
    "retention_offer": {"offer_cost": 5.0},
    "win_back_offer": {"offer_cost": 5.0, "effect": 0.03, "effect_strength": 100.0, "stages": GONE},
    "upsell": {**SELDOM, "stages": ("active", "loyal", "won back")},
    "cross_sell": {**SELDOM, "stages": ("active", "loyal", "won back")},
    "referral_invitation": {
        "offer_cost": 10.0,
        "effect": 0.01,
        "effect_strength": 200.0,
        "stages": ("loyal",),
    },
    "thank_you": {"effect": 0.02, "stages": ("new", "loyal", "won back")},
}
"""What each action has at first instead of the defaults above. A complaint is answered, not held out."""


class ActionsSettings(Section):
    """`ActionSettings` of each action."""

    service_recovery: ActionSettings = ActionSettings()
    retention_offer: ActionSettings = ActionSettings()
    win_back_offer: ActionSettings = ActionSettings()
    upsell: ActionSettings = ActionSettings()
    cross_sell: ActionSettings = ActionSettings()
    referral_invitation: ActionSettings = ActionSettings()
    thank_you: ActionSettings = ActionSettings()

    @property
    def used(self) -> dict[str, ActionSettings]:
        """The actions that are considered at all, by name."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: one for name, one in found.items() if one.is_used}

    @model_validator(mode="before")
    @classmethod
    def _with_own_defaults(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        made = dict(data)
        for name, own in OWN_DEFAULTS.items():
            chosen = data.get(name, {})
            if isinstance(chosen, dict):
                made[name] = {**own, **chosen}
        return made

    @field_validator("*")
    @classmethod
    def _is_for_somebody(cls, chosen: ActionSettings, info: ValidationInfo) -> ActionSettings:
        if chosen.is_used:
            ask_stages(str(info.field_name), chosen.stages)
        return chosen

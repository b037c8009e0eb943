"""What do the settings say of the questions? Whom each is about, how far it looks, and what a customer is worth."""

from __future__ import annotations

from pydantic import Field

from pipelines._settings_section import Section

_LEAD: int = Field(
    default=0,
    ge=0,
    description="Days between the date and the beginning of the horizon, kept free for acting on the list.",
)
_HORIZON: int | None = Field(
    default=None, ge=1, description="Over how many days from the date the answer is looked for; unset: that of churn."
)


class PopulationSettings(Section):
    """Whom the predictions are about."""

    active_days: int = Field(
        default=84, ge=1, description="A customer counts as active with a purchase within so many days before the date."
    )


class ChurnSettings(Section):
    """What leaving means."""

    horizon_days: int = Field(
        default=28, ge=1, description="A customer has churned with no purchase within so many days from the date."
    )
    lead_days: int = _LEAD


class UpsellSettings(Section):
    """What growing means."""

    horizon_days: int | None = Field(
        default=None, ge=1, description="Over how many days from the date spend is compared; unset: that of churn."
    )
    lead_days: int = _LEAD
    more_share: float = Field(
        default=0.25,
        ge=0,
        le=10,
        description="Grown means: spends at least this share more per month than before (0.25 is a quarter more).",
    )


class CrossSellSettings(Section):
    """What trying something new means."""

    horizon_days: int | None = _HORIZON
    lead_days: int = _LEAD


class WinBackSettings(Section):
    """Whom to win back."""

    horizon_days: int | None = _HORIZON
    lead_days: int = _LEAD
    lapsed_days: int = Field(
        default=728,
        ge=1,
        description="How long ago the last purchase of a lapsed customer may be; who left earlier is not asked about.",
    )


class ContractChurnSettings(Section):
    """What it means that a subscription is lost; asked where the table subscriptions comes."""

    horizon_days: int | None = Field(
        default=None, ge=1, description="Over how many days from the date subscriptions may end; unset: that of churn."
    )
    grace_days: int = Field(
        default=14,
        ge=0,
        description="A subscription renewed at most so many days after the day on which its term was over is not lost.",
    )


class ValueSettings(Section):
    """What a customer is worth (see docs/lifetime.md). Money is in the company's currency."""

    years: int = Field(
        default=10, ge=1, le=100, description="How many years ahead purchases count, of 52 whole weeks each."
    )
    margin: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="The share of spend that is profit before the costs below; at 1, value is counted in spend.",
    )
    discount_rate: float = Field(
        default=0.1, ge=0, le=10, description="The share by which money of today is worth more than that of next year."
    )
    acquisition_cost: float = Field(
        default=0.0,
        ge=0,
        description="What it cost to win a customer, where the customers table does not say (`acquisition_cost`).",
    )
    retention_cost: float = Field(
        default=0.0, ge=0, description="What it costs to keep a customer for a year, from the second year on."
    )

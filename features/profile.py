"""Who is the customer? What the customers table knows besides purchases and interactions."""

from features._aggregate import Summary, least
from features._attributes import attribute
from features._events import profiles
from features._feature import feature


@feature(
    of=profiles,
    unit="days",
    missing=None,
    says=("joined {value:.0f} days ago", "{value:.0f} 天前加入"),
)
def days_since_joined() -> Summary:
    """Days since the customer joined, perhaps long before the first purchase; null when that day is unknown."""
    return least(profiles.age_days)


acquisition_cost = attribute(
    name="acquisition_cost",
    unit="currency",
    known_from="joined_at",
    meaning="What it cost to win the customer; null when that or the day of joining is unknown.",
    says=("cost {value:,.0f} to win", "获客成本 {value:,.0f}"),
)

"""What do the settings say about a question: whom it is asked of, and how far ahead it looks?"""

from __future__ import annotations

from models import Target, Terms
from pipelines._settings import Settings


def terms_of(settings: Settings, target: Target) -> Terms:
    """What the settings say about a question; a horizon that is not set for it is its own, or that of churn."""
    own = getattr(settings, target.name, None)
    return Terms(
        active_days=settings.population.active_days,
        horizon_days=getattr(own, "horizon_days", None) or target.horizon_days or settings.churn.horizon_days,
        lead_days=getattr(own, "lead_days", target.lead_days),
        more_share=settings.upsell.more_share,
        lapsed_days=settings.win_back.lapsed_days,
        time_zone=settings.time_zone,
        grace_days=getattr(own, "grace_days", 0),
    )

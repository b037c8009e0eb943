"""What should be known of an uplift model before it is believed? Its card: who was compared, how well it foretells."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models._randomised import Randomised
from models._tellers import HABITS, OTHERS, OWN
from models._uplift import Judged, Learned
from models._uplift_power import customers_among

_SPREAD = {OWN: "who takes the offer", OTHERS: "who takes other offers", HABITS: "habits of taking offers"}


def uplift_card(action: str, trial: Randomised, learned: Learned) -> str:
    """The card in Markdown: counts, what came of it and why, Qini coefficient, and calibration by parts."""
    judged = learned.judged
    sections = {
        f"# uplift_{action}": [f"By how much {action} raises the probability of a good outcome, customer by customer."],
        "## Verdict": [_verdict(learned)],
        "## Data": list(_data(trial, learned)),
        "## On customers that it had not seen": [] if judged is None else list(_found(judged)),
        "## Limits": [
            "It speaks of customers like those assigned to these campaigns, and of the action as it was then. "
            "A trait beyond those seen counts as the last of them. It must not be used to decide anything else."
        ],
    }
    return "\n".join(line for title, lines in sections.items() for line in (title, "", *lines, ""))


def _verdict(learned: Learned) -> str:
    if not learned.why_not:
        return "Taken."
    spread = f", spread by {_SPREAD[learned.told_by]}" if learned.uplift else ""
    return f"The belief was kept{spread}: {learned.why_not}."


def counts_of(trial: Randomised) -> dict[str, int]:
    """How many customers and assignments were learned from, in both arms."""
    everybody = np.ones(len(trial), dtype=np.bool_)
    return {
        "assignments": len(trial),
        "customers": customers_among(trial.customers, everybody),
        "treated": int(trial.is_treated.sum()),
        "held_out": int((~trial.is_treated).sum()),
        "good_treated": int(trial.is_good[trial.is_treated].sum()),
        "good_held_out": int(trial.is_good[~trial.is_treated].sum()),
    }


def _data(trial: Randomised, learned: Learned) -> Iterator[str]:
    campaigns = ", ".join(sorted(set(trial.campaigns.astype(str))))
    yield f"Campaigns with outcomes of both arms: {campaigns or 'none yet'}."
    counts = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts_of(trial).items())
    yield f"Counts: {counts}. Believed effect of all: {trial.effect:.4f}."
    if learned.told:
        yield f"Assignments that told {_SPREAD.get(learned.told_by, _SPREAD[OWN])}: {learned.told:,}."


def _found(judged: Judged) -> Iterator[str]:
    yield f"{judged.qini} (95% interval); of the belief {judged.believed}."
    yield f"Ahead of the belief by {judged.ahead:.2f} standard errors of the paired difference of the losses."
    yield ""
    yield "| customers | held out | foretold | measured | 95% interval |"
    yield "|---|---|---|---|---|"
    for part in judged.parts:
        yield (
            f"| {part.customers:,} | {part.held_out:,} | {part.foretold:.4f} | {part.measured:.4f} | "
            f"{part.low:.4f} to {part.high:.4f} |"
        )

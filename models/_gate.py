"""May a new model take over? A challenger must show on later customers that it is no worse than the champion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from models._amounts import measured
from models._baselines import BaseRate
from models._bootstrap import bootstrap, interval, thinned
from models._errors import FeaturesChanged
from models._figures import HIGHER_IS_BETTER, WORDS
from models._kinds import Estimator, kind_of
from models._matrix import Numbers
from models._scoring import ask_fit, said
from models._tiers import TIERS

if TYPE_CHECKING:
    from features import SnapshotStore
    from models._registry import Champion
    from models._training import Trained

OVERALL: Mapping[str, float] = {
    "average_precision": 0.04,
    "brier": 0.005,
    "calibration_error": 0.02,
    "deviance": 0.05,
    "total_error": 0.10,
    "mean_error": 0.05,
}
"""How much worse a challenger may be among all customers: 95 of 100 resamples must stay within."""
IN_A_TIER: Mapping[str, float] = {
    "average_precision": 0.10,
    "brier": 0.02,
    "calibration_error": 0.08,
    "deviance": 0.20,
    "total_error": 0.25,
    "mean_error": 0.15,
}
"""How much worse it may be in one value tier; chance is larger there, so that more is refused only where 95 of 100
resamples agree that it is worse at all."""
AT_LEAST = {"probability": ("average_precision", "brier"), "amount": ("deviance",)}
"""In what a model without a champion to compare with must be no worse than the same answer for everybody."""
FEWEST_CUSTOMERS, FEWEST_OUTCOMES = 30, 20
"""Of fewer customers nothing is said; nothing of the ranking of fewer cases of the rarer outcome, nor of the amounts of
fewer who spent: figures that are shares of what was spent mean nothing where next to nothing was."""
EVERYBODY = "all customers"


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """One figure of the challenger beside that of its rival, on the same customers.

    `worse_by` is positive where the challenger is worse; 90 of 100 resamples lie between `at_least` and `at_most`.
    `bound` is what is allowed.
    """

    where: str
    figure: str
    customers: int
    challenger: float
    rival: float
    worse_by: float
    at_least: float
    at_most: float
    bound: float

    @property
    def shown_no_worse(self) -> bool:
        """Whether 95 of 100 resamples stay within the bound."""
        return self.at_most <= self.bound

    @property
    def shown_worse(self) -> bool:
        """Whether it is worse beyond the bound, and 95 of 100 resamples agree that it is worse."""
        return self.worse_by > self.bound and self.at_least > 0

    def told(self, rival: str) -> str:
        """The comparison as a sentence."""
        by = f"worse by {self.worse_by:+.4f}" if self.worse_by > 0 else f"better by {-self.worse_by:.4f}"
        return (
            f"{self.where}: {WORDS[self.figure]} {self.challenger:.4f} against {self.rival:.4f} of {rival}, {by} "
            f"(as chance has it, worse by {self.at_least:+.4f} to {self.at_most:+.4f}; at most {self.bound:g} is "
            "allowed)"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Override:
    """Who promoted a model whatever the gate says, why, and when (as the command line knew it)."""

    by: str
    why: str
    at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the gate says of a challenger: promoted or not, compared with whom and how, and why not.

    `champion` is the version that held the place; `rival` names what the challenger was compared with. `alone`: no
    other model could score, so that refusing this one leaves the question to the base rate.
    """

    promoted: bool
    rival: str
    how: str
    reasons: tuple[str, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    champion: int | None = None
    alone: bool = False
    override: Override | None = None

    @property
    def status(self) -> str:
        """`promoted`, `refused`, or `promoted anyway` where a person overrode a refusal."""
        return "promoted anyway" if self.override and not self.promoted else "promoted" if self.promoted else "refused"

    @property
    def takes_over(self) -> bool:
        """Whether the model becomes the champion."""
        return self.promoted or self.override is not None

    def overridden(self, override: Override) -> Verdict:
        """The same verdict with a person's decision beside it; nothing to override where it was promoted."""
        return self if self.promoted else replace(self, override=override)


def against_base_rate(trained: Trained, *, champion: int | None = None, why: str = "") -> Verdict:
    """A model without a champion to compare with is promoted when it is no worse than the base rate or the mean spend.

    Refused when 95 of 100 resamples say that its Brier score or its average precision is worse, of amounts its
    deviance, whatever else its question is judged by. `why` says why the champion there is, of version `champion`, was
    not asked.
    """
    kind = kind_of(trained.target)
    rate = trained.report[kind.flat][kind.flat_figure]
    rows = thinned(trained.test, seed=trained.recipe.seed)
    bounds = dict.fromkeys(AT_LEAST[trained.target.answer], 0.0)
    made = tuple(_compared(rows, np.full(rows.height, rate), EVERYBODY, bounds, trained.recipe.seed))
    rival = f"the {kind.flat.replace('_', ' ')} {rate:.4f}"
    worse = tuple(one.told(rival) for one in made if one.shown_worse)
    how = f"{why or 'there is no champion yet'}; {_customers(rows)} tell whether it is worse than {rival}"
    return Verdict(
        promoted=not worse, rival=rival, how=how, reasons=worse, comparisons=made, champion=champion, alone=True
    )


def base_rate_instead(trained: Trained, refused: Verdict) -> tuple[Trained, Verdict]:
    """What is served where a model was refused and no other can score: the share of yes on the latest test date.

    As a training of its own with the verdict that lets it take over, so that it is kept, shown and replaced like any.
    """
    latest = trained.test.filter(pl.col("as_of") == trained.test["as_of"].max())
    flat = BaseRate().fit(trained.example, latest["label"].to_numpy())
    rate = trained.report["base_rate"]["mean_probability"]
    made = replace(
        trained,
        model=flat,
        served="base_rate",
        rehearsal=flat,
        test=trained.test.with_columns(said=pl.lit(rate)),
    )
    how = "the same probability for everybody, until a trained model is no worse"
    return made, Verdict(promoted=True, rival="the model refused beside it", how=how, champion=refused.champion)


def against_champion(
    trained: Trained, champion: Champion, rehearsal: Estimator | None, store: SnapshotStore
) -> Verdict:
    """Compares a newly trained model with the champion on the same later customers, those that tested the new one.

    It must be no worse in what its question is judged by (`Target.judged_by`), for all and in each value tier.
    Neither may have learned from these customers' future. The new model is represented by the one fitted on what was
    known on the test date. The champion scores as it is where it had learned by then; where it has seen the test time
    since, its `rehearsal` stands in, the same recipe fitted on what was known on its own test date: two recipes on
    their own past, as far apart as the two models are. Where even that one learned later, nothing is compared and the
    challenger is refused. A champion that cannot score today's features or terms leaves the comparison to the base
    rate.
    """
    try:
        ask_fit(champion, trained.target, terms=trained.terms)
    except FeaturesChanged as changed:
        return against_base_rate(trained, champion=champion.version, why=f"the champion cannot score: {changed}")
    rival = f"the champion (version {champion.version})"
    rows, how = _scored_by(champion, rehearsal, trained, store)
    if rows.n_unique("customer_id") < FEWEST_CUSTOMERS:
        reason = f"{_customers(rows)} can be scored fairly by both, too few to show that it is no worse than {rival}"
        return Verdict(promoted=False, rival=rival, how=how, reasons=(reason,), champion=champion.version)
    made = tuple(_everywhere(trained, thinned(rows, seed=trained.recipe.seed)))
    reasons = tuple(one.told(rival) for one in made if not _passes(one))
    return Verdict(
        promoted=not reasons, rival=rival, how=how, reasons=reasons, comparisons=made, champion=champion.version
    )


def _passes(one: Comparison) -> bool:
    return one.shown_no_worse if one.where == EVERYBODY else not one.shown_worse


def _scored_by(
    champion: Champion, rehearsal: Estimator | None, trained: Trained, store: SnapshotStore
) -> tuple[pl.DataFrame, str]:
    """The test rows that the champion can score fairly, with what it said of them (`rival`), and how that was done."""
    kept, told = [], []
    for (day,), rows in trained.test.sort("as_of", "customer_id").group_by("as_of", maintain_order=True):
        by_rehearsal = champion.learned_until > day
        model = rehearsal if by_rehearsal else champion.model
        if model is None or (by_rehearsal and champion.rehearsed_until > day):
            told.append(f"on {day} nothing was compared, as the champion learned until {champion.learned_until}")
            continue
        known = rows.select("customer_id", "as_of").join(
            store.at(day), on="customer_id", how="left", maintain_order="left"
        )
        kept.append(rows.with_columns(rival=pl.Series(said(model, known, champion.columns))))
        who = f"its rehearsal, known by {champion.rehearsed_until}," if by_rehearsal else "the champion as it is"
        told.append(f"on {day} {who} scored {_customers(rows)}")
    empty = trained.test.clear().with_columns(rival=pl.lit(None, dtype=pl.Float64))
    return pl.concat(kept) if kept else empty, "; ".join(told)


def _everywhere(trained: Trained, rows: pl.DataFrame) -> Iterator[Comparison]:
    """What the question is judged by, compared for all customers and in each tier."""
    judged_by, seed = trained.target.judged_by, trained.recipe.seed
    overall, in_a_tier = ({figure: bounds[figure] for figure in judged_by} for bounds in (OVERALL, IN_A_TIER))
    yield from _compared(rows, rows["rival"].to_numpy(), EVERYBODY, overall, seed)
    for tier in TIERS:
        part = rows.filter(pl.col("tier") == tier)
        yield from _compared(part, part["rival"].to_numpy(), f"{tier} customers", in_a_tier, seed)


def _compared(
    rows: pl.DataFrame, rival: Numbers, where: str, bounds: Mapping[str, float], seed: int
) -> Iterator[Comparison]:
    """One comparison per figure that there are enough customers and outcomes for."""
    customers = rows["customer_id"].to_numpy()
    if len(np.unique(customers)) < FEWEST_CUSTOMERS:
        return
    label, mine = rows["label"].to_numpy(), rows["said"].to_numpy()
    rarer = (label > 0).sum() if label.dtype != np.bool_ else min(label.sum(), (~label).sum())
    few = rarer < FEWEST_OUTCOMES
    drawn = bootstrap(label, {"challenger": mine, "rival": rival}, customers=customers, seed=seed)
    ours, theirs = measured(label, mine), measured(label, rival)
    for figure, bound in bounds.items():
        if few and figure not in ("brier", "calibration_error"):
            continue
        sign = -1 if figure in HIGHER_IS_BETTER else 1
        low, high = interval(sign * (drawn["challenger"][figure] - drawn["rival"][figure]))
        yield Comparison(
            where=where,
            figure=figure,
            customers=len(rows),
            challenger=ours[figure],
            rival=theirs[figure],
            worse_by=sign * (ours[figure] - theirs[figure]) + 0.0,  # no minus zero
            at_least=low,
            at_most=high,
            bound=bound,
        )


def _customers(rows: pl.DataFrame) -> str:
    return f"{rows.n_unique('customer_id'):,} customers"

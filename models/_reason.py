"""What is a reason? Some columns of a snapshot that mean one thing to people, and the sentences that say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

import polars as pl

from data_contracts import DuplicateDeclaration, declared
from features import Attribute, FeatureColumn, feature_columns
from models._spoken import columns_in


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Wording:
    """One sentence about a customer, in English and Chinese, with its numbers in braces (see `models/_spoken.py`).

    It is told only of customers for whom `when` holds, so `when` is all that the sentence claims. `tells` names the
    facts in it ("last purchase", "count"): no customer is told one fact twice.
    """

    says: tuple[str, str]
    when: pl.Expr
    tells: tuple[str, ...]

    @property
    def needs(self) -> frozenset[str]:
        """The columns that it is made from."""
        return frozenset(self.when.meta.root_names()).union(*map(columns_in, self.says))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Reason:
    """One reason as people know it ("buys less often lately"), and the columns that it stands for.

    `claims` names features, or single columns of them (a column's own name goes first). `loses` are the sentences that
    may explain why a customer is lost, `grows` those that may explain why one buys more or comes back; the first that
    is true of the customer is told. A reason without sentences says in `silent` why nobody needs to hear it.
    """

    name: str
    meaning: str
    claims: tuple[str, ...]
    loses: tuple[Wording, ...] = ()
    grows: tuple[Wording, ...] = ()
    silent: str = ""

    def wordings(self, *, growth: bool) -> tuple[Wording, ...]:
        """Its sentences for a question of growth, or for one of loss."""
        return self.grows if growth else self.loses


@cache
def declared_reasons() -> dict[str, Reason]:
    """Every reason that the plain modules of this folder declare, by name."""
    return declared("models", Reason)


def told_by(columns: Iterable[str]) -> dict[str, Reason]:
    """The reason that stands for each of these columns: the one that claims it, or the column's own.

    A column that no reason claims speaks through the `says` of its feature, if it has one. Raises DuplicateDeclaration
    when two reasons claim the same.
    """
    about, owner = feature_columns(), _owners(declared_reasons().values())
    found = {name: owner.get(name) or owner.get(about[name].feature.name) for name in columns}
    return {name: reason or _of_its_own(about[name]) for name, reason in found.items()}


def _owners(reasons: Iterable[Reason]) -> dict[str, Reason]:
    """The reason of each claim: of a feature, or of a single column."""
    owner: dict[str, Reason] = {}
    for claim, reason in ((claim, each) for each in reasons for claim in each.claims):
        if claim in owner:
            raise DuplicateDeclaration(f"{claim!r} is claimed by the reasons {owner[claim].name!r} and {reason.name!r}")
        owner[claim] = reason
    return owner


def _of_its_own(column: FeatureColumn) -> Reason:
    """The reason of a column that no other reason claims: its phrase, while that is true."""
    says = column.feature.says
    reason = Reason(name=column.name, meaning=column.description, claims=(column.name,))
    if says is None:
        return replace(reason, silent="no phrase was declared with it")
    english, chinese = (
        phrase.replace("{value", "{" + column.name).replace("{days}", str(column.days)) for phrase in says
    )
    told = Wording(says=(english, chinese), when=_worth_saying(column), tells=(column.name,))
    return replace(reason, loses=(told,), grows=(told,))


def _worth_saying(column: FeatureColumn) -> pl.Expr:
    """A yes is said, a no is not; nor is it said how many complaints or returns there were when there were none."""
    value, feature = pl.col(column.name), column.feature
    if (isinstance(feature, Attribute) and feature.level is not None) or feature.unit.startswith("yes"):
        return value == 1
    if feature.of is not None and feature.of.name in ("complaints", "returns"):
        return value != 0
    return value.is_not_null()

"""What can be known of customers who do not say how they stand? How likely each condition is, from what they do.

The forward pass of a hidden Markov model (Rabiner 1989): each morning the likelihoods turn as customers do, each
evening they are weighed by how well each condition explains the day. Whoever made lists from this would know each
customer's habits, every effect on rates and every event; a team that has to learn all that can hardly do better.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pipelines._living_actions import Kind
from pipelines._living_chance import Flags, Numbers
from pipelines._living_day import Columns, World, visit_shares
from pipelines._living_lives import ACTION_NUMBERS, GONE, HURT, STEADY, Condition, family_of, order_shares, turn

ALIVE = slice(Condition.STEADY, Condition.GONE)


def updated(belief: Numbers, world: World, happened: Mapping[str, Columns], *, rates: Numbers, day: int) -> Numbers:
    """The belief (condition x person) on the evening of a day, from that of the morning before its contacts."""
    belief = recovered(belief, world, happened["contacts"])
    turn(belief, rates)
    n = belief.shape[1]
    newcomers = belief.sum(axis=0) == 0
    ordered, visited = _did(happened["orders"], n), _did(happened["visits"], n)
    belief[:GONE] *= _likelihood(order_shares(world.nature, world.people.purchase_rate, day), ordered)
    belief[:GONE] *= _likelihood(visit_shares(world, np.arange(n), day), visited)
    # Absent and lost customers do nothing at all.
    told = ordered | visited
    for events in ("enquiries", "surveys", "complaints"):
        told |= _did(happened[events], n)
    belief[GONE, told] = 0.0
    belief[STEADY, newcomers & ordered] = 1.0
    belief /= np.maximum(belief.sum(axis=0), 1e-300)
    return _hurt(belief, world, happened["complaints"])


def recovered(belief: Numbers, world: World, contacts: Columns) -> Numbers:
    """The belief after service recovery has reached some: what of it was hurt is steady, where they are persuadable."""
    action = ACTION_NUMBERS["service_recovery"]
    who = contacts["customer"][contacts["action"] == action]
    who = who[world.people.kinds[family_of(action), who] == Kind.PERSUADABLE]
    belief = belief.copy()
    belief[STEADY, who] += belief[HURT, who]
    belief[HURT, who] = 0.0
    return belief


def _did(events: Columns, n: int) -> Flags:
    did = np.zeros(n, dtype=np.bool_)
    did[events["customer"]] = True
    return did


def _likelihood(shares: Numbers, did: Flags) -> Numbers:
    """How likely it is for the living of each condition to have done, or not, what they did."""
    alive = shares[ALIVE]
    return np.where(did, alive, 1 - alive)


def _hurt(belief: Numbers, world: World, complaints: Columns) -> Numbers:
    """Whose complaint is not answered in time is hurt, and no more is to be asked."""
    who = complaints["customer"][~(complaints["answer_hours"] <= world.nature.patience_hours)]
    belief[:, who] = 0.0
    belief[HURT, who] = 1.0
    return belief

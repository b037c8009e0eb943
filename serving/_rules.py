"""What has the company chosen about decisions?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from serving._actions import Action
from serving._respect import Manners
from serving._stages import Borders

RECOVERY = "service_recovery"
"""The action that an open complaint asks for, before and instead of any other."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What one night may take: customers on the list, money, and contacts per channel. None is without limit."""

    size: int
    budget: float | None
    capacity: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """Everything that the company chose about decisions.

    `exploration_share` of a night's contacts are kept for actions whose effect is not measured yet.
    """

    actions: Sequence[Action]
    borders: Borders
    manners: Manners
    limits: Limits
    margin: float
    exploration_share: float = 0.0

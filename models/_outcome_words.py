"""Which features mean an outcome by their own words? What they are called, what they are made from, what they say."""

from __future__ import annotations

import re
from collections.abc import Mapping

from features import Attribute, FeatureColumn

_WORDS = (
    *(
        "churn",
        "attrition",
        "cancel",
        "retention",
        "save desk",
        "closed",
        "closing",
        "closure",
        "terminat",
        "deactivat",
    ),
    *("offboard", "win back", "unsubscrib", "resign", "exit", "leaving", "lapsed", "lost customer", "defect"),
    *("流失", "注销", "销户", "关户", "挽留", "退订", "解约", "停用", "离网", "取消"),
)
"""How words begin that speak of leaving. "Left" and "ended" are none: they speak of much else."""


def outcome_word(column: FeatureColumn) -> str:
    """The word by which a declaration says that it means the outcome; empty where there is none.

    Read are the name of the feature, the columns of the customers table behind an attribute, the constants of its
    expression (a topic such as "retention call"), and its description.
    """
    feature = column.feature
    told = [feature.name, feature.description]
    if isinstance(feature, Attribute):
        told += [feature.column, feature.known_from or "", *feature.levels]
    if column.summary is not None:
        told.append(repr(column.expression))
    text = " ".join(told)
    plain = re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)).lower()
    return next((word for word in _WORDS if _speaks_of(word, plain)), "")


def sources_of(column: FeatureColumn, about: Mapping[str, FeatureColumn]) -> frozenset[str]:
    """The tables that a column is made from, and the column of the customers table behind an attribute."""
    feature = column.feature
    if isinstance(feature, Attribute):
        return frozenset({f"customers.{feature.column}"})
    if feature.of is not None:
        return frozenset(feature.of.tables)
    if feature.is_fitted:
        return frozenset({"transactions"})
    return frozenset().union(*(sources_of(about[name], about) for name in feature.inputs if name in about))


def _speaks_of(word: str, text: str) -> bool:
    return bool(re.search(rf"\b{word}", text)) if word.isascii() else word in text

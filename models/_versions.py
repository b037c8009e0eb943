"""What is known of a registered model without loading it? The tags that every version bears."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from models._gate import Verdict
from models._parameters import USUAL, Parameters
from models._training import Trained


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One registered model of a question: what it learned, how the gate judged it, and what became of it.

    `status` is `promoted`, `refused` or `promoted anyway`; `alias` is `champion`, `challenger` or None. `succeeded` is
    the version that was champion before it. `decision` and `rolled_back` say who overrode the gate or took the model
    back, when and why (`by`, `at`, `why`; `to` names the version that took the place). `parameters` are those found for
    it by a search, else the usual ones of today.
    """

    name: str
    version: int
    alias: str | None
    status: str
    reasons: tuple[str, ...]
    compared_with: str
    how: str
    succeeded: int | None
    decision: Mapping[str, str] | None
    rolled_back: Mapping[str, Any] | None
    fingerprint: str
    question: str
    terms: Mapping[str, object]
    trained_on: date
    learned_until: date
    versions: Mapping[str, int]
    test_metrics: Mapping[str, float]
    parameters: Parameters = USUAL

    @property
    def was_champion(self) -> bool:
        """Whether it ever was in use."""
        return self.status != "refused"


def tags_of(trained: Trained, verdict: Verdict, *, trained_on: date) -> dict[str, str]:
    """The tags of a new version."""
    about = {
        "columns": trained.columns,
        "fingerprint": trained.fingerprint,
        "question": trained.target.fingerprint,
        "terms": trained.terms.record(),
        "trained_on": str(trained_on),
        "learned_until": str(trained.plan.known_by),
        "rehearsed_until": str(trained.plan.test),
        "versions": dict(trained.versions),
        "test_metrics": {key: value for key, value in trained.report[trained.served].items() if math.isfinite(value)},
    }
    if trained.recipe.parameters != USUAL:  # the usual ones may change, and then do for every model that has them
        about["parameters"] = asdict(trained.recipe.parameters)
    tags = {
        "about": json.dumps(about),
        "status": verdict.status,
        "reasons": json.dumps(verdict.reasons),
        "figures": json.dumps([asdict(one) for one in verdict.comparisons]),
        "compared_with": verdict.rival,
        "how": verdict.how,
    }
    if verdict.champion is not None:
        tags["champion_then"] = str(verdict.champion)
    if verdict.override:
        tags["decision"] = json.dumps(asdict(verdict.override))
    return tags


def version_of(name: str, number: int, tags: Mapping[str, str], *, alias: str | None) -> Version:
    """A version as its tags tell it; one that was registered before there was a gate counts as promoted."""
    about = json.loads(tags["about"])
    return Version(
        name=name,
        version=number,
        alias=alias,
        status=tags.get("status", "promoted"),
        reasons=tuple(json.loads(tags.get("reasons", "[]"))),
        compared_with=tags.get("compared_with", ""),
        how=tags.get("how", ""),
        succeeded=int(tags["champion_then"]) if "champion_then" in tags else None,
        decision=json.loads(tags["decision"]) if "decision" in tags else None,
        rolled_back=json.loads(tags["rolled_back"]) if "rolled_back" in tags else None,
        fingerprint=about["fingerprint"],
        question=about["question"],
        terms=about["terms"],
        trained_on=date.fromisoformat(about.get("trained_on", about["learned_until"])),
        learned_until=date.fromisoformat(about["learned_until"]),
        versions=about["versions"],
        test_metrics=about["test_metrics"],
        parameters=Parameters(**about.get("parameters", {})),
    )

"""Which models are there, and which one was in use before? What `churn models` shows and takes back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from difflib import get_close_matches

from models import FeaturesChanged, NothingToRollBackTo, targets
from models._figures import JUDGED_BY
from models._gate import Override
from models._registry import Registry
from models._scoring import ask_fit
from models._versions import Version
from pipelines._alone import alone_in
from pipelines._errors import QuestionUnknown
from pipelines._question_terms import terms_of
from pipelines._settings import Settings
from pipelines._summary import FIGURES
from pipelines._uplift_terms import uplift_words
from serving import Ledger


def registered(settings: Settings) -> list[Version]:
    """Every registered model of the declared questions, question by question, newest first; none in a new home."""
    if settings.mlflow.tracking_uri is None and not (settings.home / "mlflow.db").exists():
        return []
    registry = Registry(settings.home, tracking_uri=settings.mlflow.tracking_uri)
    return [version for name in targets() for version in registry.versions(name)]


def model_rows(versions: Iterable[Version]) -> list[dict[str, object]]:
    """One mapping per model: question, version, what it is, when it learned, its figures, and what was decided."""
    return [
        {
            "question": one.name,
            "version": one.version,
            "is": standing(one),
            "trained on": one.trained_on,
            "learned until": one.learned_until,
            **{
                FIGURES[name]: round(one.test_metrics.get(name, float("nan")), 4)
                for name in JUDGED_BY[targets()[one.name].answer]
            },
            "decided": "; ".join(decisions(one)),
        }
        for one in versions
    ]


def uplift_lines(settings: Settings) -> list[str]:
    """By what the latest campaign of each action goes, a line each; those without a say on uplift have none."""
    begun = Ledger(settings.ledger.url, settings.home).campaigns().sort("starts_on", "name")
    latest = begun.group_by("action", maintain_order=True).last().sort("action")
    told = ((name, uplift_words(json.loads(terms))) for name, terms in latest.select("name", "terms").iter_rows())
    return [f"{name}: {words}" for name, words in told if words]


def standing(version: Version) -> str:
    """`champion`, `challenger`, or what it was: `former champion`, `refused`."""
    return version.alias or ("former champion" if version.was_champion else "refused")


def decisions(version: Version) -> list[str]:
    """What the gate and people decided about a model, in words."""
    tables = ", ".join(f"{table} version {number}" for table, number in version.versions.items())
    said = [f"learned from {tables or 'tables without versions'}"]
    said += [f"{version.status}, compared with {version.compared_with}" if version.compared_with else version.status]
    said += version.reasons
    if version.decision:
        one = version.decision
        said.append(f"promoted anyway by {one['by']} on {one['at']}: {one['why']}")
    if version.rolled_back:
        back = version.rolled_back
        said.append(f"rolled back to version {back['to']} by {back['by']} on {back['at']}: {back['why']}")
    return said


def ask_declared(question: str) -> None:
    """Raises QuestionUnknown where no question has that name, with the one that may be meant."""
    if question not in targets():
        close = get_close_matches(question, targets(), n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise QuestionUnknown(f"no question is called {question!r}.{hint} Declared are {', '.join(targets())}.")


def roll_back(settings: Settings, question: str, *, version: int | None, override: Override) -> tuple[int, Version]:
    """Makes the earlier champion of a question the champion again; returns the version before and the one now.

    Raises QuestionUnknown, NothingToRollBackTo when there is no earlier one or it no longer fits today's features and
    settings, NoChampion when its files are gone. Nothing has changed then.
    """
    ask_declared(question)
    with alone_in(settings.home):
        registry = Registry(settings.home, tracking_uri=settings.mlflow.tracking_uri)
        chosen = registry.earlier_champion(question, version=version)
        try:
            ask_fit(chosen, targets()[question], terms=terms_of(settings, targets()[question]))
        except FeaturesChanged as changed:
            raise NothingToRollBackTo(f"version {chosen.version} of {question} could not score: {changed}") from changed
        return registry.roll_back(question, to=chosen, override=override), chosen

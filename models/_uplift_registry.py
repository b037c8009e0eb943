"""Which uplift models were learned, and where are they? MLflow keeps each learning, and a version per model taken."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.metadata import version as version_of

from models._registry import NOT_THERE, Registry
from models._tracking import trusted_types  # isort: split

import mlflow
import mlflow.sklearn
import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature

from features import fingerprint
from models._errors import FeaturesChanged, NoChampion
from models._qini import Qini
from models._randomised import Randomised
from models._uplift import LEARNING, PROBABILITY, Learned, Uplift
from models._uplift_card import counts_of, uplift_card

_REQUIREMENTS = ("scikit-learn", "xgboost-cpu", "numpy", "pandas", "skops")
_LESSON, _OUTCOME, _FEATURES, _LEARNING = "lesson", "outcome", "features", "learning"
_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class KeptUplift:
    """What came of one learning: the version of the model that was taken, or why none was; and how it was judged.

    With both a version and `why_not`, the model is the effect of all, spread by who takes the offer as
    `told_by` (`_tellers`) tell. `qini` is None where there was not enough to judge by.
    """

    version: int | None
    why_not: str
    qini: Qini | None
    told_by: str


class UpliftRegistry(Registry):
    """The uplift models of a home, `uplift_ACTION` each.

    None bears an alias: a campaign names the version that it began with.
    """

    def keep(self, action: str, trial: Randomised, learned: Learned, *, lesson: str) -> KeptUplift:
        """Logs what was learned as a run, and keeps the model, if one is taken, as the next version.

        `lesson` is a hash of what was learned from: the same lesson is never learned twice (`known`).
        """
        judged = learned.judged
        name = self._prefix + uplift_name(action)
        mlflow.set_tracking_uri(self.uri)
        with mlflow.start_run(experiment_id=self._experiment(name), run_name=f"{name} {lesson[:8]}") as run:
            mlflow.log_params(
                counts_of(trial) | {"effect": trial.effect, "trait_count": len(trial.columns), "told": learned.told}
            )
            if judged:
                mlflow.log_metrics({"qini": judged.qini.value, "ahead": judged.ahead, "takers_behind": judged.behind})
            mlflow.log_text(uplift_card(action, trial, learned), "model_card.md")
            version = self._kept_as(name, learned.uplift) if learned.uplift else None
            kept = KeptUplift(
                version=version,
                why_not=learned.why_not,
                qini=judged.qini if judged else None,
                told_by=learned.told_by,
            )
            # Last of all: what a killed night left half is learned anew.
            self._client.set_tag(run.info.run_id, _OUTCOME, json.dumps(asdict(kept)))
            self._client.set_tag(run.info.run_id, _LESSON, lesson)
        return kept

    def known(self, action: str, *, lesson: str) -> KeptUplift | None:
        """What came of a lesson before; None where it was never learned."""
        # In a home that was moved or copied, what was learned before has a longer name (`Registry._experiment`).
        there = self._client.search_experiments(filter_string=f"name LIKE '{self._prefix + uplift_name(action)}%'")
        if not there:
            return None
        asked, places = f"tags.{_LESSON} = '{lesson}'", [one.experiment_id for one in there]
        found = self._client.search_runs(places, asked, order_by=["attributes.start_time ASC"])
        if not found:
            return None
        told = json.loads(found[0].data.tags[_OUTCOME])
        qini = Qini(**told["qini"]) if told["qini"] else None
        return KeptUplift(version=told["version"], why_not=told["why_not"], qini=qini, told_by=told["told_by"])

    def uplift(self, action: str, *, version: int) -> Uplift:
        """The model of a version.

        Raises NoChampion where there is none or its files are gone, FeaturesChanged where it learned from features
        other than today's, or in another way.
        """
        name = uplift_name(action)
        try:
            found = self._client.get_model_version(self._prefix + name, str(version))
        except MlflowException as error:
            if error.error_code not in NOT_THERE:
                raise
            raise NoChampion(f"version {version} of {name} is not registered") from error
        if found.tags[_FEATURES] != fingerprint():
            raise FeaturesChanged(
                f"version {version} of {name} was trained on features {found.tags[_FEATURES]}, today's are "
                f"{fingerprint()}"
            )
        if found.tags.get(_LEARNING) != str(LEARNING):
            raise FeaturesChanged(f"version {version} of {name} was learned in another way than today's models are")
        loaded: Uplift = self._load(found)  # type: ignore[assignment]
        return loaded

    def _kept_as(self, name: str, uplift: Uplift) -> int:
        """Logs the model into the run that is open, as the next version of its name."""
        # An example of nobody in particular: the middle of each trait.
        middle = np.median(uplift.knots, axis=0)
        shown = pd.DataFrame([middle] * _SHOWN, columns=list(uplift.columns))
        shown[PROBABILITY] = 0.5
        info = mlflow.sklearn.log_model(
            uplift,
            name=name.rpartition(".")[2],
            signature=infer_signature(shown, uplift.predict(shown)),
            pyfunc_predict_fn="predict",
            serialization_format="skops",
            skops_trusted_types=trusted_types(uplift),
            pip_requirements=[f"{one}=={version_of(one)}" for one in _REQUIREMENTS],
        )
        if not self._client.search_registered_models(f"name = '{name}'"):
            self._client.create_registered_model(name)
        made = self._client.create_model_version(
            name,
            source=info.model_uri,
            run_id=info.run_id,
            model_id=info.model_id,
            tags={_FEATURES: fingerprint(), _LEARNING: str(LEARNING)},
        )
        return int(made.version)


def uplift_name(action: str) -> str:
    """What the uplift models of an action are registered as."""
    return f"uplift_{action}"

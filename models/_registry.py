"""Which model answers a question today? MLflow keeps every training, and the alias `champion` names the one in use."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models._tracking import REFERENCE, REHEARSAL, log_training, read_rehearsal, trusted_types  # isort: split

import mlflow
import mlflow.sklearn
from mlflow.exceptions import MlflowException
from mlflow.models import infer_signature

from models._card import summary
from models._contenders import Estimator as YesOrNo
from models._drift import Reference
from models._errors import NoChampion, NothingToRollBackTo
from models._gate import Override, Verdict
from models._kinds import Estimator
from models._training import Trained
from models._versions import Version, tags_of, version_of

# "Creating initial MLflow database tables..." tells an operator nothing.
logging.getLogger("mlflow").setLevel(logging.CRITICAL)

CHAMPION, CHALLENGER = "champion", "challenger"
_ARTIFACTS = "mlartifacts"
NOT_THERE = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
"""What MLflow answers where no model, or no model of that alias, is registered."""
_UNREADABLE = (MlflowException, OSError, ImportError, AttributeError, TypeError, KeyError, ValueError)
"""Files that are gone, and models that were kept by another version of this project."""
_REQUIREMENTS = ("scikit-learn", "xgboost-cpu", "numpy", "pandas", "skops")


@dataclass(frozen=True, kw_only=True)
class Champion:
    """The model in use for a question, with what scoring must check before it believes it.

    `rehearsed_until`: what its rehearsal knew. `reference`: the populations it knows; None when none were kept.
    """

    name: str
    version: int
    model: Any
    columns: tuple[str, ...]
    fingerprint: str
    question: str
    terms: Mapping[str, object]
    learned_until: date
    rehearsed_until: date
    versions: Mapping[str, int]
    test_metrics: Mapping[str, float]
    reference: Reference | None


class Registry:
    """The MLflow store of a home folder: SQLite beside its artifacts, unless `tracking_uri` names a server.

    MLflow notes where artifacts are as full paths; a home that was moved or copied since still uses its own files.
    On a server that several homes share, models and experiments bear the name of the home's folder (`shop.churn`):
    companies that share one must name their folders differently, and a folder that is renamed begins anew.
    """

    def __init__(self, home: Path, *, tracking_uri: str | None = None) -> None:
        self._artifacts = None if tracking_uri else (home / _ARTIFACTS).absolute()
        self._prefix = re.sub(r"[^\w-]", "_", home.resolve().name) + "." if tracking_uri else ""
        home.mkdir(parents=True, exist_ok=True)
        self.uri = tracking_uri or f"sqlite:///{(home / 'mlflow.db').absolute()}"
        mlflow.set_tracking_uri(self.uri)
        self._client = mlflow.MlflowClient(self.uri)

    def register(
        self,
        trained: Trained,
        verdict: Verdict,
        *,
        reference: Reference | None = None,
        trained_on: date | None = None,
    ) -> int:
        """Logs a training as a run and keeps its model as the next version, which is returned.

        The model becomes the champion when the verdict says so, else it bears the alias `challenger`. `trained_on` is
        the as-of date of the training, the day up to which the data reach unless stated.
        """
        name = trained.target.name
        mlflow.set_tracking_uri(self.uri)
        experiment = self._experiment(self._prefix + name)
        with mlflow.start_run(experiment_id=experiment, run_name=f"{name} as of {trained.plan.known_by}"):
            log_training(trained, verdict, reference)
            model_version = self._log_model(trained, verdict, trained_on or trained.plan.known_by)
        alias = CHAMPION if verdict.takes_over else CHALLENGER
        self._client.set_registered_model_alias(self._prefix + name, alias, str(model_version))
        return model_version

    def has_champion(self, name: str) -> bool:
        """Whether a model of that name bears the alias `champion`."""
        return self._found(name) is not None

    def champion(self, name: str) -> Champion:
        """The model under the alias `champion`; raises NoChampion when there is none, or its files are gone."""
        found = self._found(name)
        if found is None:
            raise NoChampion(f"no champion for {name!r} is registered; run `churn train` first")
        about = json.loads(found.tags["about"])
        kept = self._kept(found, REFERENCE)
        return Champion(
            name=name,
            version=int(found.version),
            model=self._load(found),
            columns=tuple(about["columns"]),
            fingerprint=about["fingerprint"],
            question=about["question"],
            terms=about["terms"],
            learned_until=date.fromisoformat(about["learned_until"]),
            rehearsed_until=date.fromisoformat(about.get("rehearsed_until", about["learned_until"])),
            versions=about["versions"],
            test_metrics=about["test_metrics"],
            reference=Reference.from_json(json.loads(kept)) if kept else None,
        )

    def rehearsal(self, champion: Champion) -> Estimator | None:
        """The model that was judged when the champion was trained, fitted on less; None when it was not kept."""
        found = self._client.get_model_version(self._prefix + champion.name, str(champion.version))
        kept = self._kept(found, REHEARSAL)
        return read_rehearsal(kept) if kept else None

    def versions(self, name: str) -> list[Version]:
        """Every version of a question's model, newest first."""
        full = self._prefix + name
        try:
            aliases = self._client.get_registered_model(full).aliases
        except MlflowException as error:
            if error.error_code in NOT_THERE:
                return []
            raise
        bearing = {int(number): alias for alias, number in aliases.items()}
        found = self._client.search_model_versions(f"name = '{full}'")
        made = [version_of(name, int(one.version), one.tags, alias=bearing.get(int(one.version))) for one in found]
        return sorted(made, key=lambda one: -one.version)

    def earlier_champion(self, name: str, *, version: int | None = None) -> Version:
        """The champion before today's, or `version` if that ever was one; NothingToRollBackTo when there is none."""
        known = {one.version: one for one in self.versions(name)}
        now = next((one for one in known.values() if one.alias == CHAMPION), None)
        if now is None:
            raise NothingToRollBackTo(f"{name} has no champion, so there is nothing to go back from.")
        chosen = known.get(now.succeeded if version is None else version)  # type: ignore[arg-type]
        if chosen is not None and chosen.was_champion and chosen is not now:
            return chosen
        others = [str(number) for number, one in sorted(known.items()) if one.was_champion and one is not now]
        asked = (
            f"no champion of {name} came before it" if version is None else f"version {version} cannot take its place"
        )
        raise NothingToRollBackTo(
            f"version {now.version} is the champion of {name}, and {asked}; other versions that were champion: "
            f"{', '.join(others) or 'none'}. `churn models` lists all."
        )

    def roll_back(self, name: str, *, to: Version, override: Override) -> int:
        """Makes an earlier champion the champion again, and notes on the one that was: who, when and why.

        Returns the version of the one that was. Raises NoChampion when the files of the earlier model are gone; the
        champion then stays as it is.
        """
        full = self._prefix + name
        self._load(self._client.get_model_version(full, str(to.version)))
        note = json.dumps({"to": to.version, **asdict(override)})
        was = self._found(name).version
        self._client.set_model_version_tag(full, was, "rolled_back", note)
        self._client.set_registered_model_alias(full, CHAMPION, str(to.version))
        return int(was)

    def _found(self, name: str) -> Any:
        try:
            return self._client.get_model_version_by_alias(self._prefix + name, CHAMPION)
        except MlflowException as error:
            if error.error_code in NOT_THERE:
                return None
            raise

    def _load(self, found: Any) -> object:
        where = self._where(found)
        mlflow.set_tracking_uri(self.uri)
        # Copied aside first: MLflow 3.17 takes a `%41` in the path of a local model for an `A`.
        with TemporaryDirectory() as aside:
            try:
                return mlflow.sklearn.load_model(where, dst_path=aside)
            except _UNREADABLE as error:
                raise NoChampion(
                    f"the champion of {found.name} (version {found.version}) is registered, but its files cannot be "
                    f"read from {where}: {error}. Bring them back, or run `churn train` to learn a new one."
                ) from error

    def _where(self, found: Any) -> str:
        if self._artifacts is None:
            return f"models:/{found.name}/{found.version}"
        noted: str = self._client.get_logged_model(found.source.removeprefix("models:/")).artifact_location
        return (self._artifacts / noted.rpartition(f"/{_ARTIFACTS}/")[2]).as_uri()

    def _kept(self, found: Any, name: str) -> bytes | None:
        """What the run of a version kept under `name`; None when it kept no such thing, or the file is gone."""
        uri: str = self._client.get_run(found.run_id).info.artifact_uri
        if self._artifacts is not None:
            file = self._artifacts / uri.rpartition(f"/{_ARTIFACTS}/")[2] / name
            return file.read_bytes() if file.is_file() else None
        with TemporaryDirectory() as aside:
            try:
                there = mlflow.artifacts.download_artifacts(run_id=found.run_id, artifact_path=name, dst_path=aside)
            except (MlflowException, OSError):
                return None
            return Path(there).read_bytes()

    def _experiment(self, name: str) -> str:
        location = (self._artifacts / name).as_uri() if self._artifacts else None
        known = self._client.get_experiment_by_name(name)
        if known and location in (None, known.artifact_location):
            return str(known.experiment_id)
        if known:  # The home was moved or copied: what is learned from now on stays here, not where it came from.
            self._client.rename_experiment(known.experiment_id, f"{name} {known.experiment_id} in another home")
        return str(self._client.create_experiment(name, artifact_location=location))

    def _log_model(self, trained: Trained, verdict: Verdict, trained_on: date) -> int:
        asked = "predict_proba" if isinstance(trained.model, YesOrNo) else "predict"
        info = mlflow.sklearn.log_model(
            trained.model,
            name=trained.target.name,
            signature=infer_signature(trained.example, getattr(trained.model, asked)(trained.example)),
            pyfunc_predict_fn=asked,
            serialization_format="skops",
            skops_trusted_types=trusted_types(trained.model),
            pip_requirements=[f"{name}=={version(name)}" for name in _REQUIREMENTS],
        )
        name = self._prefix + trained.target.name
        if not self._client.search_registered_models(f"name = '{name}'"):
            self._client.create_registered_model(name, description=trained.target.description)
        made = self._client.create_model_version(
            name,
            source=info.model_uri,
            run_id=info.run_id,
            model_id=info.model_id,
            tags=tags_of(trained, verdict, trained_on=trained_on),
            description=summary(trained, verdict),
        )
        return int(made.version)

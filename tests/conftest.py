"""What do the tests of several folders share? A Spark on this machine, and that no test is timed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

# A busy machine is no fault of what is tested.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One Spark session for all tests, for starting one takes seconds; without Spark or Java, its tests are skipped."""
    from features import EngineUnavailable, spark_session

    options = {
        "spark.sql.shuffle.partitions": "1",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("spark")),
        # Not that of any business: nothing may depend on it.
        "spark.sql.session.timeZone": "America/Sao_Paulo",
    }
    told = " ".join(f"--conf {name}={value}" for name, value in options.items())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_SUBMIT_ARGS", f"--master local[1] --driver-memory 1g {told} pyspark-shell")
        try:
            session = spark_session()
        except EngineUnavailable as error:
            pytest.skip(str(error))
    yield session
    session.stop()

"""Which claims are made of features? All of them, from the files beside this one."""

from tests.features.cases_bought import BOUGHT
from tests.features.cases_said import SAID
from tests.features.cases_time import TIME

CASES = (*TIME, *BOUGHT, *SAID)

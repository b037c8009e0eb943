"""Which claims are made of features? All of them, from the files beside this one."""

from tests.features.cases_breadth import BOUGHT_WHAT
from tests.features.cases_complaints import COMPLAINTS
from tests.features.cases_frequency import BOUGHT_OFTEN
from tests.features.cases_money import BOUGHT_FOR
from tests.features.cases_rhythm import BOUGHT_WHEN
from tests.features.cases_said import SAID
from tests.features.cases_subscribed import SUBSCRIBED
from tests.features.cases_time import TIME

CASES = (*TIME, *BOUGHT_OFTEN, *BOUGHT_FOR, *BOUGHT_WHEN, *BOUGHT_WHAT, *COMPLAINTS, *SAID, *SUBSCRIBED)

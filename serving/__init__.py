"""What do we do about it? Decisions worth money, and lists that a team can work from, published whole or not at all."""

from serving._actions import PURPOSES, Action, take_column, uplift_column
from serving._arbitration import Plan, arbitrate
from serving._arbitration_input import Limit
from serving._bundle import (
    FORMULA_STARTS,
    LOOK_BACK,
    Bundle,
    bundles,
    excel_csv,
    last_bundle,
    list_folder,
    manifest_of,
    publish,
    tables_of,
)
from serving._campaign_terms import Standing
from serving._consent import with_consent
from serving._decide import OUTCOMES, Decided, Memory, decide
from serving._effect import Arm, Estimate, Measured, measure
from serving._errors import (
    CountedTwice,
    CustomerTwice,
    HistoryWouldChange,
    LedgerUnusable,
    ListNotPublished,
    NothingToMeasure,
    NotRecorded,
    ReceiptsUnreadable,
    ScoresUnusable,
)
from serving._ledger import Ledger
from serving._listing import changes_since, listing
from serving._night_record import Recorded
from serving._optimal_share import BetaAcceptance, OptimalShare, expected_maximum_profit, optimal_share
from serving._power import Needed, needed, needed_for_effect, smallest_visible
from serving._prior import Effect, by_segment, updated
from serving._receipts import Taken, take
from serving._report import Beside, report_pages
from serving._report_calibration import Matured
from serving._respect import Manners
from serving._rules import Limits, Rules
from serving._segments import value_segments
from serving._stages import Borders, rules_table

__all__ = [
    "FORMULA_STARTS",
    "LOOK_BACK",
    "OUTCOMES",
    "PURPOSES",
    "Action",
    "Arm",
    "Beside",
    "BetaAcceptance",
    "Borders",
    "Bundle",
    "CountedTwice",
    "CustomerTwice",
    "Decided",
    "Effect",
    "Estimate",
    "HistoryWouldChange",
    "Ledger",
    "LedgerUnusable",
    "Limit",
    "Limits",
    "ListNotPublished",
    "Manners",
    "Matured",
    "Measured",
    "Memory",
    "Needed",
    "NotRecorded",
    "NothingToMeasure",
    "OptimalShare",
    "Plan",
    "ReceiptsUnreadable",
    "Recorded",
    "Rules",
    "ScoresUnusable",
    "Standing",
    "Taken",
    "arbitrate",
    "bundles",
    "by_segment",
    "changes_since",
    "decide",
    "excel_csv",
    "expected_maximum_profit",
    "last_bundle",
    "list_folder",
    "listing",
    "manifest_of",
    "measure",
    "needed",
    "needed_for_effect",
    "optimal_share",
    "publish",
    "report_pages",
    "rules_table",
    "smallest_visible",
    "tables_of",
    "take",
    "take_column",
    "updated",
    "uplift_column",
    "value_segments",
    "with_consent",
]

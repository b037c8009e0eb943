"""What will each customer do? Questions, populations, labels and the models that answer them."""

from models._ahead import Silence
from models._cash import CashFlows, Worth, worth
from models._errors import (
    FeaturesChanged,
    InputsDrifted,
    LabelNotMature,
    LeakFound,
    ModelFromTheFuture,
    ModelTooOld,
    NoChampion,
    NotEnoughHistory,
    NothingToRollBackTo,
    TuningUnavailable,
)
from models._labels import labels, labels_on, population
from models._lifetime import ValueModel, ValueTerms, fit_value, lifetime_values
from models._next_order import next_orders
from models._next_order_check import NextOrderCheck, check_next_orders
from models._purchase_value import PurchaseValue, fit_purchase_value
from models._reactivations import learned_silence, reactivations_known
from models._referrals import referrals_known
from models._target import Future, Past, Target, Terms, active_customers, lapsed_customers, target, targets
from models._value_check import ValueCheck, check_values

__all__ = [
    "CashFlows",
    "FeaturesChanged",
    "Future",
    "InputsDrifted",
    "LabelNotMature",
    "LeakFound",
    "ModelFromTheFuture",
    "ModelTooOld",
    "NextOrderCheck",
    "NoChampion",
    "NotEnoughHistory",
    "NothingToRollBackTo",
    "Past",
    "PurchaseValue",
    "Silence",
    "Target",
    "Terms",
    "TuningUnavailable",
    "ValueCheck",
    "ValueModel",
    "ValueTerms",
    "Worth",
    "active_customers",
    "check_next_orders",
    "check_values",
    "fit_purchase_value",
    "fit_value",
    "labels",
    "labels_on",
    "lapsed_customers",
    "learned_silence",
    "lifetime_values",
    "next_orders",
    "population",
    "reactivations_known",
    "referrals_known",
    "target",
    "targets",
    "worth",
]

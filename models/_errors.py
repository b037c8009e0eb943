"""What can go wrong between a question and its answer?"""


class NotEnoughHistory(Exception):
    """The log is too short, or too uniform, to learn from."""


class LabelNotMature(Exception):
    """The horizon after the as-of date is not over yet, so nobody knows the label."""


class NoChampion(Exception):
    """No model has been registered as champion for a question, or the files of the one that was are gone."""


class FeaturesChanged(Exception):
    """The champion was trained on other features, or other terms, than those of today."""


class ModelFromTheFuture(Exception):
    """The champion learned from what happened on or after the as-of date."""


class ModelTooOld(Exception):
    """The champion has not learned anything for longer than the settings allow."""


class InputsDrifted(Exception):
    """The customers to be scored, or their features, are no longer like those that the champion learned from."""


class NothingToRollBackTo(Exception):
    """A question has no earlier champion, or not the version that was asked for."""


class LeakFound(Exception):
    """A feature gives the answer away: it is too good to be known beforehand, or its meaning is the outcome."""


class TuningUnavailable(Exception):
    """Parameters are to be searched, and what searches them is not installed."""

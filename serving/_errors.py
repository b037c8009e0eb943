"""What can go wrong between a score and a list that somebody works from?"""


class ListNotPublished(Exception):
    """The list could not be written whole; what stood there before still stands."""

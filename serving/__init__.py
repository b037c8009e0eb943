"""What do we do about it? Lists that a retention team can work from, published whole or not at all."""

from serving._bundle import Bundle, excel_csv, list_folder, publish
from serving._consent import with_consent
from serving._errors import ListNotPublished
from serving._ranking import Ranked, rank

__all__ = ["Bundle", "ListNotPublished", "Ranked", "excel_csv", "list_folder", "publish", "rank", "with_consent"]

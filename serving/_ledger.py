"""What was decided, for whom, and what came of it? The ledger of campaigns, lists, assignments, contacts and outcomes.

A night reads only what was there before its as-of date: whatever takes `before` leaves out what later nights
recorded, and receipts that came on that day or later. The same night run again thus reads, and writes, the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import ColumnElement, Select, func, select

from serving._campaign_terms import Standing, standing
from serving._contacted import approached, contacted
from serving._ledger_rows import ask_campaigns, fetched, in_shape, insert
from serving._ledger_store import Store
from serving._ledger_tables import assignments, campaigns, contacts, lists, outcomes, receipts
from serving._measured_rows import measured_nights, measured_rows
from serving._night_record import Recorded, record
from serving._outcome_record import record_outcomes, to_measure
from serving._published_tables import switch

RECEIPT_KEY = ("campaign", "customer_id", "status", "happened_at")


class Ledger:
    """The memory of all campaigns, in a file of the home or a PostgreSQL database.

    `url` None is `sqlite:///HOME/ledger.db`. All methods take and give Polars frames. Raises LedgerUnusable where the
    ledger cannot be opened, read or written, and NotRecorded for rows that cannot be true.
    """

    def __init__(self, url: str | None, home: Path) -> None:
        self._store = Store(url, home)

    def __str__(self) -> str:
        return str(self._store)

    def standing_campaigns(self, declared: pl.DataFrame, *, before: date) -> Standing:
        """The campaigns of a night: as declared, or on the terms they began with on an earlier night; with notes.

        `declared` has `name`, `action`, `channel`, `starts_on`, `ends_on` (the day after the last), `salt`,
        `holdout_share`, `terms` (JSON text).
        """
        shaped = in_shape(declared, campaigns, what="campaigns", given={"as_of": before})
        ask_campaigns(shaped)
        return standing(shaped.drop("as_of"), self.campaigns(before=before))

    @contextmanager
    def recording(
        self,
        as_of: date,
        *,
        digest: str,
        counts: Mapping[str, int],
        campaigns: pl.DataFrame,
        assignments: pl.DataFrame,
        tables: Mapping[str, pl.DataFrame] | None = None,
    ) -> Iterator[Recorded]:
        """Records a night when the block ends well, and nothing of it otherwise: publish the list inside the block.

        `assignments` has `campaign`, `customer_id`, `arm`, `segment`, `stage`, `probability`, `stake`, `effect`,
        `expected_profit`, `cost`, and where known `spend_before` and `rank`, one row per customer of the night. Who
        was assigned in the campaign on an earlier night keeps the arm and the figures of that night. An identical
        replay changes nothing; a different one takes the place of the first. `tables` are published beside, see
        `serving/_published_tables.py`. Raises HistoryWouldChange where later nights, receipts or outcomes build on what
        would be replaced.
        """
        told = json.dumps(dict(counts), sort_keys=True, ensure_ascii=False)
        with self._store.writing() as connection:
            made = record(connection, as_of, digest=digest, counts=told, declared=campaigns, assigned=assignments)
            switch(connection, tables or {}, as_of=as_of)
            yield made

    def record_night(
        self,
        as_of: date,
        *,
        digest: str,
        counts: Mapping[str, int],
        campaigns: pl.DataFrame,
        assignments: pl.DataFrame,
    ) -> Recorded:
        """Records a night at once, in one transaction; see `recording`."""
        with self.recording(
            as_of, digest=digest, counts=counts, campaigns=campaigns, assignments=assignments
        ) as recorded:
            return recorded

    def lists(self, *, before: date = date.max) -> pl.DataFrame:
        """One row per recorded night, the oldest first: `as_of`, `digest`, `counts` (JSON text)."""
        return self._fetched(
            select(lists.c.as_of, lists.c.digest, lists.c.counts), lists.c.as_of < before, by=["as_of"]
        )

    def is_look_back(self, as_of: date) -> bool:
        """Whether later nights are on record and this one is not: then nobody was contacted by it."""
        recorded = self.lists()["as_of"].to_list()
        return as_of not in recorded and any(day > as_of for day in recorded)

    def campaigns(self, *, before: date = date.max) -> pl.DataFrame:
        """One row per campaign that began on a night before `before`, on the terms it began with.

        The columns of `standing_campaigns`, and `as_of`, the night it began on.
        """
        return self._fetched(select(campaigns), campaigns.c.as_of < before, by=["name"])

    def assigned(self, *, before: date = date.max, campaigns: Sequence[str] | None = None) -> pl.DataFrame:
        """One row per customer and campaign, of nights before `before`: what was known and drawn on the first night.

        `campaigns` asks for some only, such as those that still run. The columns of `recording` (without `rank`), and
        `as_of`, the first night.
        """
        chosen = [] if campaigns is None else [assignments.c.campaign.in_(campaigns)]
        return self._fetched(select(assignments), assignments.c.as_of < before, *chosen, by=["campaign", "customer_id"])

    def held_out_counts(self, *, before: date = date.max) -> Mapping[str, int]:
        """How many were held out by each action on nights before `before`, once per campaign; none: no entry."""
        query = select(campaigns.c.action, func.count().label("held_out")).join(assignments)
        chosen = (assignments.c.arm == "held_out", assignments.c.as_of < before)
        return dict(self._fetched(query.group_by(campaigns.c.action), *chosen, by=["action"]).iter_rows())

    def contacted(
        self, *, before: date = date.max, since: date | None = None, campaigns: Sequence[str] | None = None
    ) -> pl.DataFrame:
        """One row per contact known before `before`: from receipts where there are any, else from the lists.

        `customer_id`, `contacted_on`, `campaign`, `action`, `channel`, `list_as_of`; `serving/_contacted.py` has the
        rule. `since` leaves out contacts before that day; `campaigns` asks for those of some only.
        """
        query = contacted(before=before, since=since, names=campaigns)
        return self._fetched(query, by=["customer_id", "contacted_on", "campaign", "list_as_of"])

    def approached(self, *, before: date, since: date) -> pl.DataFrame:
        """One row per time somebody was on a list or was held out, from `since` on and before `before`.

        `customer_id`, `contacted_on` (the as-of date of the list, or the first night of who was held out), `arm`, and
        `is_running`: held out in a campaign that has not ended; they are there however long ago it was.
        """
        return self._fetched(approached(before=before, since=since), by=["customer_id", "contacted_on", "arm"])

    def listed(self, campaigns: Sequence[str]) -> pl.DataFrame:
        """One row per customer of these campaigns and list with the customer on it: who may have been contacted.

        `campaign`, `customer_id`, `arm`, `as_of` (the first night), `list_as_of` (null for a customer who is on no
        list, being held out).
        """
        query = select(
            assignments.c.campaign,
            assignments.c.customer_id,
            assignments.c.arm,
            assignments.c.as_of,
            contacts.c.as_of.label("list_as_of"),
        ).join(contacts, isouter=True)
        by = ["campaign", "customer_id", "list_as_of"]
        return self._fetched(query, assignments.c.campaign.in_(campaigns), by=by)

    def rows_of(self, campaign: str, *, before: date = date.max) -> pl.DataFrame:
        """One row per customer assigned in `campaign`, with outcome and receipts: what is measured.

        Empty for a campaign that is not recorded. `serving/_measured_rows.py` names the columns.
        """
        with self._store.reading() as connection:
            return measured_rows(connection, campaign, before=before)

    def measured_nights(self, action: str, *, before: date) -> pl.DataFrame:
        """The nights on which an action was assigned to customers whose outcomes are all known: `campaign`, `as_of`.

        Their rows are not read for that.
        """
        return self._fetched(measured_nights(action, before=before), by=["as_of", "campaign"])

    def to_measure(self, *, before: date, since: date) -> pl.DataFrame:
        """One row per customer and campaign of nights before `before`, as far as there may be something to measure.

        Everybody whose outcome was never measured, and who was assigned on `since` or later: `campaign`, `action`,
        `customer_id`, `as_of` (the first night), and `is_good`, `profit`, `measured_until` as last measured before.
        """
        with self._store.reading() as connection:
            return to_measure(connection, before=before, since=since)

    def take_receipts(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Records receipts in one transaction and returns those that are new; who is recorded already stays.

        The columns of the table `receipts`. Two rows are one receipt if they agree in campaign, customer, status and
        moment.
        """
        shaped = in_shape(rows, receipts, what="receipts").unique(RECEIPT_KEY, keep="first", maintain_order=True)
        with self._store.writing() as connection:
            key = select(*(receipts.c[name] for name in RECEIPT_KEY))
            known = key.where(receipts.c.campaign.in_(shaped["campaign"].unique()))
            fresh = shaped.join(
                fetched(connection, known, by=RECEIPT_KEY), on=RECEIPT_KEY, how="anti", maintain_order="left"
            )
            insert(connection, receipts, fresh)
        return fresh

    def record_outcomes(self, rows: pl.DataFrame, *, as_of: date) -> int:
        """Records what the night of `as_of` measured, in one transaction, and returns how many rows were written.

        `rows` has `campaign`, `customer_id`, `is_good`, `profit`, `measured_until` (the day after the last that was
        measured). Measured again by a later night, the later figures count from the night after that on; by the same
        night, they take the place of the first, unless later nights build on these.
        """
        shaped = in_shape(rows, outcomes, what="outcomes", given={"as_of": as_of})
        with self._store.writing() as connection:
            return record_outcomes(connection, shaped, as_of=as_of)

    def _fetched(self, query: Select[tuple[Any, ...]], *where: ColumnElement[bool], by: Sequence[str]) -> pl.DataFrame:
        with self._store.reading() as connection:
            return fetched(connection, query.where(*where), by=by)

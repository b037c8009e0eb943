"""Does the simulation play fair? One world for all, limits that hold, and faults that are found."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from campaigns import FIRST, NOVEMBER, assigned, outcome, record
from small_shop import Churn

from pipelines._errors import SettingsWrong
from pipelines._living_rivals import PAIR, Limits, at_random, by_truth, complaints_first
from pipelines._living_shop import LivingShop
from pipelines._settings import Settings, load_settings
from pipelines._simulate import HISTORY_DAYS, Plan, Simulated, simulate, simulate_seeds
from pipelines._simulated_outcome import Played, by_quarter, campaigns_against_truth, summary
from pipelines._simulated_respect import RespectBroken, faults
from pipelines._simulated_rules import candidates, known_of_respect, limits_in, worth_tonight
from pipelines._simulated_table import coverage, together
from pipelines._simulated_teams import Drawn, _receipts, team
from serving import Ledger

EXAMPLE = Path(__file__).parents[2] / "examples" / "living_shop.toml"
NO_CONTACTS = pl.DataFrame(schema={"customer_id": pl.String, "day": pl.Date})


def chosen(home: Path, **more: object) -> Settings:
    return load_settings(EXAMPLE, environment={}, overrides={"home": home, **more})


def never(settings: Settings, day: date) -> None:
    """The night of a team that makes no use of one."""
    raise AssertionError(f"{day}: a team that publishes nothing ran a night")


def played(home: Path, *policies: str) -> Simulated:
    plan = Plan(nights=2, customers=300, policies=policies)
    return simulate(chosen(home), plan, training=never, nightly=never)


@pytest.fixture(scope="module")
def shop() -> LivingShop:
    shop = LivingShop(7, 600)
    shop.advance(shop.world.nature.begin + timedelta(days=HISTORY_DAYS))
    return shop


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return played(tmp_path_factory.mktemp("played"), "random", "oracle").policies


@pytest.fixture(scope="module")
def long_table(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """The same with somebody who knows what can be known, which takes long."""
    return played(tmp_path_factory.mktemp("played-long"), "random", "knowable", "oracle").policies


@pytest.mark.slow
def test_who_sees_more_earns_more_as_far_as_can_be_expected(long_table: pl.DataFrame) -> None:
    expected = dict(long_table.select("policy", "expected_profit").iter_rows())
    assert expected["random"] < expected["knowable"] < expected["oracle"]
    assert expected["knowable"] > 0
    assert long_table.filter(pl.col("policy") == "oracle")["of_oracle"].item() == 1
    assert long_table["respect_broken"].to_list() == [0, 0, 0]


@pytest.mark.slow
def test_the_same_world_and_plan_give_the_same_figures_whoever_else_plays(table: pl.DataFrame, tmp_path: Path) -> None:
    alone = played(tmp_path, "random").policies
    same = ["policy", "contacts", "spent", "expected_profit", "realised_profit"]
    assert alone.select(same).equals(table.filter(pl.col("policy") == "random").select(same))


def test_no_rule_breaks_respect_and_who_knows_all_earns_more(table: pl.DataFrame) -> None:
    assert table["respect_broken"].to_list() == [0, 0]
    assert (table["contacts"] > 0).all()
    expected = dict(table.select("policy", "expected_profit").iter_rows())
    assert expected["random"] < expected["oracle"] > 0


def test_candidates_are_whom_respect_allows(shop: LivingShop, tmp_path: Path) -> None:
    known = known_of_respect(shop)
    silent = known.filter(~pl.col("may_contact"))["customer_id"]
    complaining = known.filter(pl.col("open_complaint_count") > 0)["customer_id"]
    assert len(silent) > 0 < len(complaining)
    lately = candidates(shop, chosen(tmp_path), contacted=NO_CONTACTS)["customer_id"].unique().sort()[:5]
    contacted = pl.DataFrame({"customer_id": lately, "day": shop.day - timedelta(days=28)})
    found = candidates(shop, chosen(tmp_path), contacted=contacted)
    promoted = found.filter(pl.col("action") != "service_recovery")["customer_id"]
    assert not set(found["customer_id"]) & set(silent)
    assert not set(promoted) & (set(complaining) | set(lately))
    assert set(found.filter(pl.col("action") == "service_recovery")["customer_id"]) <= set(complaining)


def test_each_fault_of_a_list_is_found(shop: LivingShop, tmp_path: Path) -> None:
    known = known_of_respect(shop).with_columns(pl.col("open_complaint_count").fill_null(0))
    allowed, complains = pl.col("may_contact"), pl.col("open_complaint_count") > 0
    silent = known.filter(~allowed)["customer_id"][0]
    complaining = known.filter(allowed & complains)["customer_id"][0]
    lately, fine, twice = known.filter(allowed & ~complains)["customer_id"][:3]
    rows = [
        (silent, "thank_you", "no_consent"),
        ("C99999", "thank_you", "no_consent"),
        (complaining, "retention_offer", "open_complaint"),
        (lately, "upsell", "cool_down"),
        (fine, "upsell", None),
        (twice, "upsell", "twice"),
        (twice, "thank_you", "twice"),
    ]
    listed = pl.DataFrame([row[:2] for row in rows], schema=dict.fromkeys(PAIR, pl.String), orient="row")
    contacted = pl.DataFrame({"customer_id": [lately, fine], "day": [shop.day - timedelta(days=n) for n in (28, 29)]})
    assert faults(shop, listed, contacted=contacted, cool_down_days=28).to_list() == [row[2] for row in rows]
    answered = pl.DataFrame({"customer_id": [complaining], "action": ["service_recovery"]})
    assert faults(shop, answered, contacted=contacted, cool_down_days=28).to_list() == [None]


def test_a_broken_rule_is_told_after_all_was_shown() -> None:
    policies = pl.DataFrame({"policy": ["random", "ours"], "respect_broken": [0, 2]})
    with pytest.raises(RespectBroken, match="2 contacts of the policy ours"):
        Simulated(policies=policies, quarters=pl.DataFrame(), campaigns=None).ask_for_respect()
    Simulated(policies=policies.head(1), quarters=pl.DataFrame(), campaigns=None).ask_for_respect()


def test_limits_of_several_actions_together_hold_for_every_rule(shop: LivingShop, tmp_path: Path) -> None:
    settings = chosen(tmp_path, **{"list.size": 9, "actions.upsell.capacity": 2})
    limits = limits_in(settings)
    pairs = candidates(shop, settings, contacted=NO_CONTACTS)
    worth = worth_tonight(shop, settings, kind="truth", days=60)
    priced = pairs.join(worth, on=PAIR)
    for listed in (by_truth(pairs, limits, truth=worth), at_random(priced, limits, seed=1)):
        assert len(listed) == 9
        assert (listed["action"] == "upsell").sum() <= 2
        assert listed.join(worth, on=PAIR)["expected_cost"].sum() <= limits.budget


def test_an_expected_cost_takes_the_place_of_the_whole_offer() -> None:
    pairs = pl.DataFrame({"customer_id": ["A", "B"], "action": ["upsell", "upsell"]})
    cheap = pairs.with_columns(expected_cost=3.0, incremental_profit=5.0)
    limits = Limits(budget=7.0)  # one contact with its offer, or two at what they are expected to cost
    assert len(at_random(pairs, limits, seed=1)) == 1
    assert len(at_random(cheap, limits, seed=1)) == len(by_truth(pairs, limits, truth=cheap)) == 2


def test_an_offer_is_expected_to_cost_between_nothing_and_all_of_it(shop: LivingShop, tmp_path: Path) -> None:
    settings = chosen(tmp_path)
    worth = worth_tonight(shop, settings, kind="truth", days=60)
    offers = worth.filter(pl.col("action") == "retention_offer")["expected_cost"]
    assert offers.min() == 2.0
    assert 8.0 < offers.max() <= 14.0
    assert worth.filter(pl.col("action") == "thank_you")["expected_cost"].unique().to_list() == [1.5]


def test_a_home_that_was_simulated_in_is_refused(tmp_path: Path) -> None:
    (tmp_path / "ours").mkdir()
    with pytest.raises(SettingsWrong, match="earlier simulation"):
        played(tmp_path, "random")


@pytest.mark.parametrize(("gain", "covers"), [(4.0, True), (40.0, False), (None, None)])
def test_a_measured_campaign_is_held_against_the_truth(gain: float | None, covers: bool | None, tmp_path: Path) -> None:
    """Treated customers bring 4 more than those held out; without a gain nobody's outcome is known yet."""
    ledger, late = Ledger(None, tmp_path), date(2026, 12, 30)
    arms = {f"C{number:03d}": "treated" if number % 2 else "held_out" for number in range(200)}
    record(ledger, FIRST, assigned(arms))
    if gain is not None:
        rows = [
            outcome(name, is_good=number % 3 == 0, profit=number % 7 + 4.0 * (arm == "treated"))
            for number, (name, arm) in enumerate(arms.items())
        ]
        ledger.record_outcomes(pl.DataFrame(rows), as_of=date(2026, 12, 5))
    gains = pl.DataFrame({"campaign": NOVEMBER, "customer_id": list(arms), "arm": list(arms.values())})
    gains = gains.with_columns(true_gain=pl.lit(gain, dtype=pl.Float64))
    found = campaigns_against_truth(ledger, gains, before=late).row(0, named=True)
    assert (found["campaign"], found["assigned"], found["covers"]) == (NOVEMBER, 200, covers)
    if gain is not None:
        # 100 treated, each of whom cost 2.50.
        assert found["true"] == pytest.approx(100 * gain - 250)
        assert found["measured"] == pytest.approx(150, abs=30)


@pytest.mark.slow
def test_two_nights_of_the_closed_loop_end_with_what_was_brought_and_measured(churn: Churn, tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("max_dates = 8", "max_dates = 4")
    (tmp_path / "small.toml").write_text(text, encoding="utf-8")
    home, options = tmp_path / "home", ("--nights", 2, "--customers", 500, "--settings", "small.toml")
    ended = churn("simulate", *options, "--policy", "ours", "--policy", "oracle", "--home", home)
    assert ended.code == 0, ended.err
    assert "of_oracle" in ended.out
    assert "win_back_offer-2025-12" in ended.out
    ledger = Ledger(None, home / "ours")
    assert ledger.lists().height == 2
    for night in ledger.lists()["as_of"]:
        listed = pl.read_parquet(home / "ours" / "lists" / f"as_of={night}" / "retention_list.parquet")
        told = pl.read_csv(home / "ours" / "receipts" / f"{night}.csv")
        assert set(told.filter(pl.col("status") == "reached")["customer_id"]) == set(listed["customer_id"])
        assert set(ledger.contacted().filter(pl.col("list_as_of") == night)["customer_id"]) == set(
            listed["customer_id"]
        )
    assert churn("simulate", *options, "--home", home).code == 2


def test_who_takes_an_offer_weeks_later_is_told_once_with_the_list_it_came_from(shop: LivingShop) -> None:
    living, lists = shop.copy(), list[pl.DataFrame]()
    customers = shop.tables()["customers"]["customer_id"].sort()
    told = list[pl.DataFrame]()
    for number in range(2):
        day = living.day
        some = customers.gather_every(2, offset=number)
        lists.append(
            pl.DataFrame({"customer_id": some}).with_columns(
                action=pl.lit("retention_offer"), campaign=pl.lit(f"offer-{number}"), as_of=pl.lit(day)
            )
        )
        living.advance(day + timedelta(days=14), lists[-1].rename({"as_of": "day"}))
        told.append(_receipts(living, day, pl.concat(lists)).with_columns(told_on=pl.lit(day)))
    both = pl.concat(told)
    accepted = both.filter(status="accepted")
    late = accepted.filter(pl.col("campaign") == "offer-0", pl.col("told_on") > pl.col("as_of"))
    assert late.height > 0
    assert (late["happened_at"].str.head(10).str.to_date() >= late["told_on"]).all()
    assert accepted.select("campaign", "customer_id").is_unique().all()
    assert (
        both.filter(status="reached")
        .select("campaign", "customer_id", "as_of")
        .equals(pl.concat(lists).select("campaign", "customer_id", "as_of"))
    )


def test_complaints_are_answered_first_by_every_rule(shop: LivingShop, tmp_path: Path) -> None:
    settings = chosen(tmp_path, **{"decisions.capacity": {"phone": 3}})
    complaining = candidates(shop, settings, contacted=NO_CONTACTS).filter(pl.col("action") == "service_recovery")
    assert complaining.height > 3
    for policy in ("random", "oracle"):
        rule = team(policy, settings, nightly=never, days=60, written=shop.day)
        listed = rule.listed(shop, NO_CONTACTS)
        assert (listed["action"] == "service_recovery").sum() == 3


def test_what_complaints_take_is_gone_for_the_rest() -> None:
    limits = Limits(budget=30.0, capacities={"upsell": 2}, together={("service_recovery", "upsell"): 4})
    ranked = pl.DataFrame(
        {
            "customer_id": ["A", "B", "C"],
            "action": ["service_recovery", "service_recovery", "upsell"],
            "expected_cost": [12.0, 12.0, 3.0],
            "priority": [None, 1.0, 2.0],
        }
    )
    answered, left = complaints_first(ranked, limits, action="service_recovery")
    assert sorted(answered["customer_id"]) == ["A", "B"]
    assert (left.budget, left.rooms) == (6.0, {("upsell",): 2, ("service_recovery", "upsell"): 2})


def test_every_rule_holds_out_its_share_and_leaves_those_alone(tmp_path: Path) -> None:
    drawn = Drawn(settings=chosen(tmp_path))
    listed = pl.DataFrame({"customer_id": [f"C{n:03d}" for n in range(100)]}).with_columns(action=pl.lit("upsell"))
    first = date(2026, 11, 3)
    treated = drawn.treated(listed, first)
    assert treated.height == 80
    assert set(drawn.left_alone(NO_CONTACTS)["customer_id"]) == set(listed["customer_id"]) - set(treated["customer_id"])
    assert drawn.treated(listed, date(2026, 11, 10)).equals(treated)  # within the month everybody keeps the arm
    assert not drawn.treated(listed, date(2026, 12, 1)).equals(treated)


def test_quarters_and_worlds_are_added_up_before_shares_are_taken() -> None:
    def one(seed: int, ours: list[float], oracle: list[float]) -> Simulated:
        days = [date(2026, 1, 1), date(2026, 4, 2)]  # the 92nd day begins the second quarter
        played = [
            Played(
                policy=policy,
                contacts=pl.DataFrame(
                    {"day": days, "incremental_profit": profits, "fault": pl.Series([None, None], dtype=pl.String)}
                ),
                realised=sum(profits),
                spent=1.0,
            )
            for policy, profits in (("ours", ours), ("oracle", oracle))
        ]
        campaigns = pl.DataFrame({"covers": [True, seed == 1, None]})
        return Simulated(policies=summary(played), quarters=by_quarter(played, first=days[0]), campaigns=campaigns)

    found = {1: one(1, [10.0, 30.0], [40.0, 40.0]), 2: one(2, [30.0, 30.0], [40.0, 80.0])}
    ours = together(found).row(0, named=True)
    assert (ours["quarter_1"], ours["quarter_2"]) == (0.5, 0.5)
    assert (ours["least"], ours["most"], ours["realised"]) == (0.375, 0.75, 0.5)
    assert "3 of 4 campaigns (75%)" in coverage(found)


def test_a_world_that_was_played_is_not_played_again(tmp_path: Path) -> None:
    plan = Plan(nights=1, customers=100, policies=("random",))
    asked = {"training": never, "nightly": never}
    first = simulate_seeds(chosen(tmp_path), plan, [1, 2], **asked)
    again = simulate_seeds(chosen(tmp_path), plan, [2, 1, 3], **asked)
    assert again[1].policies.equals(first[1].policies)
    assert again[2].quarters.equals(first[2].quarters)
    assert first[1].policies["realised_profit"].to_list() != first[2].policies["realised_profit"].to_list()
    assert (tmp_path / "seed-3" / "plan.json").is_file()

"""Settings: what is chosen where, and what is said when it cannot be used."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from chosen_settings import load, refusal
from pydantic import ValidationError

from data_contracts import contracts
from models import targets
from pipelines._errors import SettingsWrong
from pipelines._question_terms import terms_of
from pipelines._settings import Settings, load_settings, settings_markdown
from pipelines._settings_reference import leaves

ROOT = Path(__file__).parents[2]


pytestmark = pytest.mark.usefixtures("in_an_empty_folder")


# --- what comes from where


def test_without_a_file_everything_is_at_its_default():
    settings = load_settings(None, environment={})
    assert settings == Settings(home=Path.cwd() / "home" / "simulated-shop")
    assert (settings.population.active_days, settings.churn.horizon_days, settings.list.size) == (84, 28, 500)


def test_churn_toml_in_the_current_folder_is_read_unasked():
    assert load("[list]\nsize = 3").list.size == 3


def test_the_environment_comes_before_the_file_and_the_command_line_before_both():
    text, variable = "[list]\nsize = 3\n[churn]\nhorizon_days = 5", {"CHURN_LIST_SIZE": "4"}
    assert load(text, variable).list.size == 4
    settings = load(text, variable, **{"list.size": 5})
    assert (settings.list.size, settings.churn.horizon_days) == (5, 5)


def test_an_override_that_is_none_and_an_empty_variable_do_not_count():
    assert load("[list]\nsize = 3", {"CHURN_LIST_SIZE": ""}, **{"list.size": None}).list.size == 3


@pytest.mark.parametrize("variable", ["CHURN_POPULATION_ACTIVE_DAYS", "CHURN_POPULATION__ACTIVE_DAYS"])
def test_a_variable_may_part_its_sections_with_one_underscore_or_two(variable):
    assert load("", {variable: "90"}).population.active_days == 90


def test_every_scalar_key_has_its_variable():
    environment = {
        "CHURN_TIME_ZONE": "Asia/Shanghai",
        "CHURN_LANGUAGE": "zh",
        "CHURN_UPSELL_MORE_SHARE": "0.5",
        "CHURN_CONTRACTS_TRANSACTIONS_FRESHNESS_DAYS": "3",
        "CHURN_TABLES_CUSTOMERS_FILE": "people.csv",
    }
    settings = load("", environment)
    assert (settings.time_zone, settings.language, settings.upsell.more_share) == ("Asia/Shanghai", "zh", 0.5)
    assert settings.contracts.transactions.freshness_days == 3
    assert settings.tables.customers.file == "people.csv"


def test_an_unknown_variable_is_a_warning_with_the_close_one(caplog):
    with caplog.at_level(logging.WARNING):
        load("", {"CHURN_LIST_SISE": "3", "OTHER": "x"})
    assert caplog.messages == ["CHURN_LIST_SISE sets nothing; did you mean CHURN_LIST_SIZE?"]


def test_a_file_that_windows_saved_with_a_byte_order_mark_is_read():
    Path("churn.toml").write_bytes(b"\xef\xbb\xbf[list]\nsize = 3")
    assert load_settings(None, environment={}).list.size == 3


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        load("").time_zone = "UTC"


# --- paths and homes


def test_paths_in_a_file_are_relative_to_it_and_others_to_the_current_folder(tmp_path):
    company = tmp_path / "company"
    company.mkdir()
    (company / "acme.toml").write_text('home = "lake"\n[source]\nname = "folder"\npath = "in"')
    settings = load_settings(company / "acme.toml", environment={})
    assert (settings.home, settings.source.path) == (company / "lake", company / "in")
    settings = load_settings(company / "acme.toml", environment={"CHURN_HOME": "a"}, overrides={"source.path": "b"})
    assert (settings.home, settings.source.path) == (tmp_path / "a", tmp_path / "b")


def test_each_settings_file_has_a_home_of_its_own(tmp_path):
    for name in ("acme", "bolt"):
        Path(f"{name}.toml").write_text('[source]\nname = "complete-journey"')
        assert load_settings(Path(f"{name}.toml"), environment={}).home == tmp_path / "home" / name


def test_a_source_that_the_file_did_not_choose_stays_out_of_the_files_home(tmp_path):
    assert load("", **{"source.name": "complete-journey"}).home == tmp_path / "home" / "complete-journey"
    assert load("", {"CHURN_SOURCE_NAME": "exports/acme"}).home == tmp_path / "home" / "acme"
    assert load("").home == tmp_path / "home" / "churn"


def test_a_source_that_is_a_path_means_the_folder(tmp_path):
    (tmp_path / "exports").mkdir()
    for name in ("exports", "./exports", "elsewhere/../exports", str(tmp_path / "exports")):
        settings = load('[source]\nname = "complete-journey"\npath = "other"', **{"source.name": name})
        assert (settings.source.name, settings.source.path) == ("folder", tmp_path / "exports")


def test_a_folder_that_bears_the_name_of_a_source_does_not_hide_it(tmp_path):
    (tmp_path / "complete-journey").mkdir()
    assert load("", **{"source.name": "complete-journey"}).source.path is None


# --- what is refused, in which words


def test_a_misspelt_key_is_refused_with_the_close_one_and_all_there_are():
    assert refusal("[population]\nactive_day = 3") == (
        "churn.toml: unknown key 'population.active_day'; did you mean 'population.active_days'? "
        "Known keys there: active_days."
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("active_days = 3", "unknown key 'active_days'; did you mean 'population.active_days'?"),
        ("[tables.transaction]", "unknown key 'tables.transaction'; did you mean 'tables.transactions'?"),
        ("population = 3", "population is 3; it must be a section: [population]"),
        ('[list]\nsize = "many"', 'list.size is "many"; it must be: whole number, at least 1.'),
        ('[list]\nsize = "3"', 'list.size is "3"; it must be: whole number'),
        ("[list]\nsize = true", "list.size is true; it must be: whole number"),
        ("[list]\nsize = 2.5", "list.size is 2.5; it must be: whole number"),
        ("[churn]\nhorizon_days = 0", "churn.horizon_days is 0; it must be: whole number, at least 1."),
        ("[population]\nactive_days = 0", "population.active_days is 0; it must be: whole number, at least 1."),
        ("[upsell]\nmore_share = -0.1", "more_share is -0.1; it must be: number, at least 0"),
        ("[upsell]\nmore_share = nan", "more_share is NaN; it must be: number"),
        ("[contracts.customers]\nmax_bad_share = 5", "max_bad_share is 5; it must be: number, at least 0, at most 1."),
        ('language = "de"', 'language is "de"; it must be: "en" or "zh".'),
        ("home = 3", "home is 3; it must be: path."),
        ('time_zone = "Shanghai"', "\"Shanghai\" is no IANA time zone; did you mean 'Asia/Shanghai'?"),
        ('time_zone = "Europe/Londn"', "did you mean 'Europe/London'"),
        ('time_zone = "/etc"', '"/etc" is no IANA time zone. A time zone looks like'),
        ('[tables.customers]\ntime_zone = "X"', "tables.customers.time_zone"),
        ("[tables.customers.rename]\na = 3", "tables.customers.rename.a is 3; it must be: table of texts."),
        ("[tables.customers.constants]\na = [3]", "a constant is one text, number"),
        ("[tables.customers]\nwhere = 3", "tables.customers.where is 3; it must be: text or list of texts."),
        ('[tables.customers]\nfile = "/etc/x.csv"', '"/etc/x.csv" leaves the source'),
        ('[tables.customers]\nfile = "../x.csv"', '"../x.csv" leaves the source'),
        ('[tables.customers]\nencoding = "klingon"', '"klingon" is no known encoding'),
        ('[tables.customers]\ndelimiter = ";;"', "must be: text, one character"),
        ('[tables.customers]\nrename = {a = "b"}\nderive = {a = "1"}', "'a' is set by rename and by derive"),
        ("[list]\nsize = ", "not valid TOML"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(text, says):
    message = refusal(text)
    assert message.startswith("churn.toml: ")
    assert says in message


def test_invalid_toml_is_refused_with_its_line_and_column():
    assert "line 2, column 8" in refusal("[list]\nsize = x\n")


def test_a_wrong_value_names_the_variable_or_the_command_line_that_it_came_from():
    assert refusal("", {"CHURN_LIST_SIZE": "many"}).startswith(
        'environment variable CHURN_LIST_SIZE: list.size is "many"'
    )
    assert refusal("", overrides={"list.size": 0}).startswith("command line: list.size is 0")
    assert "did you mean 'list.size'" in refusal("", overrides={"list.sise": 1})


def test_two_spellings_of_one_variable_at_once_are_refused():
    both = {"CHURN_LIST_SIZE": "1", "CHURN_LIST__SIZE": "2"}
    assert "CHURN_LIST_SIZE and CHURN_LIST__SIZE both set list.size" in refusal("", both)


def test_a_settings_file_that_is_not_there_or_not_utf8_is_refused():
    with pytest.raises(SettingsWrong, match=r"acme\.toml does not exist"):
        load_settings(Path("acme.toml"), environment={})
    Path("acme.toml").write_bytes(b'language = "\xe9"')
    with pytest.raises(SettingsWrong, match="not UTF-8 at byte 12"):
        load_settings(Path("acme.toml"), environment={})


# --- what the others ask of the settings


def test_the_upsell_horizon_is_that_of_churn_unless_set():
    upsell, months = targets()["upsell"], "[churn]\nhorizon_days = 90"
    assert terms_of(load(months), upsell).horizon_days == 90
    assert terms_of(load(f"{months}\n[upsell]\nhorizon_days = 30"), upsell).horizon_days == 30


def test_a_table_has_the_business_time_zone_unless_it_has_its_own():
    settings = load('time_zone = "Asia/Shanghai"\n[tables.customers]\ntime_zone = "UTC"')
    assert (settings.time_zone_of("customers"), settings.time_zone_of("transactions")) == ("UTC", "Asia/Shanghai")


def test_a_contract_is_held_to_what_the_settings_say_in_its_place():
    settings = load("[contracts.transactions]\nfreshness_days = 3")
    held = settings.held_to(contracts()["transactions"])
    assert (held.freshness_days, held.min_week_share) == (3, contracts()["transactions"].min_week_share)
    assert settings.held_to(contracts()["scores"]) is contracts()["scores"]


def test_the_record_is_json_without_the_paths_of_this_machine(tmp_path):
    settings = load('[source]\nname = "folder"\npath = "exports"\n[tables.transactions]\nwhere = "a > 1"')
    text = json.dumps(settings.record())
    assert str(tmp_path) not in text
    assert "exports" not in text
    assert json.loads(text)["tables"]["transactions"]["where"] == ["a > 1"]


# --- what is written about them


def test_the_reference_in_the_docs_is_what_the_code_says():
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_markdown()


def test_every_key_has_a_description_and_is_in_the_reference():
    reference = settings_markdown()
    for key, field in leaves():
        assert field.description, key
        assert f"| `{key.split('.')[-1]}` | " in reference


def test_the_commented_example_has_every_key_and_is_all_defaults():
    example = ROOT / "examples" / "churn.toml"
    assert load_settings(example, environment={}).record() == Settings().record()
    there, section = set(), ""
    for line in example.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"\[([\w.]+)\]", line):
            section = heading[1] + "."
            there.add(heading[1])
        elif key := re.match(r"(?:# )?(\w+) = ", line):
            there.add(section + key[1])
    of_one_table = {re.sub(r"\.(customers|interactions|subscriptions)\.", ".transactions.", key) for key, _ in leaves()}
    assert of_one_table - there == set()


def test_importing_the_settings_is_quick_and_loads_nothing_heavy():
    code = "import sys, pipelines._settings; print([m for m in ('polars', 'prefect', 'pandas') if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert result.stdout.strip() == "[]"

"""The tests of rule files, seen from a pytest of their own."""

import pytest

pytest_plugins = ["pytester"]

RULES = """\
version: 1
include: more/*.yaml
rules:
  - name: salam
    keyword: halo
    reply: |
      Halo!
      Ketik *menu*.
    tests:
      - {send: halo, count: 1}
      - send: halo
        reply: |
          Halo!
          Ketik *bantuan*.
"""
MORE = "rules: [{name: menu, keyword: menu, reply: a, tests: [send: menu]}]\ntests: [{send: x, rule: menu}]\n"
SETTINGS = "[pytest]\nchatbot_rules = rules.yaml\n"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with rules, a Python test in a folder of its own, and the setting."""
    write(pytester, "rules.yaml", RULES)
    write(pytester, "more/a.yaml", MORE)
    write(pytester, "tests/test_it.py", "def test_it():\n    pass\n")
    write(pytester, "pytest.ini", SETTINGS)
    return pytester


def write(pytester: pytest.Pytester, name: str, text: str) -> None:
    (pytester.path / name).parent.mkdir(exist_ok=True)
    (pytester.path / name).write_text(text, encoding="utf-8")


def run(project: pytest.Pytester, *arguments: str) -> tuple[int, list[str]]:
    """The exit code and the output of pytest."""
    result = project.runpytest_inprocess("-q", "-p", "no:warnings", "-p", "no:cacheprovider", "-p", "no:randomly", *arguments)
    return int(result.ret), result.outlines


def collected(project: pytest.Pytester, *arguments: str) -> list[str]:
    """What pytest would run."""
    return [line for line in run(project, "--collect-only", *arguments)[1] if "::" in line]


ALL = ["rules.yaml::salam::1", "rules.yaml::salam::2", "rules.yaml::menu::1", "rules.yaml::tests::1"]


def test_each_test_is_an_item_named_by_file_rule_and_number(project: pytest.Pytester) -> None:
    assert sorted(collected(project)) == sorted(["tests/test_it.py::test_it", *ALL])


def test_without_the_setting_rule_files_are_left_alone(project: pytest.Pytester) -> None:
    write(project, "pytest.ini", "[pytest]\n")
    assert collected(project) == ["tests/test_it.py::test_it"]


def test_rule_files_need_not_stand_in_testpaths(project: pytest.Pytester) -> None:
    write(project, "pytest.ini", f"{SETTINGS}testpaths = tests\n")
    assert collected(project) == ["tests/test_it.py::test_it", *ALL]


def test_a_rule_file_in_testpaths_is_collected_once(project: pytest.Pytester) -> None:
    write(project, "pytest.ini", f"{SETTINGS}testpaths = .\n")
    assert sorted(collected(project)) == sorted(["tests/test_it.py::test_it", *ALL])


def test_globs_name_several_files_and_a_file_named_twice_is_one(project: pytest.Pytester) -> None:
    write(project, "pytest.ini", "[pytest]\nchatbot_rules = rule?.yaml rules.yaml\n    bots/**/*.yaml\n")
    write(project, "bots/b.yaml", "version: 1\nrules: [{keyword: b, tests: [send: b]}]\n")
    assert sorted(collected(project)) == sorted(["tests/test_it.py::test_it", "bots/b.yaml::b::1", *ALL])


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["-k", "salam"], ALL[:2]),
        (["-k", "menu"], ALL[2:3]),
        (["rules.yaml"], ALL),
        (["rules.yaml::salam"], ALL[:2]),
        (["rules.yaml::salam::2"], ALL[1:2]),
        (["tests"], ["tests/test_it.py::test_it"]),
    ],
)
def test_tests_are_chosen_as_any_others(project: pytest.Pytester, arguments: list[str], names: list[str]) -> None:
    assert collected(project, *arguments) == names


def test_a_failure_is_told_without_a_traceback(project: pytest.Pytester) -> None:
    code, output = run(project, "rules.yaml::salam")
    start = next(place for place, line in enumerate(output) if "salam::2" in line)
    assert (code, output[0].split()[0]) == (1, ".F")
    assert output[start + 1 : start + 6] == [
        'rules.yaml:12:16: test salam::2 on "halo": expected reply "Halo! Ketik *bantuan*.", got "Halo! Ketik *menu*.".',
        "      Halo!",
        "    - Ketik *bantuan*.",
        "    + Ketik *menu*.",
        "=========================== short test summary info ============================",
    ]
    assert output[start + 6].startswith("FAILED rules.yaml::salam::2 - rules.yaml:12:16: test salam::2 on")


def test_an_included_files_test_is_told_with_its_own_place(project: pytest.Pytester) -> None:
    code, output = run(project, "rules.yaml::tests")
    assert (code, 'more/a.yaml:2:25: test tests::1 on "x": expected rule "menu", got "no rule".' in output) == (1, True)


def test_broken_rules_fail_to_be_collected_and_say_why(project: pytest.Pytester) -> None:
    write(project, "rules.yaml", RULES.replace("keyword", "keywrd"))
    write(project, "more/a.yaml", MORE.replace("reply", "repply"))
    code, output = run(project)
    problems = [
        "more/a.yaml:1:37: unknown key 'repply'. Did you mean 'reply'?",
        "rules.yaml:5:5: unknown key 'keywrd'. Did you mean 'keyword'?",
    ]
    start = output.index(problems[0])
    assert (code, output[start - 1].strip("_ "), output[start : start + 2]) == (2, "ERROR collecting rules.yaml", problems)


def test_what_only_the_app_could_know_is_no_error(project: pytest.Pytester) -> None:
    write(
        project,
        "rules.yaml",
        "version: 1\nrules: [{keyword: a, needs: [x], reply: '{{ x }}', tests: [{send: a, given: {x: 1}, reply: '1'}]}]\n",
    )
    assert run(project, "rules.yaml")[0] == 0


APP = """\
from flask import Flask, current_app
from flask_chatbot import Chatbot

bot = Chatbot()

@bot.field_type("kode")
def read_code(text):
    if text not in current_app.config["CODES"]:
        raise ValueError("Kode tidak ada.")
    return text

@bot.template_filter("bintang")
def stars(value):
    return "*" * len(value)

def create_app(config):
    app = Flask(__name__, root_path="{root}")
    app.config.update(config, CODES=["A1"])
    bot.init_app(app)
    return app
"""
APP_RULES = """\
version: 1
rules:
  - keyword: stok#
    fields: [kode: {type: kode}]
    reply: "{{ kode | bintang }}"
    tests:
      - {send: "stok#A1", reply: "**"}
      - {send: "stok#B2", invalid: kode}
"""
APP_SETTINGS = f"{SETTINGS}chatbot_app = shop.bots:create_app({{'CHATBOT_WEBHOOK_KEY': 'key//of-tests'}})\n"


@pytest.fixture
def shop(project: pytest.Pytester) -> pytest.Pytester:
    """A project whose rules use what its app adds, with the app in a package."""
    write(project, "rules.yaml", APP_RULES)
    write(project, "shop/__init__.py", "")
    write(project, "shop/bots.py", APP.replace("{root}", project.path.as_posix()))
    write(project, "pytest.ini", APP_SETTINGS)
    return project


def test_field_types_and_filters_of_the_app_are_known(shop: pytest.Pytester) -> None:
    assert run(shop, "rules.yaml")[0] == 0


def test_the_app_is_found_from_any_folder(shop: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop.path / "tests")
    assert run(shop, "../rules.yaml")[0] == 0


def test_without_the_app_its_field_types_cannot_be_tested(shop: pytest.Pytester) -> None:
    write(shop, "pytest.ini", SETTINGS)
    assert run(shop, "rules.yaml")[0] == 1


def test_with_the_app_at_hand_an_unknown_filter_is_an_error(shop: pytest.Pytester) -> None:
    write(shop, "rules.yaml", APP_RULES.replace("bintang", "bintan"))
    code, output = run(shop, "rules.yaml")
    assert (code, any("bintan" in line and "rules.yaml:5" in line for line in output)) == (2, True)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("shop.bots:create_app({})", "chatbot_app: CHATBOT_WEBHOOK_KEY is not set, so no message can come in."),
        ("shop.bots:create_ap", "chatbot_app: Failed to find attribute 'create_ap' in 'shop.bots'."),
        ("shop.nothing", "chatbot_app: Could not import 'shop.nothing'."),
        ("shop.plain", "chatbot_app: app 'shop.plain' has no Chatbot: call Chatbot(app) or bot.init_app(app)"),
    ],
)
def test_an_app_that_cannot_be_had_is_told(shop: pytest.Pytester, setting: str, told: str) -> None:
    write(shop, "shop/plain.py", "from flask import Flask\napp = Flask(__name__)\n")
    write(shop, "pytest.ini", f"{SETTINGS}chatbot_app = {setting}\n")
    code, output = run(shop, "rules.yaml")
    assert (code, any(line.startswith(told) for line in output)) == (2, True)


def test_an_app_without_rule_files_is_a_mistake(shop: pytest.Pytester) -> None:
    write(shop, "pytest.ini", "[pytest]\nchatbot_app = shop.bots:create_app\n")
    result = shop.runpytest_inprocess()
    told = "ERROR: chatbot_app: it is for the tests of rule files, and chatbot_rules names none. Write: chatbot_rules = rules.yaml"
    assert (int(result.ret), told in result.errlines) == (4, True)


def test_a_setting_that_names_no_file_is_told(project: pytest.Pytester) -> None:
    write(project, "pytest.ini", "[pytest]\nchatbot_rules = rulez.yaml\n")
    result = project.runpytest_inprocess()
    told = f"ERROR: chatbot_rules: no file matches 'rulez.yaml' in {project.path}. Correct the path, or remove it."
    assert (int(result.ret), told in result.errlines) == (4, True)


def test_an_error_of_python_keeps_its_traceback(project: pytest.Pytester) -> None:
    write(project, "conftest.py", "def pytest_runtest_setup(item):\n    item.case = None\n")
    _, output = run(project, "rules.yaml::salam::1")
    assert any("AttributeError" in line for line in output)

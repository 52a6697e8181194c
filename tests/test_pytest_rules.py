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


def test_a_setting_that_names_no_file_is_told(project: pytest.Pytester) -> None:
    write(project, "pytest.ini", "[pytest]\nchatbot_rules = rulez.yaml\n")
    result = project.runpytest_inprocess()
    told = f"ERROR: chatbot_rules: no file matches 'rulez.yaml' in {project.path}. Mend the path, or remove it."
    assert (int(result.ret), told in result.errlines) == (4, True)


def test_an_error_of_python_keeps_its_traceback(project: pytest.Pytester) -> None:
    write(project, "conftest.py", "def pytest_runtest_setup(item):\n    item.case = None\n")
    _, output = run(project, "rules.yaml::salam::1")
    assert any("AttributeError" in line for line in output)

from pathlib import Path

import pytest

from tests.core.books import load, problems, rule_name, said, told

ROOT = "include: {include}\nrules:\n  - {{name: root, keyword: halo}}\n"


def root(include: str) -> str:
    return ROOT.format(include=include)


def rule(name: str) -> str:
    return f"rules: [{{name: {name}, keyword: halo, reply: x}}]\n"


def test_files_are_read_in_the_order_of_globs_and_then_of_names(tmp_path: Path) -> None:
    files = {"rules/b.yaml": rule("b"), "rules/a.yaml": rule("a"), "z.yaml": rule("z"), "rules/sub/c.yaml": rule("c"), "rules/x.txt": "{"}
    book = load(tmp_path, root("[z.yaml, rules/*.yaml, 'rules/**/c.yaml']"), files)
    assert [each.name for each in book.rules] == ["root", "z", "a", "b", "c"]
    assert rule_name(book, "halo") == "root"


def test_one_file_may_be_named_without_a_list(tmp_path: Path) -> None:
    assert [each.name for each in load(tmp_path, root("a.yaml"), {"a.yaml": rule("a")}).rules] == ["root", "a"]


def test_a_file_that_several_globs_find_is_read_once_and_the_root_never_again(tmp_path: Path) -> None:
    book = load(tmp_path, root("['*.yaml', a.yaml, ./a.yaml, '[ab].yaml']"), {"a.yaml": rule("a")})
    assert [each.name for each in book.rules] == ["root", "a"]
    assert book.files == (tmp_path / "rules.yaml", tmp_path / "a.yaml")


def test_a_link_to_a_file_that_is_read_already_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").symlink_to(tmp_path / "a.yaml")
    assert [each.name for each in load(tmp_path, root("'?.yaml'"), {"a.yaml": rule("a")}).rules] == ["root", "a"]


def test_synonyms_and_vars_of_all_files_hold_in_all_files(tmp_path: Path) -> None:
    files = {
        "a.yaml": "synonyms: {halo: [hi]}\nvars: {toko: Maju}\n",
        "b.yaml": "rules: [{keyword: hey, reply: '{{ toko }}'}]\nversion: 1\n",
    }
    book = load(tmp_path, root("[b.yaml, a.yaml]") + "synonyms: {hey: oi}\n", files)
    assert (rule_name(book, "hi"), said(book, "oi")) == ("root", "Maju")


def test_a_file_above_is_found(tmp_path: Path) -> None:
    bot = tmp_path / "bot"
    (tmp_path / "shared.yaml").write_text(rule("s"))
    bot.mkdir()
    assert [each.name for each in load(bot, root("../shared.yaml")).rules] == ["root", "s"]


@pytest.mark.parametrize("path", ["/etc/passwd", "/etc/*.yaml", "C:/bot/a.yaml", "C:\\bot\\a.yaml"])
def test_an_absolute_path_is_refused(tmp_path: Path, path: str) -> None:
    assert problems(tmp_path, root(f"['{path}']")) == [
        f"rules.yaml:1:11: {path!r} is an absolute path, and `include` counts from the folder of rules.yaml. Write the path from there."
    ]


def test_a_folder_whose_name_is_a_glob_is_no_trouble(tmp_path: Path) -> None:
    folder = tmp_path / "bot [1]*"
    folder.mkdir()
    assert [each.name for each in load(folder, root("a.yaml"), {"a.yaml": rule("a")}).rules] == ["root", "a"]


def test_a_glob_that_finds_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    assert problems(tmp_path, root("[rules/*.yml, folder.yaml]")) == [
        "rules.yaml:1:11: no file matches 'rules/*.yml' beside rules.yaml. Correct the path, or remove it.",
        "rules.yaml:1:24: no file matches 'folder.yaml' beside rules.yaml. Correct the path, or remove it.",
    ]


def test_an_include_that_is_no_path_is_told(tmp_path: Path) -> None:
    for include, problem in (
        ("", "1:1: 'include' is empty. Write text or a list after it, or remove it."),
        ("{a: b}", "1:10: 'include' must be text or a list, not a group of keys."),
        ("[[a]]", "1:11: entry 1 of 'include' must be text, not a list."),
        ("['']", "1:11: entry 1 of 'include' is an empty text. Write something, or remove it."),
    ):
        assert problems(tmp_path, root(include)) == [f"rules.yaml:{problem}"]


def test_an_included_file_has_no_settings_and_no_includes_of_its_own(tmp_path: Path) -> None:
    files = {"a.yaml": "include: b.yaml\nsettings: {language: en}\nrules: [{name: a, keyword: a}]\n", "b.yaml": "rules: [{keyword: b}]\n"}
    assert problems(tmp_path, root("a.yaml"), files) == [
        "a.yaml:1:1: only the file that includes this one may have 'include'. Move it there.",
        "a.yaml:2:1: only the file that includes this one may have 'settings'. Move it there.",
    ]


def test_an_included_file_may_leave_the_version_out_and_not_change_it(tmp_path: Path) -> None:
    assert problems(tmp_path, root("a.yaml"), {"a.yaml": "version: 2\nrules: [{keyword: a}]\n"}) == [
        "a.yaml:1:10: 'version' must be 1, not 2."
    ]


def test_an_included_file_that_is_no_rule_file_is_told(tmp_path: Path) -> None:
    files = {"a.yaml": "- keyword: a\n", "b.yaml": "halo\n", "c.yaml": "", "d.yaml": "rules: @a\n", "e.yaml": "rules: [{keyword: e}]\n"}
    assert problems(tmp_path, root("'?.yaml'"), files) == [
        (
            "a.yaml:1:1: the file must be a group of keys, not a list. "
            "Write `version: 1` and `rules:` on lines of their own above it, and indent the list below `rules:`."
        ),
        "b.yaml:1:1: the file must be a group of keys, not 'halo'.",
        "c.yaml:1:1: the file is empty. Write something into it, or delete it.",
        'd.yaml:1:8: a text that begins with @ needs quotes. Put quotes around this text: "@a"',
    ]


def test_a_file_that_is_no_utf_8_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"rules:\n  - keyword: caf\xe9\n")
    assert problems(tmp_path, root("a.yaml")) == ["a.yaml:2:17: the byte 0xe9 is not UTF-8. Save the file as UTF-8."]


def test_the_problems_of_all_files_come_sorted_by_their_places(tmp_path: Path) -> None:
    files = {
        "a.yaml": "rules:\n  - keyword: b\n    reply: '{{ nmaa }}'\n  - {name: root}\n",
        "z.yaml": "vars: {x: 1}\nsynonyms: {a: hrg}\nrules: [{kyword: z}]\n",
    }
    rules = "rules:\n  - {name: root, keyword: a, repply: x}\n  - {name: root, keyword: b}\n"
    text = f"include: [z.yaml, a.yaml]\nvars: {{x: 2}}\nsynonyms: {{b: hrg}}\n{rules}"
    assert problems(tmp_path, text, files) == [
        "a.yaml:3:16: unknown name 'nmaa'. Did you mean 'nama'?",
        "a.yaml:4:5: the name 'root' is taken by the rule at rules.yaml:5:5. Choose another one.",
        "rules.yaml:5:30: unknown key 'repply'. Did you mean 'reply'?",
        "rules.yaml:6:5: the name 'root' is taken by the rule at rules.yaml:5:5. Choose another one.",
        "z.yaml:1:8: the var 'x' is defined already, at rules.yaml:2:8. Remove one of them.",
        "z.yaml:2:15: 'hrg' stands for 'b' already, at rules.yaml:3:15. Remove one of them.",
        "z.yaml:3:10: unknown key 'kyword'. Did you mean 'keyword'?",
    ]


def test_a_root_that_cannot_be_read_is_told_alone(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("halo\n")
    (tmp_path / "rules.yaml").write_text("include: a.yaml\nrules: @a\n")
    assert told(tmp_path / "rules.yaml") == ['rules.yaml:2:8: a text that begins with @ needs quotes. Put quotes around this text: "@a"']

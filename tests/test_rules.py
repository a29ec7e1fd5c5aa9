"""Every rule that is kept as data says what it is for, and matches and misses what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.text.rules import load_patterns, load_rules

ROOT = Path(__file__).parents[1]
FILES = sorted(
    path for package in ("index", "rag", "ui") for path in (ROOT / package).rglob("data/**/*.toml")
)


def rules_of(path: Path):
    """The rules of a file, with those that its module loads it with (``# with: zh/numerals``)."""
    data = next(parent for parent in path.parents if parent.name == "data")
    package = ".".join(data.parent.relative_to(ROOT).parts)
    name = path.relative_to(data).with_suffix("").as_posix()
    first = path.read_text("utf-8").split("\n", 1)[0]
    before = first.removeprefix("# with:").split() if first.startswith("# with:") else []
    known = load_rules(package, *before) if before else {}
    rules = load_rules(package, *before, name)
    return {key: rule for key, rule in rules.items() if key not in known}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_rule_has_a_purpose_and_matches_and_misses_what_it_says(path):
    for name, rule in rules_of(path).items():
        assert rule.purpose, name
        assert rule.matches, name
        assert rule.misses, name
        assert [text for text in rule.matches if not rule.is_met_by(text)] == [], name
        assert [text for text in rule.misses if rule.is_met_by(text)] == [], name


def _load(folder: Path, monkeypatch, text: str):
    (folder / "data").mkdir()
    (folder / "data" / "some.toml").write_text(text, "utf-8")
    monkeypatch.setattr("index.text.rules.files", lambda package: folder)
    return load_rules.__wrapped__("made.here", "some")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a]\nfor = 'x'\n", "needs one of"),
        ("[a]\npattern = 'x'\nwords = ['y']\n", "needs one of"),
        ("[a]\npattern = 'x'\nwhy = 'y'\n", "why"),
        ("[a]\npattern = '%{b}'\n[b]\npattern = 'x'\n", "nowhere before"),
    ],
)
def test_an_entry_that_cannot_be_read_is_named(tmp_path, monkeypatch, text, said):
    with pytest.raises(ValueError, match=r"\[a\]") as raised:
        _load(tmp_path, monkeypatch, text)
    assert said in str(raised.value)


def test_words_and_values_become_patterns_the_longest_first(tmp_path, monkeypatch):
    text = "[unit]\nvalues = {'日' = 1, '日子' = 2}\n[span]\npattern = '\\d%{unit}'\nflags = 'i'\n"
    rules = _load(tmp_path, monkeypatch, text)
    assert rules.regex("span").search("3日子")[0] == "3日子"
    assert rules.table("unit") == {"日": 1, "日子": 2}
    assert rules.words("unit") == {"日", "日子"}
    assert (len(rules), list(rules)) == (2, ["unit", "span"])


def test_an_entry_of_two_languages_is_one_pattern_with_the_flags_of_each(tmp_path, monkeypatch):
    for language, text in (
        ("zh", "[who]\npattern = '谁 | 哪位'\nflags = 'x'\n[only]\nwords = ['日']\n"),
        ("en", "[who]\npattern = 'who is'\nflags = 'i'\n"),
    ):
        (tmp_path / "data" / language).mkdir(parents=True)
        (tmp_path / "data" / language / "some.toml").write_text(text, "utf-8")
    monkeypatch.setattr("index.text.rules.files", lambda package: tmp_path)
    patterns = load_patterns("made.there", "some")
    assert list(patterns) == ["who", "only"]
    assert patterns["who"].findall("哪位？ Who is it?") == ["哪位", "Who is"]

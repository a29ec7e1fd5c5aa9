"""From files to a library, at a cost that is proportional to what changed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import build, passages
from index.build import index_articles, index_raw, remove_articles
from index.embedding.encoder import passage_text
from index.errors import EncoderError, LibraryError
from index.library.library import Library
from index.readers.load import FIELDS
from index.records import Chunk, Layout, Problem, Summary
from tests.conftest import ARTICLES, FakeEncoder, article, contents, nearest

LONG = "".join(
    f"第{number}号渡轮于上午开航，全程需要{number}分钟。\r" for number in range(100, 140)
)


def generation(folder) -> int:
    with Library.open(folder) as library:
        return library.manifest().generation


def assert_adds_up(summary: Summary) -> None:
    counted = (
        summary.added + summary.changed + summary.unchanged + summary.repeated + summary.failed
    )
    assert summary.read == counted


def test_files_become_a_library_with_a_summary_that_adds_up(tmp_path, encoder):
    export = [
        {name: getattr(raw, attribute) for attribute, name in FIELDS.items()} for raw in ARTICLES
    ]
    (tmp_path / "export.json").write_text(json.dumps([*export, export[0], 7]), "utf-8")
    (tmp_path / "notes.txt").write_text("渡轮的说明。", "utf-8")
    summary = index_articles(
        [tmp_path / "export.json", tmp_path / "notes.txt", tmp_path / "gone.json"],
        tmp_path / "library",
        encoder=encoder,
    )
    assert_adds_up(summary)
    assert (summary.read, summary.added, summary.repeated, summary.failed) == (9, 6, 1, 2)
    assert (summary.empty, summary.chunks, summary.embedded) == (1, 6, 6)
    assert len(summary.problems) == 2
    assert summary.seconds > 0
    with Library.open(tmp_path / "library") as library:
        assert library.counts().articles == 6
        assert library.raw_article("bridge").origin == str(tmp_path / "export.json")


def test_the_same_articles_again_cost_nothing(library_folder, encoder):
    encoded = encoder.encoded
    summary = index_raw(ARTICLES, library_folder, encoder=encoder)
    assert_adds_up(summary)
    assert (summary.read, summary.unchanged, summary.embedded, summary.chunks) == (5, 5, 0, 0)
    assert encoder.encoded == encoded
    assert generation(library_folder) == 1


def test_the_same_articles_from_another_file_cost_nothing(library_folder, encoder):
    moved = [replace(raw, origin="elsewhere.json") for raw in ARTICLES]
    assert index_raw(moved, library_folder, encoder=encoder).unchanged == 5


def test_articles_that_are_not_in_the_input_stay(library_folder, encoder):
    summary = index_raw([article("new", "渡轮开航。")], library_folder, encoder=encoder)
    assert (summary.added, summary.embedded) == (1, 1)
    with Library.open(library_folder) as library:
        assert library.counts().articles == 6
    assert generation(library_folder) == 2


def test_a_changed_article_replaces_itself(library_folder, encoder):
    changed = article("bridge", "东岸大桥改到7月通车。", title="大桥改期")
    summary = index_raw([changed, *ARTICLES[1:]], library_folder, encoder=encoder)
    assert_adds_up(summary)
    assert (summary.changed, summary.unchanged, summary.embedded) == (1, 4, 1)
    with Library.open(library_folder) as library:
        assert library.article("bridge").text == "东岸大桥改到7月通车。"
        assert library.counts().articles == 5


def test_passages_of_a_changed_article_that_did_not_change_are_not_encoded_again(tmp_path, encoder):
    first = article("ferry", LONG)
    assert index_raw([first], tmp_path, encoder=encoder).embedded > 3
    edited = replace(first, content=LONG.replace("第139号", "第138号"))
    summary = index_raw([edited], tmp_path, encoder=encoder)
    assert (summary.changed, summary.embedded) == (1, 1)
    assert summary.chunks > 3
    moved = replace(edited, url="https://example.com/moved", account="别的号")
    assert index_raw([moved], tmp_path, encoder=encoder).embedded == 0


def test_a_passage_met_twice_is_encoded_once(tmp_path, encoder):
    twins = [article(name, "渡轮开航。", title="同题") for name in ("a", "b")]
    summary = index_raw(twins, tmp_path / "library", encoder=encoder)
    assert (summary.added, summary.chunks, summary.embedded) == (2, 2, 1)


def test_an_article_met_twice_is_taken_once(tmp_path, encoder):
    once = article("a", "渡轮开航。")
    summary = index_raw([once, replace(once, origin="b.json")], tmp_path, encoder=encoder)
    assert_adds_up(summary)
    assert (summary.added, summary.repeated, summary.problems) == (1, 1, ())


def test_of_two_articles_with_one_id_the_first_is_taken_and_the_second_reported(tmp_path, encoder):
    two = [article("a", "渡轮开航。"), replace(article("a", "大桥通车。"), origin="b.json")]
    summary = index_raw(two, tmp_path, encoder=encoder)
    assert_adds_up(summary)
    assert (summary.added, summary.failed) == (1, 1)
    (problem,) = summary.problems
    assert problem.lost
    assert "'a'" in problem.english
    assert "'b.json'" in problem.chinese
    with Library.open(tmp_path) as library:
        assert library.article("a").text == "渡轮开航。"


def test_an_article_with_a_bad_date_is_taken_without_date(tmp_path, encoder):
    summary = index_raw([article("a", "甲。", time="昨天")], tmp_path, encoder=encoder)
    assert_adds_up(summary)
    assert (summary.added, summary.failed) == (1, 0)
    assert [problem.lost for problem in summary.problems] == [False]
    with Library.open(tmp_path) as library:
        assert library.article("a").date is None
        assert (
            nearest(library, encoder.encode_queries(["甲"]), "zh", 5, date_from=date(1, 1, 1)) == []
        )


def test_an_article_whose_text_became_empty_is_still_found_by_its_title(library_folder, encoder):
    emptied = replace(ARTICLES[0], content="\r&nbsp;")
    summary = index_raw([emptied], library_folder, encoder=encoder)
    assert (summary.changed, summary.empty) == (1, 1)
    with Library.open(library_folder) as library:
        (passage, _), *_ = nearest(library, encoder.encode_queries(["东岸大桥月底通车"]), "zh", 1)
        assert (passage.article.article_id, passage.text) == ("bridge", "")
        assert library.counts().empty == 2


@pytest.mark.parametrize("most_tokens", [60, 120])
def test_chunks_are_small_enough_for_the_encoder_to_read_them_whole(tmp_path, most_tokens):
    encoder = FakeEncoder(most_tokens=most_tokens)
    index_raw([article("ferry", LONG, title="渡轮时刻")], tmp_path, encoder=encoder)
    with Library.open(tmp_path) as library:
        found = nearest(library, encoder.encode_queries(["渡轮"]), "zh", 999)
    spans = sorted((passage.span.start, passage.span.end) for passage, _ in found)
    taken = found[0][0].article
    read = [passage_text(taken, Chunk(passage.span, "zh")) for passage, _ in found]
    assert max(map(len, read)) <= most_tokens
    covered = "".join(taken.text[start:end] for start, end in spans)
    assert covered.replace("\n", "") == taken.text.replace("\n", "")


def test_an_article_that_no_cutting_makes_short_enough_is_taken_all_the_same(tmp_path):
    encoder = FakeEncoder(most_tokens=5)
    titled = article("ferry", "渡轮开航。", title="比编码器能读的还要长的标题")
    assert index_raw([titled], tmp_path, encoder=encoder).added == 1


def test_the_chunk_size_of_a_new_library_is_kept_for_later_jobs(tmp_path, encoder):
    small = index_raw([article("a", LONG)], tmp_path, encoder=encoder, chunk_tokens=64)
    again = index_raw([article("b", LONG)], tmp_path, encoder=encoder)
    assert small.chunks == again.chunks > 10
    with pytest.raises(LibraryError, match="--chunk-tokens 65"):
        index_raw([], tmp_path, encoder=encoder, chunk_tokens=65)


def test_progress_is_told_of_what_is_read_and_then_of_what_is_embedded(tmp_path, encoder):
    told = []
    received = [ARTICLES[0], Problem("lost", "丢了", lost=True), ARTICLES[1]]
    summary = index_raw(
        received, tmp_path, encoder=encoder, progress=lambda done, total: told.append((done, total))
    )
    assert told == [(1, 0), (2, 0), (3, 0), (1, 2), (2, 2)]
    assert_adds_up(summary)


def test_an_interrupted_job_leaves_the_old_library_and_the_next_goes_on(
    library_folder, encoder, monkeypatch
):
    monkeypatch.setattr(passages, "WINDOW", 1)
    new = [article(f"new{n}", f"第{n}号渡轮开航。") for n in range(6)]

    def stop(done: int, total: int) -> None:
        if done == 3 and total:
            raise KeyboardInterrupt

    encoded = encoder.encoded
    with pytest.raises(KeyboardInterrupt):
        index_raw(new, library_folder, encoder=encoder, progress=stop)
    with Library.open(library_folder) as library:
        assert library.counts().articles == 5
        assert library.manifest().generation == 1
    assert encoder.encoded == encoded + 3
    summary = index_raw(new, library_folder, encoder=encoder)
    assert_adds_up(summary)
    assert (summary.added, summary.embedded) == (6, 3)
    assert encoder.encoded == encoded + 6
    with Library.open(library_folder) as library:
        assert library.counts().articles == 11


def test_an_article_edited_between_two_tries_is_taken_as_it_is_now(
    library_folder, encoder, monkeypatch
):
    monkeypatch.setattr(passages, "WINDOW", 1)

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_raw([article("new", "旧的。")], library_folder, encoder=encoder, progress=stop)
    index_raw([article("new", "新的。")], library_folder, encoder=encoder)
    with Library.open(library_folder) as library:
        assert library.article("new").text == "新的。"
        assert library.counts().chunks == 6


def test_newer_cleaning_rules_clean_the_articles_again(library_folder, encoder, monkeypatch):
    monkeypatch.setattr(build, "CLEANING_VERSION", 999)
    summary = index_raw(ARTICLES, library_folder, encoder=encoder)
    assert (summary.changed, summary.embedded) == (5, 0)
    with Library.open(library_folder) as library:
        assert library.manifest().cleaning == 999


def test_more_articles_than_one_window_are_all_indexed(tmp_path, encoder, monkeypatch):
    monkeypatch.setattr(passages, "WINDOW", 7)
    many = [article(f"a{n}", f"第{n}号渡轮。{n}号票价。") for n in range(40)]
    summary = index_raw(many, tmp_path, encoder=encoder)
    assert (summary.added, summary.chunks, summary.embedded) == (40, 40, 40)
    with Library.open(tmp_path) as library:
        for raw in many:
            assert library.article(raw.article_id).text == raw.content


def test_a_library_names_its_own_encoder_and_a_new_one_gets_the_packaged(tmp_path, monkeypatch):
    asked = []

    def load(name: str) -> FakeEncoder:
        asked.append(name)
        return FakeEncoder("named")

    monkeypatch.setattr(build, "load_encoder", load)
    index_raw(ARTICLES, tmp_path / "library")
    index_raw(ARTICLES, tmp_path / "library")
    assert asked == ["packaged", "named"]


def test_after_an_encoder_that_did_not_load_the_same_folder_can_be_filled(tmp_path, monkeypatch):
    class Missing(FakeEncoder):
        @property
        def fingerprint(self) -> str:
            raise EncoderError("no such model", "没有这个模型")

    folder = tmp_path / "library"
    with pytest.raises(EncoderError):
        index_raw(ARTICLES, folder, encoder=Missing())
    monkeypatch.setattr(build, "load_encoder", lambda _: FakeEncoder())
    assert index_raw(ARTICLES, folder).added == 5


# Taking out: what remains is as if the library had never held the rest.

INTRODUCTION = (
    "这个栏目每周介绍一处海边的旧码头，由本号记者实地走访写成，照片均为当日拍摄，欢迎读者来信补充。"
)


def weekly(number: int, account: str = "周刊") -> object:
    """One of a series that repeats an introduction, a greeting and one paragraph of another."""
    text = f"各位早上好\r{INTRODUCTION}\r第{number}处旧码头建于{1900 + number}年，长{number}0米。"
    return article(f"w{number}", text, time=f"2025/3/{number + 1}", account=account)


QUESTIONS = ("第3处旧码头建于哪一年", "各位早上好", "海边的旧码头照片")


def made_of(raws, folder, encoder):
    index_raw(raws, folder, encoder=encoder)
    return contents(folder, encoder, *QUESTIONS)


def test_removed_articles_are_gone_and_the_rest_stays(library_folder, encoder):
    summary = remove_articles(["bridge", "picture", "bridge"], library_folder, encoder=encoder)
    assert_adds_up(summary)
    assert (summary.removed, summary.embedded, summary.problems) == (2, 0, ())
    with Library.open(library_folder) as library:
        assert sorted(library.article_ids()) == ["english", "factory", "school"]
        assert library.raw_article("bridge") is None
        assert library.counts().chunks == 3
    assert generation(library_folder) == 2


def test_an_id_that_is_not_there_is_named_and_the_others_go(library_folder, encoder):
    summary = remove_articles(["nobody", "bridge"], library_folder, encoder=encoder)
    assert summary.removed == 1
    (problem,) = summary.problems
    assert "'nobody'" in problem.english
    assert "'nobody'" in problem.chinese
    nothing = remove_articles(["nobody"], library_folder, encoder=encoder)
    assert nothing.removed == 0
    assert generation(library_folder) == 2


def test_nothing_is_removed_from_what_is_no_library(tmp_path, encoder):
    with pytest.raises(LibraryError, match="is not a library"):
        remove_articles(["bridge"], tmp_path / "gone", encoder=encoder)
    assert not (tmp_path / "gone").exists()


def test_a_page_is_removed_with_all_its_parts(tmp_path, encoder):
    ids = ("page", "page#2", "page#2#3", "pages", "page$", "other#1")
    index_raw([article(name, f"渡轮{name}开航。") for name in ids], tmp_path, encoder=encoder)
    assert remove_articles(["page", "other"], tmp_path, encoder=encoder).removed == 4
    with Library.open(tmp_path) as library:
        assert sorted(library.article_ids()) == ["page$", "pages"]


def test_the_encoder_is_loaded_only_where_there_is_something_to_embed(
    library_folder, encoder, monkeypatch
):
    class Unread(FakeEncoder):
        def count_tokens(self, texts):
            raise AssertionError

        encode_passages = encode_queries = count_tokens

    monkeypatch.setattr(build, "load_encoder", lambda name: Unread(name))
    assert remove_articles(["school"], library_folder).removed == 1


def test_an_account_that_no_longer_repeats_a_line_gets_it_back(tmp_path, encoder):
    index_raw([weekly(n) for n in range(6)], tmp_path / "library", encoder=encoder)
    with Library.open(tmp_path / "library") as library:
        assert "各位早上好" not in library.article("w0").text
    summary = remove_articles(["w4", "w5"], tmp_path / "library", encoder=encoder)
    assert (summary.removed, summary.changed) == (2, 0)
    assert summary.embedded > 0
    with Library.open(tmp_path / "library") as library:
        assert library.article("w0").text.startswith("各位早上好")


def test_the_article_that_an_introduction_was_found_by_can_go(tmp_path, encoder):
    raws = [weekly(n) for n in range(6)]
    index_raw(raws, tmp_path / "library", encoder=encoder)
    remove_articles(["w0"], tmp_path / "library", encoder=encoder)
    rest = contents(tmp_path / "library", encoder, *QUESTIONS)
    assert rest == made_of(raws[1:], tmp_path / "other", encoder)


def test_a_reprint_becomes_an_article_when_what_it_copies_goes(tmp_path, encoder):
    text = LONG.replace("\r", "")
    first = article("first", text, time="2025/1/1")
    copy = article("copy", text, time="2025/1/2", account="别的号")
    index_raw([first, copy], tmp_path, encoder=encoder)
    with Library.open(tmp_path) as library:
        assert library.article("copy").originals == ("first",)
    remove_articles(["first"], tmp_path, encoder=encoder)
    with Library.open(tmp_path) as library:
        assert library.article("copy").originals == ()
        assert library.article("copy").kind == "article"


def test_what_comes_after_a_removal_is_not_mistaken_for_what_went(tmp_path, encoder):
    old = [article(f"a{n}", f"第{n}号渡轮开航。") for n in range(7)]
    going, new = article("going", "学校招生。"), article("new", "工厂投产。")
    questions = ("学校招生", "工厂投产", "渡轮")
    index_raw([*old, going], tmp_path / "library", encoder=encoder)
    remove_articles(["going"], tmp_path / "library", encoder=encoder)
    index_raw([new], tmp_path / "library", encoder=encoder)
    index_raw([*old, new], tmp_path / "other", encoder=encoder)
    found = contents(tmp_path / "library", encoder, *questions)
    assert found == contents(tmp_path / "other", encoder, *questions)


@settings(max_examples=12, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.sets(st.integers(0, 8), min_size=1, max_size=7)),
        min_size=1,
        max_size=5,
    )
)
def test_any_history_of_additions_and_removals_is_as_if_there_was_none(tmp_path_factory, steps):
    folder, encoder = tmp_path_factory.mktemp("any"), FakeEncoder()
    index_raw([weekly(9)], folder / "library", encoder=encoder)
    held = {9}
    for adds, numbers in steps:
        if adds:
            raws = [weekly(n) for n in sorted(numbers)]
            index_raw(raws, folder / "library", encoder=encoder)
            held |= numbers
        else:
            remove_articles([f"w{n}" for n in numbers], folder / "library", encoder=encoder)
            held -= numbers
    assert contents(folder / "library", encoder, *QUESTIONS) == made_of(
        [weekly(n) for n in sorted(held)], folder / "other", encoder
    )


def sync(raws, folder, encoder):
    return index_raw(raws, folder, encoder=encoder, sync=True)


def test_a_sync_makes_the_library_equal_to_what_is_read(library_folder, encoder, tmp_path):
    moved = replace(ARTICLES[1], account="别的号")
    summary = sync(
        [ARTICLES[0], moved, article("new", "渡轮开航。")], library_folder, encoder=encoder
    )
    assert_adds_up(summary)
    assert (summary.added, summary.changed, summary.unchanged, summary.removed) == (1, 1, 1, 3)
    with Library.open(library_folder) as library:
        assert sorted(library.article_ids()) == ["bridge", "new", "school"]
        assert library.article("school").account == "别的号"
    assert (
        sync([ARTICLES[0], moved, article("new", "渡轮开航。")], library_folder, encoder).removed
        == 0
    )
    assert generation(library_folder) == 2


def test_a_sync_that_could_not_read_all_removes_nothing_and_says_so(library_folder, encoder):
    lost = Problem("lost", "丢了", lost=True)
    summary = sync([ARTICLES[0], lost, article("new", "渡轮开航。")], library_folder, encoder)
    assert (summary.added, summary.removed) == (1, 0)
    assert "4 articles" in summary.problems[-1].english
    assert "4 篇" in summary.problems[-1].chinese
    with Library.open(library_folder) as library:
        assert library.counts().articles == 6


def test_a_sync_with_nothing_removes_nothing(library_folder, encoder):
    summary = sync([], library_folder, encoder)
    assert summary.removed == 0
    assert "no article was read" in summary.problems[0].english
    assert sync(ARTICLES, library_folder, encoder).problems == ()


def test_unchanged_articles_are_not_cleaned_again_and_what_is_wrong_with_them_is_said_again(
    tmp_path, encoder, monkeypatch
):
    raws = [article("a", "甲。", time="昨天"), article("b", "&nbsp;")]
    first = index_raw(raws, tmp_path, encoder=encoder)
    monkeypatch.setattr(build, "clean", None)
    again = index_raw(raws, tmp_path, encoder=encoder)
    assert again.problems == first.problems
    assert len(again.problems) == 1
    assert (again.unchanged, again.empty) == (2, first.empty) == (2, 1)


def test_what_was_recognised_is_marked_from_the_page_to_the_citation(tmp_path, encoder):
    folder = tmp_path / "library"
    scan = replace(
        article("scan", "大桥于六月一日通车。"), origin="a.png", layout=Layout.RECOGNISED
    )
    quoting = article("post", 'He wrote "layout": "recognised" in a text, and "layout": "page".')
    summary = index_raw([scan, quoting], folder, encoder=encoder)
    assert summary.files == {".png": 1}
    with Library.open(folder) as library:
        assert [one.recognised for one in library.articles()] == [True, False]
    again = index_raw([scan, quoting], folder, encoder=encoder)
    assert again.unchanged == 2


def test_a_folder_of_many_kinds_counts_the_files_of_each(tmp_path, encoder):
    for name in ("a.txt", "b.txt", "c.md", "d.doc"):
        (tmp_path / name).write_text(f"{name}：大桥通车。", "utf-8")
    summary = index_articles([tmp_path], tmp_path / "library", encoder=encoder)
    assert summary.files == {".md": 1, ".txt": 2}
    assert summary.faulty

"""Files of one name in several places, and articles of exports with such a name, replace nobody."""

from __future__ import annotations

import json
import shutil

import pytest

from index.build import index_articles, index_raw
from index.cleaning.newspaper_page import split_page
from index.library.library import Library
from index.maintenance.export import export_articles
from index.maintenance.verify import verify_library
from index.records import Layout, RawArticle
from tests.index.cleaning.samples import BAMBOO, LIBRARY, RAILWAY
from tests.index.readers.samples import docx

JANUARY = "一月，青屿渡口运送旅客三万二千人次，比上月多四千人次；夜航二十一班，停航两日。"
FEBRUARY = "二月，青屿渡口运送旅客二万七千人次，比上月少五千人次；夜航十八班，停航四日。"
SCHOOL = (
    "Harrow Lane School opens its new library on 4 May, with room for sixty readers and a garden."
)


@pytest.fixture
def index(tmp_path, encoder):
    """Indexes what is named below a folder of its own, and gives the summary."""

    def run(*names, **options):
        paths = [tmp_path / name for name in names]
        return index_articles(paths, tmp_path / "library", encoder=encoder, **options)

    return run


@pytest.fixture
def write(tmp_path):
    def run(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return run


@pytest.fixture
def kept(tmp_path):
    """The texts of the library by id."""

    def run():
        with Library.open(tmp_path / "library") as library:
            return {one: library.article(one).text for one in library.article_ids()}

    return run


def both_say(problem, *words):
    assert not problem.lost
    assert all(word in problem.english and word in problem.chinese for word in words)


def export(*items):
    fields = ("文章标识符aid", "标题title", "链接url", "时间time", "公众号名称", "finalContent")
    return json.dumps([dict(zip(fields, item, strict=True)) for item in items], ensure_ascii=False)


def test_files_of_one_stem_in_folders_and_of_other_suffixes_are_all_kept(index, write, kept):
    write("o/a/report.txt", JANUARY)
    write("o/b/report.txt", FEBRUARY)
    write("o/b/report.md", f"# School\n\n{SCHOOL}")
    summary = index("o")
    assert (summary.added, summary.failed, len(summary.problems)) == (3, 0, 2)
    texts = kept()
    assert texts["report"] == JANUARY
    assert sorted(texts.values()) == sorted([JANUARY, FEBRUARY, SCHOOL])
    other = next(one for one, text in texts.items() if text == FEBRUARY)
    assert other.startswith("report~")
    both_say(next(p for p in summary.problems if other in p.english), "report", other)


def test_a_folder_that_comes_later_replaces_nothing_and_keeps_its_ids(index, write, kept, tmp_path):
    write("o/a/report.txt", JANUARY)
    write("o/b/report.txt", FEBRUARY)
    index("o/a")
    assert (index("o/b").added, index("o/b").unchanged) == (1, 1)
    before = kept()
    assert before["report"] == JANUARY
    assert index("o/b", "o/a").unchanged == 2
    write("o/b/report.txt", SCHOOL)
    again = index("o")
    assert (again.changed, again.unchanged) == (1, 1)
    (other,) = set(before) - {"report"}
    assert kept() == {"report": JANUARY, other: SCHOOL}
    assert list(verify_library(tmp_path / "library")) == []


def test_a_path_that_is_written_otherwise_is_the_same_file(
    write, kept, tmp_path, monkeypatch, encoder
):
    def index(path):
        return index_articles(path, tmp_path / "library", encoder=encoder)

    write("o/report.txt", JANUARY)
    index(tmp_path / "o")
    write("o/report.txt", SCHOOL)
    monkeypatch.chdir(tmp_path / "o")
    assert index("../o/./report.txt").changed == 1
    write("p/report.txt", FEBRUARY)
    for folder in ("o", "p"):
        monkeypatch.chdir(tmp_path / folder)
        index("report.txt")
    assert kept()["report"] == SCHOOL
    assert len(kept()) == 2


def test_uploads_of_quite_another_text_are_kept_and_a_new_version_replaces(index, write, kept):
    def sent(folder, text):
        path = write(f"{folder}/report.txt", text)
        summary = index(f"{folder}/report.txt")
        shutil.rmtree(path.parent)  # as the page does with what was sent to it
        return summary

    assert sent("inbox-1", JANUARY).added == 1
    assert sent("inbox-2", SCHOOL).added == 1
    assert sent("inbox-3", JANUARY.replace("停航两日", "停航三日")).changed == 1
    assert sent("inbox-4", f"{SCHOOL} It closes at six.").changed == 1
    assert sent("inbox-5", JANUARY.replace("停航两日", "停航三日")).unchanged == 1
    assert len(kept()) == 2
    assert "三日" in kept()["report"]


@pytest.mark.parametrize("account", ["青屿发布", ""])
@pytest.mark.parametrize("file_first", [True, False])
def test_a_file_and_an_article_of_an_export_are_two(index, write, kept, account, file_first):
    write("a1.txt", SCHOOL)
    write("export.json", export(("a1", "渡口", "", "2025/2/1", account, JANUARY)))
    given = ("a1.txt", "export.json") if file_first else ("export.json", "a1.txt")
    for name in given:
        assert index(name).added == 1
    assert sorted(kept().values()) == sorted([SCHOOL, JANUARY])
    assert kept()["a1"] == (SCHOOL if file_first else JANUARY)
    before = kept()
    assert index(*given).unchanged == 2
    assert index(*reversed(given)).unchanged == 2
    write("export.json", export(("a1", "渡口", "", "2025/2/1", account, FEBRUARY)))
    assert index("export.json").changed == 1
    assert kept() == {one: FEBRUARY if t == JANUARY else t for one, t in before.items()}


def test_one_job_keeps_a_file_and_an_article_of_an_export_apart(index, write, kept):
    write("o/a1.txt", SCHOOL)
    write("o/b.json", export(("a1", "渡口", "", "2025/2/1", "", JANUARY)))
    summary = index("o")
    assert (summary.added, summary.failed) == (2, 0)
    both_say(summary.problems[0], "a1", "a1~2")
    assert kept() == {"a1": SCHOOL, "a1~2": JANUARY}


def test_documents_of_one_stem_are_all_kept(index, write, kept, tmp_path):
    (tmp_path / "o").mkdir()
    (tmp_path / "o/ok.docx").write_bytes(docx("渡口", "一月", [JANUARY]))
    write("o/ok.html", f"<html><body><article><p>{SCHOOL}</p></article></body></html>")
    write("o/ok.txt", FEBRUARY)
    summary = index("o")
    assert (summary.added, summary.failed) == (3, 0)
    texts = "".join(kept().values())
    assert all(text in texts for text in (JANUARY, SCHOOL, FEBRUARY))
    assert index("o").unchanged == 3


def test_copies_are_one_article_until_one_of_them_changes(index, write, kept):
    write("o/a/report.txt", JANUARY)
    write("o/b/report.txt", JANUARY)
    assert (index("o").repeated, index("o/b").unchanged) == (1, 1)
    write("o/b/report.txt", JANUARY.replace("停航两日", "停航三日"))
    assert (index("o").added, len(kept())) == (1, 2)


def test_files_that_were_moved_are_known_by_their_texts(index, write, kept, tmp_path):
    write("o/a/report.txt", JANUARY)
    write("o/b/report.txt", SCHOOL)
    index("o")
    before = kept()
    (tmp_path / "o").rename(tmp_path / "moved")
    assert index("moved", sync=True).unchanged == 2
    assert kept() == before


def test_ids_do_not_hang_on_where_the_folder_lies(index, write, kept, tmp_path):
    found = []
    for top in ("here", "there/deep"):
        write(f"{top}/a/report.txt", JANUARY)
        write(f"{top}/b/report.txt", FEBRUARY)
        index(top)
        found.append(kept())
        shutil.rmtree(tmp_path / "library")
    assert found[0] == found[1]


def test_an_export_of_such_a_library_brings_every_article_back(index, write, kept, tmp_path):
    write("o/a/report.txt", JANUARY)
    write("o/b/report.txt", FEBRUARY)
    index("o")
    before = kept()
    with Library.open(tmp_path / "library") as library:
        export_articles(library, tmp_path / "out.json")
    assert index("out.json").unchanged == 2
    shutil.rmtree(tmp_path / "library")
    index("out.json")
    assert kept() == before
    assert index("o").unchanged == 2


def test_what_is_piped_in_is_known_by_its_text(tmp_path, encoder, kept):
    def piped(text):
        raw = RawArticle("stdin", "stdin", "", "", "", text, "stdin")
        return index_raw([raw], tmp_path / "library", encoder=encoder)

    assert [piped(text).added for text in (JANUARY, SCHOOL, JANUARY)] == [1, 1, 0]
    assert piped(f"{SCHOOL} It closes at six.").changed == 1
    assert len(kept()) == 2


def test_pages_of_one_stem_are_cut_apart_from_each_other(tmp_path, encoder, kept):
    def page(folder, *texts):
        path = tmp_path / folder / "news.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n\n".join(texts), "utf-8")
        return RawArticle(
            "news", "news", "", "", "", path.read_text("utf-8"), str(path), Layout.PAGE
        )

    grove = ("刀一把走山林，剖出九十六根细篾", *BAMBOO)
    rails = ("沙海货运铁路:铺下最后一根钢轨", *RAILWAY)
    hall = ("旧粮仓里的夜间图书馆", *LIBRARY)
    first, second = page("a", *grove, *rails), page("b", *rails, *hall)
    assert len(split_page(first)) == len(split_page(second)) == 2
    library = tmp_path / "library"
    index_raw([first], library, encoder=encoder)
    assert index_raw([second], library, encoder=encoder).added == 2
    before = kept()
    assert len(before) == 4
    assert {"news#1", "news#2"} < set(before)
    whole = page("b", SCHOOL)
    summary = index_raw([whole], library, encoder=encoder)
    assert (summary.removed, len(kept())) == (2, 3)
    assert {one: kept()[one] for one in ("news#1", "news#2")} == {
        one: before[one] for one in ("news#1", "news#2")
    }

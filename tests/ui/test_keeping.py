"""The commands that look after a library."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

import pytest

from index.library.library import Library
from tests.conftest import ARTICLES, article
from tests.ui.conftest import write_export
from ui.cli import main


@pytest.fixture
def kept(juwen, tmp_path):
    """``juwen`` with ./library made of ``ARTICLES``."""
    assert juwen("index", write_export(tmp_path / "a.json", ARTICLES)).code == 0
    return juwen


def ids(folder="library"):
    with Library.open(folder) as library:
        return sorted(library.article_ids())


def test_remove(kept):
    ran = kept("remove", "bridge", "school")
    assert ran.code == 0
    assert ran.out.startswith("2 articles removed; 0 passages of others embedded anew")
    assert ids() == ["english", "factory", "picture"]


def test_remove_in_chinese_and_as_json(kept, monkeypatch):
    assert json.loads(kept("remove", "bridge", "--json").out)["removed"] == 1
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    assert kept("remove", "school").out.startswith("已移除 1 篇文章")


def test_remove_names_the_ids_that_are_not_there(kept):
    ran = kept("remove", "nobody", "bridge")
    assert ran.code == 1
    assert "juwen: the library 'library' has no article 'nobody'" in ran.err
    assert json.loads(kept("remove", "nobody", "--json").out)["problems"]
    assert ran.out.startswith("1 articles removed")
    assert kept("remove").code == 2


def test_an_aid_of_two_accounts_is_not_guessed_at(kept, tmp_path):
    same = replace(ARTICLES[0], account="别的号", url="", content="渡轮开航。")
    ran = kept("index", write_export(tmp_path / "b.json", [same]))
    assert (ran.code, "'bridge@别的号'" in ran.err) == (0, True)  # nothing is lost
    for command in ("remove", "inspect"):
        ran = kept(command, "bridge")
        assert ran.code == 1
        assert "'bridge@试验号' (东岸大桥月底通车), 'bridge@别的号'" in ran.err
    assert "渡轮开航" in kept("inspect", "bridge@别的号").out
    assert kept("remove", "bridge@试验号").code == 0
    assert "bridge" not in ids()
    assert kept("remove", "bridge").code == 0
    assert ids() == ["english", "factory", "picture", "school"]


def test_index_sync_removes_what_is_not_there(kept, tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    write_export(folder / "some.json", ARTICLES[:2])
    ran = kept("index", "--sync", folder)
    assert ran.code == 0
    assert "2 unchanged" in ran.out
    assert "3 removed" in ran.out
    assert ids() == ["bridge", "school"]
    (folder / "broken.json").write_text("{")
    (folder / "some.json").unlink()
    ran = kept("index", "--sync", folder)
    assert ran.code == 1
    assert "none was removed" in ran.err
    assert ids() == ["bridge", "school"]


def test_index_sync_removes_nothing_that_a_link_out_of_the_folder_stands_for(kept, tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    write_export(folder / "some.json", ARTICLES[:2])
    (folder / "others.json").symlink_to(write_export(tmp_path / "others.json", ARTICLES[2:]))
    ran = kept("index", "--sync", folder)
    assert ran.code == 1
    assert "links that lead out of" in ran.err
    assert len(ids()) == 5


def damage(statement):
    connection = sqlite3.connect("library/articles.db")
    with connection:
        connection.execute(statement)
    connection.close()


def test_verify_and_repair_a_whole_library(kept):
    assert (kept("verify").code, kept("verify").out) == (0, "nothing is wrong\n")
    assert (kept("repair").code, kept("repair").out) == (0, "nothing was wrong\n")


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("index.library.publication.publish_postings", "go on with"),
        ("index.library.publication.update_vectors", "a generation behind"),
    ],
)
def test_after_a_job_that_was_killed_verify_ends_with_0_and_says_what_is_unfinished(
    kept, tmp_path, monkeypatch, before, said
):
    def kill(*_):
        raise KeyboardInterrupt

    export = write_export(tmp_path / "more.json", [article("tram", "红桥电车将于8月8日开通。")])
    with monkeypatch.context() as patched:
        patched.setattr(before, kill)
        assert kept("index", export).code == 130
    ran = kept("verify")
    assert ran.code == 0
    assert said in ran.out + ran.err
    assert kept("index", export).code == 0
    assert kept("verify").out == "nothing is wrong\n"


def test_verify_names_what_is_wrong_and_repair_mends_it(kept):
    damage("UPDATE article SET title = 'x\x1b[31m' WHERE article_id = 'bridge'")
    ran = kept("verify")
    said = "article 'bridge' is not what cleaning makes of it"
    assert ran.code == 1
    assert ran.complaints[0] == f"juwen: {said}; 'juwen repair' mends it"
    ran = kept("repair")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == f"mended: {said}"
    assert kept("verify").code == 0


def test_what_cannot_be_mended_is_named_with_the_way_out(kept, monkeypatch):
    damage("UPDATE article SET raw = '{}' WHERE article_id = 'bridge'")
    ran = kept("repair")
    assert ran.code == 1
    assert "'bridge'" in ran.err
    assert "index it again from where it came, or remove it" in ran.err
    (wrong,) = json.loads(kept("verify", "--json").out)["wrong"]
    assert (wrong["mend"], wrong["subject"]) == ("source", "bridge")
    monkeypatch.setenv("JUWEN_LANGUAGE", "zh")
    assert "请从来源重新索引，或移除该文章" in kept("verify").err
    assert kept("remove", "bridge").code == 0
    assert kept("verify").out == "一切正常\n"


def test_repair_as_json_says_what_was_mended(kept):
    damage("DELETE FROM posting")
    values = json.loads(kept("repair", "--json").out)
    assert [one["mend"] for one in values["mended"]] == ["postings"]
    assert values["wrong"] == []


def test_compact(kept):
    assert kept("compact").out.endswith(" now\n")
    assert json.loads(kept("compact", "--json").out)["staged"] == 0


def test_export_goes_into_a_file_or_to_standard_output(kept, tmp_path):
    ran = kept("export", tmp_path / "out.json")
    assert (ran.code, ran.out) == (0, f"5 articles written to {tmp_path / 'out.json'}\n")
    ran = kept("export", "-")
    assert len(json.loads(ran.out)) == 5
    assert ran.err == "5 articles written to -\n"
    assert kept("export", tmp_path / "out.txt").complaints
    assert kept("index", tmp_path / "out.json").out.startswith(
        "articles: 5 read, 0 added, 0 changed, 5 unchanged"
    )


def test_backup(kept):
    ran = kept("backup", "copy")
    assert ran.code == 0
    assert ran.out.endswith(" copied to copy\n")
    assert ids("copy") == ids()
    assert "is not empty" in kept("backup", "copy").err


@pytest.mark.parametrize(
    "command",
    [("remove", "x"), ("verify",), ("repair",), ("compact",), ("export", "-"), ("backup", "b")],
)
def test_each_says_where_there_is_no_library(juwen, command):
    ran = juwen(*command)
    assert ran.code == 1
    assert "is not a library" in ran.err


@pytest.mark.parametrize(
    ("language", "said"), [("en", "make room on the disk"), ("zh", "请清理磁盘空间")]
)
def test_a_full_disk_behind_standard_output_is_said(kept, monkeypatch, capsys, language, said):
    monkeypatch.setenv("JUWEN_LANGUAGE", language)
    with open("/dev/full", "w") as full, monkeypatch.context() as patched:
        patched.setattr("sys.stdout", full)
        with pytest.raises(SystemExit) as ended:
            main(["export", "-"])
    err = capsys.readouterr().err
    assert ended.value.code == 1
    assert said in err
    assert "No space left" in err
    assert "articles written" not in err

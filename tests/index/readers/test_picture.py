"""Picture files: their text where it can be recognised, and how that is said."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from PIL import Image, ImageDraw

from index.readers import recognition
from index.readers.workers import recognised_text
from index.records import Layout

from .samples import TEXT, only_problem, picture, read, read_bytes

FOUND = "东岸大桥于六月一日\n通车，全长三公里。"


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "A.JPEG", "a.bmp", "a.tif", "a.webp"])
def test_a_picture_is_an_article_that_is_marked(tmp_path, recognition_here, name):
    kind = {"jpg": "JPEG", "jpeg": "JPEG", "tif": "TIFF"}.get(name.lower()[2:], name[2:].upper())
    (article,), (problem,) = read_bytes(tmp_path, name, picture(kind))
    assert (article.content, article.layout) == (FOUND, Layout.RECOGNISED)
    assert problem.harmless
    assert "1 pages have text that was recognised" in problem.english


def test_every_page_of_a_scan_is_read(tmp_path, recognition_here):
    buffer = io.BytesIO()
    page = Image.new("L", (60, 80), "white")
    page.save(buffer, "TIFF", save_all=True, append_images=[page, page])
    (article,), _ = read_bytes(tmp_path, "a.tiff", buffer.getvalue())
    assert article.content == "\n".join([FOUND] * 3)


def test_a_large_picture_is_made_smaller_and_a_clear_one_white(monkeypatch):
    seen = []
    monkeypatch.setattr(
        recognised_text, "_recogniser", lambda: lambda found: (seen.append(found), (None, None))[1]
    )
    buffer = io.BytesIO()
    Image.new("RGBA", (4800, 600), (0, 0, 0, 0)).save(buffer, "PNG")
    assert recognised_text.extract(buffer.getvalue(), 100, 100) == {"pages": {"0": ""}}
    assert seen[0].shape == (300, 2400, 3)
    assert seen[0].min() == 255


def test_a_picture_without_text_is_no_loss(tmp_path, recognition_here, monkeypatch):
    monkeypatch.setattr(recognised_text, "_recogniser", lambda: lambda found: (None, None))
    articles, (problem,) = read_bytes(tmp_path, "a.png", picture())
    assert articles == []
    assert problem.harmless
    assert "1 picture files show no text" in problem.english


def test_a_damaged_picture_is_a_problem(tmp_path, recognition_here):
    assert "not a whole picture" in only_problem(tmp_path, "a.png", picture()[:60]).english


def test_pictures_beside_a_page_are_what_it_shows(tmp_path, recognition_here):
    (tmp_path / "assets").mkdir()
    for name in ("page.md", "assets/1.png", "2.jpg"):
        data = TEXT.encode() if name == "page.md" else picture()
        (tmp_path / name).write_bytes(data)
    articles, (problem,) = read(tmp_path)
    assert [one.article_id for one in articles] == ["page"]
    assert (
        "2 pictures of web pages or Markdown files were passed over (1 .jpg, 1 .png)"
        in problem.english
    )


def test_without_the_extra_pictures_are_passed_over_and_the_way_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(recognition.importlib.util, "find_spec", lambda name: None)
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "b.png").write_bytes(picture())
    articles, (problem,) = read(tmp_path)
    assert len(articles) == 1
    assert problem.harmless
    assert "pip install 'juwen[ocr]'" in problem.chinese
    (named,) = read(tmp_path / "b.png")[1]
    assert named.lost
    assert "needs rapidocr-onnxruntime; install it with: pip install 'juwen[ocr]'" in named.english


@pytest.mark.model
def test_the_recogniser_needs_nothing_but_its_package(tmp_path):
    """Latin letters, for which Pillow has a font: in a process that may open no socket."""
    image = Image.new("RGB", (700, 120), "white")
    ImageDraw.Draw(image).text((20, 30), "Harbour bridge opens", "black", font_size=48)
    image.save(tmp_path / "a.png")
    code = (
        "import socket, sys, pathlib\n"
        "def closed(*args, **more): raise OSError('no network')\n"
        "socket.socket.connect = socket.getaddrinfo = closed\n"
        "from index.readers.workers import recognised_text\n"
        "print(recognised_text.extract(pathlib.Path(sys.argv[1]).read_bytes(), 1000, 10))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.png")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "bridge" in done.stdout

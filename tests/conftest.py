"""What all tests share: a fake encoder, small articles, libraries made of them."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field

from index.build import index_raw
from index.embedding.centring import Centres, passage_centres
from index.embedding.encoder import Vectors, unit
from index.embedding.packaged_encoder import PackagedEncoder
from index.errors import LibraryError
from index.library.library import Library
from index.location import Location, Server
from index.records import Passage, RawArticle, Span
from index.search.filters import Filters
from index.text.sentences import split_sentences
from index.text.terms import content_terms, index_terms
from rag.assistant import Assistant
from rag.extractive.reader import FoundSpan, PassageReading
from rag.question.kind import Action
from rag.question.sides import Side, sides_in
from rag.question.subject import subject_of
from rag.records import QuestionKind
from tests.postgres import Postgres, primary_in, room_for_servers, why_there_is_none

_ROOM = 2 * 1024**3
"""Bytes that have to be free in memory; all tests leave a tenth of that."""


def pytest_configure() -> None:
    """Keep temporary folders in memory, where there is room: the tests make thousands of libraries, and
    writing one is mostly waiting for the disk, a dozen times."""
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


def centres_of(vectors: Vectors, languages: list[str], questions: Centres) -> Centres:
    """The centres of passages that are all in memory."""
    labels = np.asarray(languages)
    rows = {language: vectors[labels == language] for language in set(languages)}
    return passage_centres(
        {language: some.sum(axis=0, dtype=np.float64) for language, some in rows.items()},
        {language: len(some) for language, some in rows.items()},
        questions,
    )


# Not those of index.text.terms: the libraries kept in tests/index/database/libraries have this encoder's vectors.
_QUESTION_WORDS = re.compile(
    r"请问|什么时候|什么|多少|哪[个些位家里天年月]?|几[个家位项次天种]?|谁|怎么样?|怎样|如何|为什么|为何|是否"
    r"|有没有|吗|呢|的|了|是|在|和|与|及|被|把|对|从|将|这|那"
)


class FakeEncoder:
    """Vectors from the terms of a text, each hashed to a direction: near where words are shared.

    No model, no torch; ``encoded`` counts the passages that were encoded.
    """

    def __init__(self, name: str = "fake", dimension: int = 96, most_tokens: int = 512) -> None:
        self.name = name
        self.dimension = dimension
        self.most_tokens = most_tokens
        self.encoded = 0

    @property
    def fingerprint(self) -> str:
        return f"fake-{self.name}-{self.dimension}"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        return self._encode(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for term in index_terms(_QUESTION_WORDS.sub(" ", text)):
                vectors[row] += _direction(term, self.dimension)
            vectors[row] += 1e-3
        return unit(vectors)


class FakeReader:
    """Finds a figure, a day, or the end of a sentence, in the sentences that share most words.

    No model: a passage answers as far as one of its sentences, with the title, has the question's
    words, and rather where it has words of what the question leans on. ``read_pairs`` counts the passages that were read.
    """

    def __init__(self) -> None:
        self.read_pairs = 0

    def read(
        self, question: str, passages: Sequence[tuple[str, str]], background: str = ""
    ) -> list[PassageReading]:
        self.read_pairs += len(passages)
        before = set(index_terms(_QUESTION_WORDS.sub(" ", background)))
        return [
            self._one(question, title, text, 4 * bool(before.intersection(index_terms(text))))
            for title, text in passages
        ]

    def _one(self, question: str, title: str, text: str, more: float) -> PassageReading:
        asked = set(index_terms(_QUESTION_WORDS.sub(" ", question)))
        about = asked.intersection(index_terms(title))
        spans = []
        for sentence in split_sentences(text):
            words = sentence.of(text)
            share = len(asked.intersection(index_terms(words)) | about) / max(1, len(asked))
            asks_figure = re.search(
                r"多少|几|how (?:many|much|long)|when|什么时候|何时|哪天", question, re.I
            )
            figures = list(_FIGURES.finditer(words)) if asks_figure else []
            found = figures[-1].span() if figures else (max(0, len(words) - 4), len(words))
            span = Span(sentence.start + found[0], sentence.start + found[1])
            spans.append(FoundSpan(span, 12 * share - 5 + 2 * bool(figures) + more))
        spans.sort(key=lambda found: -found.score)
        return PassageReading(spans[0].score if spans else -9.0, tuple(spans))


_FIGURES = re.compile(r"\d+月\d+日|\d[\d,.]*(?:亿元|公里|%|款|[\u4e00-\u9fff]| \w+)?")


class ScriptedChat(BaseChatModel):
    """A chat model that says what a test wrote down, and calls nothing.

    Attributes:
        replies: One a call; the last one stands for all further calls. Each is a list of what
            comes: text, an exception to be raised, or something to call.
        heard: The messages of every call.
        usage: What each call counts, in tokens sent and received.
    """

    replies: list[Any]
    heard: list[Any] = Field(default_factory=list)
    usage: tuple[int, int] | None = None

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        reply = self.replies[min(len(self.heard), len(self.replies) - 1)]
        self.heard.append(messages)
        for part in [reply] if isinstance(reply, str) else reply:
            if isinstance(part, Exception):
                raise part
            if callable(part):
                part()
                continue
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=part))
            if run_manager:
                run_manager.on_llm_new_token(part, chunk=chunk)
            yield chunk
        if self.usage:
            sent, received = self.usage
            counted = {"input_tokens": sent, "output_tokens": received}
            counted["total_tokens"] = sent + received
            yield ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=counted))


@lru_cache(maxsize=10_000)
def _direction(term: str, dimension: int) -> np.ndarray:
    seed = int.from_bytes(hashlib.sha256(term.encode("utf-8", "replace")).digest()[:4], "little")
    return np.random.default_rng(seed).standard_normal(dimension).astype(np.float32)


def article(
    article_id: str,
    content: str,
    *,
    title: str = "",
    time: str = "2025/6/1",
    account: str = "试验号",
    url: str = "",
) -> RawArticle:
    """A raw article with as little as a test needs."""
    return RawArticle(article_id, title or f"标题{article_id}", url, time, account, content)


ARTICLES = (
    article(
        "bridge",
        "东岸大桥将于6月28日通车。\r大桥全长3.2公里，总投资18.6亿元。\r\r欢迎转发，但请注明出处“试验号”",
        title="东岸大桥月底通车",
        time="2025/6/20",
        url="https://example.com/bridge",
    ),
    article(
        "school",
        "转载自：晚报\r海棠小学今年招收新生240名。\r校长温如玉介绍，学校新开了木工课。",
        title="海棠小学招生",
        time="2025/5/8",
        account="教育号",
    ),
    article(
        "factory",
        "云杉机械的新工厂年产机器人5000台。工厂用了42.7%的国产零件。\r&nbsp;厂长是陈放。",
        title="云杉机械新工厂投产",
        time="2025/4/1",
    ),
    article("picture", "\r\r欢迎转发，但请注明出处“试验号”\r", title="一图读懂夏季用电"),
    article(
        "english",
        "The night ferry to Qingyu runs until 31 August. Tickets cost 45 yuan.",
        title="Night ferry opens",
        time="",
    ),
)


_LEANING = re.compile(
    r"^(?:那|这)|[它他她]|呢？$|^(?:and|what about)\b|\b(?:it|they|he|she)\b", re.IGNORECASE
)


class FakeKinds:
    """Every question asks for a fact, but for those whose kind or action is given; one that has a pronoun
    or next to no words leans on the one before."""

    def __init__(
        self,
        kinds: Mapping[str, QuestionKind] | None = None,
        actions: Mapping[str, Action] | None = None,
        wide: Collection[str] = (),
    ) -> None:
        self._kinds, self._actions, self._wide = kinds or {}, actions or {}, wide

    def kind_of(self, question: str) -> QuestionKind:
        return self._kinds.get(question, QuestionKind.FACT)

    def action_of(self, question: str) -> Action:
        return self._actions[question]

    def perhaps_wide(self, question: str) -> bool:
        return question in self._wide

    def leans(self, question: str) -> bool:
        return bool(_LEANING.search(question)) or len(content_terms(question)) < 3


class FakeWords:
    """The topic is what the words leave that only ask; 甲和乙 are two sides, at the beginning."""

    def topic_of(self, question: str) -> str:
        return subject_of(question)

    def sides_of(self, question: str) -> list[Side]:
        match = _SIDES.match(question)
        return sides_in(question, [Span(*match.span(1)), Span(*match.span(2))]) if match else []


_SIDES = re.compile(r"(\w{3,4})和(\w{3,4}?)(?=对比|哪)")


class FakeRefusals:
    """Refusals are what says of quotations or of oneself that something is not there."""

    def is_refusal(self, sentence: str) -> bool:
        return bool(_REFUSALS.search(sentence))


_REFUSALS = re.compile(r"引文.*没有|资料.*(?:没有|无法|未)|无法回答|(?:quotations|context).* not")


@pytest.fixture(autouse=True)
def _no_reader_by_accident(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake reader and kinds wherever no others are given, and rules alone to verify by, in all
    tests but those of the packaged model."""
    if "model" not in request.keywords:
        monkeypatch.setattr("rag.assistant.PackagedReader", lambda encoder: FakeReader())
        monkeypatch.setattr("rag.assistant.TrainedKinds", lambda encoder: FakeKinds())
        monkeypatch.setattr("rag.assistant.TrainedWords", lambda encoder: FakeWords())
        monkeypatch.setattr("rag.assistant.TrainedRefusals", lambda encoder: FakeRefusals())
        monkeypatch.setattr("rag.assistant.PackagedEntailment", lambda encoder: None)


@pytest.fixture
def encoder() -> FakeEncoder:
    return FakeEncoder()


@pytest.fixture(scope="session")
def indexed_articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of ``ARTICLES``, made once, which no test may change."""
    folder = tmp_path_factory.mktemp("indexed") / "library"
    index_raw(ARTICLES, folder, encoder=FakeEncoder())
    return folder


@pytest.fixture(scope="session")
def packaged_encoder() -> PackagedEncoder:
    """The packaged model, loaded once."""
    return PackagedEncoder()


@pytest.fixture
def library_folder(tmp_path: Path, indexed_articles: Path) -> Path:
    """A library of ``ARTICLES`` that a test may change."""
    return Path(shutil.copytree(indexed_articles, tmp_path / "library"))


@pytest.fixture
def assistant(library_folder: Path, encoder: FakeEncoder) -> Assistant:
    return Assistant.open(library_folder, encoder=encoder)


@pytest.fixture
def fake_models(monkeypatch: pytest.MonkeyPatch, encoder: FakeEncoder) -> Callable[[str], object]:
    """Make every name load a fake encoder, wherever a model would be loaded by name."""

    def load(name: str = "packaged") -> FakeEncoder:
        return encoder if name in ("packaged", encoder.name) else FakeEncoder(name)

    for module in (
        "index.build",
        "index.maintenance.repair",
        "index.maintenance.keep_server",
        "rag.assistant",
    ):
        monkeypatch.setattr(f"{module}.load_encoder", load)
    return load


def nearest(
    library: Library, question: Vectors, language: str, limit: int, **filters: object
) -> list[tuple[Passage, float]]:
    """The passages nearest to a question, with their cosine after centring, best first."""
    found = library.candidates(question, language, (), limit, Filters(**filters))
    best = np.argsort(-found.cosines, kind="stable")
    passages = library.passages(found.ids[best].tolist())
    return list(zip(passages, found.cosines[best].tolist(), strict=True))


def _article(library: Library, name: str) -> object:
    try:
        return library.article(name)
    except LibraryError:
        return "damaged"


def contents(folder: Location | str, encoder: FakeEncoder, *questions: str) -> dict[str, object]:
    """What readers get out of a library, without what tells only how it came to be.

    By article: the article, what cleaning did, and its passages with all scores of each question.
    """
    with Library.open(folder) as library:
        found: dict[str, list[object]] = {one: [] for one in library.article_ids()}
        for question in questions:
            candidates = library.candidates(
                encoder.encode_queries([question]), "zh", index_terms(question), 10_000
            )
            ids = candidates.ids.tolist()
            there = {passage.chunk_id: passage for passage in library.passages(ids)}
            for chunk, cosine, lexical in zip(
                ids, candidates.cosines, candidates.lexical, strict=True
            ):
                if chunk not in there:
                    continue  # what is damaged is left out
                passage = there[chunk]
                row = (passage.span, passage.language, round(cosine, 4), round(lexical, 3))
                found[passage.article.article_id].append(row)
        return {
            name: (_article(library, name), library.changes(name), sorted(rows, key=repr))
            for name, rows in found.items()
        }


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this session."""
    if why := why_there_is_none():
        pytest.skip(why)
    with room_for_servers() as room, primary_in(room) as server:
        yield server


@pytest.fixture(params=["folder", "postgresql", "postgresql in parts"])
def where(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Location:
    """An empty place for a library, one of each kind."""
    if request.param == "folder":
        return tmp_path / "library"
    if request.param == "postgresql in parts":  # of years, as where there are millions of passages
        monkeypatch.setattr("index.postgresql.schema.FEWEST_IN_PART", 1)
    return Server(request.getfixturevalue("postgres").new_database())

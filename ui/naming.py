"""Which article is meant where a command takes one: by its id, or by its title."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from index.errors import ArticleError
from index.library.library import Library

_MOST_NEAR = 8


def articles_named(library: Library, written: Sequence[str]) -> list[str]:
    """The ids of the articles that are meant; a page's stands for all articles on it.

    Raises:
        ArticleError: one is none, or may mean several; it names what is near.
    """
    named = [library.id_named(one) for one in written]
    for one in named:
        if not library.holds(one):
            raise unknown(library, one)
    return named


def unknown(library: Library, written: str) -> ArticleError:
    """That the library has no such article, with those that may be meant."""
    folder = str(library.where)
    titled = library.titled_like(written, _MOST_NEAR)
    near = [f"{one.article_id!r} ({one.title!r})" for one in titled]
    near = near or [repr(one) for one in near_ids(written, library.article_ids())]
    if not near:
        return ArticleError(
            f"the library {folder!r} has no article {written!r}; name one by its title, or by its id: "
            "both are in the answers of 'juwen ask --json' and in the page of 'juwen index --report'",
            f"文章库 {folder!r} 中没有文章 {written!r}；请给出标题或编号："
            "二者均见 juwen ask --json 的答案与 juwen index --report 的页面",
        )
    return ArticleError(
        f"the library {folder!r} has no article {written!r}; do you mean {' or '.join(near)}?",
        f"文章库 {folder!r} 中没有文章 {written!r}；是否指：{'、'.join(near)}？",
    )


def near_ids(article_id: str, ids: Collection[str]) -> list[str]:
    """Ids like one that there is not: of the same page first, then those spelt nearly the same.

    >>> near_ids("paper", ["paper#1", "paper#2", "other"])
    ['paper#1', 'paper#2']
    """
    page = article_id.partition("#")[0]
    same = [other for other in ids if other.partition("#")[0] == page]
    from difflib import get_close_matches

    return (same or get_close_matches(article_id, ids, _MOST_NEAR))[:_MOST_NEAR]

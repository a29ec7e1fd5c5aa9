"""Trains a field over tokens (``rag.question.field``) on texts whose tokens were marked by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.question.field import States, TokenField, states_of
from rag.question.subject import tokens_in

if TYPE_CHECKING:
    from torch import Tensor

_FEWEST = 2
"""Texts in which a feature has to be."""

_COMMON = 3
"""Texts in which a token has to be to be told from others."""

_LEAST = 0.01
_STEPS = 80

Told = Callable[[str, Collection[str]], Iterable[list[str]]]
"""What is told of each token of a text, the tokens being known that are told apart."""

_STATES_PENALTY = 0.02
"""On the squares of the weights of states."""


def train(
    texts: Sequence[str],
    labels: Sequence[Sequence[bool]],
    told_of: Told,
    penalty: float,
    states: States | None = None,
) -> TokenField:
    """Weights that make the labels likeliest, less a penalty on their squares.

    Args:
        labels: Whether each token (``rag.question.subject.tokens_in``) of each text is marked.
        states: What a network makes of each character of a text; left out by default.
    """
    import torch

    tokens = [tokens_in(text) for text in texts]
    counts = Counter(one for each in tokens for one in {token for _, _, token in each})
    vocabulary = frozenset(token for token, count in counts.items() if count >= _COMMON)
    told = [[set(token) for token in told_of(text, vocabulary)] for text in texts]
    counted = Counter(one for each in told for one in set().union(*each))
    often = sorted(one for one, count in counted.items() if count >= _FEWEST)
    known = {one: at for at, one in enumerate(often)}
    flat = [sorted(known[one] for one in token if one in known) for each in told for token in each]
    rows = [row for row, inside in enumerate(flat) for _ in inside]
    columns = [column for inside in flat for column in inside]
    places, size = torch.tensor([rows, columns]), (len(flat), len(known))
    given = torch.sparse_coo_tensor(places, torch.ones(len(rows)), size, check_invariants=False)
    made = _states(texts, tokens, states) if states else torch.zeros(len(flat), 0)
    lengths = torch.tensor([len(each) for each in told])
    length = int(lengths.max())
    mask = torch.arange(length)[None, :] < lengths[:, None]
    wanted = torch.zeros(mask.shape)
    wanted[mask] = torch.tensor([float(one) for each in labels for one in each])
    weights = torch.zeros(len(known), requires_grad=True)
    of_states = torch.zeros(made.shape[1], requires_grad=True)
    rest = torch.zeros(2, requires_grad=True)
    searched = [weights, of_states, rest]
    search = torch.optim.LBFGS(searched, max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        search.zero_grad()
        each = torch.sparse.mm(given, weights[:, None])[:, 0] + made @ of_states + rest[1]
        emitted = torch.zeros(mask.shape).masked_scatter(mask, each)
        stays = rest[0] * torch.eye(2)
        path = (emitted * wanted).sum()
        same = ((wanted[:, 1:] == wanted[:, :-1]) & mask[:, 1:]).sum()
        both = torch.stack([torch.zeros_like(emitted), emitted], dim=2)
        state = both[:, 0]
        for place in range(1, length):
            later = torch.logsumexp(state[:, :, None] + stays, dim=1) + both[:, place]
            state = torch.where(mask[:, place, None], later, state)
        all_paths = torch.logsumexp(state, dim=1).sum()
        squares = penalty * (weights**2).sum() + _STATES_PENALTY * (of_states**2).sum()
        total: torch.Tensor = all_paths - path - rest[0] * same + squares / 2
        total.backward()  # type: ignore[no-untyped-call]
        return total

    search.step(loss)  # type: ignore[no-untyped-call]
    found = weights.detach().tolist()
    kept = {one: round(found[at], 3) for one, at in known.items() if abs(found[at]) >= _LEAST}
    stays, bias = rest.detach().tolist()
    seen = tuple(round(one, 4) for one in of_states.detach().tolist())
    return TokenField(vocabulary, kept, round(stays, 4), round(bias, 4), seen)


def _states(
    texts: Sequence[str], tokens: Sequence[list[tuple[int, int, str]]], states: States
) -> Tensor:
    """What a network makes of all tokens, shape (tokens, numbers)."""
    import torch

    made = [states_of(text, own, states) for text, own in zip(texts, tokens, strict=True) if own]
    return torch.from_numpy(np.concatenate(made))

"""Trains a field over tokens (``rag.question.field``) on texts whose tokens were marked by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence

from rag.question.field import TokenField
from rag.question.subject import tokens_in

_FEWEST = 2
"""Texts in which a feature has to be."""

_COMMON = 3
"""Texts in which a token has to be to be told from others."""

_LEAST = 0.01
_STEPS = 80

Told = Callable[[str, Collection[str]], Iterable[list[str]]]
"""What is told of each token of a text, the tokens being known that are told apart."""


def train(
    texts: Sequence[str], labels: Sequence[Sequence[bool]], told_of: Told, penalty: float
) -> TokenField:
    """Weights that make the labels likeliest, less a penalty on their squares.

    Args:
        labels: Whether each token (``rag.question.subject.tokens_in``) of each text is marked.
    """
    import torch

    tokens = Counter(t for text in texts for t in {t for _, _, t in tokens_in(text)})
    vocabulary = frozenset(token for token, count in tokens.items() if count >= _COMMON)
    told = [[set(token) for token in told_of(text, vocabulary)] for text in texts]
    counted = Counter(one for each in told for one in set().union(*each))
    often = sorted(one for one, count in counted.items() if count >= _FEWEST)
    known = {one: at for at, one in enumerate(often)}
    length = max(map(len, told))
    rows, columns, batch = [], [], len(texts)
    for at, each in enumerate(told):
        for place, token in enumerate(each):
            inside = [known[one] for one in token if one in known]
            rows += [at * length + place] * len(inside)
            columns += inside
    places, size = torch.tensor([rows, columns]), (batch * length, len(known))
    given = torch.sparse_coo_tensor(places, torch.ones(len(rows)), size, check_invariants=False)
    wanted = torch.zeros((batch, length))
    mask = torch.zeros((batch, length))
    for at, marked in enumerate(labels):
        wanted[at, : len(marked)] = torch.tensor(marked, dtype=torch.float32)
        mask[at, : len(marked)] = 1
    weights = torch.zeros(len(known), requires_grad=True)
    rest = torch.zeros(2, requires_grad=True)
    search = torch.optim.LBFGS([weights, rest], max_iter=_STEPS, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        search.zero_grad()
        emitted = torch.sparse.mm(given, weights[:, None]).reshape(batch, length) + rest[1]
        stays = rest[0] * torch.eye(2)
        path = (emitted * wanted * mask).sum()
        same = ((wanted[:, 1:] == wanted[:, :-1]) * mask[:, 1:]).sum()
        both = torch.stack([torch.zeros_like(emitted), emitted], dim=2)
        state = both[:, 0]
        for place in range(1, length):
            later = torch.logsumexp(state[:, :, None] + stays, dim=1) + both[:, place]
            state = torch.where(mask[:, place, None] > 0, later, state)
        all_paths = torch.logsumexp(state, dim=1).sum()
        total: torch.Tensor = all_paths - path - rest[0] * same + penalty * (weights**2).sum() / 2
        total.backward()  # type: ignore[no-untyped-call]
        return total

    search.step(loss)  # type: ignore[no-untyped-call]
    found = weights.detach().tolist()
    kept = {one: round(found[at], 3) for one, at in known.items() if abs(found[at]) >= _LEAST}
    stays, bias = rest.detach().tolist()
    return TokenField(vocabulary, kept, round(stays, 4), round(bias, 4))

"""The approximate search index of a large library: an inverted file over 8-bit vectors.

Vectors are assigned to the nearest of some thousand centroids and kept in a list for each (Jégou,
Douze and Schmid, 2011, in FAISS), every number in 8 bits. A search looks into the lists whose
centroids are nearest to the question. What it finds is only a choice: whoever asked computes the
cosines again from the vectors in the database.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.encoder import Vectors

if TYPE_CHECKING:
    import faiss

_SAMPLES_A_LIST = 40
"""Vectors that a centroid is learned from; FAISS asks for 39 at least."""

_ROUNDS = 8
_PROBED = 320
"""Lists looked into: recall of the nearest 20 is over .98 at any size (docs/decisions/0010)."""


def lists_for(count: int) -> int:
    """How many lists ``count`` vectors are kept in: a power of 2 near four times the square root."""
    return int(2 ** round(math.log2(4 * math.sqrt(max(count, 1)))))


def samples_for(count: int) -> int:
    """How many vectors the centroids of ``count`` are learned from."""
    return min(count, _SAMPLES_A_LIST * lists_for(count))


def train_lists(sample: Vectors, count: int) -> faiss.Index:
    """An empty index for about ``count`` vectors like those of ``sample``."""
    import faiss

    dimension = sample.shape[1]
    nearest = faiss.IndexFlatIP(dimension)
    index = faiss.IndexIVFScalarQuantizer(
        nearest,
        dimension,
        min(lists_for(count), len(sample)),
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
        False,  # the vector itself and not its distance from the centroid: fits what comes later, too
    )
    index.cp.niter, index.cp.spherical, index.cp.seed = _ROUNDS, True, 1
    index.cp.max_points_per_centroid, index.cp.min_points_per_centroid = _SAMPLES_A_LIST, 1
    index.train(sample)
    return index


def search_lists(
    index: faiss.Index,
    question: Vectors,
    limit: int,
    among: NDArray[np.bool_] | None,
    share: float,
) -> NDArray[np.int64]:
    """Ids of about the ``limit`` nearest vectors, in no order.

    Args:
        among: By id, whether it may be found; ``None`` where all may.
        share: The share of all vectors that may be found: the fewer, the more lists are looked into,
            so that about as many vectors are compared whatever the filter. Of the others only ids are read.
    """
    import faiss

    lists: Any = index
    probed = min(math.ceil(_PROBED / max(share, 1e-9)), lists.nlist)
    selector = None if among is None else one_of(among)
    parameters = faiss.SearchParametersIVF(nprobe=probed, sel=selector)  # type: ignore[call-arg]
    with one_thread():
        _, ids = lists.search(question, limit, params=parameters)
    found: NDArray[np.int64] = ids[0][ids[0] >= 0]
    return found


@contextmanager
def one_thread() -> Iterator[None]:
    """Let FAISS use the calling thread alone.

    One question is soon answered; on a busy machine, threads that wait for each other take ten times
    as long as one.
    """
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def one_of(mask: NDArray[np.bool_]) -> Any:
    """FAISS's selector of the ids for which ``mask``, by id, is true; ids beyond it are not chosen."""
    import faiss

    make: Any = faiss.IDSelectorBitmap
    return make(np.packbits(mask, bitorder="little"))


def decoded(index: faiss.Index) -> tuple[NDArray[np.int64], Vectors]:
    """All ids and vectors of an index, list by list, as its 8 bits give them."""
    import faiss

    lists: Any = index
    ids: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
    vectors: list[Vectors] = [np.zeros((0, lists.d), np.float32)]
    for number in range(lists.nlist):
        size = lists.invlists.list_size(number)
        if not size:
            continue
        ids.append(faiss.rev_swig_ptr(lists.invlists.get_ids(number), size).copy())
        codes = faiss.rev_swig_ptr(lists.invlists.get_codes(number), size * lists.code_size)
        vectors.append(lists.sq.decode(codes.reshape(size, -1).copy()))
    return np.concatenate(ids), np.concatenate(vectors)

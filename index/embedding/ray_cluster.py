"""The process between the one that indexes and a Ray cluster, whose tasks do the embedding.

It stands apart because Ray ends a process whose cluster is gone, whatever that process holds. Ray
itself gives a task whose worker was killed, or whose machine is gone, to another worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from index.embedding.encoder import Vectors
from index.embedding.worker import HELLO, Encode, Order, embed, first_line, open_streams, serve
from index.errors import EncoderError, JuwenError

_TRIES_AGAIN = 3
"""How often passages are given to another worker after theirs was killed."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where tasks are sent.

    Attributes:
        address: As ``ray.init`` takes it.
        count: How many tasks run at a time; 0 for one a processor of the cluster.
    """

    order: Order
    address: str
    count: int


def main() -> None:
    """Send what comes to the cluster."""
    streams = open_streams()
    cluster: Cluster = streams.listen()
    try:
        processors = _connect(cluster.address)
    except JuwenError as error:
        streams.say(HELLO, error)
        return
    serve(streams, _tasks(cluster), at_once=cluster.count or processors)


def _connect(address: str) -> int:
    """Join the cluster; how many processors it has."""
    import ray

    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
        processors = int(ray.cluster_resources().get("CPU", 0))
    except Exception as error:  # Ray raises what it likes; all of it means the same
        reason = first_line(error)
        raise EncoderError(
            f"the Ray cluster {address!r} cannot be joined ({reason}); check with 'ray status' that it "
            "runs, and that this machine is one of its own",
            f"无法加入 Ray 集群 {address!r}（{reason}）；请用 ray status 检查其是否运行，"
            "并确认本机属于该集群",
        ) from error
    if not processors:
        raise EncoderError(
            f"the Ray cluster {address!r} offers no processor (CPU); start a node with --num-cpus",
            f"Ray 集群 {address!r} 未提供处理器（CPU）；请以 --num-cpus 启动节点",
        )
    return processors


def _tasks(cluster: Cluster) -> Encode:
    import ray
    from ray.exceptions import RayError, RayTaskError

    task: Any = ray.remote(num_cpus=1, max_retries=_TRIES_AGAIN)(embed)

    def encode(texts: Sequence[str]) -> Vectors:
        try:
            vectors: Vectors = ray.get(task.remote(cluster.order, list(texts)))
        except RayTaskError as error:
            raise _failed(cluster.address, error.cause) from error
        except RayError as error:
            raise _failed(cluster.address, error) from error
        return vectors

    return encode


def _failed(address: str, error: Exception) -> JuwenError:
    if isinstance(error, JuwenError):
        return error
    reason = first_line(error)
    return EncoderError(
        f"the Ray cluster {address!r} could not embed some passages ({reason}); what is embedded is "
        "kept: see that each of its machines has this version of juwen and memory enough, and run it again",
        f"Ray 集群 {address!r} 未能嵌入部分段落（{reason}）；已完成的部分已保留："
        "请确认集群各机器均装有同一版本的 juwen 且内存充足，然后重新运行",
    )

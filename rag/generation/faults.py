"""What a reader has to know of a reply that is not what it should be, in one sentence."""

from __future__ import annotations

from rag.generation.chat_model import ChatModelError, Ending


def empty(name: str) -> ChatModelError:
    return ChatModelError(
        f"the chat model {name!r} replied with nothing, twice; ask again, or choose another model",
        f"对话模型 {name!r} 两次均未给出内容；请重新提问，或换一个模型",
    )


def unproven(sentences: int) -> ChatModelError:
    return ChatModelError(
        f"nothing that the chat model wrote ({sentences} {_plural(sentences)}) is supported by the articles",
        f"对话模型所写的 {sentences} 句话均无法由文章证实",
    )


def some_withheld(sentences: int) -> ChatModelError | None:
    if not sentences:
        return None
    return ChatModelError(
        f"{sentences} {_plural(sentences)} of the chat model left out that the articles do not support",
        f"对话模型所写的 {sentences} 句话无法由文章证实，已略去",
    )


def ran_on(longest: int) -> ChatModelError:
    return ChatModelError(
        f"the chat model's reply was cut off after {longest:,} characters; ask for less at a time",
        f"对话模型的回答超过 {longest:,} 个字符，已截断；请缩小问题范围",
    )


def cut_off(ending: Ending, *, begun: bool) -> ChatModelError | None:
    """What is said of a reply that did not end by itself.

    Args:
        begun: Whether some of an answer had come.
    """
    if ending is Ending.LENGTH:
        return _length(begun=begun)
    if ending is Ending.FILTERED:
        return _filtered(begun=begun)
    if ending is Ending.BROKEN:
        return ChatModelError(
            "the chat model broke off in the middle of its reply; what had come is kept, ask again for the rest",
            "对话模型在回答中途断开；已收到的内容予以保留，请重新提问以获得完整回答",
        )
    return None


def _length(*, begun: bool) -> ChatModelError:
    if begun:
        return ChatModelError(
            "the chat model's reply reached its longest and is cut off; ask for less at a time, "
            "or allow it more tokens at its server",
            "对话模型的回答达到长度上限，未能写完；请缩小问题范围，或在其服务端放宽长度",
        )
    return ChatModelError(
        "the chat model reached the longest that its reply may be before it answered; "
        "allow it more tokens at its server, or choose a model that thinks less",
        "对话模型还未作答就达到了长度上限；请在其服务端放宽长度，或换一个思考较短的模型",
    )


def _filtered(*, begun: bool) -> ChatModelError:
    if begun:
        return ChatModelError(
            "the provider's filter withheld the rest of the chat model's reply; ask in other words, or choose another model",
            "服务方的内容过滤截断了对话模型的回答；请换个问法，或换一个模型",
        )
    return ChatModelError(
        "the provider's filter withheld the chat model's reply; ask in other words, or choose another model",
        "服务方的内容过滤拦下了对话模型的回答；请换个问法，或换一个模型",
    )


def _plural(sentences: int) -> str:
    return "sentence" if sentences == 1 else "sentences"

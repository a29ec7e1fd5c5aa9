"""A chat model by name, through LangChain: opened, asked, its errors said in one sentence.

``import rag`` loads none of it; LangChain and the provider's package are loaded by ``open_chat_model``.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from index.errors import JuwenError
from rag.generation.prompts import Message
from rag.records import Usage

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import RunnableConfig

TIMEOUT_SECONDS = 120.0
"""How long a chat model may be silent, where ``JUWEN_CHAT_TIMEOUT`` does not say."""

RETRIES = 2
"""How often a request is sent again that failed before any text came (by the provider's client)."""

CONTEXT_TOKENS = 3000
"""How much evidence is shown to a chat model, where ``JUWEN_CONTEXT_TOKENS`` does not say."""

MOST_CONTEXT_TOKENS = 6000
"""How much is shown to a model whose context is known and long; more costs more than it tells."""

_LEAST_EVIDENCE = 500
_ROOM = 2048
"""Tokens that rules, examples, question and reply take beside the evidence."""

_PROXIES = tuple(
    variable
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    for variable in (name, name.lower())
)
_EXTRAS = ("openai", "ollama", "anthropic")
_PACKAGE = re.compile(r"pip install ([\w-]+)")
_LONGEST_REASON = 160
_SECRET = re.compile(r"\b(?:sk|key|Bearer)[-_ ][^\s,;]{6,}")
_NO_CHUNKS = ("No generation chunks were returned", "No generations found in stream")
"""What LangChain raises, as a ``ValueError``, where a reply is empty; that is no failure of the model."""

_REASONS = ("finish_reason", "stop_reason", "done_reason")
"""Where OpenAI's, Anthropic's and Ollama's protocols say why a reply ended."""

_ODD_PARTS = "Pydantic serializer warnings|Received unexpected [a-z ]+ block"
"""What the clients warn of where a reply holds thoughts in a shape that they do not know, and pass over."""

_TOO_LONG = (
    re.compile(r"context|prompt is too long|too many tokens|input (?:is|tokens?)", re.I),
    re.compile(r"exceed|too long|too many|too large|maximum|longer than|larger than|limit", re.I),
)
_HTTP_TOO_LONG = (400, 413, 422, 500)


class ChatModelError(JuwenError):
    """The chat model cannot be opened, reached, or used."""


class ContextError(ChatModelError):
    """What it was shown is longer than the model's context."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars a million tokens."""

    input: float
    output: float

    def of(self, input_tokens: int, output_tokens: int) -> float:
        return (self.input * input_tokens + self.output * output_tokens) / 1e6


class Ending(StrEnum):
    """How a reply ended, by what the protocol says of it."""

    COMPLETE = "complete"
    LENGTH = "length"
    """It reached the longest that it may be."""
    FILTERED = "filtered"
    """The provider, or the model, withheld it or the rest of it."""
    BROKEN = "broken"
    """The connection, or the server, ended before the reply did."""


_ENDINGS = {
    Ending.LENGTH: "length|max_?(?:output_|new_)?tokens?|max_?length|model_length|token_limit"
    "|(?:model_)?context_(?:window|length)\\w*",
    Ending.FILTERED: "content_?filter\\w*|\\w*safety|refusal|sensitive|recitation|blocklist"
    "|prohibited_content|spii|guardrail_intervened|error_toxic|blocked",
    Ending.BROKEN: "error|\\w+_error|abort(?:ed)?|pause_turn|cancel(?:l?ed)?|timeout|interrupted|(?:un)?load"
    "|insufficient_system_resource",
}
"""What the providers call each ending; any other word is that of a whole reply."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a chat model sends at a time: some text, and at the end what it counted and how it ended."""

    text: str
    usage: Usage | None = None
    ending: Ending | None = None


@dataclass(slots=True)
class _Counted:
    """Whether a reply's tokens were counted once, with the last of its text or behind it."""

    times: int = 0
    at_end: bool = False

    def note(self, piece: Piece) -> None:
        self.times += piece.usage is not None
        if piece.usage or piece.text:
            self.at_end = piece.usage is not None and self.times == 1


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A LangChain chat model under its name.

    Attributes:
        price: What its tokens cost, ``None`` where nobody said.
        context_tokens: How many tokens of evidence it is shown.
    """

    name: str
    model: BaseChatModel
    price: Price | None = None
    context_tokens: int = CONTEXT_TOKENS

    def stream(
        self,
        messages: Sequence[Message],
        config: RunnableConfig | None = None,
        *,
        whole: bool = False,
    ) -> Iterator[Piece]:
        """The reply, piece by piece as it arrives; the last piece says how it ended.

        Args:
            whole: Ask for all of it at once, of a server that may not stream.

        Raises:
            ChatModelError: the model cannot be reached or used, or broke off.
        """
        begun, ending, counted = False, None, _Counted()
        try:
            for chunk in self._chunks(messages, config, whole=whole):
                ending = ending_of(chunk.response_metadata) or ending
                piece = Piece(str(chunk.text), self._usage(chunk))
                begun = begun or bool(piece.text)
                counted.note(piece)
                yield piece
        except JuwenError:
            raise
        except Exception as error:
            if not str(error).startswith(_NO_CHUNKS):
                raise explain(error, self.name, begun=begun) from error
        if begun and ending is None:
            ending = _untold(self.model, counted_at_end=counted.at_end)
        yield Piece("", ending=ending or Ending.COMPLETE)

    def _chunks(
        self, messages: Sequence[Message], config: RunnableConfig | None, *, whole: bool
    ) -> Iterator[AIMessage]:
        if whole:
            yield self.model.invoke(list(messages), config)
        else:
            yield from self.model.stream(list(messages), config)

    def _usage(self, chunk: Any) -> Usage | None:
        counted = getattr(chunk, "usage_metadata", None)
        if not counted:
            return None
        sent, received = counted["input_tokens"], counted["output_tokens"]
        return Usage(sent, received, self.price.of(sent, received) if self.price else None)


def ending_of(metadata: Mapping[str, Any]) -> Ending | None:
    """How a reply ended, by the metadata of one of its messages; ``None`` where they do not say.

    >>> ending_of({"stop_reason": "max_tokens"}).value, ending_of({"finish_reason": None})
    ('length', None)
    """
    said = next((metadata[name] for name in _REASONS if metadata.get(name)), None)
    if said is None and metadata.get("status") == "incomplete":  # OpenAI's other protocol
        said = (metadata.get("incomplete_details") or {}).get("reason", "length")
    if said is None:
        return Ending.COMPLETE if metadata.get("done") or metadata.get("status") else None
    found = (one for one, words in _ENDINGS.items() if re.fullmatch(words, str(said), re.I))
    return next(found, Ending.COMPLETE)


def _untold(model: BaseChatModel, *, counted_at_end: bool) -> Ending:
    """How a reply ended that does not say, by whether every whole one of its protocol does.

    Some servers of OpenAI's protocol never do; they count the tokens when the reply is whole.
    """
    classes = {each.__name__ for each in type(model).__mro__}
    says = bool(classes & {"ChatAnthropic", "ChatOllama"})
    if says or ("BaseChatOpenAI" in classes and not counted_at_end):
        return Ending.BROKEN
    return Ending.COMPLETE


def add_usage(one: Usage | None, other: Usage | None) -> Usage | None:
    """What two replies took together.

    >>> add_usage(Usage(10, 2), Usage(5, 1)) == Usage(15, 3)
    True
    """
    if one is None or other is None:
        return one or other
    costs = (one.cost, other.cost)
    return Usage(
        one.input_tokens + other.input_tokens,
        one.output_tokens + other.output_tokens,
        None if None in costs else sum(cost for cost in costs if cost),
    )


def as_chat_model(model: str | BaseChatModel | ChatModel) -> ChatModel:
    """What was given for a chat model, by name or ready made.

    Raises:
        ChatModelError: as ``open_chat_model``.
    """
    if isinstance(model, ChatModel):
        return model
    if isinstance(model, str):
        return open_chat_model(model)
    return ChatModel(_name_of(model), model, _price(), _context_tokens())


def open_chat_model(
    name: str, address: str = "", key: str = "", context: int | None = None
) -> ChatModel:
    """Open a chat model by its name, ``provider:model`` as LangChain's ``init_chat_model`` spells it.

    Nothing is sent yet. Without them, keys and addresses come from the environment variables that the
    provider's package reads (``OPENAI_API_KEY``, ``OPENAI_BASE_URL``, ``ANTHROPIC_API_KEY``,
    ``OLLAMA_HOST``).

    Args:
        context: How many tokens the model takes, where that is known.

    Raises:
        ChatModelError: the provider is not known, its package is not installed, or a setting is
            missing or malformed.
    """
    from langchain.chat_models import init_chat_model

    warnings.filterwarnings("ignore", _ODD_PARTS, UserWarning)
    price, tokens = _price(), _context_tokens(context)
    settings = _settings(name, tokens, address, key)
    try:
        if not name.strip():
            raise ValueError("no name")
        model = init_chat_model(name, **settings, temperature=0)
        if (model.profile or {}).get("temperature") is False:
            model = init_chat_model(name, **settings)
        if context is None:
            tokens = _context_tokens((model.profile or {}).get("max_input_tokens"))
    except ImportError as error:
        raise _not_installed(name, error) from error
    except ValueError as error:  # pydantic's ValidationError is one
        bad_proxy = "proxy URL" in str(error)
        raise (_bad_proxy() if bad_proxy else _bad_name(name, error)) from error
    except Exception as error:
        bad_proxy = _is_a(error, "InvalidURL") and any(map(os.environ.get, _PROXIES))
        raise (_bad_proxy() if bad_proxy else _no_settings(name, error)) from error
    return ChatModel(name, model, price, tokens)


def _settings(name: str, context_tokens: int, address: str, key: str) -> dict[str, Any]:
    provider = name.partition(":")[0]
    seconds = _number("JUWEN_CHAT_TIMEOUT", TIMEOUT_SECONDS)
    settings: dict[str, Any] = {"base_url": address} if address else {}
    if provider == "ollama":
        # Ollama cuts what is longer than its context without a word; its client takes the time-out.
        client: dict[str, Any] = {"timeout": seconds}
        if key:
            client["headers"] = {"Authorization": f"Bearer {key}"}
        return {**settings, "client_kwargs": client, "num_ctx": context_tokens + _ROOM}
    settings |= {"timeout": seconds, "max_retries": RETRIES}
    if key:
        settings["api_key"] = key
    if provider == "openai":
        settings["stream_usage"] = True  # off by default where OPENAI_BASE_URL is set
        own_server = address or os.environ.get("OPENAI_BASE_URL")
        if own_server and not key and (address or not os.environ.get("OPENAI_API_KEY")):
            settings["api_key"] = "none"  # a server of one's own asks for no key, the client does
    return settings


def _name_of(model: BaseChatModel) -> str:
    for attribute in ("model_name", "model"):
        if isinstance(named := getattr(model, attribute, None), str):
            return named
    return type(model).__name__


def _context_tokens(context: int | None = None) -> int:
    """How much evidence a model is shown that takes so many tokens; by default what suits most."""
    if os.environ.get("JUWEN_CONTEXT_TOKENS") or context is None:
        return int(_number("JUWEN_CONTEXT_TOKENS", CONTEXT_TOKENS))
    return max(_LEAST_EVIDENCE, min(MOST_CONTEXT_TOKENS, context - _ROOM))


def _number(variable: str, default: float) -> float:
    """A positive number from the environment."""
    value = os.environ.get(variable)
    if not value:
        return default
    with suppress(ValueError):
        if 0 < (number := float(value)) < float("inf"):
            return number
    raise ChatModelError(
        f"{variable} is {value!r} and no positive number; set it like {variable}={default:g}",
        f"{variable} 的值 {value!r} 不是正数；请写成 {variable}={default:g} 的形式",
    )


def _price() -> Price | None:
    """From ``JUWEN_CHAT_PRICE``: dollars a million tokens sent and received, ``0.27,1.10``."""
    value = os.environ.get("JUWEN_CHAT_PRICE")
    if not value:
        return None
    with suppress(ValueError):
        sent, received = (float(part) for part in value.split(","))
        if sent >= 0 and received >= 0:
            return Price(sent, received)
    raise ChatModelError(
        f"JUWEN_CHAT_PRICE is {value!r}; write US dollars a million tokens in and out, like 0.27,1.10",
        f"JUWEN_CHAT_PRICE 的值为 {value!r}；请写每百万输入、输出 token 的美元价格，如 0.27,1.10",
    )


def _not_installed(name: str, error: ImportError) -> ChatModelError:
    if "socksio" in str(error):
        return ChatModelError(
            "the environment names a SOCKS proxy, whose package is not installed; "
            "run: pip install 'httpx[socks]', or unset ALL_PROXY",
            "环境变量指定了 SOCKS 代理，但所需的包尚未安装；"
            "请运行：pip install 'httpx[socks]'，或取消 ALL_PROXY",
        )
    provider, named = name.partition(":")[0], _PACKAGE.search(str(error))
    package = f"'juwen[{provider}]'" if provider in _EXTRAS else named[1] if named else "langchain"
    return ChatModelError(
        f"the chat model {name!r} needs a package that is not installed; run: pip install {package}",
        f"使用对话模型 {name!r} 需要的包尚未安装；请运行：pip install {package}",
    )


def _bad_proxy() -> ChatModelError:
    return ChatModelError(
        "a proxy that the environment names cannot be used; write HTTP_PROXY, HTTPS_PROXY and ALL_PROXY "
        "like http://proxy.example:8080, NO_PROXY like localhost,.example, or unset them",
        "环境变量指定的代理无法使用；请将 HTTP_PROXY、HTTPS_PROXY、ALL_PROXY 写成 http://proxy.example:8080 "
        "的形式，NO_PROXY 写成 localhost,.example 的形式，或取消这些变量",
    )


def _bad_name(name: str, error: ValueError) -> ChatModelError:
    return ChatModelError(
        f"the chat model {name!r} cannot be opened ({_reason(error)}); "
        "name it provider:model, like openai:deepseek-chat or ollama:qwen3",
        f"无法打开对话模型 {name!r}（{_reason(error)}）；"
        "请写成 provider:model 的形式，如 openai:deepseek-chat 或 ollama:qwen3",
    )


def _no_settings(name: str, error: Exception) -> ChatModelError:
    provider = name.partition(":")[0].upper()
    return ChatModelError(
        f"the chat model {name!r} cannot be opened; set {provider}_API_KEY, "
        f"or {provider}_BASE_URL to a server of your own",
        f"无法打开对话模型 {name!r}；请设置 {provider}_API_KEY，"
        f"或将 {provider}_BASE_URL 指向自己的服务",
    )


def explain(error: Exception, name: str, *, begun: bool = False) -> ChatModelError:
    """What went wrong with a chat model, as one sentence that says how to mend it.

    LangChain's own classes (``langchain_core.exceptions``) tell first; the HTTP status and the
    kind of network error tell for packages that do not raise these.

    Args:
        begun: Whether some of the reply had come.
    """
    from langchain_core import exceptions as known

    if begun:
        return _broke_off(name)
    status = _status(error)
    if (
        isinstance(error, known.ModelTimeoutError)
        or _is_a(error, "Timeout")
        or status in (408, 504)
    ):
        return _timed_out(name)
    if isinstance(error, known.ModelRateLimitError) or status == 429:
        return _limited(name)
    if isinstance(
        error, (known.ModelAuthenticationError, known.ModelPermissionDeniedError)
    ) or status in (401, 403):
        return _wrong_key(name)
    if isinstance(error, known.ModelNotFoundError) or status == 404:
        return _unknown(name)
    if isinstance(error, known.ContextOverflowError) or (
        status in _HTTP_TOO_LONG and all(sign.search(str(error)) for sign in _TOO_LONG)
    ):
        return _too_long(name)
    if isinstance(error, known.ModelConnectionError) or _is_a(error, "Connect", "TransportError"):
        return _not_there(name)
    if status is None and isinstance(error, (ValueError, TypeError, LookupError, AttributeError)):
        return _no_reply(name, error)
    return ChatModelError(
        f"the chat model {name!r} failed ({_reason(error)}); try again, or choose another one (juwen model, or JUWEN_CHAT_MODEL)",
        f"对话模型 {name!r} 出错（{_reason(error)}）；请重试，或换一个模型（juwen model 或 JUWEN_CHAT_MODEL）",
    )


def _broke_off(name: str) -> ChatModelError:
    return ChatModelError(
        f"the chat model {name!r} broke off in the middle of its reply; what had come is kept, ask again for the rest",
        f"对话模型 {name!r} 在回答中途断开；已收到的内容予以保留，请重新提问以获得完整回答",
    )


def _timed_out(name: str) -> ChatModelError:
    return ChatModelError(
        f"the chat model {name!r} did not reply in time; try again, or allow it more seconds with JUWEN_CHAT_TIMEOUT",
        f"对话模型 {name!r} 未在限定时间内回复；请重试，或用 JUWEN_CHAT_TIMEOUT 放宽秒数",
    )


def _limited(name: str) -> ChatModelError:
    return ChatModelError(
        f"the provider of the chat model {name!r} takes no more requests for now (rate limit or quota); wait a little, or check your quota",
        f"对话模型 {name!r} 的服务方暂不接受更多请求（超出频率或额度）；请稍后再试，或检查额度",
    )


def _wrong_key(name: str) -> ChatModelError:
    return ChatModelError(
        f"the provider of the chat model {name!r} does not accept the key; check it (juwen model, or a variable such as OPENAI_API_KEY)",
        f"对话模型 {name!r} 的服务方不接受当前密钥；请检查密钥（juwen model，或 OPENAI_API_KEY 等环境变量）",
    )


def _unknown(name: str) -> ChatModelError:
    return ChatModelError(
        f"the server does not know the chat model {name!r}; check its name and the address (juwen model, or JUWEN_CHAT_MODEL and OPENAI_BASE_URL)",
        f"服务器没有对话模型 {name!r}；请检查名称和服务地址（juwen model，或 JUWEN_CHAT_MODEL 与 OPENAI_BASE_URL）",
    )


def _too_long(name: str) -> ContextError:
    return ContextError(
        f"the evidence is too long for the chat model {name!r}; show it less with JUWEN_CONTEXT_TOKENS",
        f"证据超出对话模型 {name!r} 的上下文长度；请用 JUWEN_CONTEXT_TOKENS 减少",
    )


def _not_there(name: str) -> ChatModelError:
    return ChatModelError(
        f"the server of the chat model {name!r} cannot be reached; check that it runs, and its address (juwen model, or a variable such as OPENAI_BASE_URL)",
        f"无法连接对话模型 {name!r} 的服务器；请确认其正在运行，并检查地址（juwen model，或 OPENAI_BASE_URL 等环境变量）",
    )


def _no_reply(name: str, error: Exception) -> ChatModelError:
    """Of what a client falls over: an empty stream, a page, another protocol."""
    said, said_zh = "", ""
    if isinstance(error, ValueError):  # the others tell of the client's inside
        said, said_zh = f" ({_reason(error)})", f"（{_reason(error)}）"
    return ChatModelError(
        f"what the server of the chat model {name!r} sent is no reply{said}; check that it speaks the protocol of "
        "that name, and its address (juwen model, or a variable such as OPENAI_BASE_URL)",
        f"对话模型 {name!r} 的服务器所发内容不是回答{said_zh}；请确认其协议与名称相符，并检查地址（juwen model，或 OPENAI_BASE_URL 等环境变量）",
    )


def _status(error: Exception) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _is_a(error: Exception, *names: str) -> bool:
    """Whether a class of the error, or of what caused it, is named so: every client has its own."""
    classes = [*type(error).__mro__, *type(error.__cause__).__mro__]
    return any(name in each.__name__ for each in classes for name in names)


def _reason(error: Exception) -> str:
    said = _SECRET.sub("…", " ".join(str(error).split()))
    return f"{type(error).__name__}: {said}"[:_LONGEST_REASON] if said else type(error).__name__

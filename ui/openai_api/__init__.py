"""The assistant behind OpenAI's chat protocol, so that other chat programs can ask it.

``GET /v1/models`` and ``POST /v1/chat/completions`` (whole, or streamed as server-sent events),
after https://platform.openai.com/docs/api-reference/chat. What a client shows, ``content``, is
Markdown: the very words that answer, or what leads up to sentences that are only near; the sentences
with their markers; the sources. Text of articles in it is escaped. Everything else of the answer is
in the additional field ``juwen`` (``Answer.to_dict``).
"""

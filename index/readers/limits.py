"""How much of a file is taken, so that no file can exhaust the memory or the patience of a machine."""

from __future__ import annotations

MAX_FILE_BYTES = 64 * 2**20
"""Largest file, unpacked, of a kind that is read as a whole. Streamed kinds have no such limit."""

MAX_ARTICLE_CHARS = 16 * 2**20
"""Longest single article, line or cell of a kind that is read as a stream, in characters."""

MAX_BLANK_CHARS = 2**20
"""White space that may come in one run in a kind that is read as a stream."""

MAX_PAGE_CHARS = 8 * 2**20
"""Longest web page, its embedded pictures taken out, in characters: most of them are markup."""

MAX_PAGE_TAGS = 500_000
"""Most tags of a web page: a tree takes far more memory and time than the text it is made from."""

MAX_MARKDOWN_CHARS = 4 * 2**20
"""Longest Markdown file, in characters: its parser takes some 80 bytes of memory for each, and seconds for a million."""

MAX_MARKS = 100_000
"""Most brackets, stars and the like in a Markdown file, of which each may cost a tenth of a millisecond."""

PIECE_BYTES = 64 * 2**10
"""How much of a stream is read at a time."""

MAX_LOST_PER_FILE = 1000
"""Articles of one file that may be unusable before the rest of it is left unread."""

MAX_PAGES = 3000
"""Pages of a PDF."""

MAX_SECONDS = 60
"""Time that a library may take over one PDF, Word document or web page."""

MAX_MEMORY_BYTES = 2**30
"""Address space of the process in which such a library runs."""

MAX_RECOGNITION_BYTES = 2 * 2**30
"""The same where text is recognised: the engine reserves more than it uses, which is under 1 GiB."""

MAX_MEMBERS = 10_000
"""Entries of one zip archive, its folders counted: each may be an article of its own."""

MAX_UNPACKED_BYTES = 2 * 2**30
"""What the files of one zip archive may come to, unpacked."""

MAX_RATIO = 200
"""How many times smaller than itself a member of a zip archive may be packed. Text reaches 50."""

MAX_RECOGNISED_PAGES = 500
"""Scanned pages of one PDF whose text is recognised."""

SECONDS_PER_RECOGNISED_PAGE = 60
"""Time that recognising the text of one page may take, beside ``MAX_SECONDS`` for the file."""

"""A library on a PostgreSQL server (with pgvector): the same as a folder's, kept by an engine that others know.

In: an address and what ``index.build`` hands to a writer. Out: ``index.library.library.Library``. Needs
the extra ``juwen[postgres]``; nothing outside of this package imports its driver. What is true is in
the tables of ``schema``, as in a folder; vectors and postings are derived from it, in the same
transaction.
"""

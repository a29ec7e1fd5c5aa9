"""What can be wrong with a library, and what mends it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from index.errors import Message


class Mend(StrEnum):
    """What makes a library whole again after a finding."""

    MANIFEST = "manifest"
    """What the manifest says is put right."""
    SQL_INDEXES = "sql-indexes"
    """SQLite makes its own indexes again."""
    ARTICLE = "article"
    """The article is cleaned, cut and embedded again from what was received."""
    ACCOUNT = "account"
    """What the account repeats is learned again."""
    POSTINGS = "postings"
    """The inverted index is made again."""
    VECTORS = "vectors"
    """The search index is made again."""
    LEFTOVER = "leftover"
    """A file that nobody needs is deleted."""
    BEHIND = "behind"
    """Nothing is damaged: the search index is made anew by whoever opens the library next."""
    UNFINISHED = "unfinished"
    """Nothing is damaged: the job that was stopped goes on when it is run again."""
    SOURCE = "source"
    """Nothing here can mend it: the article is needed anew, from where it came."""
    BACKUP = "backup"
    """Nothing here can mend it: a copy of the library is needed."""

    @property
    def possible(self) -> bool:
        """Whether a repair can do it."""
        return self not in (Mend.SOURCE, Mend.BACKUP, Mend.UNFINISHED)

    @property
    def is_of_damage(self) -> bool:
        """Whether something is wrong, and not only left over or still to be done."""
        return self not in (Mend.LEFTOVER, Mend.BEHIND, Mend.UNFINISHED)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        mend: What mends it.
        subject: The id of an article, the name of an account or a file; ``""`` for the whole.
        message: What is wrong.
    """

    mend: Mend
    subject: str
    message: Message

    def to_dict(self) -> dict[str, str]:
        return {"mend": self.mend, "subject": self.subject, **asdict(self.message)}

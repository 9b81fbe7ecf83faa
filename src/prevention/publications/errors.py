"""What can go wrong with a file, in words for the person who gave it."""

from __future__ import annotations


class PublicationError(ValueError):
    """A file that cannot be taken in; the message says what, where and what to do."""


class FileRefused(PublicationError):
    """The file is unsafe, damaged or of a kind that cannot be read."""


class NotRecognised(PublicationError):
    """The file can be read, but is none of the publications known, or lacks a part of one.

    nearest: id of the publication it comes nearest to; empty when it resembles none.
    missing: what that publication has and this file has not.
    """

    def __init__(self, message: str, *, nearest: str = "", missing: tuple[str, ...] = ()) -> None:
        """Say what is wrong, which publication it is nearest to and what that one has more."""
        super().__init__(message)
        self.nearest = nearest
        self.missing = missing

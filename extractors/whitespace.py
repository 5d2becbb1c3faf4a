"""Characters as the record keeps them: one space between words, nothing invisible, nothing that is no character."""

from __future__ import annotations

INVISIBLE = ("\u200b", "\u2060", "\ufeff", "\u00ad")  # zero-width space, word joiner, byte order mark, soft hyphen


def fold(text: str) -> str:
    """One space for every run of white space (no-break ones too), none at the ends, invisible characters gone."""
    return " ".join((text if text.isascii() else visible(text)).split())


def is_blank(text: str) -> bool:
    """Whether nothing would be left of the text, folded."""
    return all(character.isspace() or character in INVISIBLE for character in text.lstrip())


def squeeze(text: str) -> str:
    """All white space gone: what two texts must share to be the same text, white space aside."""
    return "".join(visible(text).split())


def visible(text: str) -> str:
    """The text without characters that print nothing."""
    if text.isascii():
        return text
    for character in INVISIBLE:
        if character in text:
            text = text.replace(character, "")
    return text


def mend(text: str) -> str:
    """Surrogate pairs, as JavaScript and JSON escapes leave them, joined to the character they mean; lone halves, as
    texts cut in the middle of an emoji have them, become U+FFFD. Without this the text could not be written down.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text

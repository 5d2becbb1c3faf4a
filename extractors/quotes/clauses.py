"""What stands between a subject and its verb of speech, and subjects without a name.

'The harbour board said it "…"', 'Analysts called it "…"', 'We called it "…"': without this such a quote would fall to
whoever the prose was about before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractors.quotes.vocabulary import Vocabulary

_CLAUSE = re.compile(
    r"(?:\A|.*[,;:—–()\n\0]|.*\b(?:and|but|while|as|when|because|that|which|who)\b)\s*(.*)\Z", re.DOTALL
)
"""What follows the last comma or joining word before the verb."""
_WORD = re.compile(r"[\w'’.-]+")
_ARTICLE = re.compile(r"(?:the|an?|one|another)\s+", re.IGNORECASE)
_SOMEONE_ELSE = re.compile(r"(?:an?|one|another|some|many|several|most|other)\s", re.IGNORECASE)
_NARRATORS = frozenset(("i", "we"))
_ONE = re.compile(r"[ ](?:one|another)(?:[ ][a-z][\w'’-]*){1,2}(?=[ ,.;\n\0]|\Z)")
_TO_APPOSITION = re.compile(r"(?:[ ](?:of|from|at)(?:[ ][A-Z][\w'’-]*){1,3})?[ ]?,")
_APPOSITION = re.compile(r"(?:[^,.\n\0]|\.(?=[,\w])|(?<=[A-Z])\.){0,120},")
"""', the chairman of the board,', 'of Nebraska, a Democrat,', ', D-Minn.,': comma by comma."""
MAX_APPOSED = 5  # commas between an English name and its verb
MAX_SUBJECT = 9  # words of a subject
MAX_LEAD = 160  # characters of a clause looked at


def appositions(prose: str, start: int, end: int, words: Vocabulary) -> Iterator[int]:
    """Where what is told of the one named at prose[start:end] may end: behind each comma that follows.

    '…," Ann Berg, a fellow of the institute in Ghent, Belgium, said': the verb stands behind the last.
    """
    if "," not in prose[start:end]:
        opened = _TO_APPOSITION.match(prose, end)
        if not opened:
            return
        end = opened.end()
    for _ in range(MAX_APPOSED if words.language == "en" else 1):
        part = _APPOSITION.match(prose, end)
        if not part:
            return
        end = part.end()
        yield end


class ClauseSubject(NamedTuple):
    """`kind` is 'narrator' for I and we, 'body' for one by name, 'other' for people or a body not met by name."""

    kind: Literal["narrator", "body", "other"]
    words: str


def nameless_subject(before: str, verb: str, words: Vocabulary) -> ClauseSubject | None:
    """The subject at the end of `before`, the clause up to the verb.

    None for a person's name, a pronoun, and what may be somebody just spoken of: 'the mayor'.
    """
    if words.language != "en" or verb.endswith("ing"):
        return None
    clause = _CLAUSE.match(before[-MAX_LEAD:])
    said = _WORD.findall(clause[1]) if clause else []
    while said and (said[-1].lower() in words.adverbs or said[-1].lower() in words.finite or said[-1].endswith("ly")):
        said.pop()
    if not said or len(said) > MAX_SUBJECT:
        return None
    last = said[-1]
    if last.lower() in _NARRATORS:
        return ClauseSubject("narrator", last)
    subject = " ".join(said)
    bare = _ARTICLE.sub("", subject, count=1)
    if " " in bare and last.lower() in words.institutions and all(word[0].isupper() for word in bare.split()):
        return ClauseSubject("body", bare)
    if last in words.function_words or (len(said) > 1 and (last[0].isupper() or said[1] in words.companions)):
        return None
    return ClauseSubject("other", bare) if is_other(subject, words) else None


def another_at(prose: str, at: int, words: Vocabulary) -> re.Match[str] | None:
    """'one user', 'another neighbour', where they stand behind an English verb: '"…," said one user'."""
    return _ONE.match(prose, at) if words.language == "en" else None


def is_other(subject: str, words: Vocabulary) -> bool:
    """Whether those English words mean someone not spoken of so far: 'one user', 'analysts', 'the fishing ministry'."""
    last = subject.rsplit(maxsplit=1)[-1].lower()
    if _SOMEONE_ELSE.match(subject) or last in words.groups:
        return True
    return last in words.institutions and subject.count(" ") > subject.lower().startswith("the ")

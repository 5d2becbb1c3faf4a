"""The language of a text, by its commonest words; by its script where that tells."""

from __future__ import annotations

import re
from collections import Counter

from extractors import lexicon

_LISTS: dict[str, list[str]] = lexicon.load("stopwords")
_LANGUAGES: dict[str, tuple[str, ...]] = {}
for _language, _words in _LISTS.items():
    for _word in _words:
        _LANGUAGES[_word] = (*_LANGUAGES.get(_word, ()), _language)

_WORD = re.compile(r"[^\W\d_]+")
_ASCII_WORD = re.compile("[a-z]+")  # the same in small letters of ASCII, found twice as fast
_SCRIPTS = {
    "ja": "\u3040-\u30ff",
    "ko": "\uac00-\ud7af",
    "zh": "\u4e00-\u9fff",
    "ar": "\u0620-\u06ff",
    "ru": "\u0400-\u04ff",
    "hi": "\u0900-\u097f",
    "th": "\u0e00-\u0e7f",
}
_SCRIPT = {language: re.compile(f"[{letters}]") for language, letters in _SCRIPTS.items()}
_ANY_SCRIPT = re.compile(f"[{''.join(_SCRIPTS.values())}]")

_SAMPLE = 1000  # characters read: some 140 words; twice as many told none of 66 stories better
_FEWEST = 8  # words; below that two stop words are chance
_SHARE = 0.08  # of all words; running text has .2 to .5, lists of names under .05
_LEAD = 1.15  # how far the first must be ahead of the second


def guess_language(text: str) -> str | None:
    """'id', 'en', 'ms', 'jv', 'su', 'de', 'es', 'pt', 'fr', 'nl', 'it'; by script ja, ko, zh, ar, ru, hi, th.

    None for a text too short or too mixed to tell. Other languages of the same scripts are taken for these.
    """
    sample = text[:_SAMPLE]
    words = (_ASCII_WORD if sample.isascii() else _WORD).findall(sample.lower())
    if words and _ANY_SCRIPT.search(sample) and (script := _script(sample, sum(map(len, words)))):
        return script
    if len(words) < _FEWEST:
        return None
    counts: Counter[str] = Counter()
    for languages, times in Counter(map(_LANGUAGES.get, words)).items():
        for language in languages or ():
            counts[language] += times
    # Twins share most of their commonest words: the few that differ decide, and a tie is Indonesian.
    del counts["ms" if counts["id"] >= counts["ms"] else "id"]
    ranked = counts.most_common(2)
    if not ranked or ranked[0][1] < max(2, _SHARE * len(words)):
        return None
    if len(ranked) > 1 and ranked[0][1] < _LEAD * ranked[1][1]:
        return None
    return ranked[0][0]


def _script(sample: str, letters: int) -> str | None:
    """The language of the script that writes at least a fifth of the letters; kana before ideographs."""
    found = {language: len(form.findall(sample)) for language, form in _SCRIPT.items()}
    if found["ja"] and found["ja"] + found["zh"] > letters / 3 and found["ja"] > found["zh"] / 10:
        return "ja"
    language = max(found, key=lambda name: found[name])
    return language if found[language] > letters / 5 else None

"""Whether two names can be one person's: by the same words, some of them, or a slip of the pen."""

from __future__ import annotations

from functools import lru_cache

MAX_NAME = 10  # words; longer ones are lists that are written without a comma
MIN_FUZZY = 4  # letters; shorter names differ too easily by one


@lru_cache(maxsize=4096)
def fold(name: str) -> tuple[str, ...]:
    """'M. Ma’mun Hadi' -> ('m', "ma'mun", 'hadi'): a name's words, for comparison."""
    name = name.replace("’", "'").replace("‘", "'").replace("ʼ", "'").replace('"', "").lower()
    return tuple(word.strip(".'") for word in name.split() if word.strip(".'"))


def is_part(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """'Tirta', 'Surya' for 'Surya Tirta'; 'Galih Jaya' for 'M. Galih'."""
    shared = {word for word in words if len(word) > 1} & set(name)
    if not shared:
        return False
    if set(words) <= set(name) or set(name) <= set(words):
        return True
    rest = (set(words) ^ set(name)) - shared
    initials = {word for word in words if len(word) == 1}
    if initials and {word for word in words if len(word) > 1} <= set(name):
        return initials <= {word[0] for word in set(name) - shared}
    return all(len(word) == 1 for word in rest) or (len(shared) == 1 and words[0] == name[-1])


def misspelt(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Each word of the shorter differs from one of the longer by a letter at most."""
    short, long = (words, name) if len(words) <= len(name) else (name, words)
    if len(long) > MAX_NAME:
        return False
    for word in short:
        if len(word) < MIN_FUZZY or not any(near(word, other) for other in long if other[0] == word[0]):
            return False
    return True


def begins(short: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether a short name of one word begins a word of the full one: 'Nurha', 'Nurhayati'."""
    return len(short) == 1 and len(short[0]) > MIN_FUZZY and any(word.startswith(short[0]) for word in name)


def near(one: str, other: str) -> bool:
    """One letter put in, left out, changed, or two neighbours swapped; the first letter holds."""
    if one == other:
        return True
    if one[0] != other[0] or abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < MIN_FUZZY:
        return False
    if len(one) == len(other):
        wrong = [index for index, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        swapped = (
            len(wrong) == 2
            and wrong[1] == wrong[0] + 1
            and one[wrong[0]] == other[wrong[1]]
            and one[wrong[1]] == other[wrong[0]]
        )
        return len(wrong) == 1 or swapped
    short, long = sorted((one, other), key=len)
    return any(long[:index] + long[index + 1 :] == short for index in range(len(long)))

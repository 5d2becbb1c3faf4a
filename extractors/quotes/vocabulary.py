"""The words of one language, ready to be looked up: sets and compiled patterns made once from the lexicons.

Everything the quote reader knows of Indonesian or English stands in lexicon/*.toml; the code knows shapes only.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from extractors.lexicon import load, names

if TYPE_CHECKING:
    from extractors.quotes.spelling import Word

_SPEECH = (
    "active further quoting passive according adverbs finite openers pronouns companions via not_speech lead_ins "
    "commonest clausal takes_clause urging wishes opening closing predicates no_predicates untold "
    "opens_no_clause singular "
    "conjunctions calendar occasions placed naming groups institutions"
).split()
_FUNCTION = (
    "bare active passive according adverbs finite openers pronouns companions via occasions conjunctions calendar"
).split()
_PEOPLE = (
    "ranks arms titles degrees heads silent acting bodies soft in_names adjectives someone first_names of_origin "
    "capital_only takes_name place_or_name of_place "
    "not_names particles joins of_body opens_place opens_long_rank dotted_names of_team "
    "opens_place_name masculine feminine corporate behind_article of_others"
).split()
"""The word lists of the two lexicons, each under the name of its field."""

LEAST_SUFFIXED = 7  # letters of a noun with -nya; 'Tanya', 'Sonya' are names
_VERB = re.compile(r"\A(?:me|ber|di|ter)[a-z]{3,}\Z|nya\Z")
_ENGLISH_VERB = re.compile(r"(?:ed|ing|ly)\Z")


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """Lower-case words by what they do. Patterns are compiled; sets hold single words."""

    code: str
    language: str
    """The language whose grammar it follows: 'id' or 'en'."""
    commonest: frozenset[str]
    """Words a text in this language is told by."""
    bare: frozenset[str]
    suffixed: frozenset[str]
    active: frozenset[str]
    further: frozenset[str]
    """Of the bare ones, those of someone who has spoken before: 'tambah', 'added'."""
    clausal: frozenset[str]
    """Verbs of indirect speech: 'menegaskan bahwa …'."""
    takes_clause: frozenset[str]
    """Of them, those whose clause needs no 'bahwa'."""
    urging: frozenset[str]
    """Those that take a wish: 'meminta agar …'."""
    wishes: frozenset[str]
    opening: frozenset[str]
    """Words that open a sentence of indirect speech: 'Menurut X, …', 'Dikatakan X, …'."""
    closing: frozenset[str]
    """Further words that end one: 'according to X'."""
    predicates: frozenset[str]
    no_predicates: frozenset[str]
    predicate_shape: re.Pattern[str]
    untold: frozenset[str]
    """A verb behind one of these is no predicate of the clause: 'yang'."""
    opens_no_clause: frozenset[str]
    to_clause: re.Pattern[str]
    """From a reporting verb to its clause: `joint` is 'bahwa' or 'agar', `bare` a comma that stands for it."""
    told_clause: re.Pattern[str]
    """The same behind a verb that names the hearer first: 'told the board that'."""
    happening: str
    """A pattern for the first word of when, where and how."""
    singular: frozenset[str]
    """Pronouns that mean one person."""
    quoting: frozenset[str]
    passive: frozenset[str]
    according: frozenset[str]
    not_cue: frozenset[str]
    adverbs: frozenset[str]
    finite: frozenset[str]
    openers: frozenset[str]
    pronouns: frozenset[str]
    companions: frozenset[str]
    via: frozenset[str]
    not_speech: frozenset[str]
    lead_ins: frozenset[str]
    conjunctions: frozenset[str]
    calendar: frozenset[str]
    occasions: frozenset[str]
    naming: frozenset[str]
    """Verbs that give a name: 'menyebutnya "perahu pustaka"'."""
    groups: frozenset[str]
    """People no one of whom is named: 'analysts'."""
    institutions: frozenset[str]
    """What a body is, with a word before it: 'the fishing ministry'."""
    placed: frozenset[str]
    """Common words that report speech in its place alone: '…," sampai Budi'."""
    ranks: frozenset[str]
    arms: frozenset[str]
    titles: frozenset[str]
    degrees: frozenset[str]
    heads: frozenset[str]
    head_shape: re.Pattern[str]
    name_shape: re.Pattern[str]
    silent: frozenset[str]
    acting: frozenset[str]
    bodies: frozenset[str]
    soft: frozenset[str]
    someone: frozenset[str]
    """What makes a role of a person not named: 'seorang'."""
    first_names: frozenset[str]
    of_origin: frozenset[str]
    adjectives: frozenset[str]
    """What may stand between a role and its name: 'terbaik'."""
    in_names: frozenset[str]
    """Words of roles and bodies that are given names as well: 'Putri', 'Islam'."""
    capital_only: frozenset[str]
    takes_name: frozenset[str]
    village: re.Pattern[str]
    body_shape: re.Pattern[str]
    place_or_name: frozenset[str]
    of_place: frozenset[str]
    not_names: frozenset[str]
    particles: frozenset[str]
    joins: frozenset[str]
    of_body: frozenset[str]
    opens_place: frozenset[str]
    """Spelt as they stand: 'di', 'Desa'."""
    opens_long_rank: frozenset[str]
    dotted_names: frozenset[str]
    of_team: frozenset[str]
    opens_place_name: frozenset[str]
    of_others: frozenset[str]
    """Roles held towards someone or a team, who is named with it: 'ibunda', 'pengacara', 'kapten'."""
    behind_article: frozenset[str]
    """Names behind the Balinese 'I', which is else a number: 'Asisten I'."""
    corporate: frozenset[str]
    """Last words of the names of companies."""
    masculine: frozenset[str]
    feminine: frozenset[str]
    common_shape: re.Pattern[str]
    title_shape: re.Pattern[str]
    abbreviations: dict[str, str]
    places: dict[str, tuple[tuple[str, ...], ...]]
    """First word of a place -> the places beginning so, longest first, as lower-case words."""
    aside: re.Pattern[str]
    """Lines that are no part of the story: 'Baca juga: …'."""
    switch: re.Pattern[str]
    echo: re.Pattern[str]
    verbs: frozenset[str]
    """Reporting verbs that take their subject before them."""
    function_words: frozenset[str]
    """Words in small letters that are no nouns."""

    def is_head(self, word: str) -> bool:
        """Whether a lower-case word opens a role: 'ketua', 'kasatreskrim', 'pelatihnya'."""
        if self.language == "id" and word.endswith("nya"):
            word = word[:-3]
        return word in self.heads or bool(self.head_shape.fullmatch(word))

    def is_surname(self, word: str) -> bool:
        """Whether a lower-case word of a head's shape is a name where it has a capital: 'goodman'."""
        return word not in self.heads and bool(self.name_shape.fullmatch(word))

    def is_body(self, word: str) -> bool:
        """Whether a lower-case word belongs to the names of bodies: 'dinas', 'diskominfo'."""
        return word in self.bodies or bool(self.body_shape.fullmatch(word) or self.common_shape.fullmatch(word))

    def is_owned(self, word: str) -> bool:
        """Whether a lower-case word is a noun with its owner: 'sahabatnya'."""
        return self.language == "id" and len(word) >= LEAST_SUFFIXED and word.endswith("nya")

    def is_common(self, word: str) -> bool:
        """Whether a lower-case word is no name, capital or not: 'menurut', 'kebutuhan'."""
        cue = word in self.bare and word not in self.first_names
        reports = self.language == "id" and (
            cue or word in self.passive or word in self.active or word in self.suffixed
        )
        return reports or word in self.not_names or bool(self.common_shape.fullmatch(word))

    def may_be_noun(self, word: Word) -> bool:
        """Whether a word in small letters may tell what a role is of: 'penyanyi dangdut', 'the jury foreman'."""
        lower = word.lower
        verb = _VERB if self.language == "id" else _ENGLISH_VERB
        if word.kind != "lower" or word.not_name:
            return False
        return lower in self.adjectives or not (verb.search(lower) or lower in self.function_words)

    def is_cue(self, word: str) -> bool:
        """Whether a lower-case word right after a quote reports it: 'kata', 'katanya', 'said'."""
        return word in self.bare or word in self.suffixed


def languages() -> tuple[str, ...]:
    """The codes of the languages with lexicons: 'en', 'id', and any made known by `learn`."""
    packed = {name.removeprefix("speech_") for name in names() if name.startswith("speech_")}
    return tuple(sorted(packed.union(_LEARNT)))


def learn(language: str, speech: dict[str, Any], people: dict[str, Any]) -> None:
    """Make a language known from its two lexicons, already read, that are no part of the package.

    Each names under `like` the language whose grammar it follows, 'id' or 'en', and may leave out any list that is to
    be that language's own.
    """
    forget(language)
    _LEARNT[language] = (speech, people)


def forget(language: str) -> None:
    """Undo `learn`."""
    _LEARNT.pop(language, None)
    vocabulary.cache_clear()


_LEARNT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}


def _lexicons(language: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The grammar a language follows, and its two lexicons, filled up from the language it is like."""
    speech, people = _LEARNT.get(language) or (load(f"speech_{language}"), load(f"people_{language}"))
    like = str(speech.get("like", language))
    if like == language:
        return language, speech, people
    return like, load(f"speech_{like}") | speech, load(f"people_{like}") | people


@cache
def vocabulary(language: str) -> Vocabulary:
    """The vocabulary of a language; one without lexicons is read with the Indonesian."""
    if language not in languages():
        return vocabulary("id")
    code, speech, people = _lexicons(language)
    bare = _words(speech, "bare")
    not_cue = _words(speech, "not_cue")
    active = _words(speech, "active")
    function_words = frozenset[str]().union(*(_words(speech, name) for name in _FUNCTION), _words(people, "joins"))
    return Vocabulary(
        code=language,
        language=code,
        bare=bare,
        suffixed=frozenset(f"{word}nya" for word in bare) - not_cue if code == "id" else frozenset(),
        not_cue=not_cue,
        **{name: _words(speech, name) for name in _SPEECH},
        **{name: _words(people, name) for name in _PEOPLE},
        head_shape=re.compile(people["head_shape"]),
        name_shape=re.compile(people["name_shape"]),
        body_shape=re.compile(people["body_shape"]),
        common_shape=re.compile(people["common_shape"]),
        title_shape=re.compile(people["title_shape"]),
        village=re.compile(people["village"]),
        aside=re.compile(speech["aside"], re.IGNORECASE | re.MULTILINE),
        predicate_shape=re.compile(speech["predicate_shape"]),
        to_clause=re.compile(speech["to_clause"]),
        told_clause=re.compile(speech["told_clause"]),
        happening=speech["happening"],
        abbreviations=dict(people["abbreviations"]),
        places=_places() if code == "id" else {},
        switch=_opening(speech["switches"]),
        echo=_opening(speech["echoes"]),
        verbs=active | bare if code == "en" else active,
        function_words=function_words,
    )


def _words(table: dict[str, Any], name: str) -> frozenset[str]:
    return frozenset(str(table[name]).split())


def _opening(phrases: list[str]) -> re.Pattern[str]:
    """Matches any of those phrases, white space before it allowed, in either case."""
    return re.compile(rf"\s*(?:{'|'.join(map(re.escape, phrases))})\b", re.IGNORECASE)


def _places() -> dict[str, tuple[tuple[str, ...], ...]]:
    regions = load("regions_id")
    names = [*regions["provinces"], *re.split(r"[|\n]", regions["regencies"].strip())]
    found: dict[str, list[tuple[str, ...]]] = {}
    for name in names:
        words = tuple(name.lower().split())
        found.setdefault(words[0], []).append(words)
    return {first: tuple(sorted(set(all_), key=len, reverse=True)) for first, all_ in found.items()}

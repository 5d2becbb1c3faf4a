"""Speech or not, and what stands beside it: the cue, the one it names, the clause before the opening mark.

A comma, question or exclamation mark before the closing mark, or a reporting word beside it, means speech. Titles,
mottos, nicknames and words in scare quotes have neither, or stand right behind a word such as 'bertajuk'.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from extractors.quotes.clauses import another_at, appositions, is_other, nameless_subject
from extractors.quotes.sentences import BLANK

if TYPE_CHECKING:
    from extractors.model import QuoteKind
    from extractors.quotes.apart import Reason
    from extractors.quotes.drafts import Mention
    from extractors.quotes.marks import Span
    from extractors.quotes.names import Reader
    from extractors.quotes.story import Story

Side = Literal["after", "before", "split", "none"]
Subject = Literal["mention", "body", "pronoun", "epithet", "other", "narrator", "none"]

_GAP = re.compile(r"[ \t\u00a0]*[.,;:]?[ \t\u00a0]*[–—-]?[ \t\u00a0]*(?:([^\W\d_]+(?:-[^\W\d_]+)*))")
_WORD = re.compile(r"[ \t\u00a0]*([^\W\d_]+(?:['’-][^\W\d_]+)*)")
_CAPITAL = re.compile(r"(?<![\w'’-])[A-Z]")
_WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBERED = re.compile(r"[ ]\d+(?:st|nd|rd|th)?(?:-[a-z]+)+(?=[ ])")
"""'the third-ranked' in figures: 'the 3rd-ranked Berg said'."""
_STATEMENT_ENDS = re.compile(
    r"[ ]?(?:[.,;:\n\0]|\Z|(?:in|on|at|to|as|after|before|during|when|while)\b|[A-Z][a-z]+day\b)"
)
"""Behind the verb, where the quote is all it reports: 'Berg said on Monday', not 'Berg said the pier was safe'."""
_BODY = re.compile(
    r"[ ]*((?:[A-Z][\w'’-]*|\([A-Z][\w-]*\))(?:[ ](?:dan[ ]|of[ ]|the[ ])?(?:[A-Z][\w'’-]*|\([A-Z][\w-]*\))){0,8})"
)
_PHRASE = re.compile(r"(?: [a-z][\w'’-]*){1,5}(,)? (?=[A-Z])")
_INDEFINITE = re.compile(r"\s*(An?|One) (?=[a-z])")
_HANDLE = re.compile(r"[ ](?:(?:pemilik )?akun(?: [^\W\d_]+){0,3} )?(@[\w.]*\w)")
_CUE_END = re.compile(
    r"[ ]*(?:[.,;(\n]|\Z|"
    r"(?:saat|usai|kepada|di|pada|dalam|ketika|sambil|seraya|seperti|melalui|lewat|soal|lagi|dengan|"
    r"disambut|sembari|penuh|tanpa|diiringi|disertai)\b)"
)
_ARTICLES = frozenset(("sang", "si", "salah", "satu", "the", "a", "an", "his", "her", "their", "its", "our"))
_AUXILIARIES = frozenset(("has", "had", "have", "juga"))
_INNER = " '’‘”\""  # closing marks of a quote within the quote
ENDS_SPEECH = frozenset(",.?!…")
UNNAMED_WORDS = 7  # in a subject without a name, its verb included
MIN_SUFFIXED = 6  # letters; shorter words in -nya are no verbs
MIN_VERB = 4  # letters of a bare verb that is in no list
NEAR = 40  # characters between a verb and the mark it still leads to
TITLE_SHARE = 0.6  # of a title's words begin with a capital
MAX_LABEL = 2  # words of what something is called
MARKER_WORDS = 3  # a title follows its announcing word this closely


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    """The words that report a quote.

    `subject` says what names the speaker: `mention` (in `mention`), a `body`, a `pronoun`, an `epithet`, people or a
    body not met by name (`other`; the words of these four in `said_of`), a `narrator`, or none. `end` is where the
    reporting words end in the prose.
    """

    cue: str | None = None
    side: Side = "none"
    subject: Subject = "none"
    mention: Mention | None = None
    said_of: str | None = None
    end: int = 0


class Speech:
    """Reads the surroundings of spans in one article's prose."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.text = story.text
        self.prose = story.prose.text
        self.sentences = story.prose
        self.words = story.words

    @property
    def reader(self) -> Reader:
        """Reads whoever is mentioned at a place."""
        return self.story.reader

    def beside(self, span: Span) -> Beside:
        """What reports the span: the words after it, else those before."""
        return self._after(span) or self._before(span) or Beside(end=span.outer_end)

    def kind(self, span: Span, beside: Beside, *, continued: bool) -> QuoteKind | None:
        """'direct', 'mixed', or None for what is no speech. `continued`: a quote ended just before in the paragraph."""
        said = self.text[span.start : span.end].strip()
        lead = self._lead(span).strip()
        if self._announced(lead):
            return None
        fragment = bool(lead) and lead[-1] not in ",:>" and said[:1].islower()
        if beside.side == "after":
            return "mixed" if fragment else "direct"
        if beside.side == "split":
            return "direct"
        ended = said.rstrip(_INNER)[-1:] in ENDS_SPEECH or self.text[span.outer_end : span.outer_end + 1] in (".", ",")
        words = _WORDS.findall(said)
        if beside.side == "before":
            if said[:1].islower():
                return "mixed" if self._may_weave(beside.cue, words) else None
            if lead[-1] not in ",:" and _is_title(words):
                return None
            return "direct" if len(words) > 2 or ended else None
        if span.single and not continued:
            return None
        whole = not lead or lead.endswith((".", ":", ">"))
        long = continued or span.runs_on or len(words) > 3
        return "direct" if whole and ended and long and not _is_title(words) else None

    def reason(self, span: Span) -> Reason:
        """Why the span is no speech."""
        if self._announced(self._lead(span).strip()):
            return "announced"
        return "title" if _is_title(_WORDS.findall(self.text[span.start : span.end])) else "unreported"

    def _may_weave(self, cue: str | None, said: list[str]) -> bool:
        """Whether the verb takes a piece of speech into its own sentence: 'menyebut', not 'menyambut'."""
        lower = (cue or "").lower()
        words = self.words
        if lower in words.naming and len(said) <= MAX_LABEL:
            return False  # 'Anak-anak menyebutnya "perahu pustaka"'
        stem = lower.removesuffix("nya")
        return lower in words.quoting or stem in words.quoting or stem in words.passive or lower in words.according

    def _lead(self, span: Span) -> str:
        """The writer's words between the start of the sentence and the opening mark."""
        return self.prose[self.sentences.start(span.outer_start) : span.outer_start]

    def _announced(self, lead: str) -> bool:
        """A word such as 'bertajuk' stands right before the opening mark."""
        last = _WORDS.findall(lead[-80:].lower())[-MARKER_WORDS:]
        return not self.words.not_speech.isdisjoint(last)

    # after the closing mark

    def _after(self, span: Span) -> Beside | None:
        found = _GAP.match(self.prose, span.outer_end)
        if not found:
            return None
        words, cue, end = self.words, found[1], found.end()
        if cue.lower() in words.adverbs and cue.lower() not in words.bare:
            following = _WORD.match(self.prose, end)
            if following and (words.is_cue(following[1].lower()) or following[1].lower() in words.passive):
                cue, end = following[1], following.end()
        lower = cue.lower()
        if lower in words.suffixed or self._is_new_suffix(span, lower, end):
            return Beside(cue=cue, side="after", end=end)
        if lower in words.bare or lower in words.passive or lower == "according" or self._is_new_verb(span, cue, end):
            return self._subject(cue, end)
        return self._subject_first(span, found.start(1))

    def _is_new_suffix(self, span: Span, lower: str, end: int) -> bool:
        """A verb in -nya the lexicon lacks, recognised by its place: '…," guraunya.'"""
        if self.words.language != "id" or not lower.endswith("nya") or lower in self.words.not_cue:
            return False
        if len(lower) < MIN_SUFFIXED or not _CUE_END.match(self.prose, end):
            return False
        small = self.text[end - 1 : end].islower() and self.text[end - len(lower) : end].islower()
        return self.text[span.end - 1] in (",?!." if small else ",?!") or self.text[span.outer_end] == ","

    def _is_new_verb(self, span: Span, cue: str, end: int) -> bool:
        """A bare verb the lexicon lacks, recognised by its place: '…," sentil Budi.'"""
        words = self.words
        if words.language != "id" or not cue.islower() or len(cue) < MIN_VERB or self.text[span.end - 1] not in ",?!":
            return False
        if cue in words.companions or cue in words.adverbs or cue in words.occasions or cue in words.active:
            return False
        mention = self.reader.read(end) if cue in words.placed or not words.is_common(cue) else None
        return mention is not None and mention.name is not None and bool(_CUE_END.match(self.prose, mention.end))

    def _subject(self, cue: str, at: int) -> Beside:
        """The cue and the one named after it."""
        end = at
        if cue.lower() == "according":
            cue = self.prose[at - len(cue) : at] + (" to" if self.prose.startswith(" to ", at) else "")
        for _ in range(3):
            following = _WORD.match(self.prose, end)
            if not following:
                break
            lower = following[1].lower()
            if lower in self.words.pronouns:
                said_of, end = following[1], following.end()
                return Beside(cue=cue, side="after", subject="pronoun", said_of=said_of, end=end)
            if lower not in self.words.adverbs and lower not in _ARTICLES:
                break
            end = following.end()
        handle = _HANDLE.match(self.prose, end)
        if handle:
            return Beside(cue=cue, side="after", subject="body", said_of=handle[1], end=handle.end())
        mention = self._named_after_phrase(end) or self.reader.read(end) or self._role_behind(at)
        if mention and mention.possessive:
            mention = self._named_after_phrase(mention.end) or mention
        if mention:
            mention = self._through(mention)
            return Beside(cue=cue, side="after", subject="mention", mention=mention, end=mention.end)
        body = _BODY.match(self.prose, end)
        if body and body[1].split()[0].lower() not in self.words.calendar:
            return Beside(cue=cue, side="after", subject="body", said_of=body[1], end=body.end())
        if another := another_at(self.prose, at, self.words):
            return Beside(cue=cue, side="after", subject="other", said_of=another[0].strip(), end=another.end())
        following = _WORD.match(self.prose, end)
        if following and following[1].lower() not in self.words.companions | self.words.adverbs:
            said_of, end = following[1], following.end()
            subject: Subject = "other" if said_of in self.words.groups else "epithet"
            return Beside(cue=cue, side="after", subject=subject, said_of=said_of, end=end)
        return Beside(cue=cue, side="after", end=end)

    def _named_after_phrase(self, at: int) -> Mention | None:
        """'the pilot’s widow, Ann Berg', 'moderator Ann Berg': whom a noun phrase introduces."""
        phrase = _PHRASE.match(self.prose, at) if self.words.language == "en" else None
        mention = self.reader.read(phrase.end()) if phrase else None
        if not phrase or not mention or not mention.name:
            return None
        if phrase[1]:
            return mention
        said = {*phrase[0].split(), *mention.name.lower().split()}
        # 'said moderator Ann Berg', but not 'said in Lisbon', 'said late Tuesday'
        return mention if self.words.function_words.isdisjoint(said) else None

    def _role_behind(self, at: int) -> Mention | None:
        """The role behind the English article at `at`: 'the jury foreman'."""
        article = _WORD.match(self.prose, at)
        if self.words.language != "en" or not article or article[1].lower() not in _ARTICLES:
            return None
        return self.reader.roles.read_the(self.sentences.tokens.index(article.start(1)))

    def _through(self, mention: Mention) -> Mention:
        """'Bupati melalui Kabag Humas Andi', 'Bupati yang diwakili oleh Asisten Y': the second speaks."""
        following = _WORD.match(self.prose, mention.end)
        while following and following[1].lower() in ("yang", "dengan", "oleh", "ini", "itu"):
            following = _WORD.match(self.prose, following.end())
        if not following or following[1].lower() not in self.words.via:
            return mention
        by = _WORD.match(self.prose, following.end())
        start = by.end() if by and by[1].lower() == "oleh" else following.end()
        speaker = self.reader.read(start)
        return speaker if speaker and (speaker.role or speaker.titles) else mention

    def _subject_first(self, span: Span, at: int) -> Beside | None:
        """'…," Budi menambahkan' and '…," she said'."""
        first = _WORD.match(self.prose, at)
        if first is None:
            return None
        if first[1].lower() in self.words.pronouns:
            verb = self._verb(first.end())
            return verb and Beside(cue=verb[1], side="after", subject="pronoun", said_of=first[1], end=verb.end())
        last = self.text[span.start : span.end].rstrip(_INNER)[-1:]
        outside = last not in ENDS_SPEECH  # a comma may stand behind the mark instead: '"…", Berg said.'
        if (outside and not self._comma_outside(span)) or (last in ".…" and self.prose[at].isupper()):
            return None
        if first[1].lower() in _ARTICLES:
            numbered = _NUMBERED.match(self.prose, first.end())
            at = numbered.end() if numbered else first.end()
        found = self._subject_and_verb(first, at)
        return found if found and not (outside and not _STATEMENT_ENDS.match(self.prose, found.end)) else None

    def _comma_outside(self, span: Span) -> bool:
        if self.words.language != "en" or span.single or not self.text.startswith(",", span.outer_end):
            return False
        return not _is_title(_WORDS.findall(self.text[span.start : span.end]))

    def _subject_and_verb(self, first: re.Match[str], at: int) -> Beside | None:
        """The one named at `at`, behind the article `first` if that is one, and the verb that follows."""
        phrase = self._named_after_phrase(at if at != first.start(1) else at - 1)
        mention = phrase or self.reader.read(at) or self._role_behind(first.start(1))
        if mention and mention.possessive:
            mention = phrase = self._named_after_phrase(mention.end)
        if mention:
            end = mention.end + (phrase is not None and self.prose.startswith(",", mention.end))
            past = map(self._verb, appositions(self.prose, mention.start, mention.end, self.words))
            verb = self._verb(end) or next(filter(None, past), None)
            if verb:
                return Beside(cue=verb[1], side="after", subject="mention", mention=mention, end=verb.end())
        return self._far_verb(at, first.start(1))

    def _far_verb(self, start: int, article: int) -> Beside | None:
        """'…," the company said', '…," Biden-era official Tom Reyes told': a few words up to the verb."""
        end = start
        first = _WORD.match(self.prose, start)
        if first and first[1].lower() in self.words.openers:
            return None
        for _ in range(UNNAMED_WORDS):
            word = _WORD.match(self.prose, end)
            if not word:
                return None
            if word[1].lower() in self.words.verbs and end > start:
                mention = self._last_name(start, end)
                said_of = None if mention else self.prose[start:end].strip()
                subject: Subject = "mention" if mention else "epithet"
                if said_of and self.words.language == "en" and is_other(self.prose[article:end].strip(), self.words):
                    subject = "other"
                return Beside(
                    cue=word[1], side="after", subject=subject, mention=mention, said_of=said_of, end=word.end()
                )
            end = word.end()
        return None

    def _last_name(self, start: int, end: int) -> Mention | None:
        """The name that ends right before the verb."""
        for capital in _CAPITAL.finditer(self.prose, start, end):
            mention = self.reader.read(capital.start())
            if mention and mention.name and mention.end == end:
                return mention
        return None

    def _verb(self, at: int) -> re.Match[str] | None:
        """A reporting verb at `at`, adverbs and auxiliaries before it allowed."""
        last = ""
        for _ in range(3):
            found = _WORD.match(self.prose, at)
            if not found:
                return None
            lower = found[1].lower()
            if lower in self.words.verbs or (lower == "written" and last in _AUXILIARIES):
                return found
            if lower not in self.words.adverbs and lower not in _AUXILIARIES:
                return None
            at, last = found.end(), lower
        return None

    # before the opening mark

    def _before(self, span: Span) -> Beside | None:
        lead = self._lead(span)
        start = span.outer_start - len(lead)
        stripped = lead.rstrip(" \t\u00a0>")
        if not stripped.strip():
            return None
        if start and self.prose[start - 1] == BLANK and stripped.endswith(",") and (cue := self._early_cue(lead)):
            return Beside(cue=cue, side="split", end=span.outer_end)
        verb = self._last_verb(lead)
        if verb is None or not self._leads_in(span, stripped, verb):
            return None
        lower = verb[0].lower()
        cue = None if lower in self.words.lead_ins else verb[0]
        if lower in self.words.according or lower in self.words.passive:
            named = self._subject(verb[0], start + verb.end())
            return msgspec.structs.replace(named, cue=cue, side="before", end=span.outer_end)
        nameless = self._indefinite(start)
        if nameless:
            return Beside(cue=cue, side="before", subject="mention", mention=nameless, end=span.outer_end)
        own = nameless_subject(lead[: verb.start()], lower, self.words)
        if own:
            return Beside(cue=cue, side="before", subject=own.kind, said_of=own.words, end=span.outer_end)
        return Beside(cue=cue, side="before", end=span.outer_end)

    def _indefinite(self, start: int) -> Mention | None:
        """'A spokesman for the port said: …': someone new without a name is the subject of the leading clause."""
        article = _INDEFINITE.match(self.prose, start) if self.words.language == "en" else None
        role = self.reader.roles.read_the(self.sentences.tokens.index(article.start(1))) if article else None
        named = role and self.sentences.tokens.gaps[role.next] == ", "
        return None if named else role

    def _leads_in(self, span: Span, lead: str, verb: re.Match[str]) -> bool:
        """Whether the clause with that verb runs into the quote: 'mengatakan, "', 'that "', 'menyebut "kota hujan"'."""
        if (
            lead[-1] in ",:"
            or verb.end() == len(lead)
            or lead.rsplit(maxsplit=1)[-1].lower() in self.words.conjunctions
        ):
            return True
        said = self.text[span.start : span.end].strip()
        return said[:1].islower() or (len(lead) - verb.end() < NEAR and said[-1:] in ENDS_SPEECH)

    def _last_verb(self, lead: str) -> re.Match[str] | None:
        """The last reporting verb; a noun such as 'keterangannya', 'statement' only where there is none."""
        last = None
        for found in _WORDS.finditer(lead):
            noun = found[0].lower() in self.words.lead_ins
            if self._reports(found, lead) and not (noun and last):
                last = found
        return last

    def _reports(self, found: re.Match[str], lead: str) -> bool:
        words, lower = self.words, found[0].lower()
        stem = lower.removesuffix("nya")
        if lower in words.active or stem in words.active or stem in words.passive or lower in words.lead_ins:
            return True
        if lower in words.according:
            return lead[: found.start()].rstrip()[-1:] in ("", ",", ":", "-", "–", "|")
        return words.language == "en" and lower in words.bare

    def _early_cue(self, lead: str) -> str | None:
        """The cue of a quote broken by it: '…," kata Budi, "…'."""
        early = _WORDS.findall(lead[:80])[:4]
        return next((word for word in early if self.words.is_cue(word.lower())), None)


def _is_title(words: list[str]) -> bool:
    """Most of the words begin with a capital."""
    counted = [word for word in words if word != "I"]
    return len(words) > 1 and sum(word[0].isupper() for word in counted) > TITLE_SHARE * len(counted)

"""Who said it when no name stands beside the quote: running subject, companions, those who speak for others."""

from __future__ import annotations

from extractors.quotes import explain_quotes, find_quotes


def speakers(text: str, language: str = "id") -> list[str | None]:
    return [quote.speaker for quote in find_quotes(text, language=language)]


def test_nya_means_the_subject_of_the_prose() -> None:
    """'-nya' refers to the subject outside the quotes, not to the name that stands nearest."""
    text = (
        "Camat Imran Rosidi meninjau longsor didampingi Kapolsek AKP Rahmat Hadi. "
        'Ia menyerahkan bantuan kepada Ketua RT Maman.\n\n"Akses jalan sudah bisa dilalui," katanya.'
    )
    (quote,) = find_quotes(text, language="id")
    assert (quote.speaker, quote.resolved_by) == ("Imran Rosidi", "suffix")


def test_people_named_inside_quotes_do_not_become_the_subject() -> None:
    """Who is praised in a quote has not spoken."""
    text = 'Lurah Sri Wahyuni hadir.\n\n"Terima kasih Bupati Surya Tirta," ujarnya.\n\n"Semoga rutin," tambahnya.'
    assert speakers(text) == ["Sri Wahyuni", "Sri Wahyuni"]


def test_a_companion_is_not_the_speaker() -> None:
    """Those behind 'didampingi' and 'bersama' stand beside the speaker."""
    text = '"Kami bagikan nomor piket," ungkap Kapolsek Wira Yudha didampingi Kanit Binmas Aiptu Dodo Sunar.'
    assert speakers(text) == ["Wira Yudha"]


def test_whoever_stands_in_speaks() -> None:
    """'A melalui B' and 'A yang diwakili B': B speaks, after the quote and before it."""
    after = '"Kami apresiasi," kata Bupati Lebak Hasan Basir melalui Kabag Humas Endang Rukma.'
    stand_in = '"Kami siap," kata Bupati Lebak Hasan Basir yang diwakili oleh Asisten Daerah II Yosep Mulya, Senin.'
    before = (
        "Kapolres Serang AKBP Wira Yudha melalui Kasi Humas Ipda Ratna Dewi mengatakan, pelaku ditahan. "
        '"Pelaku residivis," katanya.'
    )
    assert [speakers(after), speakers(stand_in), speakers(before)] == [
        ["Endang Rukma"],
        ["Yosep Mulya"],
        ["Ratna Dewi"],
    ]


def test_a_channel_is_no_stand_in() -> None:
    """'melalui pesan WhatsApp' names no speaker."""
    assert speakers('"Mulai pekan ini," ujar Rusdi Hamid melalui pesan WhatsApp.') == ["Rusdi Hamid"]


def test_words_that_turn_to_someone_else_switch_the_subject() -> None:
    """'Sementara itu', 'Terpisah', 'Senada' and 'Hal senada disampaikan' bring in the next speaker."""
    text = (
        'Bupati Surya Tirta membuka pasar. "Jangan ada pungutan," tegasnya.\n\n'
        'Sementara itu, Kepala Pasar Heri Susanta mencatat 40 kios. "Semua terisi," katanya.\n\n'
        'Terpisah Camat Imran Rosidi mengapresiasi warga. "Ini kerja bersama," ucapnya.\n\n'
        'Senada, Lurah Sri Wahyuni meminta warga menjaga. "Jangan kotor," pintanya.\n\n'
        'Hal senada disampaikan pedagang, Juminah. "Kami senang," tuturnya.'
    )
    assert speakers(text) == ["Surya Tirta", "Heri Susanta", "Imran Rosidi", "Sri Wahyuni", "Juminah"]


def test_a_pronoun_means_the_running_subject() -> None:
    """'kata dia', also misspelt 'kata di', is the one who spoke or was written about last."""
    text = (
        'Kasat Lantas AKP Galih Bayu meninjau lokasi. "Dua orang luka," kata dia.\n\n'
        'Dia menjelaskan mobil dikemudikan Zainal (51), warga Bekasi. "Sopir mengantuk," kata di.'
    )
    assert speakers(text) == ["Galih Bayu", "Galih Bayu"]


def test_an_epithet_means_the_running_subject() -> None:
    """'politisi Golkar itu', 'pelatih asal Malaysia itu', 'Wali Kota ini' stand for the one spoken about."""
    text = (
        'Ketua DPRD Amran Pulung menolak. "Batalkan," ujar politisi Golkar itu. '
        '"Segera," kata pelatih asal Malaysia itu. "Besok," lanjut Wali Kota Medan ini.'
    )
    assert speakers(text) == ["Amran Pulung"] * 3


def test_the_accused_and_the_victims_are_not_taken_for_speakers() -> None:
    """Someone the news is about does not become the one who explains it."""
    text = (
        "Polisi menangkap pria berinisial BS (30). Kasat Reskrim Polres Kebumen AKP Wira Yudha, S.T.K., S.I.K. menjelaskan "
        'penangkapan itu. BS mengaku nekat mencuri.\n\n"Pelaku kami tahan," tegasnya.'
    )
    assert speakers(text) == ["Wira Yudha"]


def test_both_halves_of_a_broken_quote_have_one_speaker() -> None:
    """A quote broken by its reporting words keeps speaker and cue."""
    text = '"Kalau hujan," kata Kepala Desa Ujang Suparno, "jalan ini putus total."'
    first, second = find_quotes(text, language="id")
    assert (first.speaker, second.speaker, second.cue) == ("Ujang Suparno", "Ujang Suparno", "kata")
    assert second.resolved_by == "continuation"


def test_the_first_part_of_a_long_quote_waits_for_its_speaker() -> None:
    """A quote taken up again in the next paragraph has the speaker named at its end."""
    text = "Lurah Sri Wahyuni hadir.\n\n“Kami bahagia.\n\n“Semoga digelar lagi,” kata Ketua Panitia Wahyu Nugraha."
    assert speakers(text) == ["Wahyu Nugraha", "Wahyu Nugraha"]


def test_a_paragraph_introduces_its_quote() -> None:
    """'X mengatakan ….' before a quote names its speaker, first mention though it is."""
    text = "Dalam sambutannya, Rektor Prof. Dr. Iwan Tarunajaya, M.Eng., IPU menyampaikan selamat. “Jagalah nama baik,” pesannya."
    assert speakers(text) == ["Iwan Tarunajaya"]


def test_a_name_between_commas_is_the_subject_it_explains() -> None:
    """'Salah seorang penerima SK, X, …': the name in apposition takes over."""
    text = (
        "Bupati Surya Tirta menyerahkan SK. Salah seorang penerima SK, Nurleli, tak kuasa menahan haru. "
        '"Penantian panjang," ucapnya. Bupati berpesan agar mereka rajin. "Layani warga," pesannya.'
    )
    assert speakers(text) == ["Nurleli", "Surya Tirta"]


def test_a_headline_does_not_stretch_the_name() -> None:
    """A headline in capitals above the story is no source of names."""
    text = (
        "Kapolsek Wira Yudha Menggelar Ngopi Bersama Warga Kampung\n\n"
        'Kapolsek AKP Wira Yudha menemui warga. "Pintu kami terbuka," ujar Kapolsek.'
    )
    assert speakers(text) == ["Wira Yudha"]


def test_nobody_is_named_where_nothing_is_sure() -> None:
    """Without any person in the text the speaker is None and the confidence 0."""
    (quote,) = find_quotes('Hujan turun deras. "Air cepat sekali naik," katanya.', language="id")
    assert (quote.speaker, quote.resolved_by, quote.confidence) == (None, "none", 0.0)


def test_confidence_falls_with_the_evidence() -> None:
    """A name beside the cue is trusted more than a role, a role more than '-nya'."""
    text = 'Camat Imran Rosidi hadir. "A benar," kata Imran Rosidi. "B benar," kata Camat. "C benar," katanya.'
    name, role, suffix = (quote.confidence for quote in find_quotes(text, language="id"))
    assert 1 > name > role > suffix > 0.5


def test_the_sieve_and_the_rivals_can_be_shown() -> None:
    """Each ruling tells which sieve settled it and who else was in the text."""
    text = 'Lurah Sri Wahyuni hadir. Camat Imran Rosidi berharap. "Kita mulai," katanya.'
    (ruling,) = explain_quotes(text, language="id")
    assert (ruling.sieve, ruling.rivals) == ("suffix_cue", ("Sri Wahyuni",))


def test_english_speakers_are_named_on_either_side_of_the_verb() -> None:
    """'said X', 'X said', 'he added', 'told reporters: …' and 'according to X' are read."""
    text = (
        "Mayor Ann Berg toured the site. “We have no choice,” Berg said. “The money is there.”\n\n"
        "“It was loud,” said Tom Perry, a neighbor who heard the blast. “I ran outside,” he added.\n\n"
        'Police Chief Maria Stone told reporters Friday: "We are still looking for the driver."\n\n'
        "“The risk is low,” according to Dr. Lee Wongso."
    )
    expected = ["Ann Berg", "Ann Berg", "Tom Perry", "Tom Perry", "Maria Stone", "Lee Wongso"]
    assert speakers(text, "en") == expected


def test_he_and_she_look_past_a_subject_of_the_other_sex() -> None:
    """A title, a family word or a pronoun beside the name tells whom 'he' can mean."""
    text = (
        "Mayor Ann Berg opened the bridge, and she cut the ribbon. Her husband, Paul Berg, held the scissors.\n\n"
        "“It holds,” she said. “It had better,” he said."
    )
    assert speakers(text, "en") == ["Ann Berg", "Paul Berg"]


def test_a_surname_means_whoever_bore_it_last() -> None:
    """Of two people with one surname the one last mentioned speaks, and both keep their full names."""
    text = (
        "Nora Vance, 34, bought the mill. “It leaked,” Vance said.\n\n"
        "Her brother, Otto Vance, repaired the wheel. “It still leaks,” Vance said. “Not for long,” Nora Vance said."
    )
    assert speakers(text, "en") == ["Nora Vance", "Otto Vance", "Nora Vance"]


def test_the_judge_is_the_one_introduced_as_judge() -> None:
    """'the judge', 'the sheriff', 'the council president' lead back to the name; 'the caller' has none."""
    text = (
        "Judge Ivo Pell entered late. Wicken County Sheriff Lena Orr sat down. A caller had warned them.\n\n"
        "“Sit,” the judge said. “I do,” the sheriff said. “They sat,” the caller told a clerk."
    )
    assert speakers(text, "en") == ["Ivo Pell", "Lena Orr", "caller"]


def test_a_noun_phrase_introduces_its_name() -> None:
    """'said the pilot’s widow, X', 'said moderator X', '“…,” the baker, X, told': the name after the phrase."""
    text = (
        "“He knew the tide,” said the pilot’s widow, Mina Orr. “Order,” said moderator Karl Dunn. "
        "“I bake at four,” the baker, Tess Hall, told an officer."
    )
    assert speakers(text, "en") == ["Mina Orr", "Karl Dunn", "Tess Hall"]


def test_someone_new_without_a_name_is_not_the_running_subject() -> None:
    """'A spokesman said: …' names a role, not the person of the sentence before."""
    text = "Owner Fay Marsh sold the pool. A spokesman for the brigade said: “Covers hold no ponies.”"
    assert speakers(text, "en") == ["spokesman"]


def test_the_second_half_of_a_split_quote_repeats_the_cue() -> None:
    """The reporting word stands once in the text and is given with both halves."""
    quotes = find_quotes("“Salt I have,” said Tom Perry. “Drivers I borrow from the county.”", language="en")
    assert [(quote.speaker, quote.cue) for quote in quotes] == [("Tom Perry", "said"), ("Tom Perry", "said")]


def test_a_paragraph_left_open_goes_on_in_the_next() -> None:
    """The unclosed further half of a quote is found, and the next paragraph has the same speaker."""
    text = "“It rained,” said Tom Perry. “We counted the goats twice.\n\n“The last one was in my truck.”"
    assert speakers(text, "en") == ["Tom Perry"] * 3


def test_the_sentence_after_a_quote_may_name_its_speaker() -> None:
    """'"…" Begitu jawaban X': X has spoken."""
    text = '"Saya tidak akan mundur dari sini."\n\nBegitu jawaban Direktur Utama PDAM, Wira Yudha, saat ditanya.'
    assert speakers(text) == ["Wira Yudha"]


def test_initials_speak_only_where_they_act() -> None:
    """A suspect named by initials is no subject by being mentioned, but is one when he opens the sentence and acts."""
    text = (
        'Kapolsek AKP Wira Yudha menerangkan kasus HB (40). "Ia kami tahan," katanya.\n\n'
        'Majelis menilai perbuatan HB merugikan warga. "Berkasnya lengkap," tambahnya.\n\n'
        'Ditemui terpisah, HB mengaku khilaf. "Saya menyesal," ucapnya.'
    )
    assert speakers(text) == ["Wira Yudha", "Wira Yudha", "HB"]


def test_a_name_the_next_sentence_takes_up_is_a_person() -> None:
    """'Kasminah hanya menatap puing. Perempuan itu …': she speaks next, not the officer before her."""
    text = (
        'Kepala Bidang Pemadaman Wira Yudha menduga korsleting. "Api dari tengah," katanya.\n\n'
        'Kasminah hanya menatap puing kiosnya. Perempuan itu kehilangan semuanya. "Saya jualan apa," isaknya.'
    )
    assert speakers(text) == ["Wira Yudha", "Kasminah"]


def told(text: str) -> list[tuple[str | None, str | None]]:
    return [(quote.speaker, quote.cue) for quote in find_quotes(text, language="en")]


def test_an_english_verb_stands_behind_all_that_is_told_of_the_name() -> None:
    """Several commas, a role just behind the name, and a list of roles before it part a name from its verb."""
    opening = "Mara Feld opened the hall.\n\n"
    fellow = '"It is safe," Nora Quill, a fellow at the Tidal Institute in Ostend, Belgium, and co-author, said.'
    keeper = '"It is safe," Nora Quill, keeper of the north light, tells the Post.'
    chair = '"It is safe," chairman, CEO and president Nora Quill said.'
    ranked = 'Tom Reyes, 20, watched. Reyes said he liked it.\n\n"It is late," the 14th-ranked Reyes said.'
    assert [told(opening + text) for text in (fellow, keeper, chair)] == [
        [("Nora Quill", "said")],
        [("Nora Quill", "tells")],
        [("Nora Quill", "said")],
    ]
    assert told(opening + ranked) == [("Tom Reyes", "said")]


def test_a_comma_behind_the_mark_ends_an_english_quote() -> None:
    """British newsrooms put it outside; where a clause of its own follows the verb, the marks hold no speech."""
    text = 'Mara Feld opened the hall.\n\n"We are late by a year", Feld said on Monday.'
    assert told(text) == [("Mara Feld", "said")]
    assert told('Mara Feld opened it. In the book, "Winter", Feld said the pier was safe.') == []


def test_english_subjects_without_a_name_are_not_whom_the_prose_was_about() -> None:
    """A ministry, analysts, one user: the words for them are the speaker, and hardly sure."""
    text = (
        "Mara Feld opened the hall. Feld was glad.\n\n"
        'Norway\'s fishing ministry said it saw the move as "another measure against the treaty".\n\n'
        'Harbour analysts called it the "end of an age," as ships slowed.\n\n'
        '"We were higher once," one user quipped.\n\n"It is late," said another neighbour.\n\n"It is not," police said.'
    )
    assert speakers(text, "en") == [
        "Norway's fishing ministry",
        "Harbour analysts",
        "one user",
        "another neighbour",
        "police",
    ]
    assert all(quote.confidence <= 0.5 for quote in find_quotes(text, language="en"))


def test_the_role_of_the_leading_clause_is_still_the_one_spoken_of() -> None:
    """'The mayor said: …' means the mayor the article has named."""
    assert speakers('The mayor, Mara Feld, opened it. The mayor said: "It is fine here."', "en") == ["Mara Feld"]


def test_the_writer_is_not_the_running_subject() -> None:
    """'We called it "…"' names nobody."""
    text = 'Mara Feld opened the hall. Feld was glad.\n\nWe called it "a feat when it decides to work."'
    assert speakers(text, "en") == [None]


def test_whom_somebody_speaks_about_does_not_become_the_subject() -> None:
    """'Ann said Tyrak would move': the next 'he' or 'she' is the one who said it."""
    text = (
        'Leo Sims, chief of a firm, said it was small. "We are small," he said.\n\n'
        "Marco Vellin, the company’s chief operating officer, said Tyrak would use it in its boats. "
        '"We start with something smaller," he said.'
    )
    assert speakers(text, "en") == ["Leo Sims", "Marco Vellin"]


def test_someone_may_speak_behind_with() -> None:
    """'with Ann Berg warning of "…"': the one behind 'with' speaks."""
    text = 'Two lands criticised the shift, with Foreign Minister Ayo Safren warning of "hard days ahead".'
    assert speakers(text, "en") == ["Ayo Safren"]


def test_speech_goes_on_behind_and() -> None:
    """A second piece in marks that 'and' or 'and that' joins to the first has its speaker."""
    text = 'The shop owner Mia Sorn said the pier "is the way in" and that "the town needs it."'
    assert speakers(text, "en") == ["Mia Sorn", "Mia Sorn"]
    (first, second) = find_quotes(text, language="en")
    assert second.confidence <= first.confidence


def test_verbs_in_the_present_and_the_perfect_report() -> None:
    """'has written', 'comments', 'would reply' are cues as 'wrote' and 'said' are."""
    text = (
        '"We are late," Ivo Berg, who was there, has written.\n\n"I was there," comments Ned Osk in a note.\n\n'
        'Asked again, Osk would reply, "I never saw it."'
    )
    assert told(text) == [("Ivo Berg", "written"), ("Ned Osk", "comments"), ("Ned Osk", "reply")]


def test_a_body_with_a_name_leads_into_its_own_words() -> None:
    """'The Tidal League called it "…"' is not said by whoever was spoken of before."""
    text = 'Mara Feld opened it. Feld was glad.\n\nThe Tidal League called it an "extremely sad turn".'
    assert speakers(text, "en") == ["Tidal League"]

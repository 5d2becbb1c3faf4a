"""Who is named beside a quote: full names without ranks, titles and degrees; roles; short names, initials, by-names."""

from __future__ import annotations

import pytest

from extractors.quotes import find_quotes


def said_by(beside: str) -> tuple[str | None, str | None]:
    (quote,) = find_quotes(f'"Kami siap membantu warga," kata {beside}', language="id")
    return quote.speaker, quote.role


@pytest.mark.parametrize(
    ("beside", "speaker", "role"),
    [
        ("Rusdi Hamid.", "Rusdi Hamid", None),
        ("Kapolres Serang AKBP Wira Yudha, S.H., S.I.K., Senin (8/12).", "Wira Yudha", "Kapolres Serang"),
        ("Kabid Humas Kombes Pol Wira Yudha kepada wartawan.", "Wira Yudha", "Kabid Humas"),
        ("Dandim 0721/Blora Letnan Kolonel Inf Wira Yudha.", "Wira Yudha", "Dandim 0721/Blora"),
        ("Komisaris Besar Polisi Wira Yudha di Depok.", "Wira Yudha", None),
        ("Bupati Muara Enim Drs. H. Wira Yudha, M.Si.", "Wira Yudha", "Bupati Muara Enim"),
        (
            "Kepala Dinas Kesehatan (Dinkes) Jawa Barat Wira Yudha.",
            "Wira Yudha",
            "Kepala Dinas Kesehatan (Dinkes) Jawa Barat",
        ),
        (
            "Kepala Dinas Pariwisata dan Kebudayaan, Wira Yudha, Jumat.",
            "Wira Yudha",
            "Kepala Dinas Pariwisata dan Kebudayaan",
        ),
        ("Sekretaris Camat Ciherang, Wira Yudha.", "Wira Yudha", "Sekretaris Camat Ciherang"),
        ("ketua panitia, Wira Yudha.", "Wira Yudha", "ketua panitia"),
        ("Wira Yudha, pengunjung asal Bogor, Minggu.", "Wira Yudha", "pengunjung asal Bogor"),
        ("Iptu Wira Yudha, Kasat Samapta Polres Sukabumi.", "Wira Yudha", "Kasat Samapta Polres Sukabumi"),
        ("Wira Yudha warga desa setempat.", "Wira Yudha", "warga desa setempat"),
        ("Wira Yudha selaku Ketua RT 03.", "Wira Yudha", "Ketua RT 03"),
        ("Wira (38), warga RT 02.", "Wira", "warga RT 02"),
        ("Direktur RSUD dr. Wa Ode Yudha, Sp.PD., M.Kes.", "Wa Ode Yudha", "Direktur RSUD"),
        ("I Putu Wira Yudha di Denpasar.", "I Putu Wira Yudha", None),
        ("warga bernama Wira Yudha.", "Wira Yudha", "warga"),
        ("Rektor Universitas Cempaka Wira Yudha.", "Wira Yudha", "Rektor Universitas Cempaka"),
        ("Kepala Desa Sukamanah Wira Yudha.", "Wira Yudha", "Kepala Desa Sukamanah"),
        ("dr Wira Yudha, dokter RSUD Cempaka.", "Wira Yudha", "dokter RSUD Cempaka"),
        ("Ketua Satgas Covid-19 Kota Solo Wira Yudha.", "Wira Yudha", "Ketua Satgas Covid-19 Kota Solo"),
        ("Kasimin, nelayan.", "Kasimin", "nelayan"),
        ("Kepala Pasar Wira Yudha.", "Wira Yudha", "Kepala Pasar"),
        ("Lurah Wira.", "Wira", "Lurah"),
        ("Camat Tanjung Raya Wira Yudha.", "Wira Yudha", "Camat Tanjung Raya"),
        ("Kepala Desa Padang Lawe Wira Yudha.", "Wira Yudha", "Kepala Desa Padang Lawe"),
        (
            "Pelaksana Tugas Kapolsek Batang Sirih Iptu Wira Yudha.",
            "Wira Yudha",
            "Pelaksana Tugas Kapolsek Batang Sirih",
        ),
        (
            "Kepala Dinas Koperasi, Perindustrian, dan Perdagangan Wira Yudha.",
            "Wira Yudha",
            "Kepala Dinas Koperasi, Perindustrian, dan Perdagangan",
        ),
        (
            "Kepala Bidang Pencegahan dan Pengendalian Penyakit dr. Wira Yudha.",
            "Wira Yudha",
            "Kepala Bidang Pencegahan dan Pengendalian Penyakit",
        ),
        ("penyanyi dangdut Wira Yudha.", "Wira Yudha", "penyanyi dangdut"),
        ("pembinanya, Wira Yudha, S.Pd.", "Wira Yudha", "pembinanya"),
        ("direktur lembaga tersebut, Wira Yudha.", "Wira Yudha", "direktur lembaga"),
    ],
)
def test_the_name_is_freed_of_what_stands_around_it(beside: str, speaker: str, role: str | None) -> None:
    """Rank, civil title, degree, role and place are parted from the name, whichever way they are written."""
    assert said_by(beside) == (speaker, role)


def test_a_team_the_article_speaks_of_is_no_part_of_the_name() -> None:
    """'pelatih Persela Wira Yudha': 'Persela' also stands alone, so it is not his first name."""
    text = 'Persela menang tipis. "Kami beruntung," kata pelatih Persela Wira Yudha.'
    assert find_quotes(text, language="id")[0].speaker == "Wira Yudha"


@pytest.mark.parametrize(
    "intro",
    ["Nine-year-old Ann Berg", "Head Librarian Ann Berg", "The town’s clerk, Ann Berg,", "Ann Berg, who bakes,"],
)
def test_english_names_are_freed_of_what_introduces_them(intro: str) -> None:
    """Ages, roles and owners before a name are no part of it, and the surname alone leads back to the whole."""
    (quote,) = find_quotes(f"{intro} read the list. “It is long,” Berg said.", language="en")
    assert quote.speaker == "Ann Berg"


@pytest.mark.parametrize("name", ["Ann Baker", "Tom Cook", "Boyd Sherman", "Jack Mason"])
def test_a_surname_that_is_a_trade_is_a_surname(name: str) -> None:
    """'Baker said' means Ann Baker, not some baker."""
    surname = name.split()[1]
    (quote,) = find_quotes(f"{name}, 45, runs the inn. “It leaks in March,” {surname} said.", language="en")
    assert quote.speaker == name


def test_a_role_nobody_holds_is_given_as_the_speaker() -> None:
    """Where no name stands anywhere, the role speaks."""
    assert said_by("Camat Ciherang.") == ("Camat Ciherang", "Camat Ciherang")


@pytest.mark.parametrize(
    ("intro", "beside", "speaker"),
    [
        ("Gubernur Sumsel H Surya Tirta meninjau jalan.", "Surya", "Surya Tirta"),
        ("Gubernur Sumsel H Surya Tirta meninjau jalan.", "Tirta", "Surya Tirta"),
        ("Gubernur Sumsel H Surya Tirta meninjau jalan.", "ST", "Surya Tirta"),
        ("Gubernur Sumsel H Surya Tirta meninjau jalan.", "Pak Tirta", "Surya Tirta"),
        ("Gubernur Sumsel H Surya Tirta meninjau jalan.", "Gubernur", "Surya Tirta"),
        ("Gubernur Sumsel H Surya Tirta meninjau jalan.", "Suria", "Surya Tirta"),
        ("Wali Kota Depok Surya Tirta (STA) hadir.", "STA", "Surya Tirta"),
        ("Menteri Perhubungan (Menhub) Surya Tirta hadir.", "Menhub", "Surya Tirta"),
        ("Menteri Pemuda dan Olahraga Surya Tirta hadir.", "Menpora", "Surya Tirta"),
        ("Wakil Bupati Garut Surya Tirta hadir.", "Wabup", "Surya Tirta"),
        ("Kepala Dinas Sosial Kota Bima, Surya Tirta, hadir.", "Kadis Sosial", "Surya Tirta"),
        ("Jaksa Penuntut Umum (JPU) Surya Tirta hadir.", "JPU", "Surya Tirta"),
        ("Menteri Sosial Surya Tirta alias Gus Surat hadir.", "Gus Surat", "Surya Tirta"),
        ("Ketua MUI Sumbar Buya Surya Tirta hadir.", "Buya", "Surya Tirta"),
        ("Ketua DPC Surya Tirta hadir.", "Aya, sapaan Surya Tirta", "Surya Tirta"),
    ],
)
def test_short_forms_lead_to_the_full_name(intro: str, beside: str, speaker: str) -> None:
    """A name element, initials, a role, its short form, a by-name, a title alone or a misspelling mean the same person."""
    (quote,) = find_quotes(f'{intro}\n\n"Kami siap membantu warga," kata {beside}.', language="id")
    assert quote.speaker == speaker


def test_the_fullest_name_counts_wherever_it_stands() -> None:
    """A name given in full only after the quote still names the speaker."""
    text = '"Kami siap," kata Wira.\n\nKetua RT 03 Wira Yudha menutup rapat itu.'
    assert find_quotes(text, language="id")[0].speaker == "Wira Yudha"


def test_two_holders_of_like_roles_are_kept_apart() -> None:
    """'Bupati' is not the 'Wakil Bupati', whoever stands nearer."""
    text = (
        "Bupati Garut Surya Tirta hadir bersama Wakil Bupati Garut Lina Marlia.\n\n"
        '"Panen naik," ujar Bupati.\n\n"Pupuk aman," ujar Wakil Bupati.'
    )
    assert [quote.speaker for quote in find_quotes(text, language="id")] == ["Surya Tirta", "Lina Marlia"]


def test_a_body_speaks_for_itself() -> None:
    """A statement of a body has the body for its speaker."""
    (quote,) = find_quotes('"Stok beras cukup," tulis Kementerian Pertanian dalam rilisnya.', language="id")
    assert quote.speaker == "Kementerian Pertanian"


def test_surnames_that_look_like_english_roles() -> None:
    """'Goodman told' and 'says Ward' name people; 'the foreman', 'Patrolman Ned Osk' are roles."""
    goodman = 'The pier reopened. "It is late," Goodman told the Post. Ivo Goodman, its keeper for years, left.'
    ward = 'Lewis Ward, research director at Pellet, sees it as weak.\n\n"They need more boats," says Ward.'
    patrolman = '"It is done," Patrolman Ned Osk said.'
    assert [find_quotes(text, language="en")[0].speaker for text in (goodman, ward, patrolman)] == [
        "Ivo Goodman",
        "Lewis Ward",
        "Ned Osk",
    ]


def test_a_name_follows_the_body_of_an_english_role() -> None:
    """'Secretary of State Dan Orvel' is an office and a name."""
    text = 'Secretary of State Dan Orvel said the release "gives us hope for the talks."'
    (quote,) = find_quotes(text, language="en")
    assert (quote.speaker, quote.role, quote.cue) == ("Dan Orvel", "Secretary of State", "said")


def test_where_someone_is_based_is_no_part_of_the_name() -> None:
    """'Lisbon-based' before a name is dropped, and alone names nobody."""
    text = 'Lisbon-based Ayo Safren opened it. A Lisbon-based club was there.\n\n"It was good," Safren said.'
    assert [quote.speaker for quote in find_quotes(text, language="en")] == ["Ayo Safren"]


def test_a_body_is_no_he() -> None:
    """'he' passes over a body for the man before it."""
    text = (
        "Rep. Dov Lanter said the pier was weak. Harbour Protection seized the boats, and kept them.\n\n"
        '"It is late," he said.'
    )
    assert [quote.speaker for quote in find_quotes(text, language="en")] == ["Dov Lanter"]


def test_seorang_is_no_part_of_a_role() -> None:
    """'Seorang peneliti, Sabira Nur' is the 'peneliti' of a later quote."""
    text = 'Seorang peneliti, Sabira Nur, menemukan hal itu. "Ini awal," papar Sabira.\n\n"Ada lagi," tambah peneliti.'
    assert [(quote.speaker, quote.role) for quote in find_quotes(text, language="id")] == [
        ("Sabira Nur", "peneliti")
    ] * 2


def test_a_name_follows_whose_somebody_is() -> None:
    """'The Harbour Post’s Iva Lund' is Iva Lund."""
    text = 'Mara Feld opened the hall.\n\nThe Harbour Post’s Iva Lund reports that "the town is late."'
    assert [quote.speaker for quote in find_quotes(text, language="en")] == ["Iva Lund"]


def test_a_full_name_told_of_between_commas_before_its_verb_is_a_person() -> None:
    """'Sonia A. Zelin, Lund’s attorney, told …' makes her the 'she' of the next quote."""
    text = 'Sonia A. Zelin, Lund’s attorney, told the Post that he meant no harm.\n\n"He is sorry," she said.'
    assert [quote.speaker for quote in find_quotes(text, language="en")] == ["Sonia A. Zelin"]

"""The language of a text, by stop words and by script."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.prose.language import guess_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Warga yang antre sejak pagi itu mengaku senang karena harga beras lebih murah dari pasar.", "id"),
        (
            "Penduduk yang beratur sejak pagi berkata mereka gembira kerana harga beras lebih murah, katanya semalam.",
            "ms",
        ),
        ("The people who had waited since morning said that they were glad, as rice was cheaper there.", "en"),
        ("Warga sing antri wiwit esuk iku rumangsa seneng amarga rega beras luwih murah tinimbang ing pasar.", "jv"),
        (
            "Warga nu antri ti isuk éta ngarasa bungah sabab harga béas leuwih murah batan di pasar, cenah urang.",
            "su",
        ),
        ("Die Leute, die seit dem Morgen warteten, sind froh, dass der Reis nicht so teuer ist.", "de"),
        ("La gente que espera desde la mañana está contenta porque el arroz es más barato en este lugar.", "es"),
        ("As pessoas que esperam desde cedo estão contentes, porque o arroz é mais barato, não só para elas.", "pt"),
        ("Les gens qui attendent depuis le matin sont contents, car le riz est plus cher dans les boutiques.", "fr"),
        ("De mensen die sinds de ochtend wachten zijn blij dat het eten niet zo duur is als op de markt.", "nl"),
        ("La gente che aspetta dal mattino è contenta, perché il riso non è più caro nella piazza della città.", "it"),
        ("市民は朝から並んでいる", "ja"),
        ("市民从早上开始排队购买大米", "zh"),
        ("시민들은 아침부터 줄을 섰다", "ko"),
        ("Жители стояли в очереди с утра", "ru"),
        ("وقف السكان في الطابور منذ الصباح", "ar"),
    ],
)
def test_a_sentence_tells_its_language(text: str, language: str) -> None:
    """One ordinary sentence is enough, near relatives (Malay, Javanese, Sundanese) included."""
    assert guess_language(text) == language


@pytest.mark.parametrize(
    "text",
    ["", "Pasar Murah Serang", "12345 67890", "Melati Mawar Anggrek Kenanga Cempaka Dahlia Teratai Kamboja Seroja"],
)
def test_what_does_not_tell_gives_none(text: str) -> None:
    """Headlines, numbers and lists of names are too little to go by."""
    assert guess_language(text) is None


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_guess(text: str) -> None:
    """Any text gives None or a two-letter code."""
    guess = guess_language(text)

    assert guess is None or len(guess) == 2

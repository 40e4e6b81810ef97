"""What is taken out of a page to be read aloud."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk_ui.speech.reading import Piece, annotate


def said(html: str, language: str = "de") -> list[list[tuple[str, str]]]:
    """What each element says that says something, in the order of the page: (language, sentence)."""
    heard: list[list[tuple[str, str]]] = []

    def name(pieces: Sequence[Piece], _: str) -> list[str]:
        heard.append([(piece.language, piece.text) for piece in pieces])
        return [f"n{len(heard)}"]

    annotate(html, language, name)
    return heard[::-1]


def test_a_layer_says_its_sentences_and_a_button_its_label() -> None:
    html = """<main lang="de"><header>Abholstation</header>
    <section data-layer="" class="stage"><div class="figure"><svg><text>A07</text></svg></div>
    <div class="words"><h1><svg aria-hidden="true"><path d="M0"/></svg><span>Alles da?</span></h1>
    <p><span class="sentence">Schauen Sie &amp; sehen Sie.</span> <span class="sentence">Bitte
    <bdi>A07</bdi>.</span></p></div> <button data-key="a">Ja, <b>alles</b> da</button></section></main>
    """
    assert said(html) == [
        [("de", "Alles da?"), ("de", "Schauen Sie & sehen Sie."), ("de", "Bitte A07.")],
        [("de", "Ja, alles da")],
    ]


def test_the_label_of_a_button_is_its_own_word() -> None:
    html = (
        '<main><section data-layer=""><button aria-label="Ziffern 1 &amp; 2"><span>1–2</span></button></section></main>'
    )
    assert said(html) == [[], [("de", "Ziffern 1 & 2")]]


def test_each_sentence_is_said_in_its_own_language() -> None:
    html = (
        '<main lang="ar"><section data-layer=""><h1>سؤال</h1><div lang="de"><p>Frage</p></div>'
        '<button lang="tr">Türkçe</button></section></main>'
    )
    assert said(html) == [[("ar", "سؤال"), ("de", "Frage")], [("tr", "Türkçe")]]


@pytest.mark.parametrize(
    "silent",
    [
        "<p hidden>nein</p>",
        '<p aria-hidden="true">nein</p>',
        "<div data-unspoken><p>nein</p></div>",
        "<svg><title>nein</title></svg>",
        '<button data-digit="5">5</button>',
        '<input type="hidden" value="nein">',
        "<!-- nein -->",
    ],
)
def test_what_is_not_seen_is_not_said(silent: str) -> None:
    assert said(f'<main><section data-layer="" hidden><p>ja</p>{silent}</section></main>') == [[("de", "ja")]]


def test_an_alert_is_said_with_its_page_and_can_be_said_alone() -> None:
    html = '<main><section data-layer=""><h1>Datum</h1><p role="alert">Das gibt es nicht.</p></section></main>'
    assert said(html) == [[("de", "Datum"), ("de", "Das gibt es nicht.")], [("de", "Das gibt es nicht.")]]


def test_an_announcement_is_heard_only() -> None:
    sayings = '<div data-sayings hidden><p data-saying="on">An</p></div>'
    html = f'<main><section data-layer=""><p>Seite</p>{sayings}</section></main>'
    assert said(html) == [[("de", "Seite")], [("de", "An")]]


def test_the_names_stand_on_their_elements_and_nothing_else_changes() -> None:
    html = '<main><section class="a" data-layer=""><p>eins</p><button>zwei</button><button></button></section></main>'
    numbers = {"eins": "n1", "zwei": "n2"}
    done = annotate(html, "de", lambda pieces, _: [numbers[piece.text] for piece in pieces])
    assert '<section data-say="n1" class="a" data-layer="">' in done
    assert '<button data-say="n2">zwei</button><button></button>' in done
    assert re.sub(r' data-say="\w+"', "", done) == html


@pytest.mark.parametrize("html", ["<main><p></main>", "</p>", "<main><section data-layer=''>", "<p><b></p></b>"])
def test_a_page_that_is_not_closed_in_order_is_a_mistake(html: str) -> None:
    with pytest.raises(ValueError, match="clos"):
        annotate(html, "de", lambda pieces, _: [])


_WORD = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)


@given(st.lists(st.tuples(_WORD, st.booleans()), max_size=8))
def test_every_word_that_is_seen_is_said_once_in_its_order(words: list[tuple[str, bool]]) -> None:
    inside = "".join(f"<p{' hidden' if hidden else ''}>{escape(word)}</p>" for word, hidden in words)
    seen = [" ".join(word.split()) for word, hidden in words if not hidden]
    wanted = [("de", word) for word in seen if any(letter.isalnum() for letter in word)]
    assert said(f'<main><section data-layer="">{inside}</section></main>') == [wanted]

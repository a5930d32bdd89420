"""Pictures of pages in the languages that are recognised, drawn with Typst and Noto fonts."""

from __future__ import annotations

import io
from dataclasses import dataclass

import typst
from PIL import Image, ImageFilter


@dataclass(frozen=True)
class Language:
    model: str
    font: str
    text: str


LANGUAGES = {
    "en": Language("eng", "Noto Serif", "The gate was opened at night and twelve people went in."),
    "zh": Language("chi_sim", "Noto Serif CJK SC", "当天晚上大门打开，有十二个人走了进去。"),
    "ug": Language(
        "uig", "Noto Naskh Arabic", "شۇ كېچىسى دەرۋازا ئېچىلىپ ئون ئىككى ئادەم كىرىپ كەتتى."
    ),
    "ar": Language(
        "ara", "Noto Naskh Arabic", "فتحت البوابة ليلا ودخل منها اثنا عشر شخصا إلى المبنى."
    ),
    "kk": Language("kaz", "Noto Serif", "Сол түні қақпа ашылып, он екі адам ішке кірді."),
    "ru": Language("rus", "Noto Serif", "Ночью открыли ворота, и двенадцать человек вошли внутрь."),
    "tr": Language(
        "tur", "Noto Serif", "Gece kapı açıldı ve içeriye on iki kişi girdi, ışık söndü."
    ),
}


# Of the Universal Declaration of Human Rights. Three times on a clean page of 140 mm, 14 pt
# and 150 dpi, Tesseract 5.3 with `uig` leaves out one of 21 lines.
DROPPED_UYGHUR = (
    "ھەممە ئادەم زاتىدىنلا ئەركىن، ئىززەت-ھۆرمەت ۋە ھوقۇقتا باب-باراۋەر بولۇپ "
    "تۇغۇلغان. ئۇلار ئەقىلگە ۋە ۋىجدانغا ئىگە ھەمدە بىر-بىرىگە قېرىنداشلىق "
    "مۇناسىۋىتىگە خاس روھ بىلەن مۇئامىلە قىلىشى كېرەك. ھەممە ئادەم مۇشۇ خىتابنامىدە "
    "قەيت قىلىنغان بارلىق ھوقۇق ۋە ئەركىنلىكتىن بەھرىمەن بولۇش سالاھىيىتىگە ئىگە. "
    "ئۇلار ئىرقى، رەڭگى، جىنسى، تىلى، دىنى، سىياسىي ياكى باشقا قارىشى بويىچە "
    "ئايرىلمايدۇ."
)


def page(
    paragraphs: list[tuple[str, str]], *, ppi: int = 150, size: int = 14, width_mm: int = 160
) -> Image.Image:
    """A page with one paragraph for each (language, text); '' is that language's own sentence."""
    blocks = [
        f'#text(font: "{LANGUAGES[code].font}", lang: "{code}")[{text or LANGUAGES[code].text}]'
        for code, text in paragraphs
    ]
    source = (
        f"#set page(width: {width_mm}mm, height: auto, margin: 12mm)\n"
        f"#set text(size: {size}pt)\n#set par(leading: 0.9em)\n" + "\n\n".join(blocks)
    )
    drawn = typst.compile(source.encode(), format="png", ppi=float(ppi))
    return Image.open(io.BytesIO(drawn)).convert("L")


def harsh(image: Image.Image) -> Image.Image:
    """Small, blurred, tilted and grained, as a bad photograph of a copy."""
    small = image.resize((image.width * 3 // 4, image.height * 3 // 4))
    tilted = small.filter(ImageFilter.GaussianBlur(0.7)).rotate(
        0.8, Image.Resampling.BICUBIC, fillcolor=255
    )
    return Image.blend(tilted, Image.effect_noise(tilted.size, 80), 0.3)


def as_file(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()

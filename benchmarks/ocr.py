"""``python -m benchmarks.ocr [--languages en,ug]``: recognising, against plain Tesseract.

Pages are drawn with Typst in two fonts a language, clean, noisy and harsh (small, blurred,
tilted, grained). Plain Tesseract gets the right model and one pass; ours finds the language by
itself. Reported: characters wrong per hundred (edit distance, blanks left out), lines left
out (lines that stand there, less lines given), and CPU seconds a page. The last line compares
one of our passes with bare Tesseract on the same pages, CPU seconds of the process and its
children, taken in turns.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import typst
from PIL import Image, ImageFilter
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from habeas.reading.readers import ocr, ocr_layout

KINDS = ("clean", "noisy", "harsh")


@dataclass(frozen=True)
class Language:
    model: str
    fonts: tuple[str, str]
    text: str


LANGUAGES = {
    "en": Language(
        "eng",
        ("Noto Serif", "Noto Sans"),
        "On the third day the guards moved forty people to the old school by the river. Nobody "
        "was told why. The windows had been covered with sheets of metal, and a number was "
        "painted over every door. In the evening bread and tea were brought in two buckets.",
    ),
    "zh": Language(
        "chi_sim",
        ("Noto Serif CJK SC", "Noto Sans CJK SC"),
        "第三天，看守把四十个人带到河边的旧学校，没有人说明原因。窗户都用铁皮封住，每扇门上"
        "都写着号码。晚上有人用两只桶送来面包和茶水。名单上登记了每个人的姓名和出生年份。",
    ),
    "ug": Language(
        "uig",
        ("Noto Naskh Arabic", "Noto Sans Arabic"),
        "ئۈچىنچى كۈنى قاراۋۇللار قىرىق ئادەمنى دەريا بويىدىكى كونا مەكتەپكە ئاپاردى. "
        "ھېچكىم سەۋەبىنى ئېيتمىدى. دېرىزىلەر تۆمۈر تاختا بىلەن ئېتىلگەن، ھەر بىر ئىشىككە "
        "نومۇر يېزىلغانىدى. كەچتە ئىككى چېلەكتە نان ۋە چاي ئېلىپ كېلىندى.",
    ),
    "kk": Language(
        "kaz",
        ("Noto Serif", "Noto Sans"),
        "Үшінші күні күзетшілер қырық адамды өзен жағасындағы ескі мектепке апарды. Ешкім "
        "себебін айтқан жоқ. Терезелер темірмен жабылған, әр есікке нөмір жазылған еді. Кешке "
        "екі шелекпен нан мен шай әкелінді.",
    ),
    "ru": Language(
        "rus",
        ("Noto Serif", "Noto Sans"),
        "На третий день охрана перевела сорок человек в старую школу у реки. Никто не объяснил "
        "почему. Окна были закрыты листами железа, на каждой двери написан номер. Вечером в "
        "двух вёдрах принесли хлеб и чай.",
    ),
    "tr": Language(
        "tur",
        ("Noto Serif", "Noto Sans"),
        "Üçüncü gün gardiyanlar kırk kişiyi ırmak kıyısındaki eski okula götürdü. Kimse nedenini "
        "söylemedi. Pencereler demir levhalarla kapatılmış, her kapıya bir numara yazılmıştı. "
        "Akşam iki kovayla ekmek ve çay getirildi.",
    ),
    "ar": Language(
        "ara",
        ("Noto Naskh Arabic", "Noto Sans Arabic"),
        "في اليوم الثالث نقل الحراس أربعين شخصا إلى المدرسة القديمة قرب النهر. لم يخبرهم أحد "
        "بالسبب. كانت النوافذ مغطاة بصفائح من حديد وكتب على كل باب رقم. وفي المساء جلبوا الخبز "
        "والشاي في دلوين.",
    ),
}


def page(language: Language, font: str, code: str, *, size: int) -> Image.Image:
    source = (
        "#set page(width: 150mm, height: auto, margin: 14mm)\n"
        f'#set text(font: "{font}", size: {size}pt, lang: "{code}")\n'
        "#set par(leading: 0.8em)\n" + "\n\n".join([language.text] * 3)
    )
    drawn = typst.compile(source.encode(), format="png", ppi=200.0)
    return Image.open(io.BytesIO(drawn)).convert("L")


def spoiled(image: Image.Image, kind: str) -> Image.Image:
    if kind == "noisy":
        return Image.blend(
            image.filter(ImageFilter.GaussianBlur(0.8)), Image.effect_noise(image.size, 60), 0.25
        )
    if kind == "harsh":
        small = image.resize((image.width * 7 // 10, image.height * 7 // 10))
        tilted = small.filter(ImageFilter.GaussianBlur(0.8)).rotate(
            -0.6, Image.Resampling.BICUBIC, fillcolor=255
        )
        return Image.blend(tilted, Image.effect_noise(tilted.size, 80), 0.33)
    return image


def wrong_per_hundred(text: str, meant: str) -> float:
    text, meant = "".join(text.split()), "".join(meant.split())
    return 100 * Levenshtein.distance(text, meant) / len(meant)


def cpu_seconds() -> float:
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def bare(path: Path, model: str) -> str:
    done = subprocess.run(
        ["tesseract", os.fspath(path), "stdout", "-l", model, "--psm", "3"],
        capture_output=True,
        check=True,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "OMP_THREAD_LIMIT": "1"},
    )
    return done.stdout.decode()


@dataclass
class Tally:
    """Sums over the pages of one language and kind."""

    errors: float = 0.0
    lines_lost: int = 0
    cpu: float = 0.0
    flagged: int = 0


def lines_in(text: str) -> int:
    return sum(bool(line.strip()) for line in text.splitlines())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--sizes", default="11,13", help="points, one for each font")
    chosen = parser.parse_args()
    sizes = [int(size) for size in chosen.sizes.split(",")]
    table = Table(
        "language", "page", "wrong per 100, plain", "ours", "lines left out, plain", "ours",
        "pages flagged", "CPU s/page, plain", "ours",
    )  # fmt: skip
    one_pass = plain_pass = 0.0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for code in chosen.languages.split(","):
            language = LANGUAGES[code]
            for kind in KINDS:
                plain, ours, pages = Tally(), Tally(), 0
                for font, size in zip(language.fonts, sizes, strict=False):
                    clean = page(language, font, code, size=size)
                    image = spoiled(clean, kind)
                    path = Path(folder) / "page.png"
                    image.save(path, dpi=(200, 200))
                    standing = len(ocr_layout.layout_of(clean).lines)
                    meant = language.text * 3
                    pages += 1
                    ocr._last_model.clear()
                    start = cpu_seconds()
                    text = bare(path, language.model)
                    middle = cpu_seconds()
                    found = ocr.recognise(Image.open(path))
                    end = cpu_seconds()
                    for tally, given, cpu in (
                        (plain, text, middle - start), (ours, found.text, end - middle),
                    ):  # fmt: skip
                        tally.errors += wrong_per_hundred(given, meant)
                        tally.lines_lost += max(0, standing - lines_in(given))
                        tally.cpu += cpu
                    ours.flagged += bool(found.warnings)
                    start = cpu_seconds()
                    ocr.recognise(Image.open(path), models=[language.model], passes=1)
                    one_pass += cpu_seconds() - start
                    start = cpu_seconds()
                    bare(path, language.model)
                    plain_pass += cpu_seconds() - start
                table.add_row(
                    code, kind, f"{plain.errors / pages:.1f}", f"{ours.errors / pages:.1f}",
                    str(plain.lines_lost), str(ours.lines_lost), f"{ours.flagged} of {pages}",
                    f"{plain.cpu / pages:.2f}", f"{ours.cpu / pages:.2f}",
                )  # fmt: skip
    console = Console(width=140)
    console.print(table)
    console.print(
        f"One pass: {plain_pass / one_pass:.2f} × the pages a core of bare Tesseract (bar 0.9); "
        f"{time.monotonic() - began:.0f} s in all.",
        highlight=False,
    )


if __name__ == "__main__":
    main()

"""``python -m benchmarks.ocr [--languages en,ug] [--second]``: recognising, against Tesseract.

Pages are drawn with Typst in two fonts a language, clean, noisy and harsh (small, blurred,
tilted, grained). Plain Tesseract gets the right model and one pass; ours finds the language by
itself. Reported: characters wrong per hundred (edit distance, blanks left out), lines left
out (lines that stand there, less lines given), and CPU seconds a page. The last line compares
one of our passes with bare Tesseract on the same pages, CPU seconds of the process and its
children, taken in turns.

``--second`` measures the second opinion on Chinese instead (the extra ``rapidocr``): a line is
wrong where its letters do not stand so in the text that was drawn. Reported are the lines that
each engine reads wrong, how many of Tesseract's wrong lines the second engine doubts, how
many of its right ones, and what that costs.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typst
from PIL import Image, ImageFilter
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from habeas.reading.readers import ocr, ocr_layout, ocr_second

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
    parser.add_argument("--second", action="store_true", help="the second opinion on Chinese")
    chosen = parser.parse_args()
    if chosen.second:
        second_opinion()
        return
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


# --- the second opinion -----------------------------------------------------------------

TRADITIONAL = (
    "第三天，看守把四十個人帶到河邊的舊學校，沒有人說明原因。窗戶都用鐵皮封住，每扇門上"
    "都寫著號碼。晚上有人用兩隻桶送來麵包和茶水。名單上登記了每個人的姓名和出生年份。"
)


@dataclass
class Opinions:
    """Lines of the Chinese pages of one kind, by who read them wrong and who was doubted."""

    lines: int = 0
    wrong: int = 0
    second_wrong: int = 0
    wrong_and_doubted: int = 0
    right_and_doubted: int = 0
    cpu: float = 0.0
    second_cpu: float = 0.0


def second_opinion() -> None:
    ocr_second.require()
    ocr_second.read_line(Image.new("L", (96, 48), 255))  # loading the engine is not counted
    table = Table(
        "page", "lines", "wrong: Tesseract", "wrong: second", "wrong ones doubted",
        "right ones doubted", "CPU s a page", "with second opinion",
    )  # fmt: skip
    for name, meant in (("simplified", LANGUAGES["zh"].text), ("traditional", TRADITIONAL)):
        for kind in KINDS:
            sums, pages = Opinions(), 0
            for font in (*LANGUAGES["zh"].fonts, "Noto Serif CJK TC"):
                for size in (10, 12, 14):
                    language = Language("chi_sim", LANGUAGES["zh"].fonts, meant)
                    _one_page(sums, page(language, font, "zh", size=size), kind, meant)
                    pages += 1
            table.add_row(
                f"{name}, {kind}", str(sums.lines), str(sums.wrong), str(sums.second_wrong),
                f"{sums.wrong_and_doubted} of {sums.wrong}",
                f"{sums.right_and_doubted} of {sums.lines - sums.wrong}",
                f"{sums.cpu / pages:.2f}", f"{(sums.cpu + sums.second_cpu) / pages:.2f}",
            )  # fmt: skip
    Console(width=140).print(table)


def _one_page(sums: Opinions, clean: Image.Image, kind: str, meant: str) -> None:
    drawn = ocr_second.letters(meant * 3)
    ocr._last_model.clear()
    asked: list[tuple[str, Image.Image]] = []

    def keep(lines: Sequence[tuple[str, Image.Image]], progress: object = None) -> list[int]:
        asked.extend(lines)
        return []

    compare, ocr_second.differing = ocr_second.differing, keep
    start = cpu_seconds()
    try:
        ocr.recognise(spoiled(clean, kind), second_opinion=True)
    finally:
        ocr_second.differing = compare
    middle = cpu_seconds()
    doubted = set(compare(asked))
    sums.cpu, sums.second_cpu = sums.cpu + middle - start, sums.second_cpu + cpu_seconds() - middle
    for at, (text, picture) in enumerate(asked):
        wrong = ocr_second.letters(text) not in drawn
        sums.lines += 1
        sums.wrong += wrong
        sums.second_wrong += ocr_second.letters(ocr_second.read_line(picture)) not in drawn
        sums.wrong_and_doubted += wrong and at in doubted
        sums.right_and_doubted += not wrong and at in doubted


if __name__ == "__main__":
    main()

"""Text from pictures of pages: Tesseract twice, checked against where ink stands.

One pass takes the picture as it is, one an evened, smoothed, straightened and scaled one.
The better pass is the ground; a line that the other read with more confidence replaces its
own, a line that only one found is kept. Then the ink that no line covers is looked at: each
band of it that looks like text is recognised by itself, and said if nothing comes of it. So a
line that a model drops on clean pages (measured for ``uig`` and ``ara``) is found or flagged.

Invariants: offsets and boxes are of the text given back; boxes are in 1/10,000 of the
upright page as it was given; what is doubtful is a warning in words, never silence.
``docs/methods/ocr.md`` has the measurements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from PIL import Image

from habeas.reading.documents import Box
from habeas.reading.readers import ocr_digits, ocr_lines, ocr_second, tesseract
from habeas.reading.readers.ocr_layout import Band, layout_of, left_out, turned
from habeas.reading.readers.ocr_models import DOUBTFUL, FIRST, MODELS, SURE, ModelChoice
from habeas.reading.readers.ocr_preparing import PADDING_PX, grey_of, padded, prepared
from habeas.reading.readers.tesseract import Line, Unrecognised

NAME = "habeas.ocr"
VERSION = "4"

_POOR, _HOPELESS = 45, 25  # mean confidence, of 100
_SAMPLE_LINES, _STRIP_LINES = 3, 12
_SCALES_ALONE = (1.0, 0.8, 1.3)  # at some sizes a model reads nothing of a clean line
_MOST_LINES_ALONE = 60
_last_model: list[str] = []  # of the page before, in this process: the first to be tried


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was recognised on one picture. ``missing`` says what was not, '' when all was.

    ``doubts`` are those of the warnings by which words may be others: a file repeats them.
    """

    text: str = ""
    boxes: tuple[Box, ...] = ()
    language: str = ""
    script: str = ""
    warnings: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    confidence: int = -1  # mean of the words, 0-100
    missing: str = ""
    doubts: tuple[str, ...] = ()


def recognise(
    image: Image.Image,
    *,
    models: Sequence[str] = (),
    passes: int = 2,
    progress: Callable[[], None] | None = None,
    second_opinion: bool = False,
) -> Recognised:
    """The text of a picture of a page; ``models`` limits the languages that are tried.

    ``second_opinion`` asks another engine about Chinese lines, and says where it differs.
    ``progress`` is called each second while Tesseract works, which has its own time limit.
    Never raises for what a picture is or how Tesseract ends: that is said in ``missing``.
    """
    installed = [model for model in (models or MODELS) if model in tesseract.models()]
    if not installed:
        return Recognised(missing="Tesseract or its models are not installed")
    tesseract.on_wait = progress
    settings = {"ocr": f"tesseract {tesseract.version()}", "ocr_reader": f"{NAME} {VERSION}"}
    try:
        return _Page(image, installed, settings, second_opinion).read(passes)
    except Unrecognised as error:
        return Recognised(missing=str(error), settings=settings)


class _Page:
    """One picture on its way to text."""

    def __init__(
        self,
        image: Image.Image,
        installed: Sequence[str],
        settings: dict[str, str],
        second_opinion: bool = False,
    ) -> None:
        self._second_opinion = second_opinion
        self._installed = installed
        self._settings = settings
        self._warnings: list[str] = []
        self._doubts: list[str] = []  # of the warnings
        self._turned = 0
        self._lost = 0  # lines of ink that may be text and could not be read
        self._grey = grey_of(image)

    def read(self, passes: int) -> Recognised:
        if passes == 1 and len(self._installed) == 1:  # as bare Tesseract does it
            model = self._installed[0]
            return self._recognised(tesseract.recognise([self._grey], model)[0], model)
        self._look()
        if not self._layout.lines:
            return Recognised(settings=self._settings)
        model = self._installed[0] if len(self._installed) == 1 else self._chosen().model
        _last_model[:] = [model]
        lines = self._passes(model, passes)
        if passes > 1:
            lines = self._with_lines_left_out(lines, model)
            lines = self._in_other_scripts(lines, model)
            lines = [line for line in lines if line.confidence >= _HOPELESS]
        self._doubt_digits(lines, model)
        if self._second_opinion:
            self._ask_again(lines)
        return self._recognised(lines, model)

    def _look(self) -> None:
        self._layout = layout_of(self._grey)
        self._prepared, self._mapping = prepared(self._grey, self._layout)

    # --- which language -----------------------------------------------------------------

    def _chosen(self) -> ModelChoice:
        """The model for this page, by its widest lines; where they leave it open, by a strip."""
        choice = ModelChoice(self._installed, self._sample())
        choice.by_sample(_last_model)
        if choice.sure < DOUBTFUL and self._turn():
            choice = ModelChoice(self._installed, self._sample())
            choice.by_sample(_last_model)
        if choice.sure < SURE:
            choice.by_strip(self._strip())
        if choice.is_either_chinese:
            self._doubt(
                "Simplified and traditional characters cannot be distinguished here; it was read "
                "as simplified: compare the picture before quoting."
            )
        return choice

    def _sample(self) -> list[Image.Image]:
        widest = sorted(self._layout.lines, key=lambda band: -band.width)[:_SAMPLE_LINES]
        return [padded(self._cut(band), 1.0) for band in sorted(widest, key=lambda band: band.top)]

    def _strip(self) -> Image.Image:
        """A dozen lines in the middle of a page with more of them, else the page."""
        bands = sorted(self._layout.lines, key=lambda band: band.top)
        if len(bands) <= _STRIP_LINES:
            return self._prepared
        middle = (len(bands) - _STRIP_LINES) // 2
        some = bands[middle : middle + _STRIP_LINES]
        lowest = max(band.bottom for band in some)
        return padded(self._cut(Band(0, some[0].top, self._grey.width, lowest)), 1.0)

    def _turn(self) -> bool:
        """Set a picture upright that lies on its side or head, where Tesseract is sure of it."""
        script, _sure, turn, sure = tesseract.orientation(self._prepared)
        if not script or turn not in {90, 180, 270} or sure < 2:
            return False
        self._turned = turn
        self._grey = self._grey.rotate(-turn, expand=True)
        self._look()
        self._warnings.append(f"The picture was turned by {turn} degrees to be read.")
        return bool(self._layout.lines)

    # --- passes -------------------------------------------------------------------------

    def _passes(self, model: str, passes: int) -> list[Line]:
        """Both passes in one list of lines, in pixels of the grey picture."""
        if passes == 1:
            return tesseract.recognise([self._grey], model)[0]
        plain, prepared = tesseract.recognise([self._grey, self._prepared], model)
        for line in prepared:
            self._mapping.back(line)
        merged = ocr_lines.merge(plain, prepared)
        expected = len(self._layout.lines)
        counts = (len(plain), len(prepared))
        self._settings["ocr_passes"] = "as it is; evened, smoothed, straightened, scaled"
        if min(counts) < 0.9 * max(*counts, expected) or max(counts) > 1.25 * expected + 1:
            self._warnings.append(
                f"The two passes found {counts[0]} and {counts[1]} lines; ink covers about "
                f"{expected}."
            )
        if merged.only_one:
            self._warnings.append(f"{_lines(merged.only_one)} found by one pass only.")
        if merged.differing:
            self._doubt(f"{_lines(merged.differing)} read differently by the two passes.")
        return merged.lines

    def _with_lines_left_out(self, lines: list[Line], model: str) -> list[Line]:
        """Recognise by itself each band of ink that no line covers."""
        words = [word for line in lines for word in line.words]
        bands = left_out(self._layout, [(w.left, w.top, w.right, w.bottom) for w in words])
        past = len(bands) - _MOST_LINES_ALONE
        bands = bands[:_MOST_LINES_ALONE]
        found = self._alone(bands, model)
        kept = [line for line in found if line is not None and _believable(line)]
        lines = ocr_lines.inserted(lines, kept)
        if kept:
            self._warnings.append(f"{_lines(len(kept))} left out by both passes, read alone.")
        self._lost = len(bands) - len(kept) + max(0, past)
        if self._lost:
            self._warnings.append(
                f"{_lines(self._lost)} of ink that may be text could not be read: at "
                + ", ".join(
                    f"{100 * band.top // self._grey.height} %"
                    for band, line in zip(bands, found, strict=True)
                    if line is None or not _believable(line)
                )[:200]
                + " of the height."
            )
        return lines

    def _in_other_scripts(self, lines: list[Line], model: str) -> list[Line]:
        """Read poor lines again with the models of the other scripts: pages mix scripts."""
        poor = [line for line in lines if line.confidence < DOUBTFUL and len(line.text) > 3]
        if not poor or len(poor) > max(_MOST_LINES_ALONE, len(lines) // 2):
            return lines
        script = MODELS[model][1][:3]
        better = {id(line): line for line in lines}
        for other in FIRST:
            if other not in self._installed or MODELS[other][1][:3] == script:
                continue
            bands = [self._band(line) for line in poor]
            for line, again in zip(poor, self._alone(bands, other), strict=True):
                now = better[id(line)].confidence
                if again is not None and again.confidence > max(now + 15, SURE):
                    better[id(line)] = again
        changed = sum(better[id(line)] is not line for line in lines)
        if changed:
            self._warnings.append(f"{_lines(changed)} read in another script than the page's.")
        return [better[id(line)] for line in lines]

    def _doubt_digits(self, lines: list[Line], model: str) -> None:
        """Say where digits may be others than those read; the text stays as it is."""

        def again(some: Sequence[Line]) -> list[Line | None]:
            second = ocr_digits.second_model(model)
            if second not in tesseract.models() or not some:
                return [None] * len(some)
            return self._alone([self._band(line) for line in some], second)

        if MODELS[model][1] == ocr_digits.SCRIPT:
            found = ocr_digits.doubtful(lines, again)
        else:
            found = [at for at, one in enumerate(lines) if ocr_digits.has_impossible_year(one.text)]
        if found:
            tops = (self._band(lines[at]).top for at in found)
            places = ", ".join(f"{100 * top // self._grey.height} %" for top in tops)
            self._doubt(
                f"Digits in {_lines(len(found))} may be others than those read: at {places} of the "
                "height. Compare the picture before quoting a date or a number."[:500]
            )

    def _doubt(self, words: str) -> None:
        self._warnings.append(words)
        self._doubts.append(words)

    def _ask_again(self, lines: list[Line]) -> None:
        """Say which Chinese lines another engine reads otherwise; the text stays as it is."""
        chinese = [line for line in lines if ocr_second.asked(line.text)]
        if not chinese:
            return
        self._settings["ocr_second"] = ocr_second.version()
        bands = [self._band(line) for line in chinese]
        cuts = [(line.text, self._cut(band)) for line, band in zip(chinese, bands, strict=True)]
        differing = ocr_second.differing(cuts, tesseract.on_wait)
        if differing:
            places = ", ".join(f"{100 * bands[at].top // self._grey.height} %" for at in differing)
            self._doubt(
                f"A second engine reads {_lines(len(differing))} of {len(chinese)} in Chinese "
                f"differently: at {places} of the height."[:500]
            )

    def _alone(self, bands: Sequence[Band], model: str) -> list[Line | None]:
        """Each band as one line of the prepared picture; None where nothing was read.

        What is read poorly is tried again at other sizes.
        """
        found: list[Line | None] = [None] * len(bands)
        for scale in _SCALES_ALONE:
            again = [
                at for at, line in enumerate(found) if line is None or line.confidence < DOUBTFUL
            ]
            cuts = [padded(self._cut(bands[at]), scale) for at in again]
            for at, lines in zip(again, tesseract.recognise(cuts, model, mode=7), strict=True):
                line = self._placed(lines, bands[at], scale)
                known = found[at]
                if line and (known is None or line.confidence > known.confidence):
                    found[at] = line
        return found

    def _placed(self, lines: list[Line], band: Band, scale: float) -> Line | None:
        """What was read of a band, where it stands on the grey picture."""
        line = Line([word for one in lines for word in one.words])
        if not line.words:
            return None
        left, top = self._mapping.cut(band)[:2]
        for word in line.words:
            word.left = (word.left - PADDING_PX) / scale + left
            word.right = (word.right - PADDING_PX) / scale + left
            word.top = (word.top - PADDING_PX) / scale + top
            word.bottom = (word.bottom - PADDING_PX) / scale + top
        self._mapping.back(line)
        return line

    def _cut(self, band: Band) -> Image.Image:
        """A band of the prepared picture with white around it."""
        return self._prepared.crop(self._mapping.cut(band))

    def _band(self, line: Line) -> Band:
        """Where a line stands once the picture is straight, with a little room."""
        boxes = [
            turned((w.left, w.top, w.right, w.bottom), -self._layout.skew, self._layout.size)
            for w in line.words
        ]
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
        room = 0.15 * (bottom - top)
        return Band(
            max(0, int(left - room)), max(0, int(top - room)), int(right + room), int(bottom + room)
        )

    # --- the result ---------------------------------------------------------------------

    def _recognised(self, lines: list[Line], model: str) -> Recognised:
        text, placed = ocr_lines.text_of(lines)
        width, height = self._grey.size
        boxes = tuple(
            Box(start, stop, *_share(self._upright(box, width, height)), confidence)
            for start, stop, box, confidence in placed
        )
        mean = round(ocr_lines.confidence([lines])) if lines else -1
        missing = ""
        if lines and mean < DOUBTFUL:
            self._warnings.append(f"Read with little confidence ({mean} of 100).")
            missing = (
                f"read with little confidence ({mean} of 100), so it is poor or in a language "
                "without a model here"
            )
        elif not lines and self._lost:
            missing = "ink that may be text could not be read"
        language, script = MODELS[model] if text else ("", "")
        self._settings["ocr_model"] = model
        return Recognised(
            text,
            boxes,
            language,
            script,
            tuple(self._warnings),
            self._settings,
            mean,
            missing,
            tuple(self._doubts),
        )

    def _upright(
        self, box: tuple[float, float, float, float], width: int, height: int
    ) -> tuple[float, float, float, float]:
        """A box as shares of the picture as it was given, before it was turned."""
        left, top, right, bottom = (
            box[0] / width, box[1] / height, box[2] / width, box[3] / height,
        )  # fmt: skip
        if self._turned == 90:  # was turned clockwise by 90 degrees
            return top, 1 - right, bottom, 1 - left
        if self._turned == 180:
            return 1 - right, 1 - bottom, 1 - left, 1 - top
        if self._turned == 270:
            return 1 - bottom, left, 1 - top, right
        return left, top, right, bottom


def _believable(line: Line) -> bool:
    """Whether a line read alone is text, and not a stain read as a letter."""
    return line.confidence >= _POOR and (len(line.text) > 3 or line.confidence >= 80)


def _share(box: Iterable[float]) -> tuple[int, int, int, int]:
    left, top, right, bottom = (min(10_000, max(0, round(edge * 10_000))) for edge in box)
    return left, top, max(left, right), max(top, bottom)


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"

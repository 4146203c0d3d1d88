"""Names as pictures show them: printable, not too long, in fonts that have their characters."""

import functools
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

FONT_SIZE = 10.0
POINTS_PER_INCH = 72.0
# A longer name would decide the size of the whole picture.
LONGEST_NAME = 40
ELLIPSIS = "…"
NO_GLYPH = "□"


class MissingGlyphWarning(UserWarning):
    """No installed font can draw some characters of the names."""


@dataclass(frozen=True)
class Lettering:
    """Texts that can be drawn, and the fonts to draw them with.

    Parameters
    ----------
    texts : tuple of str
        One line each, without control characters.
    families : tuple of str
        Font families, in the order in which a character is looked up.
    """

    texts: tuple[str, ...]
    families: tuple[str, ...]

    def font(self, size: float = FONT_SIZE) -> "FontProperties":
        """Return the font at a size in points."""
        from matplotlib.font_manager import FontProperties

        return FontProperties(family=list(self.families), size=size)

    def widths(self) -> list[float]:
        """Return the width of every text, in inches."""
        from matplotlib.textpath import TextToPath

        measure, font = TextToPath().get_text_width_height_descent, self.font()
        return [measure(text, font, False)[0] / POINTS_PER_INCH for text in self.texts]


def effect_text(effect: float) -> str:
    """Return an effect as pictures write it: two significant digits, exponents only for extremes.

    Examples
    --------
    >>> from causal_dag.plotting.lettering import effect_text
    >>> [effect_text(effect) for effect in (0.123, -3801.6, 2.5e9)]
    ['0.12', '−3802', '2.5e+09']
    """
    text = f"{effect:.0f}" if 100 <= abs(effect) < 1e5 else f"{effect:.2g}"
    return text.replace("-", "−")


def lettering(names: Iterable[str]) -> Lettering:
    r"""Return names as a picture shows them.

    Parameters
    ----------
    names : iterable of str
        Node names: of any length, in any script, with any character.

    Returns
    -------
    Lettering
        Names of more than ``LONGEST_NAME`` characters lose their middle, control characters are
        written as Python escapes, and characters that no installed font has become boxes.

    Warns
    -----
    MissingGlyphWarning
        Once, naming the characters that no installed font has.

    Examples
    --------
    >>> from causal_dag.plotting.lettering import lettering
    >>> lettering(["rain", "two\nlines"]).texts
    ('rain', 'two\\nlines')
    """
    texts = [_shortened(_printable(name)) for name in names]
    needed = {ord(character) for text in texts for character in text}
    families, missing = _families(frozenset(needed))
    if missing:
        shown = ", ".join(repr(chr(code)) for code in sorted(missing)[:5])
        warnings.warn(
            f"no installed font has the characters {shown}; they are drawn as {NO_GLYPH}: install "
            "a font that has them, for example one of the Noto fonts",
            MissingGlyphWarning,
            stacklevel=4,
        )
        table = dict.fromkeys(missing, NO_GLYPH)
        texts = [text.translate(table) for text in texts]
    return Lettering(tuple(texts), families)


def _printable(name: str) -> str:
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in name
    )


def _shortened(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    half = (LONGEST_NAME - 1) // 2
    return name[:half] + ELLIPSIS + name[-half:]


@functools.lru_cache(maxsize=64)
def _families(needed: frozenset[int]) -> tuple[tuple[str, ...], frozenset[int]]:
    """Return the families that have the characters between them, and the characters none has."""
    from matplotlib.font_manager import FontProperties, findfont

    default = FontProperties()
    families = [default.get_name()]
    missing = needed - _characters(findfont(default))
    for family, path in _other_fonts() if missing else ():
        found = missing & _characters(path)
        if found:
            families.append(family)
            missing -= found
        if not missing:
            break
    return tuple(families), missing


def _other_fonts() -> Iterator[tuple[str, str]]:
    """Yield family and file of the installed upright fonts of ordinary weight."""
    from matplotlib.font_manager import fontManager

    for entry in fontManager.ttflist:
        is_plain = entry.style == "normal" and entry.weight in (400, "normal", "regular")
        # It has every character, drawn as a box with the character's number.
        if is_plain and not entry.name.startswith("Last Resort"):
            yield entry.name, entry.fname


@functools.lru_cache(maxsize=1024)
def _characters(path: str) -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(path).get_charmap())

"""Makes the font of the pictures from Noto Sans CJK: the characters of the catalogues, and no more.

    python -m docs.font NotoSansCJK-Regular.ttc     writes rnnlab/pictures/fonts/zh.otf

The source is that of Debian's package fonts-noto-cjk, or of github.com/notofonts/noto-cjk. What is
left out: hints, and tables for setting type. Outlines are rounded to a coarser grid, on which most
numbers take one byte instead of two.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont
from fontTools.ttLib.scaleUpem import scale_upem

from rnnlab.base.catalogues import LOCALE, read_po
from rnnlab.pictures.look import FONTS

SOURCE = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
FACES = {"zh": "Noto Sans CJK SC"}
ON_PAGES = {"page.po", "site.po"}  # catalogues of web pages, which have the browser's fonts
FAMILY = "rnnlab {language}"  # it is not Noto any more, and stands beside one that is installed
GRID = 250  # units of an em, which is 12 pixels wide in a picture
MOST = 200_000  # bytes
LEFT_OUT = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]
FAMILY_NAME, KEY, FULL_NAME, POSTSCRIPT = 1, 3, 4, 6  # numbers of names in a font
LICENSE, LICENSE_URL = 13, 14


def characters(language: str) -> set[str]:
    """Return the characters beyond ASCII of all translations that pictures may show."""
    texts = [
        form
        for path in (LOCALE / language).rglob("*.po")
        if path.name not in ON_PAGES
        for forms in read_po(path.read_text(encoding="utf-8")).values()
        for form in forms
    ]
    return {character for character in "".join(texts) if not character.isascii()}


def missing(language: str) -> str:
    """Return the characters of the translations that the font should have, and has not."""
    known = TTFont(FONTS / f"{language}.otf").getBestCmap()
    return "".join(c for c in sorted(characters(language)) if c >= "\u2e80" and ord(c) not in known)


def make(source: Path, language: str) -> TTFont:
    """Return the font for a language, made from a collection that has its face."""
    faces = {face["name"].getDebugName(FAMILY_NAME): face for face in TTCollection(source).fonts}
    font: TTFont = faces[FACES[language]]
    font.recalcTimestamp = False  # the same characters give the same file
    options = Options(hinting=False, desubroutinize=True, layout_features=[], notdef_outline=True)
    options.drop_tables += LEFT_OUT
    options.name_IDs += [LICENSE, LICENSE_URL]
    subset = Subsetter(options)
    subset.populate(unicodes=map(ord, characters(language)))
    subset.subset(font)
    scale_upem(font, GRID)
    font["cmap"].tables = [font["cmap"].getcmap(3, 10) or font["cmap"].getcmap(3, 1)]
    family = FAMILY.format(language=language)
    for number in (FAMILY_NAME, KEY, FULL_NAME):
        font["name"].setName(family, number, 3, 1, 0x409)
    font["name"].setName(family.replace(" ", "-"), POSTSCRIPT, 3, 1, 0x409)
    font["CFF "].cff.fontNames[:] = [family.replace(" ", "-")]
    return font


def main(arguments: list[str]) -> int:
    """Write the fonts and return the exit status."""
    source = Path(arguments[0] if arguments else SOURCE)
    if not source.is_file():
        print(
            f"{source} is missing: apt-get install fonts-noto-cjk, or name NotoSansCJK-Regular.ttc"
        )
        return 1
    for language in FACES:
        path = FONTS / f"{language}.otf"
        path.parent.mkdir(exist_ok=True)
        make(source, language).save(path)
        size, lacking = path.stat().st_size, missing(language)
        print(f"{path}: {len(characters(language))} characters, {size} bytes")
        if lacking:
            print(f"The source does not have {lacking}")
        if size > MOST:
            print(f"It has more than {MOST} bytes: a coarser GRID would help")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

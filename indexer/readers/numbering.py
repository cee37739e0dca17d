"""The numbers that Word and HTML give to list items by themselves: 第一条, （二）, 3., ④."""

from __future__ import annotations

from collections.abc import Callable

_DIGITS = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
          (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


def _chinese(number: int, digits: str = _DIGITS, units: str = "十百千", one: str = "") -> str:
    """一 … 九十九, 一百零五. `one` is what stands for the one of 10 to 19, where it is written."""
    if not 0 < number < 10_000:
        return str(number)
    zero = "零"
    text = ""
    for place, char in reversed(list(enumerate(reversed(str(number))))):
        digit = int(char)
        if digit:
            text += digits[digit] + (units[place - 1] if place else "")
        elif text and not text.endswith(zero):
            text += zero
    text = text.rstrip(zero)
    return text if one or not 10 <= number < 20 else text[1:]


def _digit_by_digit(number: int) -> str:
    """一二, 二〇: what the ideographDigital formats count with from ten on."""
    return "".join(_DIGITS[int(c)] for c in str(number))


def _letter(number: int) -> str:
    """a … z, aa, bb: Word's way to go on after z."""
    count, index = divmod(max(number, 1) - 1, 26)
    return chr(ord("a") + index) * (count + 1)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        text += letters * count
    return text


def _within(first: int, most: int) -> Callable[[int], str]:
    """Numbers that have a character of their own, 1 to `most`; others stay digits."""
    return lambda number: chr(first + number - 1) if 1 <= number <= most else str(number)


def _cycle(signs: str) -> Callable[[int], str]:
    return lambda number: signs[(number - 1) % len(signs)] if number > 0 else str(number)


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02d}",
    "upperLetter": lambda number: _letter(number).upper(),
    "lowerLetter": _letter,
    "upperRoman": lambda number: _roman(number).upper(),
    "lowerRoman": _roman,
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "koreanDigital2": _digit_by_digit,
    "ideographDigital": _digit_by_digit,
    "taiwaneseDigital": _digit_by_digit,
    "japaneseDigitalTenThousand": _chinese,
    "chineseLegalSimplified": lambda number: _chinese(number, _LEGAL, "拾佰仟", one="壹"),
    "ideographLegalTraditional": lambda number: _chinese(number, "零壹貳參肆伍陸柒捌玖", "拾佰仟", one="壹"),
    "ideographTraditional": _cycle("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _cycle("子丑寅卯辰巳午未申酉戌亥"),
    "decimalEnclosedCircle": _within(0x2460, 20),
    "decimalEnclosedCircleChinese": _within(0x2460, 20),
    "decimalEnclosedParen": _within(0x2474, 20),
    "decimalEnclosedFullstop": _within(0x2488, 20),
    "ideographEnclosedCircle": _within(0x3280, 10),
    "decimalFullWidth": lambda number: "".join(chr(0xFF10 + int(c)) for c in str(number)),
    "decimalFullWidth2": lambda number: "".join(chr(0xFF10 + int(c)) for c in str(number)),
    "none": lambda number: "",
    "bullet": lambda number: "",
}
CSS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "cjk-ideographic": "chineseCounting",
    "simp-chinese-informal": "chineseCounting",
    "trad-chinese-informal": "chineseCounting",
    "cjk-decimal": "ideographDigital",
    "lower-alpha": "lowerLetter",
    "upper-alpha": "upperLetter",
    "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman",
    "none": "none",
}
"""The `type` of an HTML list, or its `list-style-type`, as Word's name of the same format."""


def format_number(number: int, kind: str) -> str:
    """A number in one of Word's formats (ST_NumberFormat); one that is not known counts in digits."""
    return _FORMATS.get(kind, str)(number)


def labelled(label: str, text: str) -> str:
    """A list item with its label in front. What ends in a mark of its own (一、, （一）) needs no space before letters."""
    if not label:
        return text
    parted = label.endswith(("、", "）", "．", "。")) or (label[-1] in ").." and not text[:1].isascii())
    return label + text if parted else f"{label} {text}"

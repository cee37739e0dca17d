"""One mistyped character: 民营银航 for 民营银行, 金融监官 for 金融监管. What is found is offered, never forced.

Only where the index does not know what was typed: two neighbouring characters that stand side by side in no clause, in a
place that the dictionary does not know as a word. Then a frequent word of the index that has another character there is
offered, if the two sound alike (without tones) or look alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from search.text.normalise import is_cjk
from search.text.segment import Token

_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]{2,}")
_SIZES = range(2, 9)
_LONG = 4
"""Characters of a word from which the others leave little doubt."""
_SHORT_RUN = 6
"""In a longer run, two characters in doubt are chance more often than a slip."""
_FUNCTION_WORDS = frozenset("的了和及与在对等是为以于或将从由向而并也还被有何时我你他其之指想省市县区村")
_LOOK_ALIKE = """
    未末 己已巳 土士 人入 日曰 治冶 折拆 侯候 拔拨 微徽 千干于 贝见 王玉 天夭 午牛 大太犬 田由甲申 木本术 今令 兔免
    失矢 历厉 辨辩辫 拦栏 赔陪倍 账帐 坏环杯 爪瓜 晴睛 析折 仓仑 戊戌戍 崇祟 宜宣 钩钓 券卷 官宫 管菅 限根恨
    沉沈 陷馅 资姿 货贷 准淮 证征 设没 侍待持 扶抚 拨泼 析柝 圆园 问间 风凤 处外 住往 具贝 拟似 揽缆 缴激 竞竟 凭赁 本夲
"""


class _Slip(NamedTuple):
    """A word that may have been meant at [start, end) of a run, and how it differs: by the character at `at`."""

    word: str
    start: int
    end: int
    at: int


class Correction(NamedTuple):
    """A part of a query as typed, and as it was meant."""

    typed: str
    meant: str


class Speller:
    """Offers corrections from the frequent words of an index, given the most frequent first."""

    def __init__(self, words: Iterable[str]) -> None:
        kept = [w for w in words if len(w) in _SIZES and all(map(is_cjk, w))]
        self._rank = {word: rank for rank, word in enumerate(dict.fromkeys(kept))}
        self._patterns: dict[str, list[str]] = {}
        for word in self._rank:
            for at in range(len(word)):
                self._patterns.setdefault(_pattern(word, at), []).append(word)

    def correction(self, query: str, tokens: Sequence[Token], occurs: Callable[[str], bool]) -> Correction | None:
        """What of a folded query is mistyped, and what was meant; None where nothing is wrong or nothing is sure.

        `tokens` are the analyzer's words of the query; `occurs` says whether some characters stand in any clause."""
        words = [(t.start, t.end) for t in tokens if t.end - t.start > 1]
        for run in _RUN.finditer(query):
            found = [
                slip
                for at in _doubtful(run, words, occurs)
                for slip in self._slips(run[0], at)
                if _is_meant(slip, run, words) and not occurs(run[0][slip.start : slip.end])
            ]
            if found:
                best = min(found, key=lambda s: (s.start - s.end, self._rank[s.word]))
                return Correction(run[0][best.start : best.end], best.word)
        return None

    def _slips(self, run: str, at: int) -> Iterator[_Slip]:
        """The words that a part of the run would be with another character at `at`, or at the one after it."""
        for size in _SIZES:
            for start in range(max(0, at + 2 - size), min(at, len(run) - size) + 1):
                part = run[start : start + size]
                for wrong in (at, at + 1):
                    for word in self._patterns.get(_pattern(part, wrong - start), ()):
                        if word != part:
                            yield _Slip(word, start, start + size, wrong)


def _is_meant(slip: _Slip, run: re.Match[str], words: Sequence[tuple[int, int]]) -> bool:
    """Whether the other character is a likely slip: it sounds or looks like the one typed, and the shorter the word,
    the less else may be in its way."""
    typed, meant = run[0][slip.at], slip.word[slip.at - slip.start]
    start, at, end = (run.start() + place for place in (slip.start, slip.at, slip.end))
    if any(s < border < e for s, e in words for border in (start, end) if not (start <= s and e <= end)):
        return False  # cuts through a word that is right as it stands
    if slip.end - slip.start < _LONG:
        alone = typed not in _FUNCTION_WORDS and not any(s <= at < e for s, e in words)
        if not alone or (slip.end - slip.start < _LONG - 1 and len(run[0]) > _SHORT_RUN):
            return False
    return _look_alike(typed, meant) or _sound_alike(typed, meant)


def pairs_in(query: str) -> frozenset[str]:
    """The neighbouring Chinese characters of a folded query: what makes it doubtful is one that the index does not know."""
    return frozenset("".join(pair) for run in _RUN.finditer(query) for pair in pairwise(run[0]))


def is_doubtful(query: str, tokens: Sequence[Token], occurs: Callable[[str], bool]) -> bool:
    """Whether a query may be mistyped at all; cheap, where `Speller` must first gather the words of the index."""
    words = [(t.start, t.end) for t in tokens if t.end - t.start > 1]
    return any(_doubtful(run, words, occurs) for run in _RUN.finditer(query))


def _doubtful(run: re.Match[str], words: Sequence[tuple[int, int]], occurs: Callable[[str], bool]) -> list[int]:
    """Where in a run two characters stand side by side that do so in no clause, not between two words that each do."""
    borders = {end for _, end in words} & {start for start, _ in words}
    return [
        at
        for at, pair in enumerate(pairwise(run[0]))
        if run.start() + at + 1 not in borders and not occurs("".join(pair))
    ]


def _pattern(word: str, at: int) -> str:
    return f"{word[:at]}*{word[at + 1 :]}"


def _look_alike(one: str, other: str) -> bool:
    return any(one in group and other in group for group in _LOOK_ALIKE.split())


def _sound_alike(one: str, other: str) -> bool:
    return bool(_sounds(one) & _sounds(other))


def _sounds(character: str) -> frozenset[str]:
    """How a character may be spoken, without tones; zh and z, ng and n and the like are often not told apart."""
    from pypinyin import Style, pinyin  # 0.3 s; only who mistypes needs it

    spoken: Any = pinyin(character, style=Style.NORMAL, heteronym=True)
    return frozenset(_blurred(sound) for sound in spoken[0])


def _blurred(sound: str) -> str:
    for clear, blurred in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n")):
        sound = sound.replace(clear, blurred)
    return sound

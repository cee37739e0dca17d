"""Which pieces of the bundled model's tokenizer are kept: those that Chinese and ASCII text can be cut into.

The model was made for a hundred languages; more than half of its 250,002 pieces are letters of other scripts or of Latin
with marks. A Unigram tokenizer cuts a text into the pieces that together score best, and a piece can only be used where
all its characters stand in the text. So leaving out pieces with a character of another kind changes nothing for a text
of the kept kinds: the same pieces, the same vectors. Text in other scripts is still read, character by character.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from search.embedding.e5_file import Pieces

_META = "▁"


def kept_pieces(pieces: Pieces) -> Sequence[int]:
    """The numbers of the pieces to keep, ascending, the special ones among them."""
    special = {pieces.begin, pieces.end, pieces.padding, pieces.unknown}
    return [
        number
        for number, (text, _) in enumerate(pieces.scored)
        if number in special or len(text.removeprefix(_META)) <= 1 or all(map(is_kept, text))
    ]


def is_kept(character: str) -> bool:
    """Whether texts of such characters are cut exactly as by the whole vocabulary: ASCII, Chinese characters, and
    everything that is no letter, of any script (digits, punctuation, symbols)."""
    return (
        character.isascii()
        or unicodedata.category(character)[0] not in "LM"
        or unicodedata.name(character, "").startswith("CJK ")
    )

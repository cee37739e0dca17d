"""What the words of a query mean beyond themselves: fields, periods, places and issuers, synonyms, titles, mistyped words.

Each room takes text and gives values; none of them asks a network or a language model, and none raises on what is typed.
"""

"""What a character of a text is part of, as numbers to hold hidden units against.

Each function takes a text and returns an array (len(text),), the value *after* that character has
been read, which is when a hidden state could know it.
"""

import numpy as np


def inside_quotes(text):
    """1 after an opening double quote, 0 after the closing one; a blank line closes what is open."""
    inside, values = False, np.zeros(len(text))
    for i, char in enumerate(text):
        if char == '"':
            inside = not inside
        elif text[i - 1 : i + 1] == "\n\n":
            inside = False
        values[i] = inside
    return values


def inside_brackets(text):
    """1 inside any of ( [ {, however deep, 0 outside; a blank line closes what is open."""
    depth, values = 0, np.zeros(len(text))
    for i, char in enumerate(text):
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth = max(0, depth - 1)
        elif text[i - 1 : i + 1] == "\n\n":
            depth = 0
        values[i] = depth > 0
    return values


def indentation(text):
    """1 on the spaces at the start of a line, 0 elsewhere."""
    leading, values = True, np.zeros(len(text))
    for i, char in enumerate(text):
        leading = char == "\n" or (leading and char == " ")
        values[i] = leading and char == " "
    return values


def position_in_word(text):
    """How many letters of the present word have been read; 0 between words; at most 10."""
    count, values = 0, np.zeros(len(text))
    for i, char in enumerate(text):
        count = count + 1 if char.isalpha() else 0
        values[i] = min(count, 10)
    return values


def position_in_line(text):
    """How many characters of the present line have been read; 0 after a newline."""
    count, values = 0, np.zeros(len(text))
    for i, char in enumerate(text):
        count = 0 if char == "\n" else count + 1
        values[i] = count
    return values


FEATURES = {
    "position in word": position_in_word,
    "indentation": indentation,
    "inside quotes": inside_quotes,
    "inside brackets": inside_brackets,
    "position in line": position_in_line,
}


# Controls: what follows from the character that was just read ------------------------------


def from_the_character(feature, text):
    """Return (len(text),): a feature as one would guess it from the present character alone.

    The guess is the feature's mean after that character. It is learnt on one half of the text and
    judged on the other, both ways round, so that nothing is judged on what it was learnt from.
    """
    feature, characters = np.asarray(feature, float), np.array(list(text))
    guesses, first = np.empty(len(text)), np.arange(len(text)) < len(text) // 2
    for half in (first, ~first):
        guesses[~half] = feature[half].mean()  # for a character that this half has not got
        for char in set(characters[half]):
            here = characters == char
            guesses[~half & here] = feature[half & here].mean()
    return guesses


def given_the_character(values, text):
    """Return values (T,) or (T, H) less their mean after the same character.

    What is left has nothing to do with the character just read, only with those before it.
    """
    values, characters = np.array(values, float), np.array(list(text))
    for char in set(text):
        here = characters == char
        values[here] -= values[here].mean(axis=0)
    return values

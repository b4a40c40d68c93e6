"""The controls of lesson 9: what of a feature follows from the character just read."""

import numpy as np

from course.features import FEATURES, from_the_character, given_the_character, inside_quotes

TEXT = 'He said "hope (and sing)" twice.\n    A perch, <b> a tune.\n\n' * 4


def test_a_feature_of_the_character_alone_is_guessed_and_nothing_is_left_of_it():
    vowels = np.array([c in "aeiou" for c in TEXT], float)
    np.testing.assert_allclose(from_the_character(vowels, TEXT), vowels)
    np.testing.assert_allclose(given_the_character(vowels, TEXT), 0, atol=1e-12)


def test_a_guess_is_judged_on_what_it_was_not_learnt_on():
    text = "ababab" + "babbbb"  # "a" means 1, then 0: each half guesses the other's value
    feature = np.array([1.0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    guess = from_the_character(feature, text)
    assert guess[:6].tolist() == [0] * 6
    assert guess[6:].tolist() == [0, 1, 0, 0, 0, 0]
    unknown = from_the_character(np.arange(4.0), "aabb")  # no "b" in the first half
    assert unknown.tolist() == [2.5, 2.5, 0.5, 0.5]


def test_means_are_taken_away_for_each_character_by_hand():
    values = np.array([[1.0, 5.0], [2.0, 0.0], [3.0, 7.0]])
    left = given_the_character(values, "xyx")
    assert left.tolist() == [[-1, -1], [0, 0], [1, 1]]
    assert values[0].tolist() == [1, 5]  # nothing is written into what is given


def test_what_is_left_no_longer_goes_with_the_character():
    for feature in FEATURES.values():
        left = given_the_character(feature(TEXT), TEXT)
        for char in set(TEXT):
            assert abs(left[[c == char for c in TEXT]].mean()) < 1e-12
    assert given_the_character(inside_quotes(TEXT), TEXT).std() > 0.1

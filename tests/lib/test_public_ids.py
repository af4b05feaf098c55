"""Ids that say by themselves that they were typed wrong."""

from codextime.lib.public_ids import ALPHABET, is_checked, random_checked_text


def test_every_single_wrong_character_is_noticed() -> None:
    text = random_checked_text(14)

    assert is_checked(text)
    for at in range(len(text)):
        others = [text[:at] + letter + text[at + 1 :] for letter in ALPHABET + "aA1-é" if letter != text[at]]
        assert not any(map(is_checked, others))


def test_every_two_neighbours_in_each_others_place_are_noticed() -> None:
    text = random_checked_text(14)

    swapped = {text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(len(text) - 1)}

    assert not any(map(is_checked, swapped - {text}))

"""What threads are called that nobody named."""

from uuid import UUID, uuid4

from codextime.usage.thread_names import NAMES, find_made_name, name_thread, place_made_name


def test_places_of_made_names_are_in_the_order_of_texts() -> None:
    names = [find_made_name(place).casefold() for place in range(NAMES)]

    assert names == sorted(names)
    assert len(set(names)) == NAMES


def test_the_place_of_a_key_is_that_of_its_name() -> None:
    keys = [UUID(int=0), UUID(int=NAMES - 1), UUID(int=NAMES), UUID(int=2**128 - 1), *(uuid4() for _ in range(100))]

    assert [find_made_name(place_made_name(key.int)) for key in keys] == [name_thread(key, "") for key in keys]


def test_a_given_name_stands_before_a_made_one() -> None:
    assert name_thread(uuid4(), "Büro") == "Büro"

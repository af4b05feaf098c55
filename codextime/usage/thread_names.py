"""What a thread is called until its owner names it: words made of its key, which tell nothing of it."""

from uuid import UUID

KINDS = (
    *("Amber", "Ashen", "Autumn", "Bold", "Brisk", "Calm", "Clear", "Coral", "Crimson", "Deep", "Distant", "Early"),
    *("Gentle", "Golden", "Hidden", "Keen", "Late", "Light", "Mellow", "Misty", "Noble", "Old", "Pale", "Plain"),
    *("Quick", "Quiet", "Rapid", "Rough", "Silent", "Silver", "Slow", "Small", "Smooth", "Spring", "Steady", "Still"),
    *("Summer", "Swift", "Tall", "Warm", "Wide", "Wild", "Winter", "Young"),
)
THINGS = (
    *("acorn", "alder", "anchor", "arch", "ash", "badger", "bay", "beacon", "birch", "brook", "cedar", "clover"),
    *("comet", "coral", "crane", "creek", "delta", "dune", "elm", "ember", "falcon", "fern", "field", "finch"),
    *("fjord", "forge", "fox", "garden", "grove", "harbour", "hazel", "heron", "hill", "island", "juniper", "kiln"),
    *("lake", "lantern", "larch", "lark", "linden", "maple", "marsh", "meadow", "moss", "oak", "orchard", "otter"),
    *("owl", "pebble", "pine", "pond", "reef", "ridge", "river", "robin", "rowan", "sage", "shore", "sparrow"),
    *("spruce", "stone", "thistle", "valley", "willow", "wren"),
)
NUMBERS = 100
PAIRS = [f"{kind} {thing}" for kind in KINDS for thing in THINGS]  # joined once: lists name thousands of threads
NAMES = len(PAIRS) * NUMBERS
NUMBERS_AS_TEXT = sorted(range(NUMBERS), key=str)
PLACES_AS_TEXT = [NUMBERS_AS_TEXT.index(number) for number in range(NUMBERS)]


def name_thread(key: UUID, name: str) -> str:
    """`name` if its owner gave it one, else such as `Quiet heron 42`: the same for the same key, for ever."""
    if name:
        return name
    pair, number = divmod(key.int % NAMES, NUMBERS)
    return f"{PAIRS[pair]} {number}"


def place_made_name(key: int) -> int:
    """Where the name that is made of a key stands among all `NAMES` of them, put in order as texts whatever their case:
    the words above are in order, too."""
    pair, number = divmod(key % NAMES, NUMBERS)
    return pair * NUMBERS + PLACES_AS_TEXT[number]


def find_made_name(place: int) -> str:
    pair, number = divmod(place, NUMBERS)
    return f"{PAIRS[pair]} {NUMBERS_AS_TEXT[number]}"

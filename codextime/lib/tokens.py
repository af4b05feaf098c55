"""Token counts of one call or of a sum of calls, under OpenAI's field names."""

from collections.abc import Iterable

from msgspec import Struct

LONG_CONTEXT_TOKENS = 272_000  # a call that read more than this is priced as long context


# Pages make thousands of them, and a frozen dataclass takes four times as long to make.
class Tokens(Struct, frozen=True, gc=False):
    """Cached and cache write are parts of input, reasoning is a part of output: never add them to the total."""

    input_tokens: int = 0
    cached_input_tokens: int = 0
    cache_write_input_tokens: int = 0
    output_tokens: int = 0
    reasoning_output_tokens: int = 0

    @property
    def total(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def uncached_input_tokens(self) -> int:
        return self.input_tokens - self.cached_input_tokens

    @property
    def visible_output_tokens(self) -> int:
        return self.output_tokens - self.reasoning_output_tokens

    def __sub__(self, part: "Tokens") -> "Tokens":
        return Tokens(
            self.input_tokens - part.input_tokens,
            self.cached_input_tokens - part.cached_input_tokens,
            self.cache_write_input_tokens - part.cache_write_input_tokens,
            self.output_tokens - part.output_tokens,
            self.reasoning_output_tokens - part.reasoning_output_tokens,
        )

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(
            self.input_tokens + other.input_tokens,
            self.cached_input_tokens + other.cached_input_tokens,
            self.cache_write_input_tokens + other.cache_write_input_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_output_tokens + other.reasoning_output_tokens,
        )


def total(parts: Iterable[Tokens]) -> Tokens:
    """Their sum, at a fraction of what adding one after the other costs."""
    read = cached = cache_write = output = reasoning = 0
    for part in parts:
        read += part.input_tokens
        cached += part.cached_input_tokens
        cache_write += part.cache_write_input_tokens
        output += part.output_tokens
        reasoning += part.reasoning_output_tokens
    return Tokens(read, cached, cache_write, output, reasoning)

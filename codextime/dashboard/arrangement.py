"""Where the cards of a page stand, so that none of them has a hole beside a longer one."""

from codextime.dashboard.charts.shares import Share
from codextime.dashboard.rates_used import RatesUsed
from codextime.dashboard.top_threads import TopThreads

FEW_SHARES = 4  # rows of two cards that are together as high as the chart
FEW_MODELS = 2  # rows that are, with the estimate below, as high as the chart
FEW_THREADS = 2  # rows that are half as high as the records


class Arranged:
    """A page with a chart over time, models, labels and an estimate."""

    __slots__ = ()

    models: list[Share]
    labels: list[Share]
    rates: RatesUsed
    threads: TopThreads | None

    @property
    def has_few_shares(self) -> bool:
        """Whether models and labels fit beside the chart together, where the models alone would leave a hole."""
        return len(self.models) + len(self.labels) <= FEW_SHARES

    @property
    def has_more_labels(self) -> bool:
        """Whether the labels stand beside the chart, which takes the longer list, and the models below it."""
        return len(self.labels) > len(self.models)

    @property
    def has_three_cards(self) -> bool:
        """Whether hours, the shorter list and the estimate stand in one row. An estimate that says what it leaves out
        would be twice as high as the others: it has a row of its own."""
        return not self.has_few_shares and not self.rates.unpriced

    @property
    def has_few_threads(self) -> bool:
        """Whether the records stand below the threads, not beside them."""
        return self.threads is None or len(self.threads.threads) <= FEW_THREADS


class ArrangedSeats:
    """A page with a chart over time, seats, models and an estimate; a page of one seat lists no seats."""

    __slots__ = ()

    models: list[Share]
    seats: list[Share]
    rates: RatesUsed

    @property
    def has_few_shares(self) -> bool:
        """Whether seats and models fit beside the chart together."""
        return len(self.models) + len(self.seats) <= FEW_SHARES

    @property
    def has_more_models(self) -> bool:
        """Whether the models stand beside the chart, which takes the longer list, and the seats below it."""
        return len(self.models) > len(self.seats)

    @property
    def has_two_cards(self) -> bool:
        """Whether the shorter list and the estimate stand in one row. An estimate that says what it leaves out is
        higher than few rows."""
        is_long = min(len(self.models), len(self.seats)) >= FEW_SHARES
        return not self.has_few_shares and (is_long or not self.rates.unpriced)

    @property
    def has_few_models(self) -> bool:
        """Whether, on a page of one seat, the estimate stands below the models and not in a row of its own."""
        return len(self.models) <= FEW_MODELS

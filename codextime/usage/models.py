"""Calls, and what is made of them. Everything is keyed by its user first, so that it can be split by user."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from codextime.devices.models import Device
from codextime.lib.names import LONGEST_NAME
from codextime.usage.fields import TokenBoundField, TokenSumField
from codextime.usage.mark_models import DirtyDate, RebuiltDate

MARKS = (DirtyDate, RebuiltDate)  # tables of this app that are in a file of their own
HIGHEST_REVISION = 511
EXACT_REVISION = 256  # from here on a call was read exactly; below, it is an estimate
TOKEN_FIELDS = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)


class ModelName(models.Model):
    """A model's name, stored once. `custom` and `unknown` are names too."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """One Codex home on one machine. Its label is what the user typed, and may be empty. From `archived_at` on it is
    out of use, until it uploads again; its calls count as ever."""

    id = models.AutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.UUIDField()
    label = models.CharField(max_length=LONGEST_NAME, blank=True)
    device = models.ForeignKey(Device, models.SET_NULL, related_name="+", null=True)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="usage_source_key")]

    def __str__(self) -> str:
        return self.label or f"Source {self.pk}"


class Thread(models.Model):
    """One Codex conversation of a user who groups calls by session. The keys are the contract's hashes: whose call has
    `thread` and `parent_thread`. `parent_key` may name a thread that is not there. `name` is what the user typed, and
    may be empty."""

    id = models.AutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.UUIDField()
    parent_key = models.UUIDField(null=True)
    name = models.CharField(max_length=LONGEST_NAME, blank=True, db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="usage_thread_key")]

    def __str__(self) -> str:
        return f"Thread {self.pk}"


class Call(models.Model):
    """One model call. Its table is partitioned by hash of the user: the migrations make it in SQL, with a user's id of
    four bytes, so that a row is small.

    Written only by `services.store_calls` and `decisions`. `source` is the first one that uploaded the call. A call
    with `withdrawn_at` is a tombstone that counts nowhere; one whose withdrawal came before it, or lies so far back
    that it is final, has no tokens, and nobody knows its `at`, `model` and `source`. Until then `withdrawal` says which
    record it belongs to, and `former_revision` what it had. Its owner kept it against proofs up to `kept_revision`.
    Only calls of users who group them by session have a `thread`; a withdrawn one keeps it until it is final.
    """

    pk = models.CompositePrimaryKey("user", "call_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    call_id = models.UUIDField()
    at = models.DateTimeField(null=True)
    input_tokens = models.BigIntegerField()
    cached_input_tokens = models.BigIntegerField()
    cache_write_input_tokens = models.BigIntegerField()
    output_tokens = models.IntegerField()
    reasoning_output_tokens = models.IntegerField()
    withdrawn_at = models.DateTimeField(null=True)
    source = models.ForeignKey(
        Source, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, null=True
    )
    model = models.ForeignKey(
        ModelName, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, null=True
    )
    revision = models.SmallIntegerField()
    withdrawal = models.ForeignKey(
        "WithdrawalRecord", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, null=True
    )
    former_revision = models.SmallIntegerField(null=True)
    kept_revision = models.SmallIntegerField(null=True)
    thread = models.ForeignKey(
        Thread, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False, null=True
    )

    class Meta:
        indexes = [
            models.Index(fields=["user", "at"], name="usage_call_user_at"),
            models.Index(
                fields=["user", "withdrawal"], condition=Q(withdrawal__isnull=False), name="usage_call_withdrawal"
            ),
            models.Index(
                fields=["user", "thread", "at"], condition=Q(thread__isnull=False), name="usage_call_user_thread_at"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(output_tokens__gte=0, cached_input_tokens__gte=0, cache_write_input_tokens__gte=0)
                & Q(reasoning_output_tokens__gte=0),
                name="usage_call_tokens_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(cached_input_tokens__lte=F("input_tokens"), cache_write_input_tokens__lte=F("input_tokens"))
                & Q(reasoning_output_tokens__lte=F("output_tokens")),
                name="usage_call_parts_within_whole",
            ),
            models.CheckConstraint(condition=Q(revision__range=(1, HIGHEST_REVISION)), name="usage_call_revision"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=False)
                | Q(at__isnull=False, source__isnull=False, model__isnull=False),
                name="usage_call_is_known",
            ),
        ]


class TokenSums(models.Model):
    """What Slot and Day have in common: sums over calls."""

    calls = models.IntegerField()
    input_tokens = TokenSumField()
    cached_input_tokens = TokenSumField()
    cache_write_input_tokens = TokenSumField()
    output_tokens = TokenSumField()
    reasoning_output_tokens = TokenSumField()

    class Meta:
        abstract = True


class TokenRanges(TokenSums):
    """With the least and the most tokens of one of the calls; `None` until a rebuild finds them out."""

    least_tokens = TokenBoundField(null=True)
    most_tokens = TokenBoundField(null=True)

    class Meta(TokenSums.Meta):
        abstract = True


class Slot(TokenRanges):
    """Sums over the 15 minutes from `slot_at` (UTC). An estimate is not ranked."""

    pk = models.CompositePrimaryKey("user", "slot_at", "model", "source", "is_long_context", "is_ranked")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    slot_at = models.DateTimeField()
    source = models.ForeignKey(Source, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    model = models.ForeignKey(ModelName, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    is_long_context = models.BooleanField()
    is_ranked = models.BooleanField()


class Day(TokenRanges):
    """Sums over the part of a day (`on`, in the user's time zone) on one UTC date, as rates change at 00:00 UTC.

    A cache of the slots: rebuilt with them, and as a whole when the user's time zone changes. `exact_calls` is `None`
    as long as the least and most tokens of a call are.
    """

    pk = models.CompositePrimaryKey("user", "on", "utc_on", "model", "source", "is_long_context")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    utc_on = models.DateField()
    source = models.ForeignKey(Source, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    model = models.ForeignKey(ModelName, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    is_long_context = models.BooleanField()
    exact_calls = models.IntegerField(null=True)


class DayHour(models.Model):
    """Sums over an hour of a day, both in the user's time zone; what of it lies on one UTC date.

    Slots know the hour too, but they grow with models, sources and calls: a year of them is what a page cannot add up.
    """

    pk = models.CompositePrimaryKey("user", "on", "utc_on", "hour")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    on = models.DateField()
    utc_on = models.DateField()
    hour = models.SmallIntegerField()
    calls = models.IntegerField()
    tokens = TokenSumField()


class ThreadSums(TokenSums):
    """What ThreadDay and ThreadTotal have in common: sums over calls of one thread, when its first and its last call
    was, and the largest input: how much of the model's context it used."""

    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    highest_input_tokens = models.BigIntegerField()

    class Meta:
        abstract = True


class ThreadDay(ThreadSums):
    """What a thread has of a `Day`. Made from the calls, and only for who groups them by session: what days have beyond
    it belongs to no thread."""

    pk = models.CompositePrimaryKey("user", "on", "utc_on", "thread", "model", "source", "is_long_context")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    thread = models.ForeignKey(Thread, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    on = models.DateField()
    utc_on = models.DateField()
    source = models.ForeignKey(Source, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    model = models.ForeignKey(ModelName, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    is_long_context = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["user", "thread"], name="usage_thread_day_user_thread")]


OF_TREES = ["first_at", "last_at", "usd_key", "credit_key", "context_key"]  # what trees are put in order by the most


class ThreadTotal(ThreadSums):
    """What the days of a thread come to, without those of its sub-agents. `root` is the thread at the top of its tree:
    itself for one without a parent, or whose parent has no calls, and for one that is among its own ancestors.

    The keys are for putting threads in order only (`thread_keys`): USD and credits times 1,000,000, the highest share
    of a context window, and whether some tokens have no rate; `None` where there is no rate. They hold as long as
    `rates_mark` is that of the rates in force; `None` until a rebuild finds them out.
    """

    pk = models.CompositePrimaryKey("user", "thread")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    thread = models.ForeignKey(Thread, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    root = models.ForeignKey(Thread, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    usd_key = models.FloatField(null=True)
    credit_key = models.FloatField(null=True)
    context_key = models.FloatField(null=True)
    has_unpriced = models.BooleanField(null=True)
    rates_mark = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "root"], include=OF_TREES, name="usage_thread_total_trees"),
            models.Index(fields=["user", "rates_mark"], name="usage_thread_total_user_mark"),
            models.Index("user", (F("last_at") - F("first_at")).desc(), "thread", name="usage_thread_total_longest"),
            models.Index(
                "user", (F("input_tokens") + F("output_tokens")).desc(), "thread", name="usage_thread_total_largest"
            ),
        ]


class Correction(models.Model):
    """A line of a user's ledger: a stored call changed, and why. `at` and `model` are the old ones."""

    class Reason(models.TextChoices):
        RECOUNTED = "recounted"
        COMPLETED = "completed"
        COPIED_HISTORY = "copied_history"
        DUPLICATE = "duplicate"
        IMPOSSIBLE = "impossible"
        FORGOTTEN = "forgotten"  # its owner took it back
        BROUGHT_BACK = "brought_back"  # its owner undid a withdrawal

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    call_id = models.UUIDField()
    at = models.DateTimeField()
    model = models.ForeignKey(ModelName, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    tokens_before = TokenSumField()
    tokens_after = TokenSumField()
    reason = models.CharField(max_length=20, choices=Reason)
    revision = models.SmallIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["user", "made_at"], name="usage_correction_user_made_at"),
            models.Index(fields=["user", "call_id"], name="usage_correction_user_call"),
        ]


class WithdrawalRecord(models.Model):
    """What one machine withdrew for one reason at about one time, and what its owner made of it.

    `calls` of `tokens` from `first_on` to `last_on` (UTC dates) stopped counting between `made_at` and `changed_at`.
    Each of those calls refers to it until it is brought back or final. A large one waits for its owner first: its calls
    count, and stand in the waiting list. When an owner decides, the record changes at once, its calls some thousands at
    a time (`decisions.carry_out`).

    With `is_replacement`, calls were not taken back as a whole but replaced by readings of fewer tokens: `tokens` is
    what they lost, a `FormerReading` refers to the record in place of its call, and a `WaitingReading` of the waiting
    list.
    """

    class State(models.TextChoices):
        WAITING = "waiting"  # nothing changes until the owner decides
        APPROVED = "approved"  # some of its calls may still count; then it is withdrawn
        DECLINING = "declining"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        UNDOING = "undoing"  # some of its calls may still be away
        UNDONE = "undone"
        FORGETTING = "forgetting"  # too late to be undone
        FINAL = "final"  # the figures of its calls are gone

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    device = models.ForeignKey(Device, models.SET_NULL, related_name="+", null=True)
    source = models.ForeignKey(Source, models.CASCADE, related_name="+", db_index=False)
    reason = models.CharField(max_length=20, choices=Correction.Reason)
    state = models.CharField(max_length=10, choices=State)
    is_approved = models.BooleanField(default=False)
    is_replacement = models.BooleanField(default=False, db_default=False)
    calls = models.IntegerField()
    tokens = TokenSumField()
    first_on = models.DateField()
    last_on = models.DateField()
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["user", "made_at"], name="usage_withdrawal_user_made_at"),
            models.Index(
                fields=["changed_at"], condition=~Q(state__in=("undone", "final")), name="usage_withdrawal_open"
            ),
        ]


class WaitingCall(models.Model):
    """The waiting list: a call that counts until its owner lets it go. `revision` is the proof's."""

    pk = models.CompositePrimaryKey("user", "call_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    call_id = models.UUIDField()
    record = models.ForeignKey(WithdrawalRecord, models.CASCADE, related_name="+")
    revision = models.SmallIntegerField()


class HeldReading(models.Model):
    """What WaitingReading and FormerReading have in common: a reading of a call that does not count."""

    pk = models.CompositePrimaryKey("user", "call_id")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    call_id = models.UUIDField()
    record = models.ForeignKey(WithdrawalRecord, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    input_tokens = models.BigIntegerField()
    cached_input_tokens = models.BigIntegerField()
    cache_write_input_tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()
    reasoning_output_tokens = models.BigIntegerField()
    model = models.ForeignKey(ModelName, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    revision = models.SmallIntegerField()

    class Meta:
        abstract = True


class WaitingReading(HeldReading):
    """One of fewer tokens than the call has. It waits for the owner, and the call counts as it is."""


class FormerReading(HeldReading):
    """What a call said before a reading of fewer tokens replaced it, until that cannot be undone any more. Of several
    replacements, the oldest reading, and the record of the newest."""


class UsageErasure(models.Model):
    """The last time that a user had all usage erased. Calls of before `erased_at` are not stored any more, so that no
    tracker fills the account with them again. Until `is_done`, a worker still has to delete what was there."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    erased_at = models.DateTimeField()
    is_done = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["erased_at"], condition=Q(is_done=False), name="usage_erasure_open")]

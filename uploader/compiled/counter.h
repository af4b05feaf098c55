/* Counting the usual history of a thread: each line is its own, the running sum grows by the last call, and records are
   confirmed in their order. `counting.py` says what is right; whatever is not as usual is left to it, untouched, and
   this goes on from where Python then stands. */

#ifndef CODEXTIME_COUNTER_H
#define CODEXTIME_COUNTER_H

#include "instants.h"
#include "shapes.h"

#define MOST_RECORDS 64 /* RECENT_RECORDS */
#define MOST_TURNS 16   /* RECENT_TURNS */
#define COMPARED 4
#define TEXTS 3 /* of a `Call`, before its counters */
#define IMPORTED "external-import-turn-"
#define INVENTED "rollout-"
#define LONGEST_RESPONSE_ID 200 /* a longer one is left to Python */
#define LONGEST_IDENTITY (2 + LONGEST_RESPONSE_ID) /* one by totals has at most 121 bytes: `take_head` took 24 for the instant */
#define SUM_BYTES (2 * COMPARED * sizeof(int64_t))

/* Input, cached input, output, reasoning: `Four`. */
typedef struct {
    int64_t counts[COMPARED];
} Four;

typedef enum { FAILED, COUNTED, UNUSUAL } Counted; /* FAILED: there is an exception */

/* What of Python's `State` and `Counter` the usual lines move. Its objects are owned. */
typedef struct {
    PyObject *state, *call_class, *calls, *sums, *instants, *repeats, *models, *model, *thread_id, *at;
    Text thread, at_text; /* the texts of `thread_id` and `at`; the latter is empty if no line had a time yet */
    Text turn;            /* of the last record, and its model */
    PyObject *model_of_turn; /* owned too */
    bool has_sum, inherits_totals, lacks_model, is_only_head;
    bool is_moved, has_other_records, has_other_time, has_other_model;
    Four sum;
    int64_t previous_total;
    UsageShape previous; /* if the sum moved */
    Four records[MOST_RECORDS + 1];
    size_t records_count;
    long long totals_seen;
} Counting;

static bool load_text(PyObject *object, Text *text) {
    Py_ssize_t size;
    text->start = PyUnicode_AsUTF8AndSize(object, &size);
    text->size = text->start ? (size_t)size : 0;
    return text->start != NULL;
}

static inline Four four(const UsageShape *usage) {
    const int64_t *counters = usage->counters;
    return (Four){{counters[0], counters[1], counters[3], counters[4]}};
}

static inline bool are_equal(const Four *left, const Four *right) {
    return memcmp(left, right, sizeof(Four)) == 0;
}

/* Whether the sum grew by the last call, which used something. None of the numbers is negative. */
static bool is_next(const Four *before, const Four *now, const Four *latest) {
    int64_t used = 0;
    for (int each = 0; each < COMPARED; each++) {
        if (now->counts[each] - before->counts[each] != latest->counts[each])
            return false;
        used |= latest->counts[each];
    }
    return used != 0;
}

/* Whether the line's time is the current one, or can become it. */
static bool has_time(const Counting *counting, Text timestamp) {
    return is(timestamp, counting->at_text.start, counting->at_text.size) || is_instant(timestamp);
}

/* `note_time`, of a time that is known to be one. */
static bool move_time(Counting *counting, Text timestamp) {
    if (is(timestamp, counting->at_text.start, counting->at_text.size))
        return true;
    PyObject *at = PyUnicode_FromStringAndSize(timestamp.start, (Py_ssize_t)timestamp.size);
    if (!at)
        return false;
    Py_XDECREF(counting->at);
    counting->at = at;
    counting->at_text = timestamp;
    counting->has_other_time = true;
    PyDict_Clear(counting->repeats);
    return true;
}

/* `Call((identity, at, model, *counters, flags))`, without flags. */
static PyObject *make_call(const Counting *counting, PyObject *identity, PyObject *model, const UsageShape *usage) {
    PyObject *texts[] = {identity, counting->at, model}, *fields = PyTuple_New(TEXTS + COUNTERS + 1), *call = NULL;
    bool is_whole = fields != NULL;
    for (int each = 0; is_whole && each < TEXTS; each++)
        is_whole = PyTuple_SetItem(fields, each, Py_NewRef(texts[each])) == 0;
    for (int each = 0; is_whole && each <= COUNTERS; each++) {
        PyObject *number = PyLong_FromLongLong(each < COUNTERS ? usage->counters[each] : 0);
        is_whole = number && PyTuple_SetItem(fields, TEXTS + each, number) == 0;
    }
    if (is_whole)
        call = PyObject_CallFunctionObjArgs(counting->call_class, fields, NULL);
    Py_XDECREF(fields);
    return call;
}

/* Adds a call unless one has its identity. */
static bool add_call(Counting *counting, PyObject *identity, PyObject *model, const UsageShape *usage) {
    int is_there = PyDict_Contains(counting->calls, identity);
    if (is_there)
        return is_there > 0;
    PyObject *call = make_call(counting, identity, model, usage);
    bool is_added = call && PyDict_SetItem(counting->calls, identity, call) == 0;
    Py_XDECREF(call);
    return is_added;
}

/* The name of a turn's model: its own, else the last one. NULL if no line named any. Borrowed. */
static PyObject *find_model(Counting *counting, Text turn) {
    if (!counting->model_of_turn || !is(turn, counting->turn.start, counting->turn.size)) {
        PyObject *key = PyUnicode_FromStringAndSize(turn.start, (Py_ssize_t)turn.size);
        PyObject *model = key ? PyDict_GetItemWithError(counting->models, key) : NULL;
        Py_XDECREF(key);
        if (PyErr_Occurred())
            return NULL;
        Py_XDECREF(counting->model_of_turn);
        counting->model_of_turn = Py_NewRef(model ? model : counting->model);
        counting->turn = turn;
    }
    return counting->model_of_turn == Py_None ? NULL : counting->model_of_turn;
}

static void drop_first_record(Counting *counting) {
    counting->records_count--;
    memmove(counting->records, counting->records + 1, counting->records_count * sizeof(Four));
    counting->has_other_records = true;
}

static void keep_record(Counting *counting, const UsageShape *usage) {
    counting->records[counting->records_count++] = four(usage);
    counting->has_other_records = true;
    if (counting->records_count > MOST_RECORDS)
        drop_first_record(counting);
}

static PyObject *name_by_response(Text id) {
    char name[LONGEST_IDENTITY] = "r:";
    memcpy(name + 2, id.start, id.size);
    return PyUnicode_FromStringAndSize(name, (Py_ssize_t)(2 + id.size));
}

static bool is_imported(Text turn_id) {
    return STARTS(turn_id, IMPORTED);
}

/* Perhaps: Python looks at it more closely. */
static bool is_invented(Text turn_id) {
    return STARTS(turn_id, INVENTED);
}

/* Makes the model current. */
static bool move_model(Counting *counting, Text name) {
    Text known = {NULL, 0};
    if (counting->model != Py_None && !load_text(counting->model, &known))
        return false;
    if (known.start && is(name, known.start, known.size))
        return true;
    PyObject *model = PyUnicode_FromStringAndSize(name.start, (Py_ssize_t)name.size);
    if (!model)
        return false;
    Py_DECREF(counting->model);
    counting->model = model;
    counting->has_other_model = true;
    return true;
}

/* Remembers the current model for a turn, and forgets the turn that was noted first if there are many. */
static bool note_turn(Counting *counting, Text turn_id) {
    PyObject *turn = PyUnicode_FromStringAndSize(turn_id.start, (Py_ssize_t)turn_id.size), *first;
    Py_ssize_t place = 0;
    bool is_noted = turn && PyDict_SetItem(counting->models, turn, counting->model) == 0;
    Py_XDECREF(turn);
    if (is_noted && PyDict_Size(counting->models) > MOST_TURNS && PyDict_Next(counting->models, &place, &first, NULL)) {
        Py_INCREF(first);
        is_noted = PyDict_DelItem(counting->models, first) == 0;
        Py_DECREF(first);
    }
    return is_noted;
}

/* `feed_turn`. Calls that wait for a model are given it by Python. No other line that is counted here can be the first
   after the head: it takes a model, which a turn has named. */
static Counted count_turn(Counting *counting, const TurnShape *turn) {
    if (counting->lacks_model || is_imported(turn->turn_id))
        return UNUSUAL;
    counting->is_only_head = false;
    if (turn->model.size == 0)
        return COUNTED;
    Py_CLEAR(counting->model_of_turn);
    bool is_noted = move_model(counting, turn->model) && (!turn->turn_id.start || note_turn(counting, turn->turn_id));
    return is_noted ? COUNTED : FAILED;
}

/* `feed_record`. */
static Counted count_record(Counting *counting, const HeadShape *head, const RecordShape *record) {
    if (!is(record->thread_id, counting->thread.start, counting->thread.size) || is_imported(record->turn_id) ||
        record->response_id.size == 0 || record->response_id.size > LONGEST_RESPONSE_ID ||
        !has_time(counting, head->timestamp))
        return UNUSUAL;
    PyObject *model = find_model(counting, record->turn_id);
    if (!model)
        return PyErr_Occurred() ? FAILED : UNUSUAL;
    PyObject *identity = name_by_response(record->response_id);
    if (!identity)
        return FAILED;
    keep_record(counting, &record->usage);
    bool is_added = move_time(counting, head->timestamp) && add_call(counting, identity, model, &record->usage);
    Py_DECREF(identity);
    return is_added ? COUNTED : FAILED;
}

/* The decimal digits of a number that is not negative; returns where they end. */
static char *write_count(char *place, int64_t count) {
    char digits[MOST_DIGITS + 1]; /* as many as 63 bits can have */
    int size = 0;
    do
        digits[size++] = (char)('0' + count % 10);
    while (count /= 10);
    while (size)
        *place++ = digits[--size];
    return place;
}

/* `totals_identity`. */
static PyObject *name_by_totals(const UsageShape *total, Text timestamp) {
    static const int parts[] = {0, 1, 3, 4, 5};
    char name[LONGEST_IDENTITY] = "t:", *end = name + 2;
    memcpy(end, timestamp.start, timestamp.size);
    end += timestamp.size;
    for (int each = 0; each < 5; each++) {
        *end++ = each ? '.' : ':';
        end = write_count(end, total->counters[parts[each]]);
    }
    return PyUnicode_FromStringAndSize(name, end - name);
}

/* A call that only a `token_count` tells. A second one with the same sum at the same instant is unusual. */
static Counted count_call(Counting *counting, const HeadShape *head, const CountShape *count) {
    PyObject *identity = name_by_totals(&count->total, head->timestamp), *once = PyLong_FromLong(1);
    Counted counted = FAILED;
    if (identity && once) {
        int is_there = PyDict_Contains(counting->repeats, identity);
        if (is_there > 0)
            counted = UNUSUAL;
        else if (is_there == 0 && move_time(counting, head->timestamp) &&
                 PyDict_SetItem(counting->repeats, identity, once) == 0 &&
                 add_call(counting, identity, counting->model, &count->last))
            counted = COUNTED;
    }
    Py_XDECREF(identity);
    Py_XDECREF(once);
    return counted;
}

static void pack_four(unsigned char *place, const Four *sum) {
    for (size_t byte = 0; byte < sizeof(Four); byte++)
        place[byte] = (unsigned char)((uint64_t)sum->counts[byte / 8] >> (8 * (byte % 8)));
}

/* Notes a running sum and its last call, by which a fork is recognised, and their time. */
static bool note_sum(Counting *counting, const HeadShape *head, const Four *now, const Four *latest) {
    Py_ssize_t size = PyByteArray_Size(counting->sums);
    PyObject *instant = PyUnicode_FromStringAndSize(head->timestamp.start, (Py_ssize_t)head->timestamp.size);
    bool is_noted = instant && PyList_Append(counting->instants, instant) == 0 &&
                    PyByteArray_Resize(counting->sums, size + (Py_ssize_t)SUM_BYTES) == 0;
    Py_XDECREF(instant);
    if (is_noted) {
        unsigned char *place = (unsigned char *)PyByteArray_AsString(counting->sums) + size;
        pack_four(place, now);
        pack_four(place + SUM_BYTES / 2, latest);
    }
    return is_noted;
}

/* Whether the sum says that there was one call, which used the `latest`: it grew by that, or is the first one. */
static bool is_one_call(const Counting *counting, const Four *now, const Four *latest) {
    static const Four zero;
    if (counting->has_sum)
        return is_next(&counting->sum, now, latest);
    return !counting->inherits_totals && !are_equal(now, &zero) && !are_equal(latest, &zero);
}

/* `feed_totals`. */
static Counted count_totals(Counting *counting, const HeadShape *head, const CountShape *count) {
    Four now = four(&count->total), latest = four(&count->last);
    if (!is_one_call(counting, &now, &latest)) {
        bool is_again = counting->has_sum && are_equal(&now, &counting->sum) &&
                        count->total.counters[5] == counting->previous_total;
        return is_again ? COUNTED : UNUSUAL;
    }
    bool is_told = counting->records_count > 0; /* by its record already */
    if (is_told && !are_equal(&counting->records[0], &latest))
        return UNUSUAL;
    if (!is_told) {
        Counted counted = UNUSUAL;
        if (counting->model != Py_None && has_time(counting, head->timestamp))
            counted = count_call(counting, head, count);
        if (counted != COUNTED)
            return counted;
    } else {
        drop_first_record(counting);
    }
    counting->sum = now;
    counting->previous = count->total;
    counting->previous_total = count->total.counters[5];
    counting->has_sum = counting->is_moved = true;
    counting->totals_seen++;
    return head->ordinal >= 0 || note_sum(counting, head, &now, &latest) ? COUNTED : FAILED;
}

#endif

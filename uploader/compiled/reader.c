/* The compiled reader: finds the lines of a block that matter, and decodes the usual ones of those that tell usage.

   `rollout.py` is what it must agree with, and does the same without it. A line is skipped here only if Python would
   skip it; any line that is not exactly of a usual shape is given to Python as it is. Nothing is allocated by a length
   that a file states, and nothing outside of the block is read. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "handover.h"
#include "writer.h"

/* Where a usual head has what, as in `rollout.py`. */
#define TIME_ENDS 37
#define TYPE_STARTS 48
#define ORDINAL_STARTS 50
#define ORDINAL_ENDS 80
#define TYPE ",\"type\":\""
#define TYPE_BYTES (sizeof(TYPE) - 1)
#define TYPE_FOLLOWS "Z\",\"type\":"
#define ORDINAL_FOLLOWS "Z\",\"ordina"
#define MOST_NAMES 16
#define EVENT "event_msg\",\"payload\":{\"type\":\""

/* The classes of `lines.py`, in the order in which Python gives them; borrowed from `tuple`, which is NULL until an event
   must be made. */
typedef struct {
    PyObject *tuple, *usage, *totals, *counted, *count_line, *record, *record_line, *raw;
} Classes;

typedef struct {
    Classes classes;
    PyObject *load_classes;
    Text names[MOST_NAMES]; /* of the types that tell something */
    size_t names_count;
    PyObject *decode; /* Python's own way to read a line */
    PyObject *found;  /* the list of events that is the answer */
    Py_ssize_t most;  /* so many of them */
    Counting *counting; /* what counts the usual lines; NULL if all are wanted as events */
    Text repeated;   /* the last `token_count`, from its type on; the same one again says nothing new */
    Text rest;       /* of the last `token_count`, behind its usage; the same one again need not be checked */
} Reading;

/* In formats, `N` takes over the object that it is given, and fails if that is NULL. */

static PyObject *make_line(PyObject *class, PyObject *payload, const HeadShape *head) {
    PyObject *ordinal = head->ordinal < 0 ? Py_NewRef(Py_None) : PyLong_FromLongLong(head->ordinal);
    return PyObject_CallFunction(class, "Ns#N", payload, head->timestamp.start, (Py_ssize_t)head->timestamp.size,
                                 ordinal);
}

/* False if there is an exception. */
static bool have_classes(Reading *reading) {
    Classes *all = &reading->classes;
    if (all->tuple)
        return true;
    PyObject *loaded = PyObject_CallNoArgs(reading->load_classes);
    if (!loaded || !PyArg_ParseTuple(loaded, "OOOOOOO", &all->usage, &all->totals, &all->counted, &all->count_line,
                                     &all->record, &all->record_line, &all->raw)) {
        Py_XDECREF(loaded);
        return false;
    }
    all->tuple = loaded;
    return true;
}

static PyObject *make_usage(PyObject *class, const UsageShape *usage) {
    PyObject *counters = make_counters(usage), *made = counters ? PyObject_CallObject(class, counters) : NULL;
    Py_XDECREF(counters);
    return made;
}

static PyObject *make_count_line(const Classes *classes, const HeadShape *head, const CountShape *count) {
    PyObject *totals = PyObject_CallFunction(classes->totals, "NN", make_usage(classes->usage, &count->total),
                                             make_usage(classes->usage, &count->last));
    return make_line(classes->count_line, PyObject_CallFunction(classes->counted, "(N)", totals), head);
}

static PyObject *make_record_line(const Classes *classes, const HeadShape *head, const RecordShape *record) {
    PyObject *running = PyObject_CallFunction(classes->raw, "(y#)", record->thread_token_usage.start,
                                              (Py_ssize_t)record->thread_token_usage.size);
    PyObject *payload = PyObject_CallFunction(
        classes->record, "Ns#s#s#N", make_usage(classes->usage, &record->usage), record->thread_id.start,
        (Py_ssize_t)record->thread_id.size, record->turn_id.start, (Py_ssize_t)record->turn_id.size,
        record->response_id.start, (Py_ssize_t)record->response_id.size, running);
    return make_line(classes->record_line, payload, head);
}

/* What is to be told of a usual line that the counter has seen: nothing if it counted it, else its event. */
static bool is_counted(Counted counted, PyObject **told) {
    *told = counted == COUNTED ? Py_NewRef(Py_None) : NULL;
    return counted != UNUSUAL;
}

/* The event of a line of a usual shape; None if it was counted; NULL without an exception if it is not of such a shape. */
static PyObject *decode_usual(Reading *reading, Text line) {
    Cursor cursor = {line.start, line.start + line.size};
    Counting *counting = reading->counting;
    PyObject *told;
    HeadShape head;
    CountShape count;
    RecordShape record;
    TurnShape turn;
    if (!take_head(&cursor, &head))
        return NULL;
    Text typed = {cursor.at, (size_t)(cursor.end - cursor.at)};
    if (take_count_line(&cursor, &count, &reading->rest)) {
        reading->repeated = typed;
        if (counting && is_counted(count_totals(counting, &head, &count), &told))
            return told;
        return have_classes(reading) ? make_count_line(&reading->classes, &head, &count) : NULL;
    }
    cursor.at = typed.start;
    if (counting && take_empty_count_line(&cursor)) {
        reading->repeated = typed;
        return Py_NewRef(Py_None);
    }
    cursor.at = typed.start;
    if (counting && take_turn_line(&cursor, &turn))
        return is_counted(count_turn(counting, &turn), &told) ? told : NULL;
    cursor.at = typed.start;
    if (!take_record_line(&cursor, &record))
        return NULL;
    if (counting && is_counted(count_record(counting, &head, &record), &told))
        return told;
    return have_classes(reading) ? make_record_line(&reading->classes, &head, &record) : NULL;
}

/* Where the type of a line starts, or NULL if the line does not start as Codex starts lines: `find_type`. */
static const char *find_type(Text line) {
    const char *start = line.start, *place = start + ORDINAL_STARTS;
    if (line.size < ORDINAL_ENDS) /* shorter ones are so few that Python may look at them */
        return NULL;
    if (memcmp(start + TIME_ENDS, TYPE_FOLLOWS, sizeof(TYPE_FOLLOWS) - 1) == 0)
        return start + TYPE_STARTS;
    if (memcmp(start + TIME_ENDS, ORDINAL_FOLLOWS, sizeof(ORDINAL_FOLLOWS) - 1) != 0)
        return NULL;
    while (place < start + ORDINAL_ENDS - TYPE_BYTES && is_digit(*place))
        place++;
    if (place == start + ORDINAL_STARTS || memcmp(place, TYPE, TYPE_BYTES) != 0)
        return NULL;
    return place + TYPE_BYTES;
}

/* The name of the type, with an event's own behind it, as they stand in the line: what `decoder_for` looks up. Empty if
   that takes more than a glance. */
static Text find_name(Text line, const char *type) {
    const char *end_of_line = line.start + line.size, *end = memchr(type, '"', (size_t)(end_of_line - type));
    Text name = {type, end ? (size_t)(end - type) : 0};
    if (!IS(name, "event_msg"))
        return name;
    Cursor cursor = {type, end_of_line};
    name.size = 0;
    if (!TAKE(&cursor, EVENT))
        return name;
    end = memchr(cursor.at, '"', (size_t)(end_of_line - cursor.at));
    name.size = end ? (size_t)(end - type) : 0;
    return name;
}

/* Whether lines of this type tell something. */
static bool is_wanted(const Reading *reading, Text name) {
    for (size_t each = 0; each < reading->names_count; each++) {
        if (is(name, reading->names[each].start, reading->names[each].size))
            return true;
    }
    return false;
}

/* Adds an event, or None, which is none, and lets go of it. False if there is an exception instead. */
static bool add(Reading *reading, PyObject *event) {
    bool is_added = event && (event == Py_None || PyList_Append(reading->found, event) == 0);
    Py_XDECREF(event);
    return is_added;
}

/* Adds what a line says, if anything. False if there is an exception. */
static bool read_line(Reading *reading, Text line) {
    const char *type = find_type(line);
    if (type) {
        Text name = find_name(line, type), typed = {type, (size_t)(line.start + line.size - type)};
        if (name.size && !is_wanted(reading, name))
            return true;
        if (is(typed, reading->repeated.start, reading->repeated.size))
            return true;
        PyObject *event = decode_usual(reading, line);
        if (event || PyErr_Occurred())
            return add(reading, event);
    }
    reading->repeated.size = 0; /* it can be a `token_count` too */
    return add(reading, PyObject_CallFunction(reading->decode, "y#", line.start, (Py_ssize_t)line.size));
}

/* Lines that end in the block, until there are enough events. Where the next one starts; NULL if there is an
   exception. */
static const char *read_lines(Reading *reading, const char *at, const char *end) {
    const char *newline;
    while (at < end && PyList_Size(reading->found) < reading->most && (newline = memchr(at, '\n', (size_t)(end - at)))) {
        Text line = {at, (size_t)(newline + 1 - at)};
        if (!read_line(reading, line))
            return NULL;
        at = newline + 1;
    }
    return at;
}

/* The same, with what is usual counted by `counter` unless that is None. */
static const char *read_and_count(Reading *reading, PyObject *counter, const char *at, const char *end) {
    Counting counting;
    reading->counting = NULL;
    if (counter == Py_None)
        return read_lines(reading, at, end);
    if (take_over(&counting, counter)) {
        reading->counting = &counting;
        reading->most = 1;
        at = read_lines(reading, at, end);
        if (at && !give_back(&counting))
            at = NULL;
    } else {
        at = NULL;
    }
    let_go(&counting);
    return at;
}

/* The caller holds the tuple, and so the bytes in it. False if there is an exception. */
static bool take_names(Reading *reading, PyObject *names) {
    Py_ssize_t count = PyTuple_Size(names);
    if (count > MOST_NAMES) {
        PyErr_SetString(PyExc_ValueError, "too many names");
        return false;
    }
    for (Py_ssize_t each = 0; each < count; each++) {
        char *start;
        Py_ssize_t size;
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(names, each), &start, &size) < 0)
            return false;
        reading->names[each] = (Text){start, (size_t)size};
    }
    reading->names_count = (size_t)count;
    return true;
}

PyDoc_STRVAR(read_block_doc,
             "read_block(block, start, repeated, decode, names, load_classes, counter, most) -> (events, repeated, end)\n\n"
             "What the lines of `block` from `start` on say, but at most so many events; `end` is where the next line\n"
             "starts: a last one without a newline is left. `repeated` is what this said of the part before, empty for\n"
             "the first. `decode` gives the event, or None, of a line that is unusual; what it raises ends the call.\n"
             "`names` are those of the types that tell something. `load_classes` gives Usage, Totals, Counted, CountLine,\n"
             "Record, RecordLine and Raw, and is called if an event must be made.\n"
             "What is usual is counted by `counter` and is no event, unless that is None. With one there is one event at\n"
             "most, with which it must be fed before the next line is read.");

static PyObject *read_block(PyObject *module, PyObject *arguments) {
    (void)module;
    const char *block, *repeated, *end;
    Py_ssize_t size, start, repeated_size;
    PyObject *names, *counter;
    Reading reading = {.classes = {.tuple = NULL}};
    if (!PyArg_ParseTuple(arguments, "y#ny#OO!OOn", &block, &size, &start, &repeated, &repeated_size, &reading.decode,
                          &PyTuple_Type, &names, &reading.load_classes, &counter, &reading.most))
        return NULL;
    if (start < 0 || start > size) {
        PyErr_SetString(PyExc_ValueError, "start is not within the block");
        return NULL;
    }
    reading.repeated = (Text){repeated, (size_t)repeated_size};
    reading.rest = (Text){block, 0};
    if (!take_names(&reading, names) || !(reading.found = PyList_New(0)))
        return NULL;
    end = read_and_count(&reading, counter, block + start, block + size);
    Py_XDECREF(reading.classes.tuple);
    if (!end) {
        Py_DECREF(reading.found);
        return NULL;
    }
    return Py_BuildValue("(Ny#n)", reading.found, reading.repeated.start, (Py_ssize_t)reading.repeated.size,
                         (Py_ssize_t)(end - block));
}

/* Whether the first line from `at` on that tells something begins the thread's own history: it is none that could come
   with a copy of another's, and names no turn that `codex migrate-rollouts` invented. */
static bool goes_on_as_usual(const Reading *reading, const char *at, const char *end) {
    const char *newline, *type;
    HeadShape head;
    TurnShape turn;
    CountShape count;
    RecordShape record;
    for (; (newline = memchr(at, '\n', (size_t)(end - at))); at = newline + 1) {
        Text line = {at, (size_t)(newline + 1 - at)}, rest = {at, 0};
        Text name = {at, 0};
        if ((type = find_type(line)))
            name = find_name(line, type);
        if (name.size == 0)
            return false;
        if (!is_wanted(reading, name))
            continue;
        Cursor cursor = {line.start, newline + 1};
        if (!take_head(&cursor, &head))
            return false;
        Cursor typed = cursor;
        if (take_turn_line(&cursor, &turn))
            return !is_invented(turn.turn_id);
        cursor = typed;
        if (take_count_line(&cursor, &count, &rest))
            return true;
        cursor = typed;
        if (take_empty_count_line(&cursor))
            return true;
        cursor = typed;
        return take_record_line(&cursor, &record);
    }
    return false;
}

PyDoc_STRVAR(read_start_doc,
             "read_start(block, names) -> (thread, at, version, parent) | None\n\n"
             "What the first line of a file says of a thread that copied nothing: its id, the line's instant, the version\n"
             "of Codex and the thread that started it, each of the latter two None if it is not told. `block` is the start\n"
             "of the file; `names` as in `read_block`. None if any of that is unusual, or more of the file must tell.");

static PyObject *read_start(PyObject *module, PyObject *arguments) {
    (void)module;
    const char *block, *newline;
    Py_ssize_t size;
    PyObject *names;
    Reading reading = {.most = 0};
    HeadShape head;
    SessionShape session;
    if (!PyArg_ParseTuple(arguments, "y#O!", &block, &size, &PyTuple_Type, &names) || !take_names(&reading, names))
        return NULL;
    if (!(newline = memchr(block, '\n', (size_t)size)))
        Py_RETURN_NONE;
    Cursor cursor = {block, newline + 1};
    if (!take_head(&cursor, &head) || !is_instant(head.timestamp) || !take_session_line(&cursor, &session) ||
        !goes_on_as_usual(&reading, newline + 1, block + size))
        Py_RETURN_NONE;
    return Py_BuildValue("(s#s#z#z#)", session.id.start, (Py_ssize_t)session.id.size, head.timestamp.start,
                         (Py_ssize_t)head.timestamp.size, session.cli_version.start,
                         (Py_ssize_t)session.cli_version.size, session.parent_thread_id.start,
                         (Py_ssize_t)session.parent_thread_id.size);
}

static PyMethodDef functions[] = {
    {"read_block", read_block, METH_VARARGS, read_block_doc},
    {"read_start", read_start, METH_VARARGS, read_start_doc},
    {"write_json", write_json, METH_O, write_json_doc},
    {"write_lines", write_lines, METH_VARARGS, write_lines_doc},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_reader", .m_size = 0, .m_methods = functions};

PyMODINIT_FUNC PyInit__reader(void) {
    return PyModuleDef_Init(&module);
}

/* Values as JSON, as msgspec and `json` write them without white space. A text with anything to escape is left to them. */

#ifndef CODEXTIME_WRITER_H
#define CODEXTIME_WRITER_H

#include "counter.h"

#define FIRST_ROOM 65536
#define MOST_COLUMNS 32

typedef enum { UNWRITTEN, WRITTEN, LEFT } Written; /* UNWRITTEN: there is an exception; LEFT: Python must write it */

/* What was written by now, in memory that grows with it. */
typedef struct {
    char *start;
    size_t size, room;
} Sheet;

/* Makes room for so many more bytes. False if there is an exception. */
static bool make_room(Sheet *sheet, size_t size) {
    size_t room = sheet->room ? sheet->room : FIRST_ROOM;
    while (room - sheet->size < size)
        room *= 2;
    char *start = PyMem_Realloc(sheet->start, room);
    if (!start) {
        PyErr_NoMemory();
        return false;
    }
    sheet->start = start;
    sheet->room = room;
    return true;
}

/* False if there is an exception. */
static inline bool write_bytes(Sheet *sheet, const char *bytes, size_t size) {
    if (sheet->room - sheet->size < size && !make_room(sheet, size))
        return false;
    memcpy(sheet->start + sheet->size, bytes, size);
    sheet->size += size;
    return true;
}

#define WRITE(sheet, literal) write_bytes((sheet), (literal), sizeof(literal) - 1)

/* Whether a text stands in JSON as it is. */
static bool needs_no_escapes(Text text) {
    const char *at = text.start, *end = at + text.size;
    while (at < end) {
        unsigned char byte = (unsigned char)*at;
        if (end - at >= 8 && are_plain(at))
            at += 8;
        else if (byte < ' ' || byte == '"' || byte == '\\')
            return false;
        else
            at++;
    }
    return true;
}

static Written write_text(Sheet *sheet, PyObject *object) {
    Text text;
    if (!load_text(object, &text)) {
        PyErr_Clear(); /* no Unicode: it cannot be written at all, and Python says so */
        return LEFT;
    }
    if (!needs_no_escapes(text))
        return LEFT;
    return WRITE(sheet, "\"") && write_bytes(sheet, text.start, text.size) && WRITE(sheet, "\"") ? WRITTEN : UNWRITTEN;
}

static Written write_number(Sheet *sheet, PyObject *object) {
    char digits[MOST_DIGITS + 1];
    long long number = PyLong_AsLongLong(object);
    if (number < 0) { /* or too large, which is an exception */
        PyErr_Clear();
        return LEFT;
    }
    return write_bytes(sheet, digits, (size_t)(write_count(digits, number) - digits)) ? WRITTEN : UNWRITTEN;
}

static Written write_value(Sheet *sheet, PyObject *value, int depth);

static Written write_array(Sheet *sheet, PyObject *values, int depth) {
    Written written = WRITE(sheet, "[") ? WRITTEN : UNWRITTEN;
    bool is_list = PyList_Check(values);
    Py_ssize_t count = is_list ? PyList_Size(values) : PyTuple_Size(values);
    for (Py_ssize_t each = 0; written == WRITTEN && each < count; each++) {
        if (each && !WRITE(sheet, ","))
            return UNWRITTEN;
        written = write_value(sheet, is_list ? PyList_GetItem(values, each) : PyTuple_GetItem(values, each), depth);
    }
    return written == WRITTEN && !WRITE(sheet, "]") ? UNWRITTEN : written;
}

static Written write_object(Sheet *sheet, PyObject *fields, int depth) {
    Written written = WRITE(sheet, "{") ? WRITTEN : UNWRITTEN;
    PyObject *name, *value;
    Py_ssize_t place = 0;
    for (bool is_first = true; written == WRITTEN && PyDict_Next(fields, &place, &name, &value); is_first = false) {
        if (!is_first && !WRITE(sheet, ","))
            return UNWRITTEN;
        written = PyUnicode_Check(name) ? write_text(sheet, name) : LEFT;
        if (written == WRITTEN && !WRITE(sheet, ":"))
            return UNWRITTEN;
        if (written == WRITTEN)
            written = write_value(sheet, value, depth);
    }
    return written == WRITTEN && !WRITE(sheet, "}") ? UNWRITTEN : written;
}

static Written write_value(Sheet *sheet, PyObject *value, int depth) {
    if (depth == DEEPEST)
        return LEFT;
    if (PyUnicode_Check(value))
        return write_text(sheet, value);
    if (value == Py_False)
        return WRITE(sheet, "false") ? WRITTEN : UNWRITTEN;
    if (value == Py_True)
        return WRITE(sheet, "true") ? WRITTEN : UNWRITTEN;
    if (value == Py_None)
        return WRITE(sheet, "null") ? WRITTEN : UNWRITTEN;
    if (PyLong_Check(value))
        return write_number(sheet, value);
    if (PyList_Check(value) || PyTuple_Check(value))
        return write_array(sheet, value, depth + 1);
    return PyDict_Check(value) ? write_object(sheet, value, depth + 1) : LEFT;
}

/* What stands before each value of a row, one behind the other: {"name": or ,"name": */
typedef struct {
    Sheet sheet;
    size_t ends[MOST_COLUMNS];
    Py_ssize_t count;
} Columns;

static Written write_columns(Columns *columns, PyObject *names) {
    Written written = WRITTEN;
    columns->count = PyTuple_Size(names);
    if (columns->count > MOST_COLUMNS)
        return LEFT;
    for (Py_ssize_t each = 0; written == WRITTEN && each < columns->count; each++) {
        if (!write_bytes(&columns->sheet, each ? "," : "{", 1))
            return UNWRITTEN;
        written = write_text(&columns->sheet, PyTuple_GetItem(names, each));
        if (written == WRITTEN && !WRITE(&columns->sheet, ":"))
            return UNWRITTEN;
        columns->ends[each] = columns->sheet.size;
    }
    return written;
}

/* {"name":value,…} and a newline. */
static Written write_row(Sheet *sheet, const Columns *columns, PyObject *row) {
    Written written = PyTuple_Check(row) && PyTuple_Size(row) == columns->count ? WRITTEN : LEFT;
    size_t start = 0;
    for (Py_ssize_t each = 0; written == WRITTEN && each < columns->count; each++) {
        if (!write_bytes(sheet, columns->sheet.start + start, columns->ends[each] - start))
            return UNWRITTEN;
        written = write_value(sheet, PyTuple_GetItem(row, each), 0);
        start = columns->ends[each];
    }
    return written == WRITTEN && !WRITE(sheet, "}\n") ? UNWRITTEN : written;
}

/* What is on the sheet, None if it was left, NULL if there is an exception. The sheet is thrown away. */
static PyObject *handed_in(Sheet *sheet, Written written) {
    PyObject *bytes = NULL;
    if (written == WRITTEN)
        bytes = PyBytes_FromStringAndSize(sheet->start, (Py_ssize_t)sheet->size);
    else if (written == LEFT)
        bytes = Py_NewRef(Py_None);
    PyMem_Free(sheet->start);
    return bytes;
}

PyDoc_STRVAR(write_lines_doc,
             "write_lines(names, rows) -> bytes | None\n\n"
             "A line of JSON for each of the `rows`, a list of tuples of as many values as `names` has. None if anything in\n"
             "it is neither a text that needs no escapes nor a number from 0 to 63 bits, a truth, None, or such in lists,\n"
             "tuples and dicts.");

static PyObject *write_lines(PyObject *module, PyObject *arguments) {
    (void)module;
    PyObject *names, *rows;
    Sheet sheet = {NULL, 0, 0};
    Columns columns = {.sheet = {NULL, 0, 0}};
    if (!PyArg_ParseTuple(arguments, "O!O!", &PyTuple_Type, &names, &PyList_Type, &rows))
        return NULL;
    Written written = write_columns(&columns, names);
    for (Py_ssize_t each = 0; written == WRITTEN && each < PyList_Size(rows); each++)
        written = write_row(&sheet, &columns, PyList_GetItem(rows, each));
    PyMem_Free(columns.sheet.start);
    return handed_in(&sheet, written);
}

PyDoc_STRVAR(write_json_doc, "write_json(value) -> bytes | None\n\n"
                             "`value` as JSON without white space; None as with `write_lines`.");

static PyObject *write_json(PyObject *module, PyObject *value) {
    (void)module;
    Sheet sheet = {NULL, 0, 0};
    return handed_in(&sheet, write_value(&sheet, value, 0));
}

#endif

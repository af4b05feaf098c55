/* Where Python's counter stands is taken over before usual lines are counted, and given back before it goes on. */

#ifndef CODEXTIME_HANDOVER_H
#define CODEXTIME_HANDOVER_H

#include "counter.h"

/* A `Counters` of Python's. */
static PyObject *make_counters(const UsageShape *usage) {
    const int64_t *counters = usage->counters;
    return Py_BuildValue("(LLLLLL)", (long long)counters[0], (long long)counters[1], (long long)counters[2],
                         (long long)counters[3], (long long)counters[4], (long long)counters[5]);
}

/* A `Four` of Python's. */
static bool load_four(PyObject *tuple, Four *loaded) {
    long long counts[COMPARED];
    if (!PyArg_ParseTuple(tuple, "LLLL", &counts[0], &counts[1], &counts[2], &counts[3]))
        return false;
    for (int each = 0; each < COMPARED; each++)
        loaded->counts[each] = counts[each];
    return true;
}

static PyObject *make_four(const Four *sum) {
    const int64_t *counts = sum->counts;
    return Py_BuildValue("(LLLL)", (long long)counts[0], (long long)counts[1], (long long)counts[2],
                         (long long)counts[3]);
}

static bool load_number(PyObject *owner, const char *name, long long *loaded) {
    PyObject *number = PyObject_GetAttrString(owner, name);
    *loaded = number ? PyLong_AsLongLong(number) : 0;
    Py_XDECREF(number);
    return !PyErr_Occurred();
}

static bool load_truth(PyObject *owner, const char *name, bool *loaded) {
    PyObject *truth = PyObject_GetAttrString(owner, name);
    *loaded = truth == Py_True;
    Py_XDECREF(truth);
    return truth != NULL;
}

/* The logged total of a `Counters`. */
static bool load_total(PyObject *counters, long long *total) {
    PyObject *number = PyTuple_GetItem(counters, COUNTERS - 1);
    *total = number ? PyLong_AsLongLong(number) : 0;
    return !PyErr_Occurred();
}

static bool load_sum(Counting *counting) {
    PyObject *sum = PyObject_GetAttrString(counting->state, "sum");
    PyObject *previous = PyObject_GetAttrString(counting->state, "previous");
    long long total = 0;
    bool is_loaded = sum && previous;
    counting->has_sum = is_loaded && sum != Py_None && previous != Py_None; /* both or none */
    if (counting->has_sum)
        is_loaded = load_four(sum, &counting->sum) && load_total(previous, &total);
    counting->previous_total = total;
    Py_XDECREF(sum);
    Py_XDECREF(previous);
    return is_loaded;
}

static bool load_records(Counting *counting) {
    PyObject *records = PyObject_GetAttrString(counting->state, "records");
    Py_ssize_t count = records ? PyList_Size(records) : -1;
    bool is_loaded = count >= 0 && count <= MOST_RECORDS;
    for (Py_ssize_t each = 0; is_loaded && each < count; each++)
        is_loaded = load_four(PyList_GetItem(records, each), &counting->records[each]);
    Py_XDECREF(records);
    counting->records_count = is_loaded ? (size_t)count : 0;
    if (!is_loaded && !PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "too many records");
    return is_loaded;
}

/* Whether they are of the kinds that are handled here without looking. */
static bool has_own_kinds(const Counting *counting) {
    return PyDict_Check(counting->calls) && PyDict_Check(counting->repeats) && PyDict_Check(counting->models) &&
           PyByteArray_Check(counting->sums) && PyList_Check(counting->instants);
}

/* False if there is an exception. In either case `let_go` must follow. */
static bool take_over(Counting *counting, PyObject *counter) {
    *counting = (Counting){.is_only_head = true};
    PyObject *state = counting->state = PyObject_GetAttrString(counter, "state");
    bool is_loaded =
        state && (counting->call_class = PyObject_GetAttrString(counter, "call_class")) &&
           (counting->calls = PyObject_GetAttrString(counter, "calls")) &&
           (counting->sums = PyObject_GetAttrString(counter, "sums")) &&
           (counting->instants = PyObject_GetAttrString(counter, "instants")) &&
           (counting->repeats = PyObject_GetAttrString(state, "repeats")) &&
           (counting->models = PyObject_GetAttrString(state, "models")) &&
           (counting->model = PyObject_GetAttrString(state, "model")) &&
           (counting->thread_id = PyObject_GetAttrString(state, "thread_id")) &&
           (counting->at = PyObject_GetAttrString(state, "at")) && load_text(counting->thread_id, &counting->thread) &&
           (counting->at == Py_None || load_text(counting->at, &counting->at_text)) && load_sum(counting) &&
           load_records(counting) && load_number(state, "totals_seen", &counting->totals_seen) &&
        load_truth(state, "inherits_totals", &counting->inherits_totals) &&
        load_truth(state, "lacks_model", &counting->lacks_model);
    if (is_loaded && !has_own_kinds(counting))
        PyErr_SetString(PyExc_TypeError, "this is no counter");
    return is_loaded && !PyErr_Occurred();
}

static void let_go(Counting *counting) {
    PyObject *owned[] = {counting->state,   counting->call_class, counting->calls, counting->sums,
                         counting->instants, counting->repeats,    counting->models, counting->model,
                         counting->thread_id, counting->at,        counting->model_of_turn};
    for (size_t each = 0; each < sizeof(owned) / sizeof(owned[0]); each++)
        Py_XDECREF(owned[each]);
}

/* Sets an attribute of the state, and takes over its value, which may be NULL if there is an exception already. */
static bool give(const Counting *counting, const char *name, PyObject *value) {
    bool is_given = value && PyObject_SetAttrString(counting->state, name, value) == 0;
    Py_XDECREF(value);
    return is_given;
}

static PyObject *make_records(const Counting *counting) {
    PyObject *records = PyList_New(0);
    for (size_t each = 0; records && each < counting->records_count; each++) {
        PyObject *record = make_four(&counting->records[each]);
        if (!record || PyList_Append(records, record) < 0)
            Py_CLEAR(records);
        Py_XDECREF(record);
    }
    return records;
}

/* False if there is an exception. What nothing moved stays. */
static bool give_back(const Counting *counting) {
    if (counting->is_moved &&
        !(give(counting, "sum", make_four(&counting->sum)) &&
          give(counting, "previous", make_counters(&counting->previous)) &&
          give(counting, "totals_seen", PyLong_FromLongLong(counting->totals_seen))))
        return false;
    if (counting->has_other_records && !give(counting, "records", make_records(counting)))
        return false;
    if (counting->has_other_time && !give(counting, "at", Py_NewRef(counting->at)))
        return false;
    if (counting->has_other_model && !give(counting, "model", Py_NewRef(counting->model)))
        return false;
    return counting->is_only_head || give(counting, "is_only_head", Py_NewRef(Py_False));
}

#endif

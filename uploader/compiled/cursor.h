/* Taking JSON apart from left to right, strictly as Codex writes it: no white space, plain ASCII texts (only those
   that nobody looks at with escapes and other letters), numbers that fit. Each function moves on only over what it was to take, never reads at or behind `end`, and answers
   false for anything else. What is taken here is a small part of JSON, all of which msgspec takes too. */

#ifndef CODEXTIME_CURSOR_H
#define CODEXTIME_CURSOR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MOST_DIGITS 18 /* so that no number can be beyond 63 bits */
#define DEEPEST 8

typedef struct {
    const char *at;
    const char *end;
} Cursor;

typedef struct {
    const char *start;
    size_t size;
} Text;

#define TAKE(cursor, literal) take((cursor), (literal), sizeof(literal) - 1)
#define IS(text, literal) is((text), (literal), sizeof(literal) - 1)
#define STARTS(text, literal) starts((text), (literal), sizeof(literal) - 1)

static inline bool take(Cursor *cursor, const char *bytes, size_t size) {
    if ((size_t)(cursor->end - cursor->at) < size || memcmp(cursor->at, bytes, size) != 0)
        return false;
    cursor->at += size;
    return true;
}

static inline bool is(Text text, const char *bytes, size_t size) {
    return text.size == size && memcmp(text.start, bytes, size) == 0;
}

static inline bool starts(Text text, const char *bytes, size_t size) {
    return text.size >= size && memcmp(text.start, bytes, size) == 0;
}

static inline bool next_is(const Cursor *cursor, char wanted) {
    return cursor->at < cursor->end && *cursor->at == wanted;
}

static inline bool is_digit(char each) {
    return each >= '0' && each <= '9';
}

/* One digit or more, in a row. */
static inline size_t take_digits(Cursor *cursor) {
    const char *start = cursor->at;
    while (cursor->at < cursor->end && is_digit(*cursor->at))
        cursor->at++;
    return (size_t)(cursor->at - start);
}

/* A count: not negative, without a fraction or leading zeros. */
static inline bool take_count(Cursor *cursor, int64_t *count) {
    const char *start = cursor->at;
    size_t digits = take_digits(cursor);
    if (digits == 0 || digits > MOST_DIGITS || (digits > 1 && *start == '0'))
        return false;
    *count = 0;
    for (const char *each = start; each < cursor->at; each++)
        *count = *count * 10 + (*each - '0');
    return true;
}

/* What stands between two quotes, of which the first was taken already; takes the second. */
static inline bool take_text(Cursor *cursor, Text *text) {
    text->start = cursor->at;
    for (; cursor->at < cursor->end; cursor->at++) {
        char each = *cursor->at;
        if (each == '"') {
            text->size = (size_t)(cursor->at - text->start);
            cursor->at++;
            return true;
        }
        if (each < ' ' || each > '~' || each == '\\') /* bytes above ASCII are negative, or larger: either way out */
            return false;
    }
    return false;
}

/* Whether each of the eight bytes at `at` is plain ASCII within a text: neither a quote nor a backslash, and visible. A
   byte that is not gives one of the differences its highest bit; a plain one does so only above such a one. */
static inline bool are_plain(const char *at) {
    const uint64_t every = 0x0101010101010101, highest = 0x80 * every;
    uint64_t bytes, quotes, backslashes, deletes;
    memcpy(&bytes, at, sizeof(bytes));
    quotes = bytes ^ '"' * every, backslashes = bytes ^ '\\' * every, deletes = bytes ^ 0x7f * every;
    return (((bytes - ' ' * every) | (quotes - every) | (backslashes - every) | (deletes - every)) & highest) == 0;
}

/* A text that nobody looks at: it may hold the short escapes and letters beyond ASCII, also damaged ones, which Python
   replaces. Instructions are such texts, of many kilobytes. */
static inline bool pass_text(Cursor *cursor) {
    while (cursor->at < cursor->end) {
        while (cursor->end - cursor->at >= 8 && are_plain(cursor->at))
            cursor->at += 8;
        if (cursor->at == cursor->end)
            return false;
        unsigned char each = (unsigned char)*cursor->at++;
        if (each == '"')
            return true;
        if (each < ' ' || each == 0x7f)
            return false;
        if (each == '\\') {
            if (cursor->at == cursor->end || *cursor->at == '\0' || !strchr("\"\\/bfnrt", *cursor->at))
                return false;
            cursor->at++;
        }
    }
    return false;
}

/* A number that nobody looks at: 12, -0.5. An exponent is unusual. */
static inline bool pass_number(Cursor *cursor) {
    TAKE(cursor, "-");
    const char *start = cursor->at;
    size_t digits = take_digits(cursor);
    if (digits == 0 || digits > MOST_DIGITS || (digits > 1 && *start == '0'))
        return false;
    if (TAKE(cursor, ".")) {
        digits = take_digits(cursor);
        if (digits == 0 || digits > MOST_DIGITS)
            return false;
    }
    return !next_is(cursor, 'e') && !next_is(cursor, 'E');
}

static bool pass_value(Cursor *cursor, int depth);

/* The name of a field and its colon. */
static inline bool take_name(Cursor *cursor, Text *name) {
    return TAKE(cursor, "\"") && take_text(cursor, name) && TAKE(cursor, ":");
}

static bool pass_object(Cursor *cursor, int depth) {
    Text name;
    if (TAKE(cursor, "}"))
        return true;
    do {
        if (!take_name(cursor, &name) || !pass_value(cursor, depth))
            return false;
    } while (TAKE(cursor, ","));
    return TAKE(cursor, "}");
}

static bool pass_array(Cursor *cursor, int depth) {
    if (TAKE(cursor, "]"))
        return true;
    do {
        if (!pass_value(cursor, depth))
            return false;
    } while (TAKE(cursor, ","));
    return TAKE(cursor, "]");
}

/* Any value, but not too deep within others: the C stack is finite. */
static bool pass_value(Cursor *cursor, int depth) {
    if (depth == DEEPEST)
        return false;
    if (TAKE(cursor, "\""))
        return pass_text(cursor);
    if (TAKE(cursor, "{"))
        return pass_object(cursor, depth + 1);
    if (TAKE(cursor, "["))
        return pass_array(cursor, depth + 1);
    return TAKE(cursor, "null") || TAKE(cursor, "true") || TAKE(cursor, "false") || pass_number(cursor);
}

#endif

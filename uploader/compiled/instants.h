/* Which texts are instants as Codex writes them: 2026-11-21T01:48:49.895Z. Others are left to Python, which knows more. */

#ifndef CODEXTIME_INSTANTS_H
#define CODEXTIME_INSTANTS_H

#include "cursor.h"

#define TIMESTAMP_BYTES 24
#define SHAPE "dddd-dd-ddTdd:dd:dd.dddZ" /* d: a digit */

static bool has_shape(Text text) {
    if (text.size != TIMESTAMP_BYTES)
        return false;
    for (size_t each = 0; each < TIMESTAMP_BYTES; each++) {
        if (SHAPE[each] == 'd' ? !is_digit(text.start[each]) : text.start[each] != SHAPE[each])
            return false;
    }
    return true;
}

static int two_digits(const char *start) {
    return (start[0] - '0') * 10 + (start[1] - '0');
}

/* A place for whatever two digits can say: 0 if that is no month. The 29th of February is left to Python. */
static int last_day_of(int month) {
    static const int last_days[100] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return last_days[month];
}

/* The years before 1000 are left to Python too. */
static bool is_instant(Text text) {
    if (!has_shape(text) || text.start[0] == '0')
        return false;
    const char *start = text.start;
    int day = two_digits(start + 8);
    return day >= 1 && day <= last_day_of(two_digits(start + 5)) && two_digits(start + 11) < 24 &&
           two_digits(start + 14) < 60 && two_digits(start + 17) < 60;
}

#endif

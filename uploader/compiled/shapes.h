/* The lines that tell usage and turns, as Codex writes them, taken apart into numbers and texts. The shapes, and what they
   mean, are those of `lines.py`; a line that is in any way different is none of these, and Python decodes it. */

#ifndef CODEXTIME_SHAPES_H
#define CODEXTIME_SHAPES_H

#include "instants.h"

#define COUNTERS 6 /* of a `Usage`, in its order */

typedef struct {
    int64_t counters[COUNTERS];
} UsageShape;

/* What stands before the type. `ordinal` is -1 if the line has none. */
typedef struct {
    Text timestamp;
    int64_t ordinal;
} HeadShape;

typedef struct {
    UsageShape total;
    UsageShape last;
} CountShape;

/* Without a start, the line has no such field. */
typedef struct {
    Text turn_id;
    Text model;
} TurnShape;

typedef struct {
    Text thread_id;
    Text turn_id;
    Text response_id;
    UsageShape usage;
    Text thread_token_usage; /* as it is written */
} RecordShape;

/* Of a thread that refers to no other one's history. */
typedef struct {
    Text id;
    Text cli_version;
    Text parent_thread_id;
} SessionShape;

/* {"timestamp":"…","ordinal":7,"type":" */
static bool take_head(Cursor *cursor, HeadShape *head) {
    head->ordinal = -1;
    return TAKE(cursor, "{\"timestamp\":\"") && take_text(cursor, &head->timestamp) &&
           head->timestamp.size == TIMESTAMP_BYTES &&
           (!TAKE(cursor, ",\"ordinal\":") || take_count(cursor, &head->ordinal)) && TAKE(cursor, ",\"type\":\"");
}

/* {"input_tokens":…} with or without cache write, which came later. */
static bool take_usage(Cursor *cursor, UsageShape *usage) {
    int64_t *counters = usage->counters;
    counters[2] = 0;
    return TAKE(cursor, "{\"input_tokens\":") && take_count(cursor, &counters[0]) &&
           TAKE(cursor, ",\"cached_input_tokens\":") && take_count(cursor, &counters[1]) &&
           (!TAKE(cursor, ",\"cache_write_input_tokens\":") || take_count(cursor, &counters[2])) &&
           TAKE(cursor, ",\"output_tokens\":") && take_count(cursor, &counters[3]) &&
           TAKE(cursor, ",\"reasoning_output_tokens\":") && take_count(cursor, &counters[4]) &&
           TAKE(cursor, ",\"total_tokens\":") && take_count(cursor, &counters[5]) && TAKE(cursor, "}");
}

/* Further fields up to the end of their object, none of which comes a second time: of two, Python takes the latter. */
static bool pass_rest(Cursor *cursor, const char *once, const char *also_once) {
    Text name;
    while (TAKE(cursor, ",")) {
        if (!take_name(cursor, &name) || is(name, once, strlen(once)) || is(name, also_once, strlen(also_once)) ||
            !pass_value(cursor, 0))
            return false;
    }
    return TAKE(cursor, "}");
}

/* What follows the usage in a `token_count`, to the end of the line. Rate limits stay for a while: what is as it was in
   the line before, `known`, was checked there. */
static bool pass_rest_of_count(Cursor *cursor, Text *known) {
    Text rest = {cursor->at, (size_t)(cursor->end - cursor->at)};
    if (!is(rest, known->start, known->size)) {
        if (!(pass_rest(cursor, "total_token_usage", "last_token_usage") && pass_rest(cursor, "info", "type") &&
              TAKE(cursor, "}\n") && cursor->at == cursor->end))
            return false;
        *known = rest;
    }
    return true;
}

/* From the type on to the end of the line. */
static bool take_count_line(Cursor *cursor, CountShape *count, Text *known_rest) {
    return TAKE(cursor, "event_msg\",\"payload\":{\"type\":\"token_count\",\"info\":{\"total_token_usage\":") &&
           take_usage(cursor, &count->total) && TAKE(cursor, ",\"last_token_usage\":") &&
           take_usage(cursor, &count->last) && pass_rest_of_count(cursor, known_rest);
}

/* The same without usage: the process knows none yet. */
static bool take_empty_count_line(Cursor *cursor) {
    return TAKE(cursor, "event_msg\",\"payload\":{\"type\":\"token_count\",\"info\":null") &&
           pass_rest(cursor, "info", "type") && TAKE(cursor, "}\n") && cursor->at == cursor->end;
}

/* Fields up to the end of a turn's payload. Neither of the two that tell comes a second time, or is null. */
static bool take_turn(Cursor *cursor, TurnShape *turn) {
    Text name, unused;
    do {
        if (!take_name(cursor, &name))
            return false;
        Text *told = IS(name, "turn_id") ? &turn->turn_id : IS(name, "model") ? &turn->model : &unused;
        bool is_told = told != &unused;
        if (is_told ? told->start || !TAKE(cursor, "\"") || !take_text(cursor, told) : !pass_value(cursor, 0))
            return false;
    } while (TAKE(cursor, ","));
    return TAKE(cursor, "}}\n") && cursor->at == cursor->end;
}

/* From the type on to the end of the line: `turn_context`, or the event `task_started`. */
static bool take_turn_line(Cursor *cursor, TurnShape *turn) {
    *turn = (TurnShape){{NULL, 0}, {NULL, 0}};
    return (TAKE(cursor, "turn_context\",\"payload\":{") ||
            TAKE(cursor, "event_msg\",\"payload\":{\"type\":\"task_started\",")) &&
           take_turn(cursor, turn);
}

/* From the type on to the end of the line. */
static bool take_record_line(Cursor *cursor, RecordShape *record) {
    Text unused;
    UsageShape of_turn, of_thread;
    if (!(TAKE(cursor, "token_usage_record\",\"payload\":{\"thread_id\":\"") && take_text(cursor, &record->thread_id) &&
          TAKE(cursor, ",\"turn_id\":\"") && take_text(cursor, &record->turn_id) &&
          TAKE(cursor, ",\"session_id\":\"") && take_text(cursor, &unused) &&
          TAKE(cursor, ",\"root_turn_id\":\"") && take_text(cursor, &unused) &&
          TAKE(cursor, ",\"response_id\":\"") && take_text(cursor, &record->response_id) &&
          TAKE(cursor, ",\"usage\":") && take_usage(cursor, &record->usage) &&
          TAKE(cursor, ",\"turn_token_usage\":") && take_usage(cursor, &of_turn) &&
          TAKE(cursor, ",\"thread_token_usage\":")))
        return false;
    record->thread_token_usage.start = cursor->at;
    if (!take_usage(cursor, &of_thread))
        return false;
    record->thread_token_usage.size = (size_t)(cursor->at - record->thread_token_usage.start);
    return TAKE(cursor, "}}\n") && cursor->at == cursor->end;
}

/* A text that comes once, or null. */
static bool take_told(Cursor *cursor, Text *told) {
    return !told->start && (TAKE(cursor, "null") || (TAKE(cursor, "\"") && take_text(cursor, told)));
}

/* The value of one field of a `session_meta`. Where a thread was started can be told by an object: `is_told_elsewhere`. */
static bool take_session_field(Cursor *cursor, Text name, SessionShape *session, Text *time, bool *is_told_elsewhere) {
    if (IS(name, "id"))
        return take_told(cursor, &session->id) && session->id.start;
    if (IS(name, "timestamp"))
        return take_told(cursor, time);
    if (IS(name, "cli_version"))
        return take_told(cursor, &session->cli_version);
    if (IS(name, "parent_thread_id"))
        return take_told(cursor, &session->parent_thread_id);
    if (IS(name, "forked_from_id") || IS(name, "history_base") || IS(name, "subagent_history_start_ordinal"))
        return TAKE(cursor, "null");
    if (IS(name, "source") && next_is(cursor, '{'))
        *is_told_elsewhere = true;
    return pass_value(cursor, 0);
}

/* From the type on to the end of the line: a thread that was not forked, and whose parent, if any, is named. */
static bool take_session_line(Cursor *cursor, SessionShape *session) {
    Text name, time = {NULL, 0};
    bool is_told_elsewhere = false;
    *session = (SessionShape){{NULL, 0}, {NULL, 0}, {NULL, 0}};
    if (!TAKE(cursor, "session_meta\",\"payload\":{"))
        return false;
    do {
        if (!take_name(cursor, &name) || !take_session_field(cursor, name, session, &time, &is_told_elsewhere))
            return false;
    } while (TAKE(cursor, ","));
    return TAKE(cursor, "}}\n") && cursor->at == cursor->end && session->id.start &&
           (!is_told_elsewhere || session->parent_thread_id.size > 0);
}

#endif

"""A Codex home in which everything but the counts holds a word that must be found nowhere else."""

from pathlib import Path

from tests.tracker.homes import THREAD, call, line, start, turn, write_rollout

WORD = "sentinel"
PRIVATE = [WORD, THREAD, "rollout-2026", "resp_000001"]  # thread ids, names of files and response ids stay as well
TOOL_OUTPUT = f'{{"type":"token_usage_record","payload":{{"{WORD}":"key"}}}}'


def planted_home(folder: Path) -> Path:
    """Two calls, of models that are named with the word."""
    home = folder / f"{WORD}-home"
    git = {"branch": f"{WORD}-branch", "repository_url": f"git@example.org:{WORD}.git", "commit_hash": WORD}
    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": f"{WORD} prompt"}]}
    output = {"type": "function_call_output", "call_id": WORD, "output": TOOL_OUTPUT}
    write_rollout(
        home,
        start(cwd=f"/home/{WORD}/project", git=git, instructions=WORD, originator=WORD, agent_nickname=WORD),
        line("response_item", message),
        turn(f"/models/{WORD}.gguf", cwd=f"/home/{WORD}", user_instructions=WORD, summary=WORD),
        call(1),
        line("response_item", output),
        line("event_msg", {"type": "agent_message", "message": f"{WORD} answer"}),
        line(f"{WORD}_type", {WORD: WORD}),
        turn(f"{WORD}-model"),
        call(2),
    )
    (home / "session_index.jsonl").write_text(f'{{"id":"{THREAD}","thread_name":"{WORD}"}}\n')
    (home / "history.jsonl").write_text(f'{{"text":"{WORD}"}}\n')
    return home


def found_in(places: dict[str, str]) -> list[tuple[str, str]]:
    """Each private word with the place where it is."""
    return [(place, word) for place, text in places.items() for word in words_in(text.lower())]


def words_in(text: str) -> list[str]:
    return [word for word in PRIVATE if word in text]

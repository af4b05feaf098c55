"""The list of calls, and one call: the only pages that read calls themselves, a page of them at a time."""

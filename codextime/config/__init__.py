"""Settings, environment, URLs, Celery and WSGI: the only place that reads the environment."""

import gc

# A page, or a task, makes tens of thousands of objects and hardly a cycle, and so does the start of a program. To look
# for some every 700 took a tenth of a page's time and a fifth of a start's.
gc.set_threshold(20_000, 10, 10)

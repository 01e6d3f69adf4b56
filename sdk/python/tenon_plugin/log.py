# SPDX-License-Identifier: Apache-2.0
"""log - lines on stderr as tenond takes them: "<level>text trace=...". Control characters are escaped, so no text forges a line."""
import logging
import os
import re

LINE_MOST = 1600
LEVELS = [logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG]  # by the numbers of enum log_level
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def number_of(level):
    return next((n for n, least in enumerate(LEVELS) if level >= least), len(LEVELS) - 1)


class Handler(logging.Handler):
    def emit(self, record):
        try:
            text = self.format(record)
        except Exception as e:
            text = "a log line that cannot be formatted (%s): %r" % (e, record.msg)
        trace = getattr(record, "trace", "")
        level = number_of(record.levelno)
        lines = text.split("\n")
        lines[0] += " trace=" + trace if trace else ""
        out = "".join("<%d>%s\n" % (level, CONTROL.sub(lambda m: "\\u%04x" % ord(m.group()), line[:LINE_MOST])) for line in lines if line)
        try:
            os.write(2, out.encode())
        except OSError:
            pass  # nowhere left to say it


def setup(chattiest):
    logging.basicConfig(level=LEVELS[min(chattiest, len(LEVELS) - 1)], handlers=[Handler()], format="%(message)s", force=True)
    logging.getLogger("asyncio").setLevel(logging.WARNING)

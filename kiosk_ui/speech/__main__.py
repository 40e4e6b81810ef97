"""``python -m kiosk_ui.speech TAG``: what there is to record in a language, as lines of name and sentence."""

from __future__ import annotations

import sys

from kiosk_ui.languages import NATIVE_NAMES
from kiosk_ui.speech.constant_texts import constant_texts
from kiosk_ui.speech.speaker import recording_name


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in NATIVE_NAMES:
        sys.stderr.write(f"usage: python -m kiosk_ui.speech TAG; TAG is one of {', '.join(NATIVE_NAMES)}\n")
        return 2
    for text in sorted(constant_texts(arguments[0])):
        sys.stdout.write(f"{recording_name(text)}\t{text}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

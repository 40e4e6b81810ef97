"""One document: HTML on standard input, a PDF on standard output, then the end.

A process of its own with little memory and no way out: what it may load is in `kiosk_ui.paper.resources`. On standard
error stands one line when it fails: the name of what went wrong, never a word of the document (a slip holds a code).
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path
from typing import Any

#: Address space, in bytes. WeasyPrint with the vendored fonts needs a third of it, and some 60 MB of memory.
MEMORY = 1_000_000_000
#: Processor time in seconds beyond what the press waits on the clock: it ends a document that nobody waits for.
PROCESSOR_BEYOND_S = 5

PDF_VARIANT = "pdf/ua-1"


def main() -> int:
    """The argument is how many seconds the press waits. 0: the PDF is complete on standard output."""
    _limit(int(sys.argv[1]) + PROCESSOR_BEYOND_S)
    # Read by fontconfig when it is first asked, and so before WeasyPrint is imported.
    os.environ["FONTCONFIG_FILE"] = str(Path(__file__).with_name("fonts.conf"))
    html = sys.stdin.buffer.read().decode("utf-8")
    try:
        pdf = _print(html)
    except Exception as error:
        # The error's text may quote the document.
        sys.stderr.write(f"{type(error).__name__}\n")
        return 1
    sys.stdout.buffer.write(pdf)
    sys.stdout.buffer.flush()
    return 0


def _limit(processor_s: int) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (processor_s, processor_s))


def _print(html: str) -> bytes:
    import weasyprint
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    from kiosk_ui.paper.resources import SCHEME, read

    class Shipped(URLFetcher):  # type: ignore[misc]
        """Loads what ships with the pages, and pictures that stand in the document itself. Anything else ends the
        document: a slip without its code must not be printed.
        """

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            try:
                content, kind = read(url)
            except LookupError as error:
                raise FatalURLFetchingError("not shipped") from error
            return URLFetcherResponse(url, content, {"Content-Type": kind})

    document = weasyprint.HTML(
        string=html, base_url=SCHEME, url_fetcher=Shipped(allowed_protocols=("data",)), media_type="print"
    )
    made = document.write_pdf(pdf_variant=PDF_VARIANT, pdf_tags=True)
    if not isinstance(made, bytes):
        raise TypeError("no PDF was made")
    return made


if __name__ == "__main__":
    sys.exit(main())

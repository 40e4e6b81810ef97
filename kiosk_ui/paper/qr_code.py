"""QR codes as vectors: sharp at any size, and nothing for a printer to smooth."""

from __future__ import annotations

import qrcode
from qrcode.constants import ERROR_CORRECT_Q

#: White modules around the code (ISO/IEC 18004 asks for four).
QUIET = 4


def matrix(text: str) -> list[list[bool]]:
    """The modules, rows from the top, without the quiet zone. A quarter of the code may be damaged or dirty."""
    code = qrcode.QRCode(border=0, error_correction=ERROR_CORRECT_Q)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def svg(text: str) -> str:
    """The code as an SVG document, one unit a module, quiet zone and white ground included. Modules that touch in a row
    are one rectangle, so that no printer leaves hairlines between them.
    """
    modules = matrix(text)
    side = len(modules) + 2 * QUIET
    runs = []
    for y, row in enumerate(modules):
        x = 0
        while x < len(row):
            length = 0
            while x + length < len(row) and row[x + length]:
                length += 1
            if length:
                runs.append(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z")
            x += length + 1
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side}mm" height="{side}mm">'
        f'<rect width="{side}" height="{side}" fill="#fff"/><path fill="#000" d="{"".join(runs)}"/></svg>'
    )

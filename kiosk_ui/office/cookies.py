"""The session cookie, and the token that every form carries.

The form's token is a keyed hash of the cookie: nothing is kept for it, and whoever can write it into a form can read
the cookie, which no other page can.
"""

from __future__ import annotations

import hmac
import secrets

from starlette.requests import Request
from starlette.responses import Response

SESSION = "__Host-abholfach"
#: Before a login there is no session, and a forged login form must not pass either.
VISITOR = "__Host-abholfach-visitor"
_LONGEST = 100


def token_of(request: Request, cookie: str = SESSION) -> str:
    """The cookie's value, empty when there is none that could be ours."""
    value = request.cookies.get(cookie, "")
    return value if value.isascii() and len(value) <= _LONGEST else ""


def form_token(cookie_value: str) -> str:
    return hmac.digest(cookie_value.encode("ascii"), b"abholfach form", "sha256").hex()


def is_our_form(cookie_value: str, given: str) -> bool:
    """In constant time. Without a cookie no form is ours."""
    sent = given.encode("utf-8", "replace")  # a form may name an encoding that yields halves of letters
    return bool(cookie_value) and hmac.compare_digest(form_token(cookie_value).encode(), sent)


def give(response: Response, cookie: str, value: str) -> None:
    """Gone with the browser's session; the box ends it earlier."""
    response.set_cookie(cookie, value, path="/", secure=True, httponly=True, samesite="strict")


def take(response: Response, cookie: str) -> None:
    response.delete_cookie(cookie, path="/", secure=True, httponly=True, samesite="strict")


def fresh_visitor() -> str:
    return secrets.token_urlsafe(24)

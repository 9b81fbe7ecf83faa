"""Who the visitor is and what they may do.

On a laptop nobody signs in, and whoever sits there may do everything under the name they
give. Where `[auth]` is set in `.streamlit/secrets.toml`, everyone signs in through OpenID
Connect, and `[roles]` in the same file says who may do what; who is not named may do
nothing:

    [roles]
    viewer = ["*@council.gov.uk"]
    editor = ["ada@council.gov.uk", "group:Finance"]
    approver = ["group:Section 151"]

No figure is read before that is settled.
"""

from __future__ import annotations

import fnmatch
import getpass
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from streamlit.web.server.starlette.starlette_app_utils import decode_xsrf_token_string

from prevention.reports.words import plain

ROLES = ("viewer", "editor", "approver")
"""Each may do what the ones before it may."""

GROUPS = ("groups", "roles")
"""Claims that may hold the names of groups."""

MARK = "_streamlit_xsrf"
"""The cookie that tells one browser from another, which Streamlit gives to each that arrives."""

LONGEST_SIGN_IN = "15m"


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person: the name that goes on the record, and their role ("" for none)."""

    name: str
    role: str
    signed_in: bool

    def may(self, role: str) -> bool:
        """Whether they may do what a role may."""
        return self.role in ROLES[ROLES.index(role) :]


def configured() -> bool:
    """Whether people have to sign in here."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def visitor() -> Visitor:
    """Who is looking, as far as is known."""
    if not configured():
        return Visitor(st.session_state.get("my-name", "") or _login(), ROLES[-1], False)
    claims: dict[str, Any] = st.user.to_dict()
    if not claims.get("is_logged_in"):
        return Visitor("", "", False)
    table = st.secrets.get("roles", {})
    return Visitor(name_of(claims), role_of(claims, table), True)


def _login() -> str:
    """The name this machine knows its user by."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def name_of(claims: Mapping[str, Any]) -> str:
    """The name that goes on the record: with the address, which is the surer of the two.

    >>> name_of({"name": "Ada King", "email": "ada@council.gov.uk"})
    'Ada King (ada@council.gov.uk)'
    >>> name_of({"sub": "1234"})
    '1234'
    """
    name, email = str(claims.get("name") or ""), str(claims.get("email") or "")
    if name and email:
        return f"{name} ({email})"
    return name or email or str(claims.get("sub") or "")


def role_of(claims: Mapping[str, Any], table: Mapping[str, Sequence[str]]) -> str:
    """The highest role a table gives somebody; "" where it gives none.

    An address that the provider says is not verified counts for nothing.

    >>> table = {"viewer": ["*@council.gov.uk"], "approver": ["group:Finance"]}
    >>> role_of({"email": "Ada@council.gov.uk"}, table)
    'viewer'
    >>> role_of({"email": "eve@elsewhere.example", "groups": ["Finance"]}, table)
    'approver'
    >>> role_of({"email": "ada@council.gov.uk", "email_verified": False}, table)
    ''
    """
    known = [f"group:{name}" for claim in GROUPS for name in _several(claims.get(claim))]
    email = str(claims.get("email") or "").lower()
    for role in reversed(ROLES):
        for entry in _several(table.get(role)):
            if entry in known:
                return role
            trusted = email and claims.get("email_verified") is not False
            if trusted and "@" in entry and fnmatch.fnmatchcase(email, entry.lower()):
                return role
    return ""


def _several(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, Sequence) else []


def admitted() -> bool:
    """Whether the visitor may see figures; asks them to sign in, or says why not."""
    if not configured():
        return True
    who = visitor()
    if not who.signed_in:
        st.title("Prevention savings")
        st.markdown("Sign in with your work account to see your council's forecast.")
        st.button("Sign in", type="primary", on_click=_sign_in)
        return False
    if not who.role:
        st.title("Prevention savings")
        st.error(
            f"You are signed in as {plain(who.name)}, but nobody has given you access yet. Ask "
            "the owner of this page to add your address to its list of roles.",
            title="No access yet",
        )
        st.button("Sign out", on_click=st.logout)
        return False
    return True


@st.cache_resource(max_entries=1000, ttl=LONGEST_SIGN_IN, show_spinner=False)
def _asked_for(browser: bytes) -> dict[str, dict[str, list[str]]]:
    """What a browser had asked for when it went to sign in: a page's path and its parameters."""
    return {}


def _browser() -> bytes | None:
    """The mark of the visitor's browser; the cookie hides it in other letters each time."""
    return decode_xsrf_token_string(st.context.cookies.get(MARK, ""))[0]


def _sign_in() -> None:
    """Off to the provider, which sends everybody back to the first page."""
    browser = _browser()
    if browser:
        path = urlsplit(st.context.url or "").path.rpartition("/")[2]
        asked = _asked_for(browser)
        asked.clear()
        asked[path] = {name: st.query_params.get_all(name) for name in st.query_params}
    st.login()


def follow_link(pages: Mapping[str, Any]) -> None:
    """Take who came by a link, and had to sign in first, to what the link shows.

    pages: by their path in the address.
    """
    browser = _browser() if configured() else None
    if browser:
        asked = _asked_for(browser)
        for path in pages.keys() & asked.keys():
            st.switch_page(pages[path], query_params=asked.pop(path))


def show_who() -> None:
    """A line that says who is signed in, and lets them out."""
    if not configured():
        return
    who = visitor()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Signed in as {plain(who.name)}: {who.role}.")
        st.button("Sign out", on_click=st.logout, type="tertiary")


def ask_name(key: str) -> str:
    """The name to put on the record: the signed-in one, or one typed here."""
    who = visitor()
    if who.signed_in:
        st.caption(f"Goes on the record under {plain(who.name)}.")
        return who.name
    return str(st.text_input("Your name", value=who.name, max_chars=200, key=key))

"""The dashboard, a page for each job: run with `prevention serve`, or `streamlit run app.py`."""

import streamlit as st

from prevention.dashboard.contents import PAGES
from prevention.dashboard.identity import admitted, follow_link, show_who
from prevention.dashboard.process import settle

settle()
st.set_page_config(page_title="Prevention savings", page_icon="📈", layout="wide")
if admitted():
    pages = [st.Page(**about) for about in PAGES]
    st.session_state["pages"] = {page.url_path or "start": page for page in pages}
    page = st.navigation(pages, position="top")
    follow_link(st.session_state["pages"])
    show_who()
    st.title("Prevention savings" if page.title == "Start" else page.title)
    page.run()

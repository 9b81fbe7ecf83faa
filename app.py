"""The dashboard, a page for each job: run with `prevention serve`, or `streamlit run app.py`."""

import streamlit as st

from prevention.dashboard.identity import admitted, show_who
from prevention.dashboard.pages import PAGES

st.set_page_config(page_title="Prevention savings", page_icon="📈", layout="wide")
if admitted():
    page = st.navigation([st.Page(**about) for about in PAGES], position="top")
    show_who()
    st.title(page.title)
    page.run()

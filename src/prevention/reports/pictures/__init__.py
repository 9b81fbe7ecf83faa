"""Pictures: rows in, a Vega-Lite chart out, and charts as files."""

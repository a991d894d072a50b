"""Charts: Vega-Lite specifications, each made in one place of the rows of a report.

A specification holds its data, asks nothing of anybody, and is drawn on the page by Vega with its
interpreter or, as SVG and PNG, by ``contactcenter.charts.rendering``.
"""

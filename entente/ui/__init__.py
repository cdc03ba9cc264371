"""The look: layouts, parts, styles and behaviours every page shares."""

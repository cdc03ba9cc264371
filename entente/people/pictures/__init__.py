"""Pictures of the directory: SVG made here."""

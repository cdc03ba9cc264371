"""Static files under hashed names, with the imports between JavaScript modules rewritten too."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class ModuleManifestStorage(ManifestStaticFilesStorage):
    """Import maps would need inline code, so relative imports are rewritten instead."""

    support_js_module_import_aggregation = True

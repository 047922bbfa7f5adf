"""Static files: names carry a digest, our own are compressed when they are collected."""

from collections.abc import Iterable, Iterator

from whitenoise.storage import CompressedManifestStaticFilesStorage


class OwnFilesCompressed(CompressedManifestStaticFilesStorage):
    """
    Compress what members load, not the editor's 40 MB of files; let our modules import each other by digest.

    Compressing those too takes forty seconds at the first start.
    """

    manifest_strict = False
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        return super().compress_files([path for path in paths if path.startswith(("css/", "js/", "img/"))])

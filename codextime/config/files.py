"""Nobody uploads files by a form."""

from typing import NoReturn

from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class NoFiles(FileUploadHandler):
    """Stops reading at the first file; Django would write it to the disk first, however large and whoever sends it."""

    def new_file(self, *_description: object, **_headers: object) -> NoReturn:
        raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Has nothing to receive."""

    def file_complete(self, file_size: int) -> None:
        """Has no file."""

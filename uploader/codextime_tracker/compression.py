"""Reads a `.jsonl.zst`, which Codex makes of files that it has not written to for a while (Zstandard, RFC 8878)."""

from __future__ import annotations

from errno import EIO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

SKIPPABLE_MAGIC = 0x184D2A5  # without its last 4 bits; section 3.1.2
RUN_OF_ONE_BYTE = 1  # a block type; section 3.1.1.2.2
LONGEST_HEADER = 18


class Decompressed:
    """The contents of a compressed file."""

    def __init__(self, source: BinaryIO) -> None:
        import zstandard  # few homes have compressed rollouts

        self.zstandard = zstandard
        self.source = source
        self.stream = zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True)

    def read(self, size: int) -> bytes:
        """Raises `OSError` if the file is damaged; one that is cut off ends as if it were whole."""
        try:
            return self.stream.read(size)
        except self.zstandard.ZstdError as error:
            raise OSError(EIO, f"its compression is damaged ({error})") from error

    def is_cut_off(self) -> bool:
        """Whether the file ends within a frame. Looks at the sizes that stand before frames and blocks only."""
        size = self.source.seek(0, 2)
        place = 0
        while 0 <= place < size:
            place = self.end_of_frame(place)
        return place != size

    def end_of_frame(self, place: int) -> int:
        """Where the frame at `place` ends, perhaps beyond the file; -1 if not even its sizes are there."""
        head = self.read_at(place, LONGEST_HEADER)
        if int.from_bytes(head[:4], "little") >> 4 == SKIPPABLE_MAGIC:
            return place + 8 + int.from_bytes(head[4:8], "little")
        try:
            has_checksum = self.zstandard.get_frame_parameters(head).has_checksum
            place += self.zstandard.frame_header_size(head)
        except self.zstandard.ZstdError:
            return -1
        is_last = False
        while not is_last:
            block = self.read_at(place, 3)
            if len(block) < 3:
                return -1
            bits = int.from_bytes(block, "little")
            is_last = bool(bits & 1)
            place += 3 + (1 if bits >> 1 & 3 == RUN_OF_ONE_BYTE else bits >> 3)
        return place + 4 * has_checksum

    def read_at(self, place: int, size: int) -> bytes:
        self.source.seek(place)
        return self.source.read(size)

"""The function's folder: one that is there, or an archive that is unpacked."""

import json
import os

_BLOCK = 512


class SourceUnreadable(Exception):
    """The source is not there or is no archive; the message says what it is."""


def open_source(path):
    """The folder of a source. Raises SourceUnreadable."""
    if os.path.isdir(path):
        return path
    try:
        with open(path, "rb") as file:
            archive = file.read()
        if archive[:2] == b"\x1f\x8b":
            archive = _gunzip(archive)
        folder = _make_folder()
        _unpack(archive, folder)
        return folder
    except (OSError, ValueError) as cause:
        raise SourceUnreadable("HKS_SOURCE: %s can not be read: %s" % (path, cause)) from cause


def _gunzip(archive):
    import zlib

    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        unpacked = unpacker.decompress(archive)
    except zlib.error as cause:
        raise ValueError(cause) from cause
    if not unpacker.eof:
        raise ValueError("the gzipped file is cut off")
    return unpacked


def _make_folder():
    # The module tempfile takes longer to import than all else that is done here.
    parent = os.environ.get("TMPDIR") or "/tmp"
    while True:
        folder = os.path.join(parent, "hks-source-" + os.urandom(4).hex())
        try:
            os.mkdir(folder, 0o700)
            return folder
        except FileExistsError:
            continue


def _unpack(tar, folder):
    """Writes the files of a tar as the gateway makes it: ustar, with a pax header for a long path."""
    at, path = 0, None
    while at + _BLOCK <= len(tar) and tar[at]:
        header = tar[at : at + _BLOCK]
        if header[257:262] != b"ustar":
            raise SourceUnreadable("HKS_SOURCE: the file is no tar, and no gzipped one")
        size = int(_text(header, 124, 12), 8)
        data = tar[at + _BLOCK : at + _BLOCK + size]
        if len(data) != size:
            raise SourceUnreadable("HKS_SOURCE: the archive is cut off")
        kind = chr(header[156])
        at += _BLOCK + (size + _BLOCK - 1) // _BLOCK * _BLOCK
        if kind == "x":
            path = _pax_path(data)
            continue
        if kind in "5g":
            continue
        if kind != "0":
            raise SourceUnreadable("HKS_SOURCE: the archive holds more than plain files")
        prefix = _text(header, 345, 155)
        name = path or (prefix + "/" if prefix else "") + _text(header, 0, 100)
        _write(folder, name, data, 0o755 if int(_text(header, 100, 8), 8) & 0o100 else 0o644)
        path = None


def _pax_path(records):
    for line in records.decode().split("\n"):
        _, _, record = line.partition(" ")
        if record.startswith("path="):
            return record[5:]
    return None


def _write(folder, path, data, mode):
    if path.startswith("/") or ".." in path.split("/"):
        raise SourceUnreadable("HKS_SOURCE: %s leaves its folder" % json.dumps(path))
    target = os.path.join(folder, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(data)
    os.chmod(target, mode)


def _text(header, at, length):
    return header[at : at + length].partition(b"\0")[0].decode()

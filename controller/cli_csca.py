"""``abholfach csca``: which states' documents this box can tell to be genuine (docs/document-chips.md, trust)."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from controller.cli import Subcommands
    from hal.eid.trust_manifest import Anchor, Manifest

#: Where a box keeps what it trusts: written by root, read by everybody, no secrets.
TRUST_DIRECTORY = Path("/var/lib/abholfach-trust")

_Step = Callable[[Path, argparse.Namespace], str]

WELL = 0
BAD_NEWS = 1
UNUSABLE = 2

#: Larger than any master list there is (about 1 MB).
_LARGEST_FILE = 16 << 20


def register(subcommands: Subcommands) -> None:
    """Adds ``csca import``, ``csca list`` and ``csca expire``."""
    group = subcommands.add_parser("csca", help="states' certificates by which documents are checked")
    commands = group.add_subparsers(title="commands", metavar="COMMAND", required=True)
    bring = commands.add_parser(
        "import",
        help="import master lists, revocation lists, link certificates",
        description="Import master lists, revocation lists and link certificates (DER or PEM) and the revocation lists"
        " of the ICAO PKD (LDIF), in the order given. A"
        " master list counts only when its signer chains to a root that was pinned with --root: compare the root's"
        " fingerprint, which is printed, with what its state publishes.",
    )
    bring.add_argument("files", type=Path, nargs="*", metavar="FILE")
    bring.add_argument(
        "--root", type=Path, action="append", default=[], metavar="CERTIFICATE", help="pin a CSCA certificate first"
    )
    bring.add_argument("--older", action="store_true", help="take a list that is older than the one in the store")
    bring.set_defaults(run=run_import)
    show = commands.add_parser("list", help="say what is trusted")
    show.add_argument("--all", action="store_true", help="every certificate, not only how many")
    show.set_defaults(run=run_list)
    expire = commands.add_parser(
        "expire",
        help="take out certificates that are over, say what will be",
        description="Take out the certificates that are not valid any more, and say which will not be soon. Exit code"
        " 1 when no certificate is left or a revocation list is stale.",
    )
    expire.add_argument("--within", type=int, default=90, metavar="DAYS", help="default: %(default)s")
    expire.set_defaults(run=run_expire)
    for parser in (bring, show, expire):
        parser.add_argument("--trust", type=Path, default=TRUST_DIRECTORY, metavar="DIR", help="default: %(default)s")


def run_import(options: argparse.Namespace, out: TextIO | None = None) -> int:
    """Pins the roots, then imports file by file; stops at the first that is refused. What came before it stays."""
    out = out or sys.stdout
    work: list[tuple[Path, _Step]] = [(path, _pin) for path in options.root]
    work += [(path, _import) for path in options.files]
    if not work:
        return _complain("give a FILE or --root", UNUSABLE)
    return _do(work, options, out)


def _do(work: list[tuple[Path, _Step]], options: argparse.Namespace, out: TextIO) -> int:
    from hal.eid.outcome import NotAccepted
    from hal.eid.trust_manifest import TrustStoreError

    for path, step in work:
        try:
            out.write(step(path, options))
        except OSError as error:
            return _complain(f"{path}: {error.strerror}", UNUSABLE)
        except NotAccepted as error:
            return _complain(f"{path}: refused: {error}", BAD_NEWS)
        except TrustStoreError as error:
            refused = error.code in ("older_list", "nothing_usable", "clock_wrong")
            return _complain(f"{path}: {error}", BAD_NEWS if refused else UNUSABLE)
    return WELL


def _read(path: Path) -> bytes:
    """DER; PEM is unwrapped. Raises OSError and `NotAccepted`."""
    from asn1crypto import pem

    from hal.eid.outcome import NotAccepted, Reason

    with path.open("rb") as file:
        content = file.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise NotAccepted(Reason.DATA_MALFORMED, "larger than any list there is")
    if not pem.detect(content):
        return content
    try:
        return bytes(pem.unarmor(content)[2])
    except ValueError:
        raise NotAccepted(Reason.DATA_MALFORMED, "PEM") from None


def _pin(path: Path, options: argparse.Namespace) -> str:
    from hal.eid.names import readable
    from hal.eid.trust_import import pin_root

    content = _read(path)
    certificate = pin_root(options.trust, content, _now())
    fingerprint = hashlib.sha256(content).hexdigest()
    return (
        f"Root of {certificate.country}: {readable(certificate.subject)}, valid until"
        f" {certificate.not_after:%Y-%m-%d}\n  SHA-256 {fingerprint}\n"
    )


def _import(path: Path, options: argparse.Namespace) -> str:
    from hal.eid.ldif import looks_like_ldif
    from hal.eid.trust_input import InputKind, kind_of

    with path.open("rb") as file:
        if looks_like_ldif(file.read(80)):
            return _import_collection(path, options)
    content = _read(path)
    kind = kind_of(content)
    if kind is InputKind.MASTER_LIST:
        return _import_master_list(content, options)
    if kind is InputKind.REVOCATION_LIST:
        return _import_revocation_list(content, options)
    return _import_link(content, options)


def _import_master_list(content: bytes, options: argparse.Namespace) -> str:
    from hal.eid.trust_import import import_master_list

    done = import_master_list(options.trust, content, _now(), older=options.older)
    lines = [f"Master list of {done.state}, signed {done.signed_at:%Y-%m-%d}: {done.anchors} certificates"]
    lines += _left_out(done.left_out)
    lines += [f"  {done.new_roots} of them may sign master lists from now on"] if done.new_roots else []
    return "".join(f"{line}\n" for line in lines)


def _import_revocation_list(content: bytes, options: argparse.Namespace) -> str:
    from hal.eid.names import readable
    from hal.eid.revocation_import import import_revocation_list

    listed = import_revocation_list(options.trust, content, _now(), older=options.older)
    until = f"{listed.next_update:%Y-%m-%d}" if listed.next_update else "an unknown date"
    return (
        f"Revocation list of {listed.country}, {readable(listed.issuer)}: {len(listed.serials)} certificates,"
        f" good until {until}\n"
    )


def _import_collection(path: Path, options: argparse.Namespace) -> str:
    from hal.eid.ldif import REVOCATION_LIST, binary_values
    from hal.eid.revocation_import import import_revocation_lists

    with path.open("rb") as file:
        done = import_revocation_lists(options.trust, binary_values(file, REVOCATION_LIST), _now())
    states = sorted({listed.country for listed in done.taken})
    lines = [f"Revocation lists: {len(done.taken)} of {len(states)} states {' '.join(states)}".rstrip()]
    return "".join(f"{line}\n" for line in (*lines, *_left_out(done.left_out)))


def _import_link(content: bytes, options: argparse.Namespace) -> str:
    from hal.eid.names import readable
    from hal.eid.trust_import import import_link

    certificate = import_link(options.trust, content, _now())
    return f"Certificate of {certificate.country}: {readable(certificate.subject)}, issued by one that is trusted\n"


def _left_out(left_out: Mapping[str, int]) -> list[str]:
    return [f"  left out: {count} ({reason})" for reason, count in left_out.items()]


def run_list(options: argparse.Namespace, out: TextIO | None = None) -> int:
    """Says what the store holds; `BAD_NEWS` when that is nothing."""
    from hal.eid.trust_manifest import TrustStoreError, read_manifest

    out = out or sys.stdout
    try:
        manifest = read_manifest(options.trust)
    except TrustStoreError as error:
        return _complain(str(error), UNUSABLE)
    out.writelines(f"{line}\n" for line in _described(manifest, _now(), every=options.all))
    return WELL if manifest.anchors else BAD_NEWS


def _described(manifest: Manifest, at: datetime, *, every: bool) -> list[str]:
    from hal.eid.names import readable

    if not manifest.anchors:
        return ["Nothing is trusted: no document can be checked. abholfach csca import --root CERTIFICATE LIST"]
    lines = ["Roots: may sign master lists"]
    lines += [_line(anchor) for anchor in manifest.roots()]
    lines += ["Master lists"] if manifest.master_lists else []
    lines += [
        f"  {one.state:3} signed {one.signed_at:%Y-%m-%d}: {one.certificates} certificates, {one.left_out} left out"
        for one in manifest.master_lists
    ]
    states = Counter(anchor.country for anchor in manifest.anchors)
    lines.append(f"Certificates: {len(manifest.anchors)} of {len(states)} states")
    if every:
        lines += [_line(anchor) for anchor in sorted(manifest.anchors, key=lambda one: (one.country, one.not_after))]
    else:
        lines.append("  " + " ".join(f"{state}:{count}" for state, count in sorted(states.items())))
    lines += ["Revocation lists"] if manifest.revocation_lists else []
    for one in manifest.revocation_lists:
        until = f"good until {one.next_update:%Y-%m-%d}" if one.next_update else "without an end"
        stale = one.next_update is None or one.next_update < at
        lines.append(
            f"  {one.country:3} of {one.this_update:%Y-%m-%d}, {until}{' (stale)' * stale}  {readable(one.issuer)}"
        )
    return lines


def _line(anchor: Anchor) -> str:
    from hal.eid.names import readable

    return (
        f"  {anchor.country:3} until {anchor.not_after:%Y-%m-%d}  {anchor.origin:8} {anchor.piece.sha256[:16]}"
        f"  {readable(anchor.subject)}"
    )


def run_expire(options: argparse.Namespace, out: TextIO | None = None) -> int:
    """Takes out what is over."""
    from hal.eid.names import readable
    from hal.eid.trust_import import expire
    from hal.eid.trust_manifest import TrustStoreError, read_manifest

    out = out or sys.stdout
    try:
        done = expire(options.trust, _now(), timedelta(days=options.within))
        left = len(read_manifest(options.trust).anchors)
    except TrustStoreError as error:
        return _complain(str(error), BAD_NEWS if error.code == "clock_wrong" else UNUSABLE)
    for title, anchors in (("Taken out", done.anchors), (f"Over within {options.within} days", done.soon)):
        out.writelines([f"{title}: {len(anchors)}\n", *(f"{_line(one)}\n" for one in anchors)])
    for one in done.stale_revocation_lists:
        out.write(f"Stale revocation list of {one.country}, {readable(one.issuer)}: import a new one\n")
    out.write(f"Left: {left} certificates\n")
    return BAD_NEWS if done.stale_revocation_lists or not left else WELL


def _now() -> datetime:
    return datetime.now(UTC)


def _complain(text: str, code: int) -> int:
    sys.stderr.write(f"abholfach: {text}\n")
    return code

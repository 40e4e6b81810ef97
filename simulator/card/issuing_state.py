"""A state that issues documents: its CSCA, its signers good and bad, its revocation list and its master list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property

from simulator.card.pki import Issued, Role, Span, Subject, issue, master_list, revocation_list
from simulator.card.scenario import Forgery
from simulator.card.signing import CurveForm, SigningKey, make_key

_DAY = timedelta(days=1)
_YEAR = 365 * _DAY
_REVOKED_SERIAL = 66


class IssuingState:
    """Everything follows from ``seed`` and the day ``at``: keys are the same each time, for the same words.

    ``csca`` and ``signer``: words of `simulator.card.signing.make_key`. ``country``: two letters.
    """

    def __init__(
        self,
        at: datetime,
        *,
        seed: str = "utopia",
        country: str = "UT",
        csca: str = "ecdsa brainpoolP384r1 sha384",
        signer: str = "ecdsa brainpoolP256r1 sha256",
    ) -> None:
        self.at = at
        self.country = country
        self._seed = seed
        self._csca_words = csca
        self._signer_words = signer

    @cached_property
    def csca(self) -> Issued:
        """Its country signing certificate."""
        return self._authority("csca")

    @cached_property
    def impostor(self) -> Issued:
        """Another one of the same name, which is nobody's."""
        return self._authority("impostor")

    def _authority(self, who: str) -> Issued:
        subject = Subject(self.country, "Country Signing CA")
        valid, signs = Span(self.at - 2 * _YEAR, self.at + 13 * _YEAR), Span(self.at - 2 * _YEAR, self.at + 3 * _YEAR)
        return issue(Role.AUTHORITY, subject, self._key(who, self._csca_words), None, 1, valid, signs=signs)

    def _key(self, who: str, words: str) -> SigningKey:
        return make_key(words, seed=f"{self._seed} {who}")

    def signer(self, forgery: Forgery = Forgery.NONE) -> Issued:
        """The document signer that a document with this ``forgery`` has."""
        key = self._key("signer", self._signer_words)
        issuer, serial, role = self.csca, 17, Role.DOCUMENT_SIGNER
        valid = Span(self.at - 60 * _DAY, self.at + 10 * _YEAR)
        match forgery:
            case Forgery.UNPINNED_AUTHORITY:
                issuer = self.impostor
            case Forgery.FOREIGN_CURVE:
                key = make_key("ecdsa brainpoolP256r1 sha256", seed=f"{self._seed} foreign")
                key = replace(key, form=CurveForm.FOREIGN)
            case Forgery.WEAK_DIGEST:
                key = replace(key, digest="sha1")
            case Forgery.SIGNER_EXPIRED:
                serial, valid = 18, Span(self.at - _YEAR, self.at - _DAY)
            case Forgery.SIGNER_REVOKED:
                serial = _REVOKED_SERIAL
            case Forgery.SIGNER_MISUSED:
                serial, role = 19, Role.KEY_ENCIPHERMENT
        return issue(role, Subject(self.country, "Document Signer"), key, issuer, serial, valid)

    def revocation_list(self, *, age: timedelta = _DAY, life: timedelta = 90 * _DAY) -> bytes:
        """What the CSCA takes back: the signer of `Forgery.SIGNER_REVOKED`. It became ``age`` old."""
        return revocation_list(self.csca, [_REVOKED_SERIAL], self.at - age, self.at - age + life)

    def next_csca(self, words: str = "") -> tuple[Issued, Issued]:
        """The CSCA after this one: its self-signed certificate, and the link certificate by which the old one says that
        it is.
        """
        key = self._key("next csca", words or self._csca_words)
        subject = Subject(self.country, "Country Signing CA")
        valid = Span(self.at - _DAY, self.at + 15 * _YEAR)
        own = issue(Role.AUTHORITY, subject, key, None, 2, valid)
        return own, issue(Role.AUTHORITY, subject, key, self.csca, 3, valid)

    def master_list(self, others: Sequence[bytes] = ()) -> bytes:
        """This state's CSCA and ``others``, in a list that this state signs: `csca` is the root to pin."""
        subject = Subject(self.country, "Master List Signer")
        key = self._key("list signer", self._signer_words)
        signer = issue(Role.LIST_SIGNER, subject, key, self.csca, 21, Span(self.at - _DAY, self.at + 2 * _YEAR))
        return master_list([self.csca.certificate, *others], signer, self.csca, self.at)

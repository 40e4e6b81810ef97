"""The elliptic curves of travel documents, and from explicit parameters to the curve that they are.

A quarter of the CSCA certificates of a real master list do not name their curve but write out its parameters. Whoever
may choose parameters freely can make a key that verifies another's signature (CVE-2020-0601): so they count only as
the standard curve whose field, coefficients, base point, order and cofactor all are the same. ICAO Doc 9303-12,
4.1.6.4; BSI TR-03111; values of SEC 2 and RFC 5639.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from asn1crypto import keys
from cryptography.hazmat.primitives.asymmetric import ec

from hal.eid.outcome import NotAccepted, NotPossible, Reason


@dataclass(frozen=True, slots=True)
class NamedCurve:
    """y² = x³ + ax + b over the field of ``p`` elements. ``library`` is None where OpenSSL is not asked to reckon."""

    name: str
    oid: str
    p: int = field(repr=False)
    a: int = field(repr=False)
    b: int = field(repr=False)
    generator: tuple[int, int] = field(repr=False)
    order: int = field(repr=False)
    cofactor: int = field(repr=False)
    library: ec.EllipticCurve | None = field(repr=False)

    @property
    def field_octets(self) -> int:
        """Octets of one coordinate."""
        return (self.p.bit_length() + 7) // 8

    def public_key(self, point: bytes) -> ec.EllipticCurvePublicKey:
        """The key that ``point`` is: uncompressed (04 ‖ x ‖ y), on the curve, not at infinity.

        Raises `NotAccepted` (``data_malformed``) for another form or a point off the curve, `NotPossible`
        (``algorithm_unsupported``) for a curve without arithmetic here.
        """
        if self.library is None:
            raise NotPossible(Reason.ALGORITHM_UNSUPPORTED, f"curve {self.name}")
        if len(point) != 1 + 2 * self.field_octets or point[:1] != b"\x04":
            raise NotAccepted(Reason.DATA_MALFORMED, "a public point that is not uncompressed")
        try:
            return ec.EllipticCurvePublicKey.from_encoded_point(self.library, point)
        except ValueError:
            raise NotAccepted(Reason.DATA_MALFORMED, "a public point that is not on its curve") from None


#: Curves with fewer than 224 bits are not among them: ICAO Doc 9303-12, 4.1.6.3 asks for at least as many.
CURVES = (
    NamedCurve(
        "secp224r1",
        "1.3.132.0.33",
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF000000000000000000000001,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFE,
        0xB4050A850C04B3ABF54132565044B0B7D7BFD8BA270B39432355FFB4,
        (
            0xB70E0CBD6BB4BF7F321390B94A03C1D356C21122343280D6115C1D21,
            0xBD376388B5F723FB4C22DFE6CD4375A05A07476444D5819985007E34,
        ),
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFF16A2E0B8F03E13DD29455C5C2A3D,
        1,
        ec.SECP224R1(),
    ),
    NamedCurve(
        "secp256r1",
        "1.2.840.10045.3.1.7",
        0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
        0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        (
            0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
            0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
        ),
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
        1,
        ec.SECP256R1(),
    ),
    NamedCurve(
        "secp384r1",
        "1.3.132.0.34",
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFC,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        (
            0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
            0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
        ),
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
        1,
        ec.SECP384R1(),
    ),
    NamedCurve(
        "secp521r1",
        "1.3.132.0.35",
        int(
            "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            "fffffffffffffffffffffffffffffffffff",
            16,
        ),
        int(
            "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
            "ffffffffffffffffffffffffffffffffffc",
            16,
        ),
        int(
            "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf"
            "073573df883d2c34f1ef451fd46b503f00",
            16,
        ),
        (
            int(
                "c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8"
                "de3348b3c1856a429bf97e7e31c2e5bd66",
                16,
            ),
            int(
                "11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0"
                "761353c7086a272c24088be94769fd16650",
                16,
            ),
        ),
        int(
            "1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a"
            "5d03bb5c9b8899c47aebb6fb71e91386409",
            16,
        ),
        1,
        ec.SECP521R1(),
    ),
    NamedCurve(
        "brainpoolP224r1",
        "1.3.36.3.3.2.8.1.1.5",
        0xD7C134AA264366862A18302575D1D787B09F075797DA89F57EC8C0FF,
        0x68A5E62CA9CE6C1C299803A6C1530B514E182AD8B0042A59CAD29F43,
        0x2580F63CCFE44138870713B1A92369E33E2135D266DBB372386C400B,
        (
            0xD9029AD2C7E5CF4340823B2A87DC68C9E4CE3174C1E6EFDEE12C07D,
            0x58AA56F772C0726F24C6B89E4ECDAC24354B9E99CAA3F6D3761402CD,
        ),
        0xD7C134AA264366862A18302575D0FB98D116BC4B6DDEBCA3A5A7939F,
        1,
        None,
    ),
    NamedCurve(
        "brainpoolP256r1",
        "1.3.36.3.3.2.8.1.1.7",
        0xA9FB57DBA1EEA9BC3E660A909D838D726E3BF623D52620282013481D1F6E5377,
        0x7D5A0975FC2C3057EEF67530417AFFE7FB8055C126DC5C6CE94A4B44F330B5D9,
        0x26DC5C6CE94A4B44F330B5D9BBD77CBF958416295CF7E1CE6BCCDC18FF8C07B6,
        (
            0x8BD2AEB9CB7E57CB2C4B482FFC81B7AFB9DE27E1E3BD23C23A4453BD9ACE3262,
            0x547EF835C3DAC4FD97F8461A14611DC9C27745132DED8E545C1D54C72F046997,
        ),
        0xA9FB57DBA1EEA9BC3E660A909D838D718C397AA3B561A6F7901E0E82974856A7,
        1,
        ec.BrainpoolP256R1(),
    ),
    NamedCurve(
        "brainpoolP320r1",
        "1.3.36.3.3.2.8.1.1.9",
        0xD35E472036BC4FB7E13C785ED201E065F98FCFA6F6F40DEF4F92B9EC7893EC28FCD412B1F1B32E27,
        0x3EE30B568FBAB0F883CCEBD46D3F3BB8A2A73513F5EB79DA66190EB085FFA9F492F375A97D860EB4,
        0x520883949DFDBC42D3AD198640688A6FE13F41349554B49ACC31DCCD884539816F5EB4AC8FB1F1A6,
        (
            0x43BD7E9AFB53D8B85289BCC48EE5BFE6F20137D10A087EB6E7871E2A10A599C710AF8D0D39E20611,
            0x14FDD05545EC1CC8AB4093247F77275E0743FFED117182EAA9C77877AAAC6AC7D35245D1692E8EE1,
        ),
        0xD35E472036BC4FB7E13C785ED201E065F98FCFA5B68F12A32D482EC7EE8658E98691555B44C59311,
        1,
        None,
    ),
    NamedCurve(
        "brainpoolP384r1",
        "1.3.36.3.3.2.8.1.1.11",
        0x8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B412B1DA197FB71123ACD3A729901D1A71874700133107EC53,
        0x7BC382C63D8C150C3C72080ACE05AFA0C2BEA28E4FB22787139165EFBA91F90F8AA5814A503AD4EB04A8C7DD22CE2826,
        0x4A8C7DD22CE28268B39B55416F0447C2FB77DE107DCD2A62E880EA53EEB62D57CB4390295DBC9943AB78696FA504C11,
        (
            0x1D1C64F068CF45FFA2A63A81B7C13F6B8847A3E77EF14FE3DB7FCAFE0CBD10E8E826E03436D646AAEF87B2E247D4AF1E,
            0x8ABE1D7520F9C2A45CB1EB8E95CFD55262B70B29FEEC5864E19C054FF99129280E4646217791811142820341263C5315,
        ),
        0x8CB91E82A3386D280F5D6F7E50E641DF152F7109ED5456B31F166E6CAC0425A7CF3AB6AF6B7FC3103B883202E9046565,
        1,
        ec.BrainpoolP384R1(),
    ),
    NamedCurve(
        "brainpoolP512r1",
        "1.3.36.3.3.2.8.1.1.13",
        int(
            "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e6"
            "2881ff2f2d82c68528aa6056583a48f3",
            16,
        ),
        int(
            "7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b5"
            "7f1117a72bf2c7b9e7c1ac4d77fc94ca",
            16,
        ),
        int(
            "3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67"
            "984050b75ebae5dd2809bd638016f723",
            16,
        ),
        (
            int(
                "81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f"
                "7c6d5047406a5e688b352209bcb9f822",
                16,
            ),
            int(
                "7dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde494a5f485e5bca4bd88a2763ae"
                "d1ca2b2fa8f0540678cd1e0f3ad80892",
                16,
            ),
        ),
        int(
            "aadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac1047"
            "1db1d381085ddaddb58796829ca90069",
            16,
        ),
        1,
        ec.BrainpoolP512R1(),
    ),
)

_BY_OID = {curve.oid: curve for curve in CURVES}
_BY_PRIME = {curve.p: curve for curve in CURVES}
#: Named curves of less than 224 bits (secp160r1, secp160r2, secp192r1, brainpoolP160r1, brainpoolP192r1).
_SHORT = frozenset(
    (
        "1.3.132.0.8",
        "1.3.132.0.30",
        "1.2.840.10045.3.1.1",
        "1.3.36.3.3.2.8.1.1.1",
        "1.3.36.3.3.2.8.1.1.3",
    )
)
_PRIME_FIELD = "1.2.840.10045.1.1"


def by_name(oid: str) -> NamedCurve:
    """The curve of this object identifier.

    Raises `NotAccepted` (``algorithm_weak``) for one of less than 224 bits, `NotPossible` (``algorithm_unsupported``)
    for one that no travel document should have.
    """
    if oid in _SHORT:
        raise NotAccepted(Reason.ALGORITHM_WEAK, "a curve of less than 224 bits")
    if oid not in _BY_OID:
        raise NotPossible(Reason.ALGORITHM_UNSUPPORTED, f"curve {oid}")
    return _BY_OID[oid]


def by_parameters(p: int, a: int, b: int, generator: bytes, order: int, cofactor: int | None) -> NamedCurve:
    """The curve whose parameters these are, every one of them; the generator uncompressed.

    Raises `NotAccepted` (``curve_unknown``) when one differs or is left out.
    """
    curve = _BY_PRIME.get(p)
    if curve is None:
        raise NotAccepted(Reason.CURVE_UNKNOWN, "an unknown field")
    x, y = (value.to_bytes(curve.field_octets, "big") for value in curve.generator)
    if (a, b, generator, order, cofactor) != (curve.a, curve.b, b"\x04" + x + y, curve.order, curve.cofactor):
        raise NotAccepted(Reason.CURVE_UNKNOWN, f"not all parameters are those of {curve.name}")
    return curve


def of_parameters(parameters: keys.ECDomainParameters) -> NamedCurve:
    """The curve that a key's algorithm identifier names or spells out. Raises as `by_name` and `by_parameters`; what
    asn1crypto raises for malformed DER passes (`hal.eid.parsing.guarded`).
    """
    if parameters.name == "named":
        return by_name(parameters.chosen.dotted)
    if parameters.name != "specified":
        raise NotAccepted(Reason.CURVE_UNKNOWN, "parameters of an issuer that is not said")
    given = parameters.chosen
    if given["field_id"]["field_type"].dotted != _PRIME_FIELD:
        raise NotAccepted(Reason.CURVE_UNKNOWN, "not over a prime field")
    return by_parameters(
        given["field_id"]["parameters"].native,
        int.from_bytes(bytes(given["curve"]["a"]), "big"),
        int.from_bytes(bytes(given["curve"]["b"]), "big"),
        bytes(given["base"]),
        given["order"].native,
        given["cofactor"].native,
    )

"""Which country's signer may have signed a document of which state.

The machine readable zone names the issuing state or organisation by a code of three letters (ICAO Doc 9303-3, 5), the
certificates by one of two (9303-12, 7.1: countryName). Both have to be the same one's: else whichever state's key is
the worst kept could make documents of every other. Pure, safe on any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_ISO_3166_1: Final = """
ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ
BDIBI BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB
BRNBN BTNBT BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM
CPVCV CRICR CUBCU CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER
ESHEH ESPES ESTEE ETHET FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN
GLPGP GMBGM GNBGW GNQGQ GRCGR GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU
IDNID IMNIM INDIN IOTIO IRLIE IRNIR IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG
KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO
MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR
MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR
NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA
REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ SLBSB SLESL SLVSV SMRSM SOMSO SPMPM
SRBRS SSDSS STPST SURSR SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC TCDTD TGOTG THATH TJKTJ TKLTK
TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY USAUS UZBUZ VATVA VCTVC
VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW
"""

ALPHA_2: Final = MappingProxyType({pair[:3]: pair[3:] for pair in _ISO_3166_1.split()})
"""ISO 3166-1, alpha-3 to alpha-2."""

_ORGANISATIONS: Final = frozenset(["XBA", "XCE", "XCO", "XDC", "XEC", "XES", "XIM", "XMP"])
"""They have no code of two letters."""

#: Codes of the zone that are none of ISO's, or that others sign for too.
_OTHERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "D": ("DE",),
        "CHN": ("CN", "HK", "MO"),  # The special administrative regions issue passports of China.
        "EUE": ("EU",),
        "RKS": ("KS", "XK"),
        # The United Nations' certificates have been made with either.
        "UNA": ("UN", "ZZ"),
        "UNK": ("UN", "ZZ"),
        "UNO": ("UN", "ZZ"),
        "XCC": ("XC",),
        "XOM": ("XO",),
        "XPO": ("XP",),
        # Utopia: specimens. Nobody's documents are, unless its certificate is pinned.
        "UTO": ("UT",),
    }
)
_BRITISH: Final = frozenset(
    (
        *("GBD", "GBN", "GBO", "GBP", "GBS"),
        *("AIA", "BMU", "CYM", "FLK", "GGY", "GIB", "IMN", "IOT", "JEY", "MSR", "PCN", "SGS", "SHN", "TCA", "VGB"),
    )
)
"""British nationals and territories: the United Kingdom signs for them too."""


def may_sign_for(country: str, state: str) -> bool:
    """Whether a document signer of ``country`` (of its certificate, upper case) may have signed a document of the
    issuing ``state`` (of DG1, without fillers). A code that nobody has is nobody's.
    """
    if state not in ALPHA_2 and state not in _OTHERS and state not in _BRITISH and state not in _ORGANISATIONS:
        return False
    # Some certificates have the code of three letters.
    own = (state, ALPHA_2.get(state), *_OTHERS.get(state, ()), "GB" if state in _BRITISH else None)
    return country in own

"""What the name of a series says of its contrast phase, in the words of the makers and hospitals of several countries.

A name is first made plain (`plain`): capitals, no accents, no names of pulse sequences, no words about treatment
("pre-op", "post TACE"), which would be read as words about contrast. A word counts only where it stands for itself:
not inside a longer one, not denied, and not next to a longer match.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from viewers.imaging.catalogue import PhaseName

PRE, ARTERIAL, PORTAL = PhaseName.PRE, PhaseName.ARTERIAL, PhaseName.PORTAL_VENOUS
DELAYED, TRANSITIONAL, HEPATOBILIARY = PhaseName.DELAYED, PhaseName.TRANSITIONAL, PhaseName.HEPATOBILIARY

STRONG, FAIR, WEAK = 4.0, 3.0, 2.0
"""Points of a word that means the phase, of one that usually does, and of one that may mean something else."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says: the phases it names, with points and the words; the minutes after the injection it gives;
    whether it says that contrast was given, the phase letter (``A``, ``P``, ``V``, ``D`` ...) that stands alone, and
    whether it is called before and after contrast.

    `vague` words (early, late) count where nothing better is said.
    """

    named: dict[PhaseName, tuple[float, str]]
    vague: dict[PhaseName, tuple[float, str]]
    minutes: int | None = None
    enhanced: str = ""
    letter: str = ""
    before_and_after: bool = False


_SEQUENCES = re.compile(
    r"(?:[MT]|E?T)?DIXON|E?-?THRIVE|STAR[ -]?VIBE|VIBE|CAIPIRINHA|CAIPI|LAVA(?:[ -]?FLEX)?|FAME|FLASH|TWIST"
    r"|DISCO|GRASP"
    r"|QUICK ?3DS?|TIGRE|(?<![A-Z])3D(?![A-Z])",
    re.IGNORECASE,
)
_TWO_WORDS = re.compile(r"(?<=[a-z]{3})(?=[A-Z])")
_TREATMENT = (
    r"TACE|TAE|TARE|SIRT|OP|OPERAT\w*|SURG\w*|RFA|MWA|ABLATION|EMBOLI\w*|TX|THERAPY|TREATMENT|CHEMO\w*|RT|SBRT|BIOPSY"
    r"|LT|LDLT|TPL|TRANSPL\w*|HEPATECTOMY|RESECTION|PROCEDURE|DRAIN\w*|LIPIODOL|STENT|ERCP|PTBD|MED|HYDRAT\w*|VOID\w*"
    r"|수술|시술|치료|색전|이식|術|手術|治療|手术|治疗|术"
)
_ABOUT_TREATMENT = re.compile(
    rf"(?<![A-Z])(?:PRE|POST|S/P|수술|치료|시술)[ /.-]?(?:{_TREATMENT})(?![A-Z])|術[前後]|术[前后]"
)
_RECONSTRUCTION = re.compile(r"(?<![A-Z])(?:DELAYED|DELAY|LATE|EARLY|PRE|POST) ?-?(?:RECON|PROC|REFORMAT)[A-Z]*")
_BOTH = re.compile(
    r"(?:W/?O|WITHOUT)(?: IV)?(?: CONTRAST)? ?(?:AND|&|\+|/) ?W(?:ITH)?(?![A-Z/])"
    r"|(?<![A-Z])W(?:ITH)? ?(?:AND|&|\+|/)? ?W(?:/?O|ITHOUT)(?: CON(?:TRAST)?)?|PRE ?(?:[/&+-]|AND) ?POST"
    r"|(?<![A-Z])(?:WO|W/O)/W(?![A-Z])|조영 ?전 ?/? ?후|造影前後|平扫 ?\+ ?增强"
)
_BODY = re.compile(
    r"(?<![A-Z0-9])(?:(?:AP|PA)[ /&+-]+LAT|LAT[ /&+-]+(?:AP|PA)|(?:ABD\w*|CT|CHEST|THORAX|LIVER PROTOCOL)[ -]+AP(?= W)"
    r"|CT[ -]?AP|AP[ -]?CT|AP(?= W(?:/?O|ITH|ITHOUT)?(?![A-Z])))(?![A-Z])"
)
"""``AP`` where it is a view or the abdomen and pelvis."""
_SPELT_OUT = (
    r"(?:PORTALE?|VENOUS|VENOE?S\w*|VENEUX|DELAYED|DELAY|TARDI(?:F|VE|VO|VA|A)|EQUIL\w*|ARTERI\w{2,}|NATIVE?)"
    r"(?: PHASE)?"
)
_BODY_BESIDE_PHASE = re.compile(rf"(?<![A-Z])(?:(?P<before>{_SPELT_OUT}) AP|AP (?P<after>{_SPELT_OUT}))(?![A-Z/&+])")
"""``AP`` beside a phase in full words is the abdomen and pelvis too: a second phase would be in full words as well."""

_DENIED = r"(?:W/?O|WITHOUT|NON|NOT|NO|SANS|OHNE|SIN|SENZA)[ .-]?"
_CONTRAST = r"CONTRAST\w*|CONTR|CONT|CON|ENHANCED|ENHANCEMENT|ENHANCE|ENH|CM|KM|GD|CE|IV|INJ\w*|PDC|PRODUIT|C"
_WORDS: tuple[tuple[PhaseName, float, str], ...] = (
    (PRE, STRONG, r"PRE[ -]?(?:CONTRAST|CONT|CON|CM|KM|GD|CE|C|INJ\w*|ENH\w*)|UNENHANCED|NECT|NCCT|NCE|NC|PLAIN"),
    (PRE, STRONG, r"NATIVE?|NATIF|BASELINE|TRUE NON ?-?CON\w*|VIRGIN|LEERAUFNAHME|PRE"),
    (PRE, STRONG, rf"{_DENIED}(?:IV )?(?:{_CONTRAST})|W/?O|(?:C|CE|CM|GD)-(?![A-Z0-9])"),
    (ARTERIAL, STRONG, r"(?:EARLY|LATE|MID|MULTI|TRIPLE)?[ -]?ARTERIAL(?:[ -]PHASE)?|E-?ART|L-?ART|ARTS?"),
    (ARTERIAL, STRONG, r"ART(?:ERI\w+)?[ -](?:TARDI(?:F|VE|VO|VA|A)|PRECOCE|LATE|EARLY|SPAT|SPAET|FRUH|FRUEH)"),
    (ARTERIAL, STRONG, r"HAP|LAP|EAP|A[ -]?PHASE|(?:SPAT|SPAET|FRUH|FRUEH)?-?ARTERIELL?E?"),
    (ARTERIAL, FAIR, r"PANC(?:REAS|REATIC)? ?(?:PHASE|PH)|PANCREATIC|CORTICO-?MEDULLARY|ARTERIOSA"),
    (ARTERIAL, WEAK, r"AP|DYN(?:AMIC)? ?1(?![0-9])"),
    (PORTAL, STRONG, r"PORTAL(?:[ -]?(?:VENOUS|VEIN|VEN|INFLOW))?(?:[ -]PHASE)?|PORTO-? ?VEN\w*|PORTAL-?VEN\w*|PVP"),
    (PORTAL, STRONG, r"VENOUS|[PV][ -]PHASE|VENOE?S\w*|VENEUS|VENEUZE|PORTALE?|PORTAUX|PORTE?"),
    (PORTAL, FAIR, r"PV|VEN|NEPHRO(?:GRAM|GRAPHIC)?|PARENCHYMAL(?: PHASE)?"),
    (PORTAL, WEAK, r"PP|VP|HVP"),
    (
        DELAYED,
        STRONG,
        r"DELAY(?:ED|S)?(?:[ -]PHASE)?|DEL|DLY\w*|EQUI|EQUIL(?:IB(?:RIUM)?)?|EQUILIBRE|LATE (?:PORTAL )?VENOUS",
    ),
    (
        DELAYED,
        STRONG,
        r"[DE][ -]PHASE|TARDI(?:F|VE|VO|VA|A)|SPATPHASE|SPAETPHASE|SPATE? ?VENOS|LAAT[ -]?VENEU\w+|WASH ?-?OUT",
    ),
    (DELAYED, FAIR, r"EXCRET\w*|UROGRA\w+|DP|EQP?|INTERSTITIAL"),
    (TRANSITIONAL, STRONG, r"TRANSITION(?:AL)?(?:[ -]PHASE)?|TRANS PHASE"),
    (TRANSITIONAL, WEAK, r"TP|TRANS"),
    (
        HEPATOBILIARY,
        STRONG,
        r"HEPATO[ -]?BIL\w*(?:[ -]PHASE)?|HEPATO(?:CYTE|CYTIC|CELLULAR)(?: PHASE)?",
    ),
    (HEPATOBILIARY, STRONG, r"HBP|HPB|HB[ -]PHASE|LEBERSPEZIFISCH\w*|LIVER[ -]SPECIFIC|LEBERSPATPHASE"),
    (HEPATOBILIARY, WEAK, r"HB|HP"),
)
_EASTERN: tuple[tuple[PhaseName, str], ...] = (
    (
        PRE,
        r"조영 ?증강 ?전|조영제? ?전|조영-|비 ?조영(?: ?증강)?|造影前|非造影|単純|单纯|單純|平[扫掃]"
        r"|增[强強]前|注射前",
    ),
    (
        ARTERIAL,
        r"(?:(?:조기|초기|후기|말기) ?)?(?<!대)동맥(?: ?(?:우세)? ?[기상]|(?= ?\d|$))"
        r"|[早後晩晚]?期?(?<![大主])[動动][脈脉](?:優位|优势)?[早中晚]?[相期]",
    ),
    (
        PORTAL,
        r"(?:간)?문맥(?:(?: ?정맥)? ?(?:우세)? ?[기상])?|정맥 ?[기상]"
        r"|[門门](?:[静靜]?[脈脉]|[静靜])(?:優位)?[相期]?|[静靜][脈脉][相期]",
    ),
    (
        DELAYED,
        r"지연 ?(?:기|상|영상|촬영)?|평형 ?[기상]|배설 ?기|平衡[相期]|遅延[相期]?|延[迟遲](?:[相期]|[扫掃]描)?",
    ),
    (TRANSITIONAL, r"이행 ?[기상]|移行[相期]|[过過]渡[相期]"),
    (
        HEPATOBILIARY,
        r"간 ?담도 ?[기상]|간 ?세포 ?(?:특이)? ?[기상]|肝[細细]胞(?:造影|特异)?[相期]|肝[胆膽](?:特异|特異)?[相期]",
    ),
)
_VAGUE: tuple[tuple[PhaseName, str], ...] = (
    (ARTERIAL, r"EARLY|FRUH|FRUEH|PRECOCE|조기|早期相?"),
    (DELAYED, r"LATE|SPAT|SPAET|[後后]期相?"),
)
_ENHANCED = (
    r"POST[ -]?(?:CONTRAST|CONT|CON|CM|KM|GD|CE|C|INJ\w*)?|ENHANCED?|ENH|CECT|CE|(?:C|CE|CM|GD) ?\+|\+ ?C"
    r"|\+ ?GD|MIT KM|KM"
    r"|W(?:ITH|/)? ?(?:IV )?(?:CONTRAST|CONT|CON|CM|GD)|AVEC (?:IV|INJ\w*|PDC|CONTRASTE)|APRES (?:IV|INJ\w*)"
    r"|CON CONTRASTE"
)
_ENHANCED_EASTERN = r"조영 ?후|조영제? ?후|조영 ?증강(?! ?전)|(?<!非)造影(?!前)|增[强強](?!前)"
_START, _END = r"(?<![A-Z0-9])", r"(?![A-Z])"
_DENIED_BEFORE = rf"(?P<not>{_DENIED})?"
_PATTERNS = tuple(
    (name, points, re.compile(f"{_START}{_DENIED_BEFORE}(?P<word>{words}){_END}")) for name, points, words in _WORDS
) + tuple((name, STRONG, re.compile(f"(?P<not>비 ?|없는 |非|无|無)?(?P<word>{words})")) for name, words in _EASTERN)
_VAGUE_PATTERNS = tuple((name, re.compile(f"{_START}(?P<word>{words}){_END}")) for name, words in _VAGUE)
_ENHANCED_PATTERN = re.compile(f"{_START}{_DENIED_BEFORE}(?P<word>{_ENHANCED})(?![A-Z])|(?P<east>{_ENHANCED_EASTERN})")
_SECONDS = re.compile(r"(?<![A-Z0-9.,=/+-])(?P<n>\d{2,3}) ?-?(?:SECONDS?|SECS?|S|초|秒)(?![A-Z/])")
_MINUTES = re.compile(r"(?<![A-Z0-9.,=])(?P<n>\d{1,3}) ?-?(?:MINUTES?|MINS?|MN|분|分)(?:간|钟|鐘|後|后|후)?(?![A-Z/])")
_LETTER = re.compile(r"(?<![A-Z0-9/&+.'-])(?P<letter>[APVDE])(?P<n>\d{0,3})(?![A-Z0-9/&+.']|-[A-Z]{2})")
_ARTERIAL_SECONDS, _PORTAL_SECONDS, _DELAYED_SECONDS = range(15, 51), range(55, 111), range(120, 1000)
_FULL_WORDS = {
    "ARTERIAL": ARTERIAL, "PORTAL": PORTAL, "VENOUS": PORTAL, "DELAYED": DELAYED, "EQUILIBRIUM": DELAYED,
    "PRECONTRAST": PRE, "NONCONTRAST": PRE, "UNENHANCED": PRE, "TRANSITIONAL": TRANSITIONAL,
    "HEPATOBILIARY": HEPATOBILIARY,
}  # fmt: skip
_NOT_MISSPELT = {"PORTA", "PORTO", "PORTALS", "POSTAL", "ARTERIA", "VENOUSE", "RELAYED"}
_LONG_WORD = re.compile(r"(?<![A-Z])[A-Z]{5,15}(?![A-Z])")
_LATE = (DELAYED, TRANSITIONAL, HEPATOBILIARY)
LATE_MINUTES = 10
"""From here on a delayed scan with gadoxetate is hepatobiliary (taken up by hepatocytes; routinely at 15 to 20 min)."""
FULL_UPTAKE_MINUTES = 15


def plain(text: str) -> str:
    """The text in capitals without accents, underlines, brackets and names of pulse sequences."""
    return in_capitals(_SEQUENCES.sub(" ", text))


def in_capitals(text: str) -> str:
    """The text in capitals without accents, underlines and brackets."""
    text = re.sub(r" ?\(([+-])\)", r"\1 ", unicodedata.normalize("NFKC", text))
    text = re.sub(r"(?<![A-Za-z0-9])[Cc] ?\+ ?(?=[APVD](?![A-Za-z]))", "+C ", _TWO_WORDS.sub(" ", text))
    text = "".join(_bare(letter) for letter in text).upper()
    return " ".join(re.sub(r"[_(),;:\[\]\\]", " ", text).split())


def _bare(letter: str) -> str:
    """Latin letters lose their accents; the syllables of Hangul and Kana stay whole."""
    return unicodedata.normalize("NFKD", letter)[0] if "\u00c0" <= letter <= "\u024f" else letter


def words_in(text: str) -> dict[PhaseName, tuple[float, str]]:
    """The phases a text names, with points and the words; a word inside a longer one, or denied, does not count."""
    said = said_in(text)
    return said.named or said.vague


def said_in(text: str) -> Said:
    """All that a text says of the phase."""
    told = plain(text)
    for other in (_BOTH, _ABOUT_TREATMENT, _RECONSTRUCTION, _BODY):
        told = other.sub(" ", told)
    told = _BODY_BESIDE_PHASE.sub(lambda hit: hit["before"] or hit["after"], told)
    named = _named(told) or _misspelt(told)
    vague = {name: (WEAK, match["word"]) for name, pattern in _VAGUE_PATTERNS if (match := pattern.search(told))}
    minutes = _minutes(told)
    if minutes is not None and not any(name in named for name in _LATE):
        name = HEPATOBILIARY if minutes >= LATE_MINUTES else DELAYED
        if minutes >= 2:
            named[name] = (FAIR, f"{minutes} MIN")
    elif match := _SECONDS.search(told):
        by_seconds = _at_seconds(int(match["n"]))
        if by_seconds is not None and set(named) <= {DELAYED}:
            # "Delay 70 s" is a delay before the scan, not a delayed phase.
            named = {by_seconds: named.get(by_seconds, (FAIR, match[0].strip()))}
    enhanced = ""
    for match in _ENHANCED_PATTERN.finditer(told):
        if not match["not"]:
            enhanced = match["word"] or match["east"]
    both = bool(_BOTH.search(plain(text)))
    letters = list(_LETTER.finditer(told))
    letter = letters[0] if len(letters) == 1 else None
    return Said(named, vague if len(vague) == 1 else {}, minutes, enhanced, letter["letter"] if letter else "", both)


def _named(told: str) -> dict[PhaseName, tuple[float, str]]:
    found = []
    for name, points, pattern in _PATTERNS:
        for match in pattern.finditer(told):
            found.append(
                (match.end("word") - match.start("word"), match.span("word"), match.group("not"), name, points)
            )
    taken: list[tuple[int, int]] = []
    named: dict[PhaseName, tuple[float, str]] = {}
    for _, (start, end), denied, name, points in sorted(found, key=lambda hit: -hit[0]):
        if any(start < b and a < end for a, b in taken):
            continue
        taken.append((start, end))
        if not denied and points > named.get(name, (0.0, ""))[0]:
            named[name] = (points, told[start:end])
    return named


def _misspelt(told: str) -> dict[PhaseName, tuple[float, str]]:
    """The phases that a text names in long words with one letter wrong, lacking, too many or in the wrong place."""
    named: dict[PhaseName, tuple[float, str]] = {}
    for match in _LONG_WORD.finditer(told):
        word = match[0]
        meant = {phase for right, phase in _FULL_WORDS.items() if _one_slip(word, right)}
        if len(meant) == 1 and word not in _NOT_MISSPELT:
            named[meant.pop()] = (FAIR, word)
    return named


def _one_slip(word: str, right: str) -> bool:
    """True where one letter of a word is another, missing, added, or changed places with the next."""
    if abs(len(word) - len(right)) > 1 or word == right:
        return False
    at = next((i for i, (a, b) in enumerate(zip(word, right, strict=False)) if a != b), min(len(word), len(right)))
    rest, wanted = word[at:], right[at:]
    swapped = rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:]
    return swapped or rest[1:] == wanted[1:] or rest[1:] == wanted or rest == wanted[1:]


def _minutes(told: str) -> int | None:
    given = [int(match["n"]) for match in _MINUTES.finditer(told)]
    return given[0] if len(set(given)) == 1 and 1 <= given[0] <= 180 else None


def _at_seconds(seconds: int) -> PhaseName | None:
    if seconds in _ARTERIAL_SECONDS:
        return ARTERIAL
    if seconds in _PORTAL_SECONDS:
        return PORTAL
    return DELAYED if seconds in _DELAYED_SECONDS else None

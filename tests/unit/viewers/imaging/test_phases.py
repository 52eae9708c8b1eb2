from __future__ import annotations

import itertools

import pydicom
import pytest

from tests.support.phantoms import AXIAL, CORONAL, Phantom, write_enhanced, write_phantom
from viewers.imaging.catalogue import SURE_PHASE
from viewers.imaging.phasecourse import Course
from viewers.imaging.phaseevidence import course_of
from viewers.imaging.phasewords import words_in
from viewers.imaging.scan import scan

COUNT = itertools.count(1)
HEIGHTS = (0.0, 3.0, 6.0)


def phases(tmp_path, *kinds, **common):
    """One series for each dict of tags; returns their phases in that order."""
    for n, tags in enumerate(kinds):
        description = tags.get("SeriesDescription", "ABDOMEN")
        phantom = Phantom(
            heights_mm=HEIGHTS, description=description, series_uid=f"1.2.9.{n}", tags=tags, directions=AXIAL, **common
        )
        write_phantom(tmp_path / str(n), phantom)
    found = {s.uid: s.phase for s in scan(tmp_path).series}
    return [found[f"1.2.9.{n}"] for n in range(len(kinds))]


def named(tmp_path, *kinds, **common):
    return [p.name and p.name.value for p in phases(tmp_path, *kinds, **common)]


WORDS = {
    "ABD ART 2.5mm": "arterial",
    "Late arterial phase": "arterial",
    "Liver dynamic CT A-phase": "arterial",
    "HAP": "arterial",
    "Liver AP": "arterial",
    "dyn 1": "arterial",
    "liver 35s": "arterial",
    "동맥기 3mm": "arterial",
    "PVP": "portal_venous",
    "Portal venous phase 70s": "portal_venous",
    "ABDOMEN_PORTAL": "portal_venous",
    "Abd VEN": "portal_venous",
    "간 문맥기": "portal_venous",
    "Delayed 3min": "delayed",
    "EQUILIBRIUM": "delayed",
    "180s": "delayed",
    "지연기": "delayed",
    "평형기": "delayed",
    "HBP": "hepatobiliary",
    "T1 VIBE 20min": "hepatobiliary",
    "간담도기": "hepatobiliary",
    "Transitional phase": "transitional",
    "PRE": "pre",
    "Pre-contrast": "pre",
    "ABDOMEN W/O CONTRAST": "pre",
    "WITHOUT CONTRAST": "pre",
    "NON CONTRAST": "pre",
    "noncontrast": "pre",
    "Unenhanced": "pre",
    "NECT": "pre",
    "5/5mm Plain": "pre",
    "조영전": "pre",
}


@pytest.mark.parametrize(("text", "phase"), WORDS.items(), ids=WORDS.keys())
def test_that_words_name_the_phase(text, phase):
    assert [name.value for name in words_in(text)] == [phase]


@pytest.mark.parametrize(
    "text",
    [
        "", "ABDOMEN", "non arterial", "no delayed", "C/A/P 5mm", "CT CAP", "AP LAT scout", "Abd W/O & W contrast",
        "W AND W/O", "PRE/POST", "hepatic artery", "B30s", "STANDARD 2.5MM", "preview", "venography", "Party",
    ],
)  # fmt: skip
def test_that_other_words_name_none(text):
    assert words_in(text) == {}


def test_that_a_text_that_names_several_phases_decides_nothing(tmp_path):
    (phase,) = phases(tmp_path, {"SeriesDescription": "LIVER ART PORTAL DELAYED"})
    assert phase.name is None
    assert "the description names several phases" in phase.evidence


def test_that_four_acquisitions_in_order_confirm_each_other(tmp_path):
    found = phases(
        tmp_path,
        {"AcquisitionTime": "081000", "SeriesDescription": "Liver pre"},
        {"AcquisitionTime": "081200", "SeriesDescription": "Liver arterial", "ContrastBolusAgent": "Iopromide"},
        {"AcquisitionTime": "081240", "ContrastBolusAgent": "Iopromide"},
        {"AcquisitionTime": "081500", "ContrastBolusAgent": "Iopromide"},
    )
    assert [p.name.value for p in found] == ["pre", "arterial", "portal_venous", "delayed"]
    assert all(0 < p.confidence <= 1 for p in found)
    assert found[1].confidence > found[2].confidence
    assert found[3].evidence == (
        "a contrast agent is named: not before contrast",
        "acquired as number 4 of 4, 140 s after the one before: delayed",
    )


@pytest.mark.parametrize(
    ("descriptions", "expected"),
    [
        (("pre", "", "portal"), ["pre", "arterial", "portal_venous"]),
        (("arterial", "", "delayed"), ["arterial", "portal_venous", "delayed"]),
        (("", "", ""), [None, None, None]),
    ],
    ids=["pre first", "arterial first", "nothing says"],
)
def test_that_three_acquisitions_take_the_order_that_agrees_with_the_words(tmp_path, descriptions, expected):
    times = ("081000", "081035", "081230") if descriptions[0] == "arterial" else ("080700", "081000", "081035")
    kinds = [
        {"AcquisitionTime": time, "SeriesDescription": f"Liver {words}"}
        for time, words in zip(times, descriptions, strict=True)
    ]
    assert named(tmp_path, *kinds) == expected


@pytest.mark.parametrize(
    ("modality", "start", "agent", "phase"),
    [
        ("CT", "081425", "Iopromide", "arterial"),
        ("CT", "081350", "Iopromide", "portal_venous"),
        ("CT", "081130", "Iopromide", "delayed"),
        ("MR", "081440", "Gadobutrol", "arterial"),
        ("MR", "081350", "Gadobutrol", "portal_venous"),
        ("MR", "081200", "Gadobutrol", "delayed"),
        ("MR", "081200", "Gadoxetic acid, Primovist", "transitional"),
        ("MR", "075500", "Eovist", "hepatobiliary"),
        ("CT", "081500", "Iopromide", None),
        ("CT", "081600", "Iopromide", None),
        ("CT", "070000", "Iopromide", None),
    ],
)
def test_that_seconds_after_the_bolus_tell_the_phase(tmp_path, modality, start, agent, phase):
    tags = {"AcquisitionTime": "081500", "ContrastBolusStartTime": start, "ContrastBolusAgent": agent}
    assert named(tmp_path, tags, modality=modality) == [phase]


def test_that_the_grey_zone_of_timing_is_less_sure(tmp_path):
    sure, grey = phases(
        tmp_path,
        {"AcquisitionTime": "081535", "ContrastBolusStartTime": "081500"},
        {"AcquisitionTime": "081555", "ContrastBolusStartTime": "081500"},
    )
    assert sure.confidence > grey.confidence


def test_that_the_attribute_outweighs_the_description(tmp_path):
    tags = {"ContrastBolusAgentPhase": "PORTAL_VENOUS", "SeriesDescription": "Liver arterial"}
    (phase,) = phases(tmp_path, tags)
    assert phase.name == "portal_venous"
    assert len(phase.evidence) == 2


def test_that_another_patient_under_one_study_uid_is_no_evidence(tmp_path):
    named = Phantom(description="Liver arterial", directions=AXIAL, tags={"AcquisitionTime": "081535"})
    unnamed = named.but(description="Liver", series_uid="1.2.7", tags=named.tags | {"PatientID": "SOMEONE ELSE"})
    write_phantom(tmp_path, named, name="a")
    write_phantom(tmp_path, unnamed, name="b")
    phases = {one.patient.id: one.phase for one in scan(tmp_path).series}
    assert phases["PHANTOM"].name == "arterial"
    assert (phases["SOMEONE ELSE"].name, phases["SOMEONE ELSE"].evidence) == (
        None,
        ("nothing in the header tells the phase",),
    )


def test_that_a_draw_names_no_phase(tmp_path):
    tags = {"SeriesDescription": "Liver 70s", "AcquisitionTime": "081530", "ContrastBolusStartTime": "081500"}
    (phase,) = phases(tmp_path, tags)
    assert phase.name is None
    assert phase.evidence[-1] == "the evidence contradicts itself"


@pytest.mark.parametrize(
    "description",
    ["CHEST ARTERIAL", "LUNG 1mm pre", "BRAIN W/O CONTRAST", "Liver subtraction ART", "Topogram arterial"],
)
def test_that_what_is_no_dynamic_liver_series_has_no_phase_and_says_why(tmp_path, description):
    (phase,) = phases(tmp_path, {"SeriesDescription": description})
    assert (phase.name, phase.confidence) == (None, 0.0)
    assert phase.evidence


def test_that_reformats_do_not_count_in_the_order(tmp_path):
    for n, (seconds, words, directions) in enumerate(
        [
            ("0810", "pre", AXIAL),
            ("1230", "arterial", AXIAL),
            ("1250", "arterial cor", CORONAL),
            ("1306", "portal", AXIAL),
        ]
    ):
        tags = {"AcquisitionTime": f"08{seconds}"}
        phantom = Phantom(heights_mm=HEIGHTS, description=f"Liver {words}", directions=directions, tags=tags)
        write_phantom(tmp_path / str(n), phantom)
    evidence = {s.description: s.phase.evidence for s in scan(tmp_path).series}
    assert evidence["Liver portal"][1].startswith("acquired as number 3 of 3")
    assert len(evidence["Liver arterial cor"]) == 1


def test_that_a_chest_ct_with_contrast_has_no_phase(test_data):
    (series,) = scan(test_data / "series" / "02_cmb_crc_MSB-01068_chest_arterial_2p5mm").series
    assert series.phase.name is None


def test_that_real_timing_and_words_agree(test_data):
    found = scan(test_data / "series" / "04_covid_ny_sbu_two_dates" / "A067967" / "coronal").series
    # Venous phase named in the comments, 85 s after the bolus; arterial, 32 s.
    assert sorted(s.phase.name.value for s in found) == ["arterial", "portal_venous"]
    assert all(s.phase.confidence > 0.7 for s in found)


def of_one_series(tmp_path, repeats, **common):
    """The phases of the repeats of one series, in their order."""
    for n, tags in enumerate(repeats, start=1):
        phantom = Phantom(
            heights_mm=HEIGHTS,
            series_uid="1.2.9.1",
            modality="MR",
            directions=AXIAL,
            description=common.get("SeriesDescription", "DYN"),
            tags={
                "TemporalPositionIdentifier": n,
                "NumberOfTemporalPositions": len(repeats),
                "BodyPartExamined": "LIVER",
                **common,
                **tags,
            },
        )
        write_phantom(tmp_path / f"repeat {n}", phantom)
    found = sorted(scan(tmp_path).series, key=lambda s: int(s.sequence.repeat or 0))
    return [s.phase.name and s.phase.name.value for s in found if s.sequence.repeat]


@pytest.mark.parametrize("key", ["AcquisitionTime", "TriggerTime"])
def test_that_repeats_in_one_series_are_told_by_their_times(tmp_path, key):
    seconds = (0, 78, 112, 240)
    repeats = [
        {"AcquisitionTime": f"15{10 + s // 60}{s % 60:02}"} if key == "AcquisitionTime" else {"TriggerTime": 1000.0 * s}
        for s in seconds
    ]
    common = {"ContrastBolusAgent": "Dotarem"} | ({"AcquisitionTime": "151000"} if key == "TriggerTime" else {})
    assert of_one_series(tmp_path, repeats, **common) == ["pre", "arterial", "portal_venous", "delayed"]


def test_that_the_first_repeat_of_a_series_called_pre_and_post_is_before_contrast(tmp_path):
    repeats = [{"AcquisitionTime": time} for time in ("083000", "083140", "083212", "083420")]
    found = of_one_series(tmp_path, repeats, SeriesDescription="Ax LAVA PRE & POST", ContrastBolusAgent="Dotarem")
    assert found == ["pre", "arterial", "portal_venous", "delayed"]


def test_that_repeats_without_any_time_have_no_phase(tmp_path):
    assert of_one_series(tmp_path, [{}, {}, {}], ContrastBolusAgent="Dotarem") == [None, None, None]


def test_that_repeats_that_nothing_tells_apart_have_no_phase(tmp_path):
    (phase,) = phases(tmp_path, {"NumberOfTemporalPositions": 5, "SeriesDescription": "Liver arterial"}, modality="MR")
    assert (phase.name, phase.evidence) == (None, ("the series holds 5 repeats that nothing tells apart",))


def test_that_a_series_made_later_shares_the_phase_of_its_scan(tmp_path):
    found = phases(
        tmp_path,
        {"AcquisitionTime": "081000", "SeriesDescription": "Liver arterial"},
        {"AcquisitionTime": "081035", "SeriesDescription": "Liver portal"},
        {"AcquisitionTime": "081035", "SeriesDescription": "Liver 1.0", "SeriesTime": "094000"},
    )
    assert found[2].name == "portal_venous"
    assert "shows the same scan as 'Liver portal'" in found[2].evidence


def test_that_one_time_for_all_series_is_no_time(tmp_path):
    # Some tools that remove names also set every time to one value.
    kinds = [
        {"AcquisitionTime": "120000", "SeriesDescription": f"Liver {name}"} for name in ("pre", "arterial", "portal")
    ]
    found = phases(tmp_path, *kinds)
    assert [p.name.value for p in found] == ["pre", "arterial", "portal_venous"]
    assert all(p.confidence < SURE_PHASE for p in found)


@pytest.mark.parametrize(
    ("agent", "expected", "sure"),
    [
        ("Primovist", ["transitional", "hepatobiliary"], True),
        ("Gadovist", ["delayed", "delayed"], True),
        ("MultiHance", ["delayed", "delayed"], True),
        ("CE", ["delayed", None], False),
    ],
)
def test_that_the_agent_decides_what_a_late_scan_is(tmp_path, agent, expected, sure):
    names = ("pre", "arterial", "portal", "delay 3min", "delay 20min")
    times = ("081000", "081230", "081305", "081500", "083200")
    kinds = [
        {"AcquisitionTime": time, "SeriesDescription": f"T1 {name}", "BodyPartExamined": "LIVER"}
        | ({} if name == "pre" else {"ContrastBolusAgent": agent})
        for time, name in zip(times, names, strict=True)
    ]
    late = phases(tmp_path, *kinds, modality="MR")[3:]
    for phase, name in zip(late, expected, strict=True):
        assert name is None or phase.name == name
        assert (phase.confidence >= SURE_PHASE) == sure


def coded(meaning, *routes):
    item = pydicom.Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "123", "99LOCAL", meaning
    if routes:
        item.ContrastBolusAdministrationRouteSequence = [coded(route) for route in routes]
    return item


@pytest.mark.parametrize(
    ("agents", "text", "course"),
    [
        ((), "", Course.UNKNOWN),
        ((coded("Gadoxetate disodium"),), "Gadoxetate disodium", Course.GADOXETATE),
        ((coded("Gadobutrol", "Intravenous route"),), "Gadobutrol", Course.EXTRACELLULAR),
        ((coded("Gadoxetate disodium", "Oral route"),), "", Course.UNKNOWN),
        (
            (coded("Ferric ammonium", "Oral route"), coded("Gadoterate", "Intravenous route")),
            "Gadoterate",
            Course.EXTRACELLULAR,
        ),
        ((coded(""),), "123", Course.UNKNOWN),
    ],
)
def test_that_the_agent_of_an_enhanced_object_is_known_by_its_code(tmp_path, agents, text, course):
    path = write_enhanced(tmp_path, Phantom(rescale=None))
    dataset = pydicom.dcmread(path)
    dataset.ContrastBolusAgentSequence = list(agents)
    dataset.save_as(path)
    (series,) = scan(path).series
    assert series.contrast_agent == text
    assert course_of([series], [series])[0] is course


def test_that_an_agent_in_words_is_taken_before_its_code(tmp_path):
    path = write_enhanced(tmp_path, Phantom(rescale=None))
    dataset = pydicom.dcmread(path)
    dataset.ContrastBolusAgent, dataset.ContrastBolusAgentSequence = "Primovist", [coded("Gadolinium product")]
    dataset.save_as(path)
    assert scan(path).series[0].contrast_agent == "Primovist"


@pytest.mark.parametrize(("removed", "told"), [("YES", True), ("NO", False), (None, False)])
def test_that_an_enhanced_object_says_where_and_how_it_was_made(tmp_path, removed, told):
    path = write_enhanced(tmp_path, Phantom(rescale=None))
    dataset = pydicom.dcmread(path)
    dataset.InstitutionName = "St Elsewhere"
    if removed is not None:
        dataset.PatientIdentityRemoved = removed
    timing = pydicom.Dataset()
    timing.RepetitionTime = 4.5
    dataset.SharedFunctionalGroupsSequence[0].MRTimingAndRelatedParametersSequence = [timing]
    dataset.save_as(path)
    (series,) = scan(path).series
    assert (series.institution, series.deidentified, series.sequence.repetition_ms) == ("St Elsewhere", told, 4.5)


@pytest.mark.parametrize(
    ("tags", "phase"),
    [
        ({"ContrastBolusAgentAdministered": "NO"}, "pre"),
        ({"ContrastBolusAgentPhase": "PRE_CONTRAST"}, "pre"),
        ({"ContrastBolusAgentPhase": "ARTERIAL"}, "arterial"),
        ({"ContrastBolusAgentPhase": "VENOUS"}, "portal_venous"),
        ({"ContrastBolusAgentPhase": "DELAYED"}, "delayed"),
        ({"ContrastBolusAgentPhase": "POST_CONTRAST"}, None),
    ],
)
def test_that_the_attributes_of_enhanced_objects_are_read(tmp_path, tags, phase):
    assert named(tmp_path, tags) == [phase]


@pytest.mark.parametrize(
    "tags",
    [
        {"SeriesDescription": "Ax T2 liver"},
        {"SeriesDescription": "liver", "EchoTime": 84.0, "ScanningSequence": "SE"},
        {"SeriesDescription": "liver arterial", "ScanningSequence": "EP"},
        {"SeriesDescription": "liver arterial", "DiffusionBValue": 800.0},
        {"SeriesDescription": "liver arterial", "AcquisitionContrast": "DIFFUSION"},
        {"SeriesDescription": "liver arterial", "AcquisitionContrast": "T2"},
        {"SeriesDescription": "liver art", "ImageType": ["DERIVED", "PRIMARY", "M", "SUB"]},
        {"SeriesDescription": "liver in phase"},
        {"SeriesDescription": "mDIXON-F liver arterial"},
        {"SeriesDescription": "FAT: Ax LAVA arterial"},
        {"SeriesDescription": "liver fat fraction"},
        {"SeriesDescription": "BolusTrak liver"},
        {"SeriesDescription": "liver arterial MIP"},
        {"SpecificCharacterSet": "ISO_IR 192", "SeriesDescription": "확산강조 간"},
    ],
    ids=str,
)
def test_that_what_is_no_t1_weighted_image_of_the_dynamic_has_no_phase(tmp_path, tags):
    (phase,) = phases(tmp_path, {"BodyPartExamined": "LIVER", **tags}, modality="MR")
    assert (phase.name, phase.confidence) == (None, 0.0)


@pytest.mark.parametrize(
    "tags",
    [
        {"SeriesDescription": "Liver VNC arterial"},
        {"SeriesDescription": "Monitoring arterial"},
        {"SeriesDescription": "Liver arterial", "ConvolutionKernel": "B70f"},
        {"SeriesDescription": "Dose report arterial"},
        {"SeriesDescription": "ABD SPLIT BOLUS portal"},
    ],
    ids=str,
)
def test_that_ct_that_shows_no_single_phase_has_none(tmp_path, tags):
    (phase,) = phases(tmp_path, tags)
    assert (phase.name, phase.confidence) == (None, 0.0)


def test_that_the_name_pre_and_post_outweighs_times_that_also_fit_without_a_plain_scan(tmp_path):
    repeats = [{"AcquisitionTime": time} for time in ("083000", "083035", "083210")]
    tags = {"ContrastBolusAgent": "Dotarem"}
    assert of_one_series(tmp_path / "a", repeats, SeriesDescription="Ax LAVA", **tags)[0] != "pre"
    assert of_one_series(tmp_path / "b", repeats, SeriesDescription="Ax LAVA PRE & POST", **tags)[0] == "pre"


def test_that_ap_in_the_name_of_every_scan_is_the_abdomen_and_pelvis(tmp_path):
    times = ("081000", "081435", "081510", "081720")
    kinds = [{"AcquisitionTime": time, "SeriesDescription": f"Liver AP {n}"} for n, time in enumerate(times)]
    given = [kinds[0], *({**tags, "ContrastBolusAgent": "Iopromide"} for tags in kinds[1:])]
    found = phases(tmp_path, *given)
    assert [p.name.value for p in found] == ["pre", "arterial", "portal_venous", "delayed"]
    assert all("'AP' is in the name of several scans" in p.evidence for p in found)


def test_that_a_tracked_bolus_says_that_contrast_was_given(tmp_path):
    # 0, 3 min 10 s, 37 s and 2 min later: plain, arterial, portal venous and delayed, whatever the headers say.
    times = ("100000", "100310", "100347", "100547")
    kinds = [{"AcquisitionTime": time, "SeriesDescription": "Abdomen 3.0"} for time in times]
    assert named(tmp_path / "without", *kinds) == [None] * 4
    tracked = {"AcquisitionTime": "100250", "SeriesDescription": "Bolus tracking"}
    found = phases(tmp_path / "with", *kinds, tracked)
    assert [p.name and p.name.value for p in found] == ["pre", "arterial", "portal_venous", "delayed", None]


@pytest.mark.parametrize(
    "study", ["CT LIVER 4 PHASE", "Leber-CT triphasisch TRIPHASIC", "간 다이나믹 CT", "LIVER DYNAMIC"]
)
def test_that_a_study_called_dynamic_was_made_with_contrast(tmp_path, study):
    times = ("100000", "100310", "100347", "100547")
    common = {"SeriesDescription": "Abdomen 3.0", "StudyDescription": study, "SpecificCharacterSet": "ISO_IR 192"}
    found = named(tmp_path, *({"AcquisitionTime": time} | common for time in times))
    assert found == ["pre", "arterial", "portal_venous", "delayed"]


def test_that_a_protocol_of_its_own_names_the_phase_and_one_for_all_does_not(tmp_path):
    times = ("100000", "101500")
    own = [
        {"AcquisitionTime": time, "SeriesDescription": "5.0 x 5.0", "ProtocolName": f"Liver {name}"}
        for time, name in zip(times, ("plain", "portal"), strict=True)
    ]
    assert named(tmp_path / "own", *own) == ["pre", "portal_venous"]
    shared = [tags | {"ProtocolName": "Liver portal"} for tags in own]
    assert named(tmp_path / "shared", *shared) == [None, None]


@pytest.mark.parametrize(
    ("modality", "tags"),
    [
        ("CT", {"SeriesDescription": "CTHA early"}),
        ("CT", {"SeriesDescription": "CT hepatic arteriography"}),
        ("CT", {"SeriesDescription": "CTAC 3.75 abdomen"}),
        ("CT", {"SeriesDescription": "WB attenuation corr"}),
        ("MR", {"SeriesDescription": "liver", "ImageType": ["DERIVED", "PRIMARY", "T1", "NONE"]}),
        ("MR", {"SeriesDescription": "SWIp liver art", "ScanningSequence": "GR", "EchoTime": 25.0}),
    ],
)
def test_that_images_of_another_purpose_have_no_phase(tmp_path, modality, tags):
    (found,) = phases(tmp_path, tags | {"ContrastBolusAgent": "AGENT"}, modality=modality)
    assert (found.name, len(found.evidence)) == (None, 1)


@pytest.mark.parametrize(
    "tags",
    [
        {"SeriesDescription": "liver arterial", "ImageType": ["ORIGINAL", "PRIMARY", "T1", "NONE"]},
        {"SeriesDescription": "sWIP eTHRIVE_ART", "ImageType": ["ORIGINAL", "PRIMARY", "M_FFE", "M", "FFE"]},
    ],
    ids=["weighting in the image type", "trial sequence"],
)
def test_that_t1_weighted_originals_have_a_phase(tmp_path, tags):
    assert named(tmp_path, tags, modality="MR") == ["arterial"]

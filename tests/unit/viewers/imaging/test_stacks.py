from __future__ import annotations

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import EnhancedCTImageStorage

from tests.support.phantoms import AXIAL, SAGITTAL, Phantom, slice_dataset, stored_value, write_phantom
from viewers.imaging.scan import scan
from viewers.imaging.volume import load_volume

MR = Phantom(modality="MR", rescale=None)


def split(tmp_path):
    """(images, volume_ok) of each stack under the folder."""
    result = scan(tmp_path)
    assert result.refused == ()
    return [(s.frames, s.volume_ok) for s in result.series]


def siemens(value):
    def change(k, dataset):
        dataset.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0C, "IS", value)

    return change


def ge(value):
    def change(k, dataset):
        dataset.private_block(0x0043, "GEMS_PARM_01", create=True).add_new(
            0x39, "IS", [str(10**9 + value), "8", "0", "0"]
        )

    return change


def tagged(**tags):
    def change(k, dataset):
        for keyword, value in tags.items():
            setattr(dataset, keyword, value)

    return change


KINDS = {
    "b value": [tagged(DiffusionBValue=b) for b in (0.0, 50.0, 800.0)],
    "b value of Siemens": [siemens(b) for b in (0, 50, 800)],
    "b value of GE": [ge(b) for b in (0, 50, 800)],
    "temporal position": [tagged(TemporalPositionIdentifier=n) for n in (1, 2, 3, 4)],
    "trigger time": [tagged(TriggerTime=ms) for ms in (0.0, 450.0)],
    "trigger delay": [tagged(NominalCardiacTriggerDelayTime=ms) for ms in (10.0, 200.0)],
    "acquisition": [tagged(AcquisitionNumber=n) for n in (1, 2, 3, 4)],
    "contrast phase": [tagged(ContrastBolusAgentPhase=p) for p in ("PRE_CONTRAST", "ARTERIAL", "PORTAL_VENOUS")],
    "echo time alone": [tagged(EchoTime=ms) for ms in (2.3, 4.6)],
    "pixel spacing": [tagged(PixelSpacing=s) for s in ([1.1, 0.7], [1.2, 0.8])],
    "frame of reference": [tagged(FrameOfReferenceUID=u) for u in ("1.2.3", "1.2.4")],
}


@pytest.mark.parametrize("changes", KINDS.values(), ids=KINDS.keys())
def test_that_each_kind_of_image_in_a_series_is_a_stack_of_its_own(tmp_path, changes):
    for n, change in enumerate(changes):
        write_phantom(tmp_path, MR, change, name=f"{n}-")
    assert split(tmp_path) == [(6, True)] * len(changes)


APART = {
    "temporal position": [{"TemporalPositionIdentifier": n} for n in (1, 2)],
    "b value": [{"DiffusionBValue": b} for b in (50.0, 800.0)],
    "echo number": [{"EchoNumbers": n, "EchoTime": 2.3} for n in (1, 2)],
    "echo time": [{"EchoNumbers": 1, "EchoTime": ms} for ms in (2.3, 4.6)],
    "contrast phase": [{"ContrastBolusAgentPhase": p} for p in ("ARTERIAL", "PORTAL_VENOUS")],
}


@pytest.mark.parametrize("interleaved", [False, True])
@pytest.mark.parametrize("values", APART.values(), ids=APART.keys())
def test_that_kinds_are_told_apart_where_no_position_repeats(tmp_path, values, interleaved):
    def kind(k, dataset):
        tagged(**values[k % 2 if interleaved else k // 6])(k, dataset)

    write_phantom(tmp_path, MR.but(heights_mm=[3.0 * k for k in range(12)]), kind)
    assert split(tmp_path) == [(6, True)] * 2


def test_that_blocks_of_two_contrast_phases_are_not_one_arterial_phase(tmp_path):
    def block(k, dataset):
        dataset.ContrastBolusStartTime = "081500"
        dataset.AcquisitionTime = "081535" if k < 6 else "081625"  # 35 s and 85 s after the bolus
        dataset.TemporalPositionIdentifier = 1 + k // 6

    liver = Phantom(heights_mm=[3.0 * k for k in range(12)], description="Liver", directions=AXIAL)
    write_phantom(tmp_path, liver, block)
    phases = [s.phase.name for s in scan(tmp_path).series]
    assert phases == ["arterial", "portal_venous"]


def test_that_one_value_for_each_slice_splits_nothing(tmp_path):
    def slice_by_slice(k, dataset):
        dataset.TemporalPositionIdentifier = k + 1

    write_phantom(tmp_path, MR, slice_by_slice)
    assert split(tmp_path) == [(6, True)]


def passes_of(phantom, first, second, seconds=40):
    """One acquisition at the heights `first`, another at `second` some seconds later, under one series UID."""
    for n, heights in ((1, first), (2, second)):
        at = f"0816{(n - 1) * seconds:02}"
        yield phantom.but(heights_mm=heights, tags={"AcquisitionNumber": n, "AcquisitionTime": at})


@pytest.mark.parametrize(
    ("modality", "first", "second", "seconds", "expected"),
    [
        ("CT", range(0, 24, 3), range(12, 36, 3), 40, [(8, True)] * 2),  # half of one in the other
        ("CT", range(0, 24, 4), range(2, 26, 4), 40, [(6, True)] * 2),  # between each other's slices
        ("CT", range(0, 24, 3), range(24, 48, 3), 40, [(16, True)]),  # two blocks, one after the other
        ("CT", range(0, 24, 4), range(2, 26, 4), 2, [(12, True)]),
        ("MR", range(0, 24, 4), range(2, 26, 4), 40, [(12, True)]),  # one volume by turns
    ],
)
def test_that_two_passes_over_one_stretch_of_the_body_are_apart(tmp_path, modality, first, second, seconds, expected):
    phantom = Phantom(modality=modality, thickness_mm=2.0)
    for n, one in enumerate(passes_of(phantom, [float(h) for h in first], [float(h) for h in second], seconds)):
        write_phantom(tmp_path, one, name=f"{n}-")
    assert split(tmp_path) == expected


@pytest.mark.parametrize(("pause_s", "expected"), [(40, [(6, True)] * 2), (2, [(12, True)])])
def test_that_ct_passes_without_numbers_are_told_apart_by_the_pause_between_them(tmp_path, pause_s, expected):
    # Half a slice aside of each other they would be one sound volume, of two phases.
    phantom = Phantom(heights_mm=[4.0 * k for k in range(6)], thickness_mm=2.0)
    write_phantom(tmp_path, phantom.but(tags={"AcquisitionTime": "081600"}), name="a")
    aside = [height + 2.0 for height in phantom.heights_mm]
    second = phantom.but(heights_mm=aside, tags={"AcquisitionTime": f"0816{pause_s:02}"})
    write_phantom(tmp_path, second, name="b")
    assert split(tmp_path) == expected


def test_that_a_pause_between_blocks_of_ct_that_follow_each_other_splits_nothing(tmp_path):
    def block(k, dataset):
        dataset.AcquisitionTime = "081600" if k < 6 else "081700"

    write_phantom(tmp_path, Phantom(heights_mm=[3.0 * k for k in range(12)]), block)
    assert split(tmp_path) == [(12, True)]


@pytest.mark.parametrize(
    ("description", "kind", "measurable"),
    [
        ("Sag-MIP", "AXIAL", False),
        ("MIP 10mm", "AXIAL", False),
        ("Smart MIP", "AXIAL", False),
        ("ABDOMEN", "VRT", False),
        ("ABDOMEN", "MAXIP", False),
        ("ABDOMEN", "CT_SOM5 MIP", False),
        ("ABDOMEN", "CT_SOM5 MPR", True),
        ("Cor MPR", "REFORMATTED", True),
        ("IMIPENEM AVR", "AXIAL", True),  # no words of their own
    ],
)
def test_that_a_projection_is_not_measured_and_a_reformat_is_and_says_so(tmp_path, description, kind, measurable):
    write_phantom(tmp_path, Phantom(description=description, tags={"ImageType": ["DERIVED", "SECONDARY", kind]}))
    (series,) = scan(tmp_path).series
    assert series.measurable is measurable
    assert [f.code.value for f in series.findings] == ([] if measurable else ["localizer"])
    assert ["projection" in reason for reason in series.why_not] == ([] if measurable else [True])
    assert ("reformatted from other images" in series.phase.evidence) is kind.endswith(("MPR", "REFORMATTED"))


def test_that_projections_behind_the_images_of_a_series_are_a_stack_of_their_own(tmp_path):
    def projected(k, dataset):
        if k >= 6:
            dataset.ImageType = ["DERIVED", "SECONDARY", "MIP"]

    write_phantom(tmp_path, Phantom(heights_mm=[3.0 * k for k in range(9)]), projected)
    assert [(s.frames, s.measurable) for s in scan(tmp_path).series] == [(6, True), (3, False)]


def test_that_kinds_within_kinds_are_told_apart(tmp_path):
    for n, (b_value, position) in enumerate((b, p) for b in (0.0, 800.0) for p in (1, 2)):
        write_phantom(tmp_path, MR, tagged(DiffusionBValue=b_value, TemporalPositionIdentifier=position), name=f"{n}-")
    assert split(tmp_path) == [(6, True)] * 4


def test_that_a_trigger_time_of_each_slice_splits_nothing(tmp_path):
    def slice_by_slice(k, dataset):
        dataset.TriggerTime = 100.0 * k

    write_phantom(tmp_path, MR, slice_by_slice)
    assert split(tmp_path) == [(6, True)]


def test_that_gradient_directions_that_no_attribute_names_are_not_mixed_into_a_volume(tmp_path):
    write_phantom(tmp_path, MR, tagged(DiffusionBValue=0.0), name="0-")
    for n in (1, 2, 3):
        write_phantom(tmp_path, MR, tagged(DiffusionBValue=800.0), name=f"{n}-")
    stacks = scan(tmp_path).series
    assert [(s.frames, s.volume_ok) for s in stacks] == [(6, True), (18, False)]
    assert "duplicate_positions" in {f.code.value for f in stacks[1].findings}


def test_that_a_localizer_of_three_planes_is_three_stacks(tmp_path):
    survey = MR.but(tags={"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, heights_mm=(0.0, 10.0, 20.0))
    for n, directions in enumerate((AXIAL, SAGITTAL, ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)))):
        write_phantom(tmp_path, survey.but(directions=directions), name=f"{n}-")
    stacks = scan(tmp_path).series
    assert [s.frames for s in stacks] == [3, 3, 3]
    assert not any(s.measurable for s in stacks)


def write_enhanced_ct(folder, phantom, phases, rescale_type="HU"):
    """One enhanced CT file: all slices of each phase, told apart by functional groups."""
    dataset = slice_dataset(phantom, 0)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    for keyword in ("ImagePositionPatient", "PixelSpacing", "SliceThickness", "RescaleSlope", "RescaleIntercept"):
        del dataset[keyword]
    orientation = dataset.ImageOrientationPatient
    del dataset.ImageOrientationPatient
    shared, measures, plane, transform = Dataset(), Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = list(phantom.pixel_spacing_mm), phantom.thickness_mm
    plane.ImageOrientationPatient = orientation
    transform.RescaleSlope, transform.RescaleIntercept, transform.RescaleType = 2, -1000, rescale_type
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [plane]
    shared.PixelValueTransformationSequence = [transform]
    frames, pixels = [], []
    for number, phase in enumerate(phases, start=1):
        for k in range(len(phantom.heights_mm)):
            item, place, content, bolus = Dataset(), Dataset(), Dataset(), Dataset()
            place.ImagePositionPatient = [f"{v:.10f}"[:16] for v in phantom.position(k)]
            content.TemporalPositionIndex, content.FrameAcquisitionDateTime = number, f"2026010508{15 + number}00"
            bolus.ContrastBolusAgentPhase = phase
            item.PlanePositionSequence, item.FrameContentSequence = [place], [content]
            item.ContrastBolusUsageSequence = [bolus]
            frames.append(item)
            pixels.append((phantom.stored(k) + number).astype("<u2").tobytes())
    dataset.NumberOfFrames = len(frames)
    dataset.SharedFunctionalGroupsSequence, dataset.PerFrameFunctionalGroupsSequence = [shared], frames
    dataset.PixelData = b"".join(pixels)
    folder.mkdir(exist_ok=True)
    pydicom.dcmwrite(folder / "enhanced", dataset)


def test_that_an_enhanced_ct_of_several_phases_is_several_volumes_in_hounsfield_units(tmp_path):
    phantom = Phantom()
    write_enhanced_ct(tmp_path, phantom, ("ARTERIAL", "PORTAL_VENOUS", "DELAYED"))
    stacks = scan(tmp_path).series
    assert [(s.frames, s.volume_ok, s.hounsfield) for s in stacks] == [(6, True, True)] * 3
    assert [s.bolus_phase for s in stacks] == ["ARTERIAL", "PORTAL_VENOUS", "DELAYED"]
    assert [s.acquired_at for s in stacks] == [f"2026-01-05T08:{m}:00" for m in (16, 17, 18)]
    for number, stack in enumerate(stacks, start=1):
        volume = load_volume(stack)
        assert volume.unit == "HU"
        assert volume.value_at(4, 5, 7) == 2 * (stored_value(4, 5, 7) + number) - 1000
        assert volume.affine[:3, 3] == pytest.approx(phantom.position(0), abs=1e-6)
        assert volume.spacing_mm == pytest.approx((3.0, 1.1, 0.7), abs=1e-6)


def test_that_repeats_of_an_enhanced_object_are_told_apart_by_its_dimensions_alone(tmp_path):
    write_enhanced_ct(tmp_path, Phantom(), ("POST_CONTRAST", "POST_CONTRAST"))
    dataset = pydicom.dcmread(tmp_path / "enhanced")
    dataset.DimensionIndexSequence = [Dataset(), Dataset()]
    for item, pointer in zip(dataset.DimensionIndexSequence, (0x00209057, 0x00209128), strict=True):
        item.DimensionIndexPointer = pointer
    frames = list(dataset.PerFrameFunctionalGroupsSequence)
    for i, frame in enumerate(frames):
        (content,) = frame.FrameContentSequence
        del content.TemporalPositionIndex, content.FrameAcquisitionDateTime
        content.DimensionIndexValues = [i % 6 + 1, i // 6 + 1]
    pydicom.dcmwrite(tmp_path / "enhanced", dataset)
    stacks = scan(tmp_path).series
    assert [(s.frames, s.volume_ok, s.sequence.repeat) for s in stacks] == [(6, True, "1"), (6, True, "2")]


def test_that_an_enhanced_ct_of_another_unit_is_not_shown_in_hounsfield_units(tmp_path):
    write_enhanced_ct(tmp_path, Phantom(), ("DELAYED",), rescale_type="MGML")
    (series,) = scan(tmp_path).series
    assert not series.hounsfield
    assert [f.code.value for f in series.findings] == ["not_hu"]


def test_that_a_modality_lut_is_not_taken_for_hounsfield_units(tmp_path):
    def table(k, dataset):
        lut = Dataset()
        lut.LUTDescriptor, lut.ModalityLUTType, lut.LUTData = [4, 0, 16], "HU", [0, 10, 20, 30]
        lut["LUTDescriptor"].VR, lut["LUTData"].VR = "US", "US"
        dataset.ModalityLUTSequence = [lut]

    write_phantom(tmp_path, Phantom(rescale=None), table)
    (series,) = scan(tmp_path).series
    assert not series.hounsfield
    assert "not_hu" in {f.code.value for f in series.findings}
    assert load_volume(series).unit == "stored"


@pytest.mark.parametrize("modality", ["PT", "US", "NM", "MR"])
def test_that_only_ct_is_in_hounsfield_units(tmp_path, modality):
    write_phantom(tmp_path, Phantom(modality=modality, tags={"RescaleType": "HU"}))
    (series,) = scan(tmp_path).series
    assert not series.hounsfield
    assert load_volume(series).unit == "stored"


SCRIPTS = {
    "Korean": (["", "ISO 2022 IR 149"], "Kim^Hee=金^희=김^희", "간 동맥기"),
    "Japanese": (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎=やまだ^たろう", "肝 動脈相"),
    "Japanese, half width": (["ISO 2022 IR 13", "ISO 2022 IR 87"], "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう", "動脈相"),
    "Chinese GB18030": ("GB18030", "Wang^XiaoDong=王^小东=", "动脉期"),
    "Chinese GBK": ("GBK", "Wang^XiaoDong=王^小东=", "动脉期"),
    "UTF-8": ("ISO_IR 192", "Wang^XiaoDong=王^小東=", "간 문맥기"),
    "Cyrillic": ("ISO_IR 144", "Люкceмбypг", "Печень"),
    "Latin 1": ("ISO_IR 100", "Müller^Jörg", "Leber spät"),
}


@pytest.mark.parametrize(("charset", "name", "description"), SCRIPTS.values(), ids=SCRIPTS.keys())
def test_that_names_and_descriptions_are_read_in_their_script(tmp_path, charset, name, description):
    tags = {"SpecificCharacterSet": charset, "PatientName": name, "SeriesDescription": description}
    write_phantom(tmp_path, Phantom(tags=tags))
    (series,) = scan(tmp_path).series
    assert series.patient.name.rstrip("=") == name.rstrip("=")
    assert series.description == description
    assert series.frames == 6


def test_that_chinese_with_escapes_is_read_as_the_standard_spells_it(tmp_path):
    # PS3.5, section J.2 (pydicom does not write the escapes, so they are put in by hand).
    escaped, place = b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab= ", "x" * 34
    tags = {"SpecificCharacterSet": ["", "ISO 2022 IR 58"], "PatientName": place}
    (path,) = write_phantom(tmp_path, Phantom(tags=tags, heights_mm=(0.0,)))
    content = path.read_bytes()
    path.write_bytes(content.replace(place.encode(), escaped.ljust(len(place))))
    (series,) = scan(tmp_path).series
    assert series.patient.name.rstrip("= ") == "Zhang^XiaoDong=张^小东"


def test_that_a_text_in_an_unnamed_script_loses_no_image(tmp_path):
    paths = write_phantom(tmp_path, Phantom(tags={"SeriesDescription": "abcdefgh"}))
    for path in paths:  # Korean in the Windows code page, without SpecificCharacterSet: common, and wrong
        path.write_bytes(path.read_bytes().replace(b"abcdefgh", "동맥기 ".encode("cp949")[:8].ljust(8)))
    (series,) = scan(tmp_path).series
    assert series.frames == 6
    assert np.array_equal(load_volume(series).pixels[2], Phantom().stored(2) - 1024)

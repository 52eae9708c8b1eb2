"""How bright each tissue is on the liver MR: from its relaxation times, and from how much gadoxetate is in it.

A spoiled gradient echo: S = M0 sin a (1 - E1) / (1 - cos a E1) exp(-TE / T2*), E1 = exp(-TR R1), R1 = 1 / T1 + r1 C.

Sources, at 3 T: T1 of organs de Bazelaire 2004 (Radiology 230:652-659), of blood Stanisz 2005 (Magn Reson Med
54:507-512); relaxivity of gadoxetate in blood Szomolanyi 2019 (Invest Radiol 54:559-564), in hepatocytes that of the
models of liver uptake at 3 T. How much agent is where was chosen by hand so that the relative enhancement is one that
readers know: the aorta first; the liver little in the arterial phase, over half in the portal venous one, about double
at 20 min; tumour bright in the arterial phase, below the liver from then on; bile bright and vessels dark at 20 min.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

TR_MS, TE_MS, FLIP_DEG, FIELD_T = 3.7, 1.3, 12.0, 3.0
BLOOD_PER_MM_S, HEPATOCYTE_PER_MM_S = 6.4, 9.8
"""Relaxivity r1 in 1/(s mmol/L)."""
_GAIN = 7000.0
"""The scanner's gain: the liver before contrast is about 200."""
_FAT_LEFT = 0.16
"""What fat saturation leaves of fat."""


@dataclass(frozen=True, slots=True)
class Tissue:
    """Relaxation in ms, water density against that of blood, and mmol/L of agent: arterial, portal venous, 20 min.

    `uptake` is what hepatocytes hold at the same times.
    """

    t1_ms: float
    t2_star_ms: float
    density: float
    agent: tuple[float, float, float] = (0.0, 0.0, 0.0)
    uptake: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def signals(self) -> tuple[float, float, float, float]:
        """Brightness before contrast, then in the arterial, portal venous and hepatobiliary phase."""
        after = (self._signal(blood, cells) for blood, cells in zip(self.agent, self.uptake, strict=True))
        arterial, portal_venous, hepatobiliary = after
        return self._signal(0.0, 0.0), arterial, portal_venous, hepatobiliary

    def _signal(self, blood: float, cells: float) -> float:
        per_s = 1000 / self.t1_ms + BLOOD_PER_MM_S * blood + HEPATOCYTE_PER_MM_S * cells
        e1 = math.exp(-TR_MS / 1000 * per_s)
        a = math.radians(FLIP_DEG)
        steady = math.sin(a) * (1 - e1) / (1 - math.cos(a) * e1)
        return _GAIN * self.density * steady * math.exp(-TE_MS / self.t2_star_ms)


_BLOOD, _FAT = (1932.0, 60.0, 0.95), (382.0, 20.0, 0.9 * _FAT_LEFT)
TISSUES: dict[str, Tissue] = {
    "air": Tissue(1000.0, 20.0, 0.0),
    "fat": Tissue(*_FAT),
    "skin": Tissue(900.0, 15.0, 0.35, (0.02, 0.05, 0.03)),
    "muscle": Tissue(898.0, 28.0, 0.80, (0.02, 0.06, 0.03)),
    "bone": Tissue(900.0, 0.5, 0.25),
    "marrow": Tissue(586.0, 6.0, 0.45, (0.03, 0.06, 0.03)),
    "rib marrow": Tissue(586.0, 5.0, 0.40, (0.03, 0.06, 0.03)),
    "disc": Tissue(1200.0, 30.0, 0.60),
    "cord": Tissue(993.0, 50.0, 0.75),
    "cartilage": Tissue(1168.0, 20.0, 0.60),
    "liver": Tissue(752.0, 22.0, 0.78, (0.030, 0.120, 0.030), (0.010, 0.045, 0.215)),
    "spleen": Tissue(1328.0, 30.0, 0.86, (0.46, 0.32, 0.09)),
    "kidney cortex": Tissue(1142.0, 45.0, 0.88, (0.60, 0.62, 0.26)),
    "kidney medulla": Tissue(1545.0, 45.0, 0.90, (0.12, 0.62, 0.30)),
    "urine": Tissue(3500.0, 200.0, 1.0, (0.0, 0.0, 1.10)),
    "pancreas": Tissue(725.0, 35.0, 0.80, (0.34, 0.22, 0.05)),
    "bowel wall": Tissue(900.0, 30.0, 0.75, (0.16, 0.20, 0.05)),
    "bowel fluid": Tissue(2800.0, 80.0, 0.95),
    "bile": Tissue(2600.0, 120.0, 1.0, (0.0, 0.0, 0.85)),
    "artery": Tissue(*_BLOOD, (0.68, 0.46, 0.065)),
    "portal vein": Tissue(*_BLOOD, (0.105, 0.50, 0.065)),
    "hepatic vein": Tissue(*_BLOOD, (0.03, 0.44, 0.065)),
    "cava": Tissue(*_BLOOD, (0.22, 0.40, 0.065)),
    "lower cava": Tissue(*_BLOOD, (0.02, 0.36, 0.065)),
    "heart": Tissue(*_BLOOD, (0.58, 0.44, 0.065)),
    "myocardium": Tissue(1471.0, 40.0, 0.80, (0.20, 0.22, 0.05)),
    "oesophagus": Tissue(900.0, 25.0, 0.70, (0.08, 0.12, 0.04)),
    "lung": Tissue(1300.0, 0.9, 0.18, (0.2, 0.2, 0.05)),
    "lung vessel": Tissue(1932.0, 20.0, 0.85, (0.55, 0.44, 0.065)),
    "airway": Tissue(1000.0, 20.0, 0.0),
    "gland": Tissue(900.0, 35.0, 0.78, (0.20, 0.20, 0.05)),
    "tumour": Tissue(1150.0, 34.0, 0.85, (0.40, 0.17, 0.055)),
    "capsule": Tissue(1000.0, 30.0, 0.80, (0.03, 0.30, 0.11)),
    "necrosis": Tissue(1700.0, 40.0, 0.88, (0.0, 0.0, 0.005)),
    "treated": Tissue(1050.0, 26.0, 0.80, (0.0, 0.010, 0.015)),
    "lipiodol": Tissue(300.0, 15.0, 0.55 * _FAT_LEFT),
    "thrombus": Tissue(1200.0, 34.0, 0.85, (0.30, 0.13, 0.05)),
    "lung metastasis": Tissue(1200.0, 34.0, 0.85, (0.08, 0.14, 0.06)),
    "node": Tissue(1100.0, 34.0, 0.80, (0.10, 0.18, 0.06)),
    "table": Tissue(1000.0, 20.0, 0.0),
    "foam": Tissue(1000.0, 20.0, 0.0),
    "plaque": Tissue(900.0, 0.4, 0.10),
}

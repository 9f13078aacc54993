//! Kinds of data: six categories, each with sub-kinds. A category without a sub-kind says "some of this category".

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

crate::vocabulary! {
    /// The category of a kind of data.
    DataCategory {
        Imaging = "imaging", "영상", "imaging";
        Structured = "structured", "정형 데이터", "structured data";
        Text = "text", "텍스트", "text";
        Omics = "omics", "오믹스", "omics";
        Biosignal = "biosignal", "생체신호", "biosignals";
        PatientReported = "patient_reported", "환자 보고·라이프로그", "patient-reported and lifestyle data";
    }
}

struct Row(&'static str, DataCategory, &'static str, &'static str);

use DataCategory::{Biosignal, Imaging, Omics, PatientReported, Structured, Text};

/// Code, category, Korean and English name.
const TABLE: &[Row] = &[
    Row("imaging", Imaging, "영상", "imaging"),
    Row("imaging.ct", Imaging, "CT", "CT"),
    Row("imaging.mri", Imaging, "MRI", "MRI"),
    Row("imaging.xray", Imaging, "엑스레이", "X-ray"),
    Row("imaging.ultrasound", Imaging, "초음파", "ultrasound"),
    Row(
        "imaging.echocardiography",
        Imaging,
        "심초음파",
        "echocardiography",
    ),
    Row(
        "imaging.pathology_slide",
        Imaging,
        "병리 슬라이드",
        "pathology slides",
    ),
    Row("imaging.fundus", Imaging, "안저사진", "fundus photographs"),
    Row(
        "imaging.oct",
        Imaging,
        "빛간섭단층촬영(OCT)",
        "optical coherence tomography",
    ),
    Row("imaging.endoscopy", Imaging, "내시경", "endoscopy"),
    Row("imaging.pet", Imaging, "PET", "PET"),
    Row("imaging.angiography", Imaging, "혈관조영", "angiography"),
    Row("imaging.mammography", Imaging, "유방촬영", "mammography"),
    Row(
        "imaging.dental_panoramic",
        Imaging,
        "치과 파노라마",
        "dental panoramic radiographs",
    ),
    Row(
        "imaging.dental_cbct",
        Imaging,
        "치과 CBCT",
        "dental cone-beam CT",
    ),
    Row(
        "imaging.photograph",
        Imaging,
        "임상 사진",
        "clinical photographs",
    ),
    Row("imaging.video", Imaging, "동영상", "video"),
    Row("structured", Structured, "정형 데이터", "structured data"),
    Row("structured.diagnosis", Structured, "진단", "diagnoses"),
    Row(
        "structured.laboratory",
        Structured,
        "검사 결과",
        "laboratory results",
    ),
    Row(
        "structured.medication",
        Structured,
        "약물 처방",
        "medication",
    ),
    Row(
        "structured.procedure",
        Structured,
        "처치·수술",
        "procedures",
    ),
    Row(
        "structured.vital_signs",
        Structured,
        "활력징후",
        "vital signs",
    ),
    Row("structured.claims", Structured, "청구", "claims"),
    Row(
        "structured.registry",
        Structured,
        "등록자료",
        "registry records",
    ),
    Row(
        "structured.icu_flowsheet",
        Structured,
        "중환자 플로시트",
        "ICU flowsheets",
    ),
    Row("text", Text, "텍스트", "text"),
    Row(
        "text.radiology_report",
        Text,
        "영상 판독문",
        "radiology reports",
    ),
    Row(
        "text.pathology_report",
        Text,
        "병리 판독문",
        "pathology reports",
    ),
    Row(
        "text.discharge_summary",
        Text,
        "퇴원 요약",
        "discharge summaries",
    ),
    Row("text.operation_note", Text, "수술 기록", "operation notes"),
    Row("text.progress_note", Text, "경과 기록", "progress notes"),
    Row("text.nursing_note", Text, "간호 기록", "nursing notes"),
    Row("omics", Omics, "오믹스", "omics"),
    Row("omics.wgs", Omics, "전장유전체(WGS)", "whole genomes"),
    Row("omics.wes", Omics, "전장엑솜(WES)", "whole exomes"),
    Row("omics.ngs_panel", Omics, "NGS 패널", "NGS panels"),
    Row("omics.rna_seq", Omics, "RNA 시퀀싱", "RNA sequencing"),
    Row("omics.proteome", Omics, "단백체", "proteome"),
    Row("omics.metabolome", Omics, "대사체", "metabolome"),
    Row("omics.microbiome", Omics, "마이크로바이옴", "microbiome"),
    Row("omics.snp_array", Omics, "SNP 어레이", "SNP arrays"),
    Row("biosignal", Biosignal, "생체신호", "biosignals"),
    Row("biosignal.ecg", Biosignal, "심전도", "ECG"),
    Row("biosignal.eeg", Biosignal, "뇌파", "EEG"),
    Row("biosignal.ppg", Biosignal, "광용적맥파", "PPG"),
    Row(
        "biosignal.polysomnography",
        Biosignal,
        "수면다원검사",
        "polysomnography",
    ),
    Row(
        "biosignal.arterial_pressure",
        Biosignal,
        "동맥압 파형",
        "arterial pressure waveforms",
    ),
    Row("biosignal.spo2", Biosignal, "산소포화도", "SpO2"),
    Row(
        "biosignal.cardiotocography",
        Biosignal,
        "태아심박·자궁수축",
        "cardiotocography",
    ),
    Row(
        "biosignal.motion_sensor",
        Biosignal,
        "동작 센서",
        "motion sensors",
    ),
    Row("biosignal.voice", Biosignal, "음성", "voice"),
    Row(
        "patient_reported",
        PatientReported,
        "환자 보고·라이프로그",
        "patient-reported and lifestyle data",
    ),
    Row(
        "patient_reported.questionnaire",
        PatientReported,
        "설문",
        "questionnaires",
    ),
    Row(
        "patient_reported.lifestyle",
        PatientReported,
        "생활습관",
        "lifestyle",
    ),
    Row(
        "patient_reported.wearable_app",
        PatientReported,
        "웨어러블·앱",
        "wearables and apps",
    ),
    Row("patient_reported.diet", PatientReported, "식이", "diet"),
    Row(
        "patient_reported.continuous_glucose",
        PatientReported,
        "연속혈당",
        "continuous glucose",
    ),
];

/// A kind of data, written `category` or `category.sub_kind`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DataKind(u8);

impl DataKind {
    /// Every kind, categories before their sub-kinds.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.len())
            .filter_map(|i| u8::try_from(i).ok())
            .map(Self)
    }

    /// Its place in the table as a bit, to make sets of.
    pub(crate) fn bit(self) -> u64 {
        const { assert!(TABLE.len() <= 64) };
        1 << self.0
    }

    fn row(self) -> &'static Row {
        // Built only by `all` and `from_code`, both within the table.
        &TABLE[usize::from(self.0)]
    }

    /// `category` or `category.sub_kind`.
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// The category.
    pub fn category(self) -> DataCategory {
        self.row().1
    }

    /// Whether it names a category only.
    pub fn is_category(self) -> bool {
        !self.code().contains('.')
    }

    /// The name.
    pub fn label(self) -> crate::text::Message {
        crate::text::Message::new(self.row().2, self.row().3)
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::all().find(|kind| kind.code() == code)
    }
}

impl fmt::Debug for DataKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for DataKind {
    type Err = ();
    fn from_str(s: &str) -> Result<Self, ()> {
        Self::from_code(s).ok_or(())
    }
}

impl Serialize for DataKind {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for DataKind {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let code = String::deserialize(d)?;
        Self::from_code(&code)
            .ok_or_else(|| serde::de::Error::custom(format!("unknown data kind `{code}`")))
    }
}

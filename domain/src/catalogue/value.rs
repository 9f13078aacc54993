//! Small values and vocabularies that offers and demands share.

use crate::time::Month;
use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// How the data can be reached.
    AccessMode {
        ClosedOnsite = "closed_onsite", "폐쇄분석환경(방문)", "closed environment on site";
        ClosedRemote = "closed_remote", "폐쇄분석환경(원격)", "closed environment, remote";
        Export = "export", "반출", "export";
    }
}

crate::vocabulary! {
    /// An approval that a hospital asks for.
    Approval {
        Irb = "irb", "IRB", "IRB";
        Drb = "drb", "데이터심의위원회(DRB)", "data review board";
        SharedDrb = "shared_drb", "공용 DRB", "shared data review board";
        Integrated = "integrated", "IRB·DRB 통합심의", "one IRB-DRB review";
    }
}

crate::vocabulary! {
    /// How long it takes from application to data.
    LeadTime {
        UnderOneWeek = "<1w", "1주 미만", "under 1 week";
        OneToTwoWeeks = "1-2w", "1~2주", "1 to 2 weeks";
        TwoToFourWeeks = "2-4w", "2~4주", "2 to 4 weeks";
        OneToTwoMonths = "1-2m", "1~2개월", "1 to 2 months";
        TwoToSixMonths = "2-6m", "2~6개월", "2 to 6 months";
        OverSixMonths = ">6m", "6개월 초과", "over 6 months";
        Varies = "varies", "사안별", "varies";
    }
}

impl LeadTime {
    /// The longest it should take, in days; `None` where it varies. Over six months counts as nine.
    pub fn longest_days(self) -> Option<i64> {
        Some(match self {
            Self::UnderOneWeek => 7,
            Self::OneToTwoWeeks => 14,
            Self::TwoToFourWeeks => 28,
            Self::OneToTwoMonths => 61,
            Self::TwoToSixMonths => 183,
            Self::OverSixMonths => 274,
            Self::Varies => return None,
        })
    }
}

crate::vocabulary! {
    /// How a count came about.
    CountBasis {
        Measured = "measured", "실측", "measured";
        Estimated = "estimated", "추정", "estimated";
    }
}

crate::vocabulary! {
    /// The sex of a population.
    Sex {
        All = "all", "전체", "all";
        Female = "female", "여성", "female";
        Male = "male", "남성", "male";
    }
}

crate::vocabulary! {
    /// How often an offer is brought up to date.
    RefreshFrequency {
        None = "none", "갱신 없음", "none";
        Daily = "daily", "매일", "daily";
        Weekly = "weekly", "매주", "weekly";
        Monthly = "monthly", "매월", "monthly";
        Quarterly = "quarterly", "분기", "quarterly";
        Biannual = "biannual", "반기", "twice a year";
        Yearly = "yearly", "매년", "yearly";
        Irregular = "irregular", "비정기", "irregular";
    }
}

crate::vocabulary! {
    /// A standard that data conform to (DCAT `conformsTo`).
    Standard {
        OmopCdm54 = "OMOP_CDM_5.4", "OMOP CDM 5.4", "OMOP CDM 5.4";
        OmopCdm53 = "OMOP_CDM_5.3", "OMOP CDM 5.3", "OMOP CDM 5.3";
        OmopCdm = "OMOP_CDM", "OMOP CDM(버전 미상)", "OMOP CDM (version not stated)";
        FhirKrCore = "FHIR_KR_CORE", "HL7 FHIR KR Core", "HL7 FHIR KR Core";
        FhirR4 = "FHIR_R4", "HL7 FHIR R4", "HL7 FHIR R4";
        Dicom = "DICOM", "DICOM", "DICOM";
        CdiscSdtm = "CDISC_SDTM", "CDISC SDTM", "CDISC SDTM";
        I2b2 = "I2B2", "i2b2", "i2b2";
        Local = "LOCAL", "자체 표준", "a local standard";
        None = "NONE", "표준 없음", "no standard";
    }
}

crate::vocabulary! {
    /// A way of charging.
    CostModel {
        Free = "free", "무료", "free";
        Fixed = "fixed", "정액", "fixed amount";
        PerSubject = "per_subject", "대상자당", "per subject";
        PerDay = "per_day", "일당", "per day";
        Estimate = "estimate", "견적", "on estimate";
    }
}

crate::vocabulary! {
    /// Something that data can be linked to.
    LinkageSource {
        Death = "death", "사망 자료", "death records";
        NhisClaims = "nhis_claims", "건강보험공단 청구", "NHIS claims";
        HiraClaims = "hira_claims", "심평원 청구", "HIRA claims";
        CancerRegistry = "cancer_registry", "암등록", "cancer registry";
    }
}

crate::vocabulary! {
    /// A library of data sets with rules of its own.
    Library {
        CancerPublic = "cancer_public_library", "K-CURE 암 공공 라이브러리", "K-CURE cancer public library";
        CancerClinical = "cancer_clinical_library", "K-CURE 암 임상 라이브러리", "K-CURE cancer clinical library";
    }
}

crate::vocabulary! {
    /// What is made or learnt with the data.
    PurposeClass {
        Drug = "drug", "의약품", "drug";
        Device = "device", "의료기기", "device";
        DigitalHealthProduct = "digital_health_product", "디지털 헬스 제품", "digital health product";
        Service = "service", "서비스", "service";
        Method = "method", "방법론", "method";
        Academic = "academic", "학술", "academic";
    }
}

crate::vocabulary! {
    /// How data are made unidentifiable.
    Deidentification {
        Pseudonymised = "pseudonymised", "가명처리", "pseudonymised";
        Anonymised = "anonymised", "익명처리", "anonymised";
    }
}

/// An amount of Korean won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Won(pub i64);

/// The largest amount accepted: a quadrillion won.
pub const MAX_WON: i64 = 1_000_000_000_000_000;

/// A span of months, both ends included; an absent end is open or unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The first month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<Month>,
    /// The last month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Month>,
}

//! Data offers.

vocabularies! {
    /// The category of a kind of data.
    DataCategory("DataCategory") = "matchday_domain::catalogue::DataCategory" {
        /// Imaging (영상).
        Imaging,
        /// Structured data (정형 데이터).
        Structured,
        /// Text (텍스트).
        Text,
        /// Omics (오믹스).
        Omics,
        /// Biosignals (생체신호).
        Biosignal,
        /// Patient-reported and lifestyle data (환자 보고·라이프로그).
        PatientReported,
    }
    /// How the data can be reached.
    AccessMode("AccessMode") = "matchday_domain::catalogue::AccessMode" {
        /// Closed environment on site (폐쇄분석환경(방문)).
        ClosedOnsite,
        /// Closed environment, remote (폐쇄분석환경(원격)).
        ClosedRemote,
        /// Export (반출).
        Export,
    }
    /// An approval that a hospital asks for.
    Approval("Approval") = "matchday_domain::catalogue::Approval" {
        /// IRB (IRB).
        Irb,
        /// Data review board (데이터심의위원회(DRB)).
        Drb,
        /// Shared data review board (공용 DRB).
        SharedDrb,
        /// One IRB-DRB review (IRB·DRB 통합심의).
        Integrated,
    }
    /// How long it takes from application to data.
    LeadTime("LeadTime") = "matchday_domain::catalogue::LeadTime" {
        /// Under 1 week (1주 미만).
        UnderOneWeek,
        /// 1 to 2 weeks (1~2주).
        OneToTwoWeeks,
        /// 2 to 4 weeks (2~4주).
        TwoToFourWeeks,
        /// 1 to 2 months (1~2개월).
        OneToTwoMonths,
        /// 2 to 6 months (2~6개월).
        TwoToSixMonths,
        /// Over 6 months (6개월 초과).
        OverSixMonths,
        /// Varies (사안별).
        Varies,
    }
    /// How a count came about.
    CountBasis("CountBasis") = "matchday_domain::catalogue::CountBasis" {
        /// Measured (실측).
        Measured,
        /// Estimated (추정).
        Estimated,
    }
    /// The sex of a population.
    Sex("Sex") = "matchday_domain::catalogue::Sex" {
        /// All (전체).
        All,
        /// Female (여성).
        Female,
        /// Male (남성).
        Male,
    }
    /// How often an offer is brought up to date.
    RefreshFrequency("RefreshFrequency") = "matchday_domain::catalogue::RefreshFrequency" {
        /// None (갱신 없음).
        None,
        /// Daily (매일).
        Daily,
        /// Weekly (매주).
        Weekly,
        /// Monthly (매월).
        Monthly,
        /// Quarterly (분기).
        Quarterly,
        /// Twice a year (반기).
        Biannual,
        /// Yearly (매년).
        Yearly,
        /// Irregular (비정기).
        Irregular,
    }
    /// A standard that data conform to (DCAT `conformsTo`).
    Standard("Standard") = "matchday_domain::catalogue::Standard" {
        /// OMOP CDM 5.4 (OMOP CDM 5.4).
        OmopCdm54,
        /// OMOP CDM 5.3 (OMOP CDM 5.3).
        OmopCdm53,
        /// OMOP CDM (version not stated) (OMOP CDM(버전 미상)).
        OmopCdm,
        /// HL7 FHIR KR Core (HL7 FHIR KR Core).
        FhirKrCore,
        /// HL7 FHIR R4 (HL7 FHIR R4).
        FhirR4,
        /// DICOM (DICOM).
        Dicom,
        /// CDISC SDTM (CDISC SDTM).
        CdiscSdtm,
        /// I2b2 (i2b2).
        I2b2,
        /// A local standard (자체 표준).
        Local,
        /// No standard (표준 없음).
        None,
    }
    /// A way of charging.
    CostModel("CostModel") = "matchday_domain::catalogue::CostModel" {
        /// Free (무료).
        Free,
        /// Fixed amount (정액).
        Fixed,
        /// Per subject (대상자당).
        PerSubject,
        /// Per day (일당).
        PerDay,
        /// On estimate (견적).
        Estimate,
    }
    /// Something that data can be linked to.
    LinkageSource("LinkageSource") = "matchday_domain::catalogue::LinkageSource" {
        /// Death records (사망 자료).
        Death,
        /// NHIS claims (건강보험공단 청구).
        NhisClaims,
        /// HIRA claims (심평원 청구).
        HiraClaims,
        /// Cancer registry (암등록).
        CancerRegistry,
    }
    /// A library of data sets with rules of its own.
    Library("Library") = "matchday_domain::catalogue::Library" {
        /// K-CURE cancer public library (K-CURE 암 공공 라이브러리).
        CancerPublic,
        /// K-CURE cancer clinical library (K-CURE 암 임상 라이브러리).
        CancerClinical,
    }
    /// What is made or learnt with the data.
    PurposeClass("PurposeClass") = "matchday_domain::catalogue::PurposeClass" {
        /// Drug (의약품).
        Drug,
        /// Device (의료기기).
        Device,
        /// Digital health product (디지털 헬스 제품).
        DigitalHealthProduct,
        /// Service (서비스).
        Service,
        /// Method (방법론).
        Method,
        /// Academic (학술).
        Academic,
    }
    /// How data are made unidentifiable.
    Deidentification("Deidentification") = "matchday_domain::catalogue::Deidentification" {
        /// Pseudonymised (가명처리).
        Pseudonymised,
        /// Anonymised (익명처리).
        Anonymised,
    }
    /// Where an offer stands.
    OfferState("OfferState") = "matchday_domain::catalogue::OfferState" {
        /// Draft (작성 중).
        Draft,
        /// Listed (공개).
        Listed,
        /// Paused (일시 중지).
        Paused,
        /// Withdrawn (철회).
        Withdrawn,
    }
}

//! The domain's vocabularies as enums of the interface, value by value.

use async_graphql::Enum;

macro_rules! vocabularies {
    ($($(#[doc = $doc:literal])* $name:ident($gql:literal) = $remote:literal { $($(#[doc = $vdoc:literal])* $value:ident,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
            #[graphql(name = $gql, remote = $remote)]
            pub enum $name { $($(#[doc = $vdoc])* $value,)* }
        )*
    };
}

vocabularies! {
    /// What an API key may do, of what its creator may do. Every scope includes reading; nothing includes the care for
    /// keys, members, sessions and identity providers.
    ApiKeyScope("ApiKeyScope") = "matchday_domain::identity::Scope" {
        /// Read (조회).
        Read,
        /// Keep data offers (데이터 제공 관리).
        Catalogue,
        /// Keep data demands (데이터 수요 관리).
        Demands,
        /// Take part in and run matching days (매칭데이 참가와 운영).
        MatchingDay,
    }
    /// How an invitation of a colleague stands.
    InvitationState("InvitationState") = "matchday_domain::identity::InvitationState" {
        /// Pending (대기).
        Pending,
        /// Accepted (수락).
        Accepted,
        /// Declined (거절).
        Declined,
        /// Revoked (철회).
        Revoked,
        /// Expired (만료).
        Expired,
    }
    /// How the claim to a mail domain stands.
    MailDomainState("MailDomainState") = "matchday_domain::identity::DomainState" {
        /// Claimed (확인 대기).
        Claimed,
        /// Approved (확인됨).
        Approved,
        /// Refused (거부됨).
        Refused,
    }
    /// Where the weights of a matching day come from.
    WeightsOrigin("WeightsOrigin") = "matchday_domain::matching_day::WeightsOrigin" {
        /// Default (기본값).
        Default,
        /// Organiser (운영기관).
        Organiser,
        /// Learned (학습).
        Learned,
    }
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
    /// Where a demand stands.
    DemandState("DemandState") = "matchday_domain::demand::DemandState" {
        /// Draft (작성 중).
        Draft,
        /// Open (공개).
        Open,
        /// Paused (일시 중지).
        Paused,
        /// Closed (종료).
        Closed,
        /// Withdrawn (철회).
        Withdrawn,
    }
    /// The research purpose in the terms of the GA4GH Data Use Ontology.
    DuoPurpose("DuoPurpose") = "matchday_domain::demand::DuoPurpose" {
        /// General research (일반 연구).
        Gru,
        /// Health, medical or biomedical research (보건·의료 연구).
        Hmb,
        /// Disease-specific research (특정 질환 연구).
        Ds,
        /// Population origins or ancestry research (인구 기원·조상 연구).
        Poa,
    }
    /// How far the ethics review has come.
    IrbStatus("IrbStatus") = "matchday_domain::demand::IrbStatus" {
        /// Approved (승인).
        Approved,
        /// In preparation (준비 중).
        InPreparation,
        /// Not started (시작 전).
        NotStarted,
        /// Exempt (면제).
        Exempt,
        /// Refused (거부).
        Refused,
    }
    /// Where the money comes from.
    BudgetClass("BudgetClass") = "matchday_domain::demand::BudgetClass" {
        /// Own budget (자체 예산).
        Own,
        /// Small voucher (바우처(소)).
        VoucherSmall,
        /// Medium voucher (바우처(중)).
        VoucherMedium,
        /// Large voucher (바우처(대)).
        VoucherLarge,
    }
    /// Whether others see who asks.
    Confidentiality("Confidentiality") = "matchday_domain::demand::Confidentiality" {
        /// Blind (비공개(익명)).
        Blind,
        /// Named (기관명 공개).
        Named,
    }
    /// A DUO permission: what the data may be used for at all.
    Permission("Permission") = "matchday_domain::use_conditions::Permission" {
        /// No restriction (제한 없음).
        Nres,
        /// General research use (일반 연구).
        Gru,
        /// Health, medical or biomedical research (보건·의료 연구).
        Hmb,
        /// Disease-specific research (특정 질환 연구).
        Ds,
        /// Population origins or ancestry research only (인구 기원·조상 연구만).
        Poa,
    }
    /// A modifier of a permission: DUO's, and local ones that begin with `x-`.
    Modifier("Modifier") = "matchday_domain::use_conditions::Modifier" {
        /// Ethics approval required (IRB 승인 필요).
        Irb,
        /// Collaboration required (공동연구 필요).
        Col,
        /// Publication required (결과 공개 필요).
        Pub,
        /// Return to database or resource (결과 반환 필요).
        Rtn,
        /// Not-for-profit organisations only (비영리 기관만).
        Npu,
        /// Non-commercial use only (비상업적 이용만).
        Ncu,
        /// Not-for-profit, non-commercial use only (비영리 기관의 비상업적 이용만).
        Npuncu,
        /// Population origins or ancestry research prohibited (인구 기원·조상 연구 금지).
        Npoa,
        /// No general methods research (일반 방법론 연구 불가).
        Nmds,
        /// Genetic studies only (유전 연구만).
        Gso,
        /// Geographical restriction (지역 제한).
        Gs,
        /// Institution-specific restriction (기관 지정).
        Is,
        /// User-specific restriction (이용자 지정).
        Us,
        /// Project-specific restriction (과제 지정).
        Ps,
        /// Time limit on use (이용 기간 제한).
        Ts,
        /// Publication moratorium (발표 유예).
        Mor,
        /// Clinical care use (임상 진료 이용 가능).
        Cc,
        /// Safe room only (폐쇄분석환경만).
        SafeRoom,
        /// No export (반출 불가).
        NoExport,
        /// No cross-border transfer (국외 이전 불가).
        CrossBorder,
        /// Inside researcher required (원내 연구자 참여 필요).
        InsideResearcher,
        /// Commercial use permitted (상업적 이용 허용).
        CommercialOk,
        /// Has data that cannot be pseudonymised (가명처리 불가 자료 포함).
        NoPseudonymise,
        /// Within the scope of the consent (동의 범위 확인 필요).
        ConsentScope,
    }
    /// A type of data that cannot be pseudonymised.
    Unpseudonymisable("Unpseudonymisable") = "matchday_domain::use_conditions::Unpseudonymisable" {
        /// Genome (유전체).
        Genome,
        /// Free text (자유 서술).
        FreeText,
        /// Voice (음성).
        Voice,
    }
    /// What the gate says, best first.
    Decision("GateDecision") = "matchday_domain::use_conditions::Decision" {
        /// Pass (통과).
        Pass,
        /// Ask (문의 필요).
        Ask,
        /// Deny (불가).
        Deny,
    }
    /// What an organisation is.
    OrganisationKind("OrganisationKind") = "matchday_domain::organisation::OrganisationKind" {
        /// Company (기업).
        Company,
        /// Research institute (연구기관).
        ResearchInstitute,
        /// University (대학).
        University,
        /// Hospital (병원).
        Hospital,
        /// Organiser (운영기관).
        Organiser,
        /// Observer (참관기관).
        Observer,
    }
    /// The size of a firm, as the budget rules know it.
    FirmSize("FirmSize") = "matchday_domain::organisation::FirmSize" {
        /// Micro (소상공인).
        Micro,
        /// Small (소기업).
        Small,
        /// Medium (중기업).
        Medium,
        /// Large (대기업).
        Large,
        /// Not applicable (해당 없음).
        NotApplicable,
    }
    /// Whether an organisation works for profit.
    LegalForm("LegalForm") = "matchday_domain::organisation::LegalForm" {
        /// For profit (영리).
        ForProfit,
        /// Not for profit (비영리).
        NotForProfit,
    }
    /// The tier of a hospital in the Korean health-care delivery system.
    HospitalTier("HospitalTier") = "matchday_domain::organisation::HospitalTier" {
        /// Tertiary hospital (상급종합병원).
        Tertiary,
        /// General hospital (종합병원).
        General,
        /// Specialised hospital (전문병원).
        Specialised,
    }
    /// A province or metropolitan city of Korea, or abroad.
    Region("Region") = "matchday_domain::organisation::Region" {
        /// Seoul (서울).
        Seoul,
        /// Busan (부산).
        Busan,
        /// Daegu (대구).
        Daegu,
        /// Incheon (인천).
        Incheon,
        /// Gwangju (광주).
        Gwangju,
        /// Daejeon (대전).
        Daejeon,
        /// Ulsan (울산).
        Ulsan,
        /// Sejong (세종).
        Sejong,
        /// Gyeonggi (경기).
        Gyeonggi,
        /// Gangwon (강원).
        Gangwon,
        /// North Chungcheong (충북).
        Chungbuk,
        /// South Chungcheong (충남).
        Chungnam,
        /// North Jeolla (전북).
        Jeonbuk,
        /// South Jeolla (전남).
        Jeonnam,
        /// North Gyeongsang (경북).
        Gyeongbuk,
        /// South Gyeongsang (경남).
        Gyeongnam,
        /// Jeju (제주).
        Jeju,
        /// Abroad (국외).
        Abroad,
    }
    /// Whether the organiser has verified an organisation; before that it cannot act.
    Verification("Verification") = "matchday_domain::organisation::Verification" {
        /// Pending (확인 대기).
        Pending,
        /// Verified (확인됨).
        Verified,
        /// Suspended (정지).
        Suspended,
    }
    /// What a person may do in an organisation.
    Role("Role") = "matchday_domain::organisation::Role" {
        /// Administrator (관리자).
        Administrator,
        /// Member (구성원).
        Member,
        /// Reviewer (심사자).
        Reviewer,
    }
    /// A hospital's part in a consortium.
    ConsortiumRole("ConsortiumRole") = "matchday_domain::organisation::ConsortiumRole" {
        /// Lead (주관기관).
        Lead,
        /// Member institution (참여기관).
        Member,
    }
    /// Where a matching day stands.
    EventState("MatchingDayState") = "matchday_domain::matching_day::EventState" {
        /// Draft (준비 중).
        Draft,
        /// Registration (참가 등록).
        Registration,
        /// Requests (상담 신청).
        Requests,
        /// Arranging (주선 중).
        Arranging,
        /// Published (일정 공개).
        Published,
        /// Running (진행 중).
        Running,
        /// Closed (종료).
        Closed,
        /// Cancelled (취소).
        Cancelled,
    }
    /// The side of the market.
    Side("MarketSide") = "matchday_domain::matching_day::Side" {
        /// Demand side (수요).
        Demand,
        /// Supply side (제공).
        Supply,
    }
    /// How much the sender wants to meet.
    Priority("MeetingRequestPriority") = "matchday_domain::matching_day::Priority" {
        /// Must (꼭 만나고 싶음).
        Must,
        /// Like (만나고 싶음).
        Like,
        /// No thanks (만나지 않음).
        NoThanks,
    }
    /// What the other side says.
    Answer("MeetingRequestAnswer") = "matchday_domain::matching_day::Answer" {
        /// Pending (대기).
        Pending,
        /// Accepted (수락).
        Accepted,
        /// Declined (거절).
        Declined,
        /// Withdrawn (취소).
        Withdrawn,
    }
    /// Where a meeting stands.
    MeetingState("MeetingState") = "matchday_domain::matching_day::MeetingState" {
        /// Draft (초안).
        Draft,
        /// Scheduled (예정).
        Scheduled,
        /// Confirmed (확정).
        Confirmed,
        /// Rescheduled (변경).
        Rescheduled,
        /// Cancelled (취소).
        Cancelled,
        /// Held (진행됨).
        Held,
        /// No-show (불참).
        NoShow,
        /// Disputed (이견).
        Disputed,
    }
    /// Where a run stands.
    RunState("ArrangementState") = "matchday_domain::matching_day::arrangement::RunState" {
        /// Queued (대기).
        Queued,
        /// Running (실행 중).
        Running,
        /// Done (완료).
        Done,
        /// Failed (실패).
        Failed,
        /// Cancelled (취소).
        Cancelled,
    }
    /// What a side is scored by: the first eight are the demander's, the others the hospital's.
    Criterion("Criterion") = "matchday_domain::matching::Criterion" {
        /// Disease and population (질환·대상).
        Disease,
        /// Data kinds (데이터 종류).
        DataKinds,
        /// Variables and linkage (변수·결합).
        Variables,
        /// Standard (표준).
        Standard,
        /// Cohort size (대상자 수).
        CohortSize,
        /// Period (기간).
        Period,
        /// Access practicality (이용 현실성).
        Access,
        /// Text (텍스트).
        Text,
        /// Purpose (이용 목적).
        Purpose,
        /// Kind of partner (기관 유형).
        Partner,
        /// Collaboration (공동연구).
        Collaboration,
        /// Return of results (결과 반환).
        ReturnOfResults,
        /// Capacity (처리 여력).
        Capacity,
    }
    /// What a level of the objective counts; an earlier level is never given away for a later one.
    LevelName("ArrangementLevelName") = "matchday_domain::scheduling::LevelName" {
        /// Coverage: must-requests, floors, somebody for everybody (참여 보장).
        Coverage,
        /// Weight of the requests placed less what changes of published meetings cost (변경 비용을 뺀 가중치).
        WeightLessChanges,
        /// Weight of the requests placed (신청 가중치).
        Weight,
        /// Published meetings that are not where they were published (변경된 상담).
        Changes,
        /// Breaks between runs of meetings (중간 공백 횟수).
        Breaks,
        /// Idle slots inside a participant's span (대기 슬롯).
        IdleSlots,
        /// Most breaks of a participant less fewest (공백 편차).
        BreakSpread,
        /// Largest share placed of what is asked of a participant less smallest, per mille (배정률 편차).
        SatisfactionSpread,
        /// Table changes of those who stay seated (테이블 이동).
        TableMoves,
    }
}

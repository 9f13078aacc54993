//! Organisations and their people.

vocabularies! {
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
}

//! Data demands.

vocabularies! {
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
}

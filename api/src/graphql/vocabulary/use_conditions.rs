//! Conditions of use and the gate.

vocabularies! {
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
}

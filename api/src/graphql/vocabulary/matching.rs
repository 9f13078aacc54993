//! Matching.

vocabularies! {
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
}

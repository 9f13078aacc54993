//! Arrangements.

vocabularies! {
    /// What is sought behind coverage and weight.
    ArrangementAim("ArrangementAim") = "matchday_domain::scheduling::Aim" {
        /// Few breaks between runs of meetings (중간 공백 횟수).
        Breaks,
        /// Few idle slots inside a participant's span (대기 슬롯).
        IdleSlots,
        /// Breaks shared out evenly (공백 편차).
        BreakSpread,
        /// Shares of what is asked alike for all (배정률 편차).
        SatisfactionSpread,
        /// Meetings when participants would rather have them (시간대 선호).
        Preferences,
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
        /// Meetings outside of preferred times, and waits of who would be done early (선호 외 배정).
        Preferences,
        /// Table changes of those who stay seated (테이블 이동).
        TableMoves,
    }
}

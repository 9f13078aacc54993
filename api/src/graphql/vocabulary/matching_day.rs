//! Matching days, requests, meetings and runs.

vocabularies! {
    /// Where the weights of a matching day come from.
    WeightsOrigin("WeightsOrigin") = "matchday_domain::matching_day::WeightsOrigin" {
        /// Default (기본값).
        Default,
        /// Organiser (운영기관).
        Organiser,
        /// Learned (학습).
        Learned,
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
    /// Half of a day, cut at noon in the event's zone.
    HalfDay("HalfDay") = "matchday_domain::matching_day::HalfDay" {
        /// Before noon (오전).
        Morning,
        /// From noon on (오후).
        Afternoon,
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
    /// Why an addressee declines.
    DeclineReason("MeetingRequestDeclineReason") = "matchday_domain::matching_day::DeclineReason" {
        /// Not what is needed (필요한 내용이 아님).
        NotNeeded,
        /// The use conditions do not fit (이용 조건이 맞지 않음).
        UseConditions,
        /// No capacity (여력이 없음).
        NoCapacity,
        /// Another reason (기타).
        Other,
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
}

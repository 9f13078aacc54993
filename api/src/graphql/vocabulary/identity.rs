//! How programs and people come in.

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
}

//! What a value must be beyond its type.

use super::layer::Merged;
use super::{Config, ServiceUrl};
use matchday_infra::mail::Mailer;
use matchday_infra::oidc::SecretKey;

impl Config {
    /// Notes what is wrong with the resolved values.
    pub(super) fn check(&self, merged: &mut Merged) {
        let one_of = |url: &ServiceUrl, schemes: &[&str]| {
            schemes.iter().any(|s| {
                url.expose()
                    .strip_prefix(s)
                    .is_some_and(|rest| !rest.is_empty())
            })
        };
        merged.require(
            "database.url",
            one_of(
                &self.database.url,
                &["sqlite:", "postgres://", "postgresql://"],
            ),
            (
                "sqlite:, postgres:// 또는 postgresql://로 시작해야 합니다",
                "must begin with sqlite:, postgres:// or postgresql://",
            ),
        );
        merged.require(
            "mail.url",
            one_of(&self.mail.url, &["file:", "smtp://", "smtps://"]),
            (
                "file:, smtp:// 또는 smtps://로 시작해야 합니다",
                "must begin with file:, smtp:// or smtps://",
            ),
        );
        merged.require(
            "mail.from",
            self.mail
                .from
                .split_once('@')
                .is_some_and(|(a, b)| !a.is_empty() && !b.is_empty()),
            ("전자우편 주소여야 합니다", "must be a mail address"),
        );
        merged.require(
            "http.public_url",
            is_origin(&self.http.public_url),
            ORIGIN_FORM,
        );
        merged.require(
            "http.allowed_origins",
            self.http.allowed_origins.iter().all(|o| is_origin(o)),
            ORIGIN_FORM,
        );
        merged.require(
            "http.client_address_header",
            axum::http::HeaderName::try_from(&self.http.client_address_header).is_ok(),
            ("헤더의 이름이어야 합니다", "must be the name of a header"),
        );
        let key = self.sign_in.secret_key.expose();
        merged.require(
            "sign_in.secret_key",
            key.is_empty() || SecretKey::from_base64(key).is_some(),
            (
                "Base64로 적은 32바이트여야 합니다",
                "must be 32 bytes in Base64",
            ),
        );
        merged.require(
            "sign_in.token_audience",
            !self.sign_in.token_audience.is_empty(),
            ("비어 있으면 안 됩니다", "must not be empty"),
        );
        let http = &self.http;
        merged.require(
            "http.tls_key_file",
            http.tls_key_file.is_empty() == http.tls_certificate_file.is_empty(),
            (
                "http.tls_certificate_file과 함께 주어야 합니다",
                "and http.tls_certificate_file need each other",
            ),
        );
        merged.require(
            "http.public_url",
            http.is_https() || !http.speaks_tls(),
            (
                "서비스가 TLS를 쓰면 https://로 시작해야 합니다",
                "must begin with https:// where the service speaks TLS",
            ),
        );
        merged.require(
            "http.trusted_documents_only",
            !(http.trusted_documents_only && http.trusted_documents_file.is_empty()),
            (
                "http.trusted_documents_file이 필요합니다",
                "needs http.trusted_documents_file",
            ),
        );
        let limits = &self.limits;
        let wide = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let rate = |key, value: u32| (key, u64::from(value), 1, 100_000_000);
        for (key, value, min, max) in [
            (
                "database.max_connections",
                u64::from(self.database.max_connections),
                1,
                1_000,
            ),
            (
                "database.acquire_timeout_ms",
                self.database.acquire_timeout_ms,
                10,
                60_000,
            ),
            (
                "http.request_timeout_s",
                self.http.request_timeout_s,
                1,
                600,
            ),
            ("http.header_timeout_s", self.http.header_timeout_s, 1, 600),
            ("http.write_timeout_s", self.http.write_timeout_s, 1, 600),
            (
                "http.max_connections",
                wide(self.http.max_connections),
                1,
                1_000_000,
            ),
            (
                "http.shutdown_grace_s",
                self.http.shutdown_grace_s,
                0,
                3_600,
            ),
            (
                "limits.body_bytes",
                wide(limits.body_bytes),
                1_024,
                64 << 20,
            ),
            (
                "limits.document_bytes",
                wide(limits.document_bytes),
                256,
                1 << 20,
            ),
            ("limits.tokens", wide(limits.tokens), 10, 100_000),
            // The parser stops at 64, and every level costs stack.
            ("limits.depth", wide(limits.depth), 1, 30),
            ("limits.aliases", wide(limits.aliases), 0, 10_000),
            ("limits.directives", wide(limits.directives), 0, 10_000),
            (
                "limits.repeated_fields",
                wide(limits.repeated_fields),
                0,
                10_000,
            ),
            ("limits.root_fields", wide(limits.root_fields), 1, 1_000),
            (
                "limits.expanded_fields",
                wide(limits.expanded_fields),
                1,
                1_000_000,
            ),
            ("limits.page_size", wide(limits.page_size), 1, 10_000),
            (
                "limits.default_page_size",
                wide(limits.default_page_size),
                1,
                wide(limits.page_size),
            ),
            ("limits.list_size", wide(limits.list_size), 1, 10_000),
            ("limits.cost", limits.cost, 1, 100_000_000),
            rate("limits.socket_messages", limits.socket_messages),
            rate("limits.requests_per_address", limits.requests_per_address),
            rate("limits.sign_ins_per_address", limits.sign_ins_per_address),
            rate("limits.operations_per_user", limits.operations_per_user),
            rate("limits.mass_actions_per_user", limits.mass_actions_per_user),
            (
                "limits.frame_bytes",
                wide(limits.frame_bytes),
                1_024,
                16 << 20,
            ),
            (
                "limits.subscriptions_per_socket",
                wide(limits.subscriptions_per_socket),
                1,
                10_000,
            ),
            (
                "limits.sockets_per_user",
                wide(limits.sockets_per_user),
                1,
                1_000_000,
            ),
            (
                "limits.anonymous_sockets_per_address",
                wide(limits.anonymous_sockets_per_address),
                0,
                1_000_000,
            ),
            (
                "sign_in.code_minutes",
                u64::from(self.sign_in.code_minutes),
                1,
                60,
            ),
            (
                "sign_in.code_attempts",
                u64::from(self.sign_in.code_attempts),
                1,
                20,
            ),
            (
                "sign_in.session_days",
                u64::from(self.sign_in.session_days),
                1,
                365,
            ),
            (
                "privacy.access_log_years",
                u64::from(self.privacy.access_log_years),
                1,
                30,
            ),
            (
                "privacy.ipv4_prefix_bits",
                u64::from(self.privacy.ipv4_prefix_bits),
                8,
                32,
            ),
            (
                "privacy.ipv6_prefix_bits",
                u64::from(self.privacy.ipv6_prefix_bits),
                16,
                128,
            ),
            ("worker.poll_ms", self.worker.poll_ms, 10, 60_000),
            // A mail that is still being sent is not taken over.
            (
                "worker.lease_s",
                self.worker.lease_s,
                Mailer::LONGEST_SEND.as_secs() + 10,
                3_600,
            ),
            (
                "worker.max_attempts",
                u64::from(self.worker.max_attempts),
                1,
                100,
            ),
        ] {
            merged.require(
                key,
                (min..=max).contains(&value),
                (
                    &format!("{min}에서 {max}까지여야 하며, 지금은 {value}입니다"),
                    &format!("must be between {min} and {max}, not {value}"),
                ),
            );
        }
    }
}

const ORIGIN_FORM: (&str, &str) = (
    "http:// 또는 https://, 호스트, 필요하면 포트로 이루어지고 경로가 없어야 합니다",
    "must be http:// or https://, a host and perhaps a port, without a path",
);

fn is_origin(s: &str) -> bool {
    let Ok(uri) = s.parse::<axum::http::Uri>() else {
        return false;
    };
    matches!(uri.scheme_str(), Some("http" | "https"))
        && uri.authority().is_some_and(|a| !a.as_str().contains('@'))
        && uri.path_and_query().is_none_or(|p| p.as_str() == "/")
        && !s.ends_with('/')
}

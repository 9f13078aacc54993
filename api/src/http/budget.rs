//! What a document costs is estimated before it runs; what it really costs is counted while it runs.
//!
//! The estimate cannot know how long a list is that takes no `first`. A document that reaches more fields than the
//! limit allows ends there with an error, whatever was estimated.

use super::refusal::told;
use async_graphql::extensions::{
    Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo,
};
use async_graphql::{QueryPathSegment, Response, ServerResult, Value};
use matchday_domain::text::{Language, Message};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Ends an operation that resolves more fields than this; each event of a subscription is counted for itself. To be
/// built into the schema.
#[derive(Debug, Clone, Copy)]
pub struct Budget(pub u64);

impl ExtensionFactory for Budget {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Spent {
            most: self.0,
            fields: AtomicU64::new(0),
        })
    }
}

struct Spent {
    most: u64,
    fields: AtomicU64,
}

#[async_trait::async_trait]
impl Extension for Spent {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        self.fields.store(0, Ordering::Relaxed);
        next.run(ctx, operation_name).await
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        // The schema is asked for by tools, in development only.
        let is_field = matches!(info.path_node.segment, QueryPathSegment::Name(_));
        if is_field
            && !info.is_for_introspection
            && self.fields.fetch_add(1, Ordering::Relaxed) >= self.most
        {
            let most = self.most;
            let message = Message::new(
                format!("응답이 너무 커졌습니다(최대 필드 {most}개). 더 작게 나누어 요청하십시오."),
                format!(
                    "The answer has become too large (at most {most} fields); ask for less at a time."
                ),
            );
            // The edge speaks the caller's language.
            return Err(told(&message, "TOO_COSTLY", Language::default()));
        }
        next.run(ctx, info).await
    }
}

//! One's own data: to take along, or to have erased.

use super::organisation::email;
use super::payload::payload;
use super::{Result, app, caller};
use crate::app::privacy::ErasureWish;
use async_graphql::{Context, InputObject, Object};
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::Message;

/// A wish for all that is held about oneself.
#[derive(Debug, Clone, InputObject)]
pub struct ExportMyDataInput {
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// A wish to be erased.
#[derive(Debug, Clone, InputObject)]
pub struct EraseMeInput {
    /// One's own address, to make sure.
    email: String,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `exportMyData`.
    ExportMyDataPayload {
        /// All that is held, a JSON document: rows by table, without secrets.
        document: String
    }
}

payload! {
    /// The answer to `eraseMe`.
    EraseMePayload {
        /// What was deleted, what stays and why, a JSON document.
        report: String
    }
}

#[derive(Default)]
pub struct PrivacyMutation;

#[Object]
impl PrivacyMutation {
    /// All that is held about the person who is signed in. It is entered in the access log.
    async fn export_my_data(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The wish")] input: ExportMyDataInput,
    ) -> Result<Option<ExportMyDataPayload>> {
        let outcome = async {
            let person = app(ctx).data_subject(caller(ctx)).await?;
            let data = app(ctx)
                .export_person(Some(caller(ctx)), &person.email)
                .await?;
            Ok(serde_json::json!(data).to_string())
        };
        ExportMyDataPayload::settle(ctx, input.client_mutation_id, outcome.await, |told| told)
    }

    /// Erases the person who is signed in, at once and for good: name, address, sessions, places in organisations. What
    /// his or her organisations did stays theirs. Refused to the last administrator of an organisation with others.
    async fn erase_me(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The wish")] input: EraseMeInput,
    ) -> Result<Option<EraseMePayload>> {
        let outcome = async {
            let person = app(ctx).data_subject(caller(ctx)).await?;
            if email("email", &input.email)? != person.email {
                return Err(Problem::at(
                    "email",
                    Code::Invalid,
                    Message::new(
                        "로그인한 사람의 주소가 아닙니다.",
                        "This is not the address of the person who is signed in.",
                    ),
                )
                .into());
            }
            let wish = ErasureWish::default();
            let done = app(ctx)
                .erase_person(Some(caller(ctx)), &person.email, wish)
                .await?;
            Ok(serde_json::json!(done).to_string())
        };
        EraseMePayload::settle(ctx, input.client_mutation_id, outcome.await, |told| told)
    }
}

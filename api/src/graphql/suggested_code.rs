//! Codes that an author's words suggest, and the answers to them.

use super::catalogue::Offer;
use super::demand::Demand;
use super::payload::{key, payload};
use super::text::{Sentence, TermKind};
use super::{Result, app, caller, id};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use matchday_domain::suggested_code as domain;
use matchday_domain::terminology::Terminology;

/// A field that an author fills with words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "matchday_domain::suggested_code::TextField")]
pub enum TextField {
    /// The title.
    Title,
    /// The aim of a demand.
    Aim,
    /// The conditions of a demand in words.
    ConditionsText,
    /// Who is to be included, in words.
    Inclusion,
    /// Variables that must be there.
    VariablesRequired,
    /// Variables that would be welcome.
    VariablesWished,
    /// The abstract of an offer.
    Abstract,
    /// The keywords of an offer.
    Keywords,
    /// Tables and variables of an offer.
    Variables,
}

/// What the author has answered to a suggested code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "matchday_domain::suggested_code::SuggestionState")]
pub enum SuggestionState {
    /// Nothing yet.
    Suggested,
    /// It is stated.
    Confirmed,
    /// It is not meant: it does not count.
    Dismissed,
}

/// A code that the author's words suggest.
#[derive(SimpleObject)]
pub struct SuggestedCode {
    /// What it stands for.
    kind: TermKind,
    /// The code.
    code: String,
    /// What it means.
    label: Sentence,
    /// The field it was read from.
    field: TextField,
    /// The words it was read from.
    words: String,
    /// What the author has answered.
    state: SuggestionState,
    /// Whether it counts in scores already, for less than when it is confirmed. It opens no gate either way.
    counts: bool,
}

/// The suggestions for a content in the wanted states.
pub(crate) fn suggested<C: domain::Coded + Clone>(
    content: &C,
    states: &[SuggestionState],
) -> Vec<SuggestedCode> {
    let terminology = Terminology::standard();
    domain::suggest(content, terminology)
        .into_iter()
        .filter(|suggestion| states.contains(&suggestion.state.into()))
        .map(|suggestion| {
            let domain::TermCode { kind, code } = suggestion.code;
            SuggestedCode {
                label: Sentence(terminology.label_of(kind, &code)),
                kind: kind.into(),
                code,
                field: suggestion.field.into(),
                words: suggestion.words,
                state: suggestion.state.into(),
                counts: suggestion.counts,
            }
        })
        .collect()
}

/// A suggested code.
#[derive(Debug, Clone, InputObject)]
pub struct TermCodeInput {
    /// What it stands for.
    kind: TermKind,
    /// The code.
    code: String,
}

impl From<&TermCodeInput> for domain::TermCode {
    fn from(input: &TermCodeInput) -> Self {
        Self {
            kind: input.kind.into(),
            code: input.code.clone(),
        }
    }
}

/// Answers to suggested codes. One that is left out stays suggested.
#[derive(Debug, Clone, InputObject)]
pub struct AnswerCodesInput {
    /// The demand or offer.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// Codes that are meant: they are stated from now on.
    #[graphql(default)]
    confirm: Vec<TermCodeInput>,
    /// Codes that are not meant: they are not suggested again and do not count.
    #[graphql(default)]
    dismiss: Vec<TermCodeInput>,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

fn codes(input: &[TermCodeInput]) -> Vec<domain::TermCode> {
    input.iter().map(Into::into).collect()
}

payload! {
    /// The answer to `answerDemandCodes`.
    AnswerDemandCodesPayload {
        /// The demand as it is now.
        demand: Demand
    }
}

payload! {
    /// The answer to `answerOfferCodes`.
    AnswerOfferCodesPayload {
        /// The offer as it is now.
        offer: Offer
    }
}

#[derive(Default)]
pub struct SuggestionMutation;

#[Object]
impl SuggestionMutation {
    /// Confirms or dismisses codes that the words of a demand of the viewer's organisation suggest. If it is open, its
    /// matches are computed anew.
    async fn answer_demand_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answers")] input: AnswerCodesInput,
    ) -> Result<Option<AnswerDemandCodesPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let (confirm, dismiss) = (codes(&input.confirm), codes(&input.dismiss));
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx)
                .answer_codes(caller(ctx), &key, id, input.version, &confirm, &dismiss)
                .await
        };
        AnswerDemandCodesPayload::settle(ctx, input.client_mutation_id, outcome.await, Demand)
    }

    /// Confirms or dismisses codes that the words of an offer of the viewer's hospital suggest. If it is listed, its
    /// matches are computed anew.
    async fn answer_offer_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answers")] input: AnswerCodesInput,
    ) -> Result<Option<AnswerOfferCodesPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let (confirm, dismiss) = (codes(&input.confirm), codes(&input.dismiss));
        let outcome = async {
            let id = id::read("id", &input.id)?;
            app(ctx)
                .answer_codes(caller(ctx), &key, id, input.version, &confirm, &dismiss)
                .await
        };
        AnswerOfferCodesPayload::settle(ctx, input.client_mutation_id, outcome.await, Offer)
    }
}

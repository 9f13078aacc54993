//! A hospital imports its own offers from a file.

use super::payload::{key, payload};
use super::text::Sentence;
use super::{Result, app, caller};
use crate::app::import;
use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use matchday_infra::import::{Format, RowError};

/// The form of a file with offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "matchday_infra::import::Format")]
pub enum OfferFileFormat {
    /// The export of the HDR UK Gateway: CSV with a header, one data set a row.
    HdrukCsv,
    /// Documents of the HDR UK 4.0.0 schema: one, an array, or one a line.
    HdrukJson,
    /// Our own: one JSON object a line, see the project's examples.
    Ndjson,
}

/// A file with offers of the viewer's hospital.
#[derive(Debug, Clone, InputObject)]
pub struct ImportOffersInput {
    /// The form of the file.
    format: OfferFileFormat,
    /// The file itself, in UTF-8.
    text: String,
    /// Whether new offers are listed at once; else they are drafts. Known ones stay in their state.
    #[graphql(default = false)]
    list: bool,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// What is wrong with a record of a file. The record was not kept; the others were.
pub struct ImportError(RowError);

/// What is wrong with a record of a file. The record was not kept; the others were.
#[Object]
impl ImportError {
    /// The line of the file on which the record begins, from 1.
    async fn line(&self) -> i32 {
        i32::try_from(self.0.line).unwrap_or(i32::MAX)
    }

    /// The field at fault; null: the record as a whole.
    async fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// Why.
    async fn reason(&self) -> Sentence {
        Sentence(self.0.reason.clone())
    }
}

/// A field that the source does not state.
#[derive(Debug, SimpleObject)]
pub struct UnstatedField {
    /// The field of an offer.
    field: String,
    /// Offers of the file without it.
    offers: i32,
}

/// What became of a file.
pub struct ImportReport(import::ImportReport);

/// What became of a file.
#[Object]
impl ImportReport {
    /// Records of the file.
    async fn read(&self) -> i32 {
        number(self.0.read())
    }

    /// Records that were new.
    async fn new(&self) -> i32 {
        number(self.0.new)
    }

    /// Records that say something else than before.
    async fn changed(&self) -> i32 {
        number(self.0.changed)
    }

    /// Records that say what they said before.
    async fn unchanged(&self) -> i32 {
        number(self.0.unchanged)
    }

    /// Records that could not be read or kept.
    async fn refused(&self) -> i32 {
        number(self.0.refused)
    }

    /// Why, in the order of the file; a record may have several reasons.
    async fn errors(&self) -> Vec<ImportError> {
        self.0.errors.iter().cloned().map(ImportError).collect()
    }

    /// What the file does not state and had to stay unknown.
    async fn unstated(&self) -> Vec<UnstatedField> {
        let unknown = self.0.unknown.iter();
        unknown
            .map(|(field, offers)| UnstatedField {
                field: field.clone(),
                offers: number(*offers),
            })
            .collect()
    }
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

payload! {
    /// The answer to `importOffers`.
    ImportOffersPayload {
        /// What became of the file.
        report: ImportReport
    }
}

#[derive(Default)]
pub struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Imports offers of the viewer's hospital. A record that is wrong is told with its line, the others are kept; the
    /// same file a second time changes nothing. All records must be of one organisation.
    async fn import_offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file")] input: ImportOffersInput,
    ) -> Result<Option<ImportOffersPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let format = Format::from(input.format);
        let outcome = app(ctx)
            .import_own_offers(caller(ctx), &key, format, &input.text, input.list)
            .await;
        ImportOffersPayload::settle(ctx, input.client_mutation_id, outcome, ImportReport)
    }
}

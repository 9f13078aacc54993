//! The interface: GraphQL objects are newtypes over domain types, resolvers translate and do nothing else.
//!
//! One file a topic for its objects and queries, `*_mutation` for what changes it. `loader` gathers the reads of
//! sibling fields, so that a page costs a constant number of statements.

mod access_log;
mod api_key;
mod arrangement_rules;
mod catalogue;
mod colleague;
mod connection;
mod content;
mod demand;
mod demand_mutation;
mod error;
mod event_weights;
mod feasibility;
mod id;
mod identity;
mod identity_provider;
mod import;
mod loader;
mod matches;
mod matching_day;
mod matching_day_mutation;
mod meeting;
mod node;
mod offer_mutation;
mod organisation;
mod payload;
mod privacy;
mod query;
mod recorded;
mod registration;
mod report;
mod request;
mod scalar;
mod session;
mod subscription;
mod suggested_code;
mod text;
mod timetable;
mod vocabulary;

pub use recorded::Recorded;

use crate::app::{App, Caller};
use crate::config::Limits;
use crate::http::Budget;
use async_graphql::{Context, MergedObject, Schema, SchemaBuilder};
use error::Fault;
use loader::Loaders;
use std::sync::Arc;

/// Everything that changes something.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    identity::IdentityMutation,
    session::SessionMutation,
    api_key::ApiKeyMutation,
    organisation::OrganisationMutation,
    colleague::ColleagueMutation,
    identity_provider::IdentityProviderMutation,
    offer_mutation::OfferMutation,
    import::ImportMutation,
    demand_mutation::DemandMutation,
    suggested_code::SuggestionMutation,
    matching_day_mutation::MatchingDayMutation,
    request::RequestMutation,
    event_weights::EventWeightsMutation,
    arrangement_rules::ArrangementRulesMutation,
    privacy::PrivacyMutation,
    timetable::TimetableMutation,
);

/// Everything that can be read.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
pub struct Query(
    query::RootQuery,
    node::NodeQuery,
    report::ReportQuery,
    identity_provider::IdentityProviderQuery,
);

/// The schema.
pub type MatchdaySchema = Schema<Query, Mutation, subscription::Subscription>;

/// The schema without data: for its export.
pub fn builder() -> SchemaBuilder<Query, Mutation, subscription::Subscription> {
    Schema::build(
        Query::default(),
        Mutation::default(),
        subscription::Subscription,
    )
    .register_output_type::<node::Node>()
}

/// The schema of a running service.
pub fn schema(app: App, limits: Limits, development: bool) -> MatchdaySchema {
    let budget = Budget(limits.cost);
    let builder = builder().data(app).data(limits).disable_suggestions();
    let builder = builder.extension(budget);
    if development {
        builder.finish()
    } else {
        builder.disable_introspection().finish()
    }
}

/// The schema in the definition language, as `schema.graphql` holds it.
pub fn sdl() -> String {
    use async_graphql::SDLExportOptions;
    let options = SDLExportOptions::new()
        .sorted_arguments()
        .sorted_enum_items()
        .sorted_fields()
        .include_specified_by();
    let mut sdl = builder().finish().sdl_with_options(options);
    if !sdl.ends_with('\n') {
        sdl.push('\n');
    }
    sdl
}

/// What a request carries with it: who asks, and the reads it shares among its fields.
pub fn request_data(
    app: &App,
    mut caller: Caller,
    mut request: async_graphql::Request,
) -> async_graphql::Request {
    caller.trace = caller.trace.of(&recorded::root_fields(&mut request));
    request = request.data(Arc::new(Loaders::new(app.clone(), caller.clone())));
    request.data(caller)
}

pub(crate) fn app<'a>(ctx: &Context<'a>) -> &'a App {
    ctx.data_unchecked::<App>()
}

pub(crate) fn caller<'a>(ctx: &Context<'a>) -> &'a Caller {
    ctx.data_unchecked::<Caller>()
}

pub(crate) fn loaders<'a>(ctx: &Context<'a>) -> &'a Loaders {
    ctx.data_unchecked::<Arc<Loaders>>()
}

/// The result of a resolver.
pub(crate) type Result<T> = std::result::Result<T, Fault>;

//! Where reading begins.

use super::catalogue::Offer;
use super::connection::{List, Paging, list};
use super::demand::Demand;
use super::identity::Viewer;
use super::matching_day::MatchingDay;
use super::meeting::{AgendaDay, Meeting};
use super::organisation::{Consortium, Organisation};
use super::registration::Delegate;
use super::text::{Term, search};
use super::vocabulary::{DemandState, OfferState, OrganisationKind, Verification};
use super::{Result, app, caller, id};
use async_graphql::{Context, ID, Object, SimpleObject};
use matchday_domain::page;
use matchday_domain::policy::OwnAction;

#[derive(Default)]
pub struct RootQuery;

/// Limits that a client should know. A rate is of tokens that may be used all at once or spread, and come back evenly
/// over a minute; whoever exceeds one is told `RATE_LIMITED` and the seconds to wait.
#[derive(SimpleObject)]
pub struct ServiceLimits {
    /// The largest `first` or `last` of a connection, in elements.
    max_page_size: i32,
    /// The page without `first` and `last`, in elements.
    default_page_size: i32,
    /// The largest body of a request, in bytes.
    max_body_bytes: i64,
    /// The largest document, in bytes.
    max_document_bytes: i64,
    /// Most tokens of a document.
    max_tokens: i64,
    /// The deepest nesting of a document, in levels.
    max_depth: i64,
    /// Most aliases in a document.
    max_aliases: i64,
    /// Most directives in a document.
    max_directives: i64,
    /// Most fields that repeat a name beside them, in a document.
    max_repeated_fields: i64,
    /// Most fields of a document after its fragments are written out.
    max_expanded_fields: i64,
    /// Most root fields in a document.
    max_root_fields: i64,
    /// The largest cost of a document: fields, times the size of the lists they stand in.
    max_cost: i64,
    /// How many elements a list that takes no `first` counts for, in the cost.
    list_size: i64,
    /// The largest message on a socket, in bytes.
    max_message_bytes: i64,
    /// Most subscriptions of a socket.
    max_subscriptions_per_socket: i64,
    /// Most sockets of one user.
    max_sockets_per_user: i64,
    /// Messages on one socket, a minute.
    socket_messages_per_minute: i64,
    /// Requests from one address, a minute; an IPv6 network of 64 bits is one address.
    requests_per_address_per_minute: i64,
    /// Sign-ins from one address, a minute, codes that are asked for included.
    sign_ins_per_address_per_minute: i64,
    /// Operations of one user, a minute.
    operations_per_user_per_minute: i64,
    /// Meeting requests, invitations and imports of one user, a minute.
    mass_actions_per_user_per_minute: i64,
}

fn size(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn big(n: impl TryInto<i64>) -> i64 {
    n.try_into().unwrap_or(i64::MAX)
}

#[Object]
impl RootQuery {
    /// Who is signed in; null if nobody is.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        Viewer::of(ctx, caller(ctx)).await
    }

    /// Codes for words in Korean or English, best first: conditions, kinds of data, standards, conditions of use.
    async fn search_terms(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Words or a code: `폐암`, `lung cancer`, `C34`, also one of DUO, LOINC, ATC or EDI"
        )]
        words: String,
        #[graphql(desc = "How many at most, 0 to 100", default = 20)] first: i32,
    ) -> Result<Vec<Term>> {
        search(ctx, &words, first)
    }

    /// Verified organisations in the order of creation; for the organiser those that are not verified, too.
    #[allow(clippy::too_many_arguments)] // the arguments of a Relay connection
    async fn organisations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only organisations of this kind")] kind: Option<OrganisationKind>,
        #[graphql(desc = "Only organisations that stand like this")] verification: Option<
            Verification,
        >,
    ) -> Result<List<Organisation>> {
        let viewer = caller(ctx).viewer()?;
        let request = Paging {
            first,
            last,
            after,
            before,
        }
        .request()?;
        let (kind, verification) = (kind.map(Into::into), verification.map(Into::into));
        let page = app(ctx)
            .store()
            .organisation_page(viewer, kind, verification, request)
            .await?;
        Ok(list(page, |organisation| organisation.id.0, Organisation))
    }

    /// The consortia of hospitals, in the order of creation.
    async fn consortia(&self, ctx: &Context<'_>) -> Result<Vec<Consortium>> {
        caller(ctx).viewer()?;
        Ok(app(ctx)
            .store()
            .consortia()
            .await?
            .into_iter()
            .map(Consortium)
            .collect())
    }

    /// Offers that the viewer may see, in the order of creation: listed ones, and all of the viewer's own.
    #[allow(clippy::too_many_arguments)] // the arguments of a Relay connection
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only offers of this organisation")] organisation_id: Option<ID>,
        #[graphql(desc = "Only offers in this state")] state: Option<OfferState>,
    ) -> Result<List<Offer>> {
        let viewer = caller(ctx).viewer()?;
        let request = Paging {
            first,
            last,
            after,
            before,
        }
        .request()?;
        let owner = id::read_optional("organisationId", organisation_id.as_ref())?;
        let page = app(ctx)
            .store()
            .offer_page(viewer, owner, state.map(Into::into), request)
            .await?;
        Ok(list(page, |offer| offer.id.0, Offer))
    }

    /// Demands that the viewer may see, in the order of creation: open ones, and all of the viewer's own.
    #[allow(clippy::too_many_arguments)] // the arguments of a Relay connection
    async fn demands(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only the viewer's own demands", default)] own: bool,
        #[graphql(desc = "Only demands in this state")] state: Option<DemandState>,
    ) -> Result<List<Demand>> {
        let viewer = caller(ctx).viewer()?;
        let request = Paging {
            first,
            last,
            after,
            before,
        }
        .request()?;
        // By owner only for the owner: otherwise a blind demand could be found out by asking for each.
        let owner = if own { viewer.organisation() } else { None };
        let page = app(ctx)
            .store()
            .demand_page(viewer, owner, state.map(Into::into), request)
            .await?;
        Ok(list(page, |demand| demand.id.0, Demand))
    }

    /// Matching days in the order of creation; drafts are their organiser's alone.
    async fn matching_days(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
    ) -> Result<List<MatchingDay>> {
        let viewer = caller(ctx).viewer()?;
        let request = Paging {
            first,
            last,
            after,
            before,
        }
        .request()?;
        let page = app(ctx).store().matching_day_page(viewer, request).await?;
        Ok(list(page, |day| day.id.0, MatchingDay))
    }

    /// The viewer's published meetings, newest matching day first.
    async fn my_agenda(&self, ctx: &Context<'_>) -> Result<Vec<AgendaDay>> {
        let days = app(ctx)
            .days_of(caller(ctx).may_own(OwnAction::ReadAgenda)?.person)
            .await?;
        Ok(days
            .into_iter()
            .map(|own| AgendaDay {
                matching_day: MatchingDay(own.day),
                delegate: Delegate(own.delegate),
                meetings: own.meetings.into_iter().map(Meeting).collect(),
            })
            .collect())
    }

    /// Limits that a client should know.
    async fn service_limits(&self, ctx: &Context<'_>) -> ServiceLimits {
        let limits = ctx.data_unchecked::<crate::config::Limits>();
        ServiceLimits {
            max_page_size: size(page::MAX_PAGE),
            default_page_size: size(page::DEFAULT_PAGE),
            max_body_bytes: big(limits.body_bytes),
            max_document_bytes: big(limits.document_bytes),
            max_tokens: big(limits.tokens),
            max_depth: big(limits.depth),
            max_aliases: big(limits.aliases),
            max_directives: big(limits.directives),
            max_repeated_fields: big(limits.repeated_fields),
            max_expanded_fields: big(limits.expanded_fields),
            max_root_fields: big(limits.root_fields),
            max_cost: big(limits.cost),
            list_size: big(limits.list_size),
            max_message_bytes: big(limits.frame_bytes),
            max_subscriptions_per_socket: big(limits.subscriptions_per_socket),
            max_sockets_per_user: big(limits.sockets_per_user),
            socket_messages_per_minute: big(limits.socket_messages),
            requests_per_address_per_minute: big(limits.requests_per_address),
            sign_ins_per_address_per_minute: big(limits.sign_ins_per_address),
            operations_per_user_per_minute: big(limits.operations_per_user),
            mass_actions_per_user_per_minute: big(limits.mass_actions_per_user),
        }
    }
}

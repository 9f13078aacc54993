//! Who looked at whose data, or changed them.

use super::connection::{List, Paging, list};
use super::matching_day::MatchingDay;
use super::organisation::{Organisation, Person};
use super::{Result, app, caller, id, loaders};
use crate::app::access::object_id;
use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::{DateTime, Utc};
use matchday_domain::policy::Action;
use matchday_domain::privacy::AccessLine;
use matchday_domain::problem::Problem;
use matchday_infra::store::{LogFilter, LogOf};

/// What was looked at or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "matchday_domain::privacy::AccessResource")]
pub enum AccessResource {
    /// An organisation.
    Organisation,
    /// A colleague's place in an organisation.
    Membership,
    /// A person: signed in, or own data exported or erased.
    Person,
    /// An offer: its contact, or what only its hospital and the organiser see.
    Offer,
    /// A demand: who asks while it is blind, its budget, its feasibility.
    Demand,
    /// A match of others.
    Match,
    /// A matching day.
    MatchingDay,
    /// A registration for a matching day.
    Registration,
    /// A person whom an organisation sends to a matching day.
    Delegate,
    /// A meeting request.
    MeetingRequest,
    /// A run of the arrangement.
    Arrangement,
    /// A meeting.
    Meeting,
    /// A report's row about an offer.
    Report,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "matchday_domain::privacy::AccessDeed")]
pub enum AccessDeed {
    /// Looked at.
    Read,
    /// Made or changed.
    Change,
    /// A colleague signed in.
    SignIn,
    /// Somebody tried to sign in as a colleague, or at the organisation's identity provider, and was refused.
    SignInRefused,
}

/// Which lines of an access log are wanted; what is left out does not restrict.
#[derive(Debug, Clone, Default, InputObject)]
pub struct AccessLogFilterInput {
    /// Only about this kind of thing.
    resource: Option<AccessResource>,
    /// Only what was done like this.
    deed: Option<AccessDeed>,
    /// Only by people of this organisation.
    by_organisation_id: Option<ID>,
    /// Only from this instant on.
    since: Option<DateTime<Utc>>,
    /// Only before this instant.
    until: Option<DateTime<Utc>>,
}

impl AccessLogFilterInput {
    fn read(self) -> std::result::Result<LogFilter, Problem> {
        Ok(LogFilter {
            resource: self.resource.map(Into::into),
            deed: self.deed.map(Into::into),
            acting: id::read_optional("filter.byOrganisationId", self.by_organisation_id.as_ref())?,
            since: self.since,
            until: self.until,
        })
    }
}

/// The lines that the viewer may see; null where there are none for it to see.
pub(super) async fn access_log(
    ctx: &Context<'_>,
    of: LogOf,
    filter: Option<AccessLogFilterInput>,
    paging: &Paging,
) -> Result<Option<List<AccessLogEntry>>> {
    let filter = filter.unwrap_or_default().read()?;
    let page = app(ctx)
        .access_log(caller(ctx), of, filter, paging.request()?)
        .await?;
    Ok(page.map(|page| list(page, |line| line.id.0, AccessLogEntry)))
}

/// That somebody read or changed what belongs to an organisation.
pub struct AccessLogEntry(pub AccessLine);

/// That somebody read or changed what belongs to an organisation, or signed in: one entry for a request and a kind of
/// thing. Reading is entered where another organisation saw what is not public.
#[Object]
impl AccessLogEntry {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// For which organisation the one who did it acted; null for the operator of the service and for a refused sign-in.
    async fn by_organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>> {
        let Some(id) = self.0.acting else {
            return Ok(None);
        };
        Ok(loaders(ctx).organisation(id).await?.map(Organisation))
    }

    /// Who did it; null for the operator of the service, for a refused sign-in (as whom it was tried is among the
    /// objects), and to others than colleagues and the organiser of the matching day.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let own = caller(ctx).actor()?.acts_for.as_ref();
        let colleague = own.is_some_and(|own| Some(own.organisation) == self.0.acting);
        let organises = match self.0.event {
            Some(event) => {
                let day = loaders(ctx).matching_day(event).await?;
                day.is_some_and(|day| {
                    let organiser = day.organiser;
                    caller(ctx)
                        .may(Action::RunMatchingDay { organiser })
                        .is_ok()
                })
            }
            None => false,
        };
        match self.0.person {
            Some(id) if colleague || organises => Ok(loaders(ctx).person(id).await?.map(Person)),
            _ => Ok(None),
        }
    }

    /// From which network, `192.0.2.0/24`: an address is not kept; null for the operator of the service.
    async fn network(&self) -> Option<&str> {
        self.0.network.as_deref()
    }

    /// Whose data.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Organisation> {
        // Nobody gets to see a line that is nobody's.
        let found = match self.0.owner {
            Some(owner) => loaders(ctx).organisation(owner).await?,
            None => None,
        };
        Ok(Organisation(
            found.ok_or_else(|| Problem::not_found("owner"))?,
        ))
    }

    /// At which matching day; null where it was about none, or about one that is hidden from the viewer.
    async fn matching_day(&self, ctx: &Context<'_>) -> Result<Option<MatchingDay>> {
        let Some(id) = self.0.event else {
            return Ok(None);
        };
        Ok(loaders(ctx).matching_day(id).await?.map(MatchingDay))
    }

    /// What kind of thing.
    async fn resource(&self) -> AccessResource {
        self.0.resource.into()
    }

    /// What was done.
    async fn deed(&self) -> AccessDeed {
        self.0.deed.into()
    }

    /// By which operations of the interface, `demands, node`; a mutation's name for a change.
    async fn operation(&self) -> &str {
        &self.0.operation
    }

    /// Global ids of the things, at most 100; of a report, the offers.
    async fn object_ids(&self) -> Vec<ID> {
        let ids = self.0.objects.iter();
        ids.filter_map(|id| object_id(self.0.resource, *id))
            .map(ID)
            .collect()
    }
}

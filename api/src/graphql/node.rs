//! Refetching any object by its global id.

use super::access_log::AccessLogEntry;
use super::catalogue::Offer;
use super::demand::Demand;
use super::matches::Match;
use super::matching_day::MatchingDay;
use super::meeting::{Arrangement, Meeting};
use super::organisation::{Consortium, Organisation, Person};
use super::registration::{Delegate, Registration};
use super::request::MeetingRequest;
use super::{Result, app, caller, loaders};
use async_graphql::{Context, ID, Interface, Object};
use matchday_domain::id::GlobalId;
use matchday_domain::organisation::Verification;
use matchday_domain::policy::Action;
use matchday_domain::problem::Problem;

/// An object with a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id: `offer:01890a5d-…`."))]
pub enum Node {
    /// A company, institute, hospital, organiser or observer.
    Organisation(Organisation),
    /// Somebody who signs in.
    Person(Person),
    /// A consortium of hospitals.
    Consortium(Consortium),
    /// A data offer.
    Offer(Offer),
    /// A data demand.
    Demand(Demand),
    /// A scored pair of demand and offer.
    Match(Match),
    /// A matching day.
    MatchingDay(MatchingDay),
    /// An organisation's registration for a matching day.
    Registration(Registration),
    /// A person whom an organisation sends.
    Delegate(Delegate),
    /// A wish to meet.
    MeetingRequest(MeetingRequest),
    /// One run of the arrangement.
    Arrangement(Arrangement),
    /// A meeting.
    Meeting(Meeting),
    /// A line of the access log.
    AccessLogEntry(AccessLogEntry),
}

/// The object behind an id, if there is one and the viewer may see it: the two cannot be told apart.
async fn fetch(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let Ok(id) = id.as_str().parse::<GlobalId>() else {
        return Ok(None);
    };
    // An administrator reads it before the organisation is verified, too.
    if let GlobalId::AccessLineId(id) = id {
        let line = app(ctx).access_line(caller(ctx), id).await?;
        return Ok(line.map(|line| Node::AccessLogEntry(AccessLogEntry(line))));
    }
    let viewer = caller(ctx).viewer()?;
    let loaders = loaders(ctx);
    Ok(match id {
        GlobalId::OrganisationId(id) => loaders
            .organisation(id)
            .await?
            .filter(|found| {
                let action = Action::SeeOrganisation {
                    organisation: found.id,
                    verified: found.verification == Verification::Verified,
                };
                caller(ctx).may(action).is_ok()
            })
            .map(|found| Node::Organisation(Organisation(found))),
        GlobalId::OfferId(id) => loaders
            .offer(id)
            .await?
            .map(|found| Node::Offer(Offer(found))),
        GlobalId::DemandId(id) => loaders
            .demand(id)
            .await?
            .map(|found| Node::Demand(Demand(found))),
        GlobalId::MatchId(id) => loaders
            .scored(id)
            .await?
            .map(|found| Node::Match(Match(found))),
        GlobalId::MatchingDayId(id) => loaders
            .matching_day(id)
            .await?
            .map(|found| Node::MatchingDay(MatchingDay(found))),
        GlobalId::RegistrationId(id) => Registration::visible(ctx, id)
            .await?
            .map(Node::Registration),
        GlobalId::DelegateId(id) => {
            let Some(delegate) = loaders.delegate(id).await? else {
                return Ok(None);
            };
            let registration = Registration::visible(ctx, delegate.registration).await?;
            registration.map(|_| Node::Delegate(Delegate(delegate)))
        }
        GlobalId::MeetingRequestId(id) => loaders
            .request(id)
            .await?
            .map(|found| Node::MeetingRequest(MeetingRequest(found))),
        GlobalId::ArrangementId(id) => loaders
            .run(id)
            .await?
            .map(|found| Node::Arrangement(Arrangement(found))),
        GlobalId::MeetingId(id) => loaders
            .meeting(id)
            .await?
            .map(|found| Node::Meeting(Meeting(found))),
        GlobalId::ConsortiumId(id) => {
            let all = app(ctx).store().consortia().await?;
            all.into_iter()
                .find(|found| found.id == id)
                .map(|found| Node::Consortium(Consortium(found)))
        }
        GlobalId::PersonId(id) => {
            // A person is seen by colleagues only; others meet delegates.
            let Some(own) = viewer.organisation() else {
                return Ok(None);
            };
            let members = app(ctx).store().members_of(&[own]).await?;
            let member = members.into_iter().find(|member| member.person.id == id);
            member.map(|member| Node::Person(Person(member.person)))
        }
        // Places and what lets people and programs in are parts of other objects.
        GlobalId::MembershipId(_)
        | GlobalId::SessionId(_)
        | GlobalId::ApiKeyId(_)
        | GlobalId::ColleagueInvitationId(_)
        | GlobalId::MailDomainId(_)
        | GlobalId::AccessLineId(_) => None,
    })
}

#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The object with a global id; null if there is none that the viewer may see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id")] id: ID,
    ) -> Result<Option<Node>> {
        fetch(ctx, &id).await
    }

    /// The objects with these global ids, in this order; null where there is none that the viewer may see. At most 100.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids, at most 100")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > matchday_domain::page::MAX_PAGE {
            return Err(Problem::too_long("ids", matchday_domain::page::MAX_PAGE).into());
        }
        futures_util::future::try_join_all(ids.iter().map(|id| fetch(ctx, id))).await
    }
}

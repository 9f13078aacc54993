//! Registrations and delegates as objects.

use super::loader::DelegatesOf;
use super::organisation::{Organisation, Person};
use super::text::Language;
use super::vocabulary::{HalfDay, Side};
use super::{Result, app, caller, loaders};
use async_graphql::{Context, ID, Object};
use matchday_domain::id::RegistrationId;
use matchday_domain::matching_day as domain;
use matchday_domain::privacy::AccessResource;
use matchday_domain::problem::Problem;
use matchday_infra::store::Viewer;

/// The registration of the caller's organisation, if it has one that stands.
pub(crate) async fn own_registration(
    ctx: &Context<'_>,
    day: &domain::MatchingDay,
) -> Result<Option<domain::Registration>> {
    let Some(own) = caller(ctx).viewer()?.organisation() else {
        return Ok(None);
    };
    let registration = app(ctx).store().registration_of(day.id, own).await?;
    Ok(registration.filter(|registration| !registration.withdrawn))
}

/// An organisation's registration for a matching day.
pub struct Registration(pub domain::Registration);

impl Registration {
    /// Only those who take part and the organiser see it.
    fn seen(&self, ctx: &Context<'_>) {
        let (owner, event) = (self.0.organisation, Some(self.0.event));
        caller(ctx).saw(AccessResource::Registration, owner, event, self.0.id);
    }
}

/// An organisation that takes part in a matching day.
#[Object]
impl Registration {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Who takes part.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        self.seen(ctx);
        let found = loaders(ctx).organisation(self.0.organisation).await?;
        Ok(Organisation(
            found.ok_or_else(|| Problem::not_found("organisation"))?,
        ))
    }

    /// On which side of the market.
    async fn side(&self) -> Side {
        self.0.side.into()
    }

    /// Fewest meetings it hopes for.
    async fn meetings_min(&self, ctx: &Context<'_>) -> i32 {
        self.seen(ctx);
        self.0.meetings_min
    }

    /// Most meetings it wants; null: as many as its delegates can hold.
    async fn meetings_max(&self, ctx: &Context<'_>) -> Option<i32> {
        self.seen(ctx);
        self.0.meetings_max
    }

    /// Slots that stay free between two of its meetings, 0 to 10.
    async fn rest_slots(&self, ctx: &Context<'_>) -> i32 {
        self.seen(ctx);
        self.0.rest_slots
    }

    /// When it would rather meet, before or after noon in the event's zone; null: whenever.
    async fn preferred_half(&self, ctx: &Context<'_>) -> Option<HalfDay> {
        self.seen(ctx);
        self.0.preferred_half.map(Into::into)
    }

    /// Whether it would rather be done early.
    async fn finishes_early(&self, ctx: &Context<'_>) -> bool {
        self.seen(ctx);
        self.0.finishes_early
    }

    /// Whether it was taken back.
    async fn withdrawn(&self) -> bool {
        self.0.withdrawn
    }

    /// Raised by one at every change; what an update must name.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Who comes, in the order in which they were named.
    async fn delegates(&self, ctx: &Context<'_>) -> Result<Vec<Delegate>> {
        self.seen(ctx);
        let delegates = loaders(ctx)
            .delegates_of(DelegatesOf(self.0.id))
            .await?
            .unwrap_or_default();
        Ok(delegates.into_iter().map(Delegate).collect())
    }
}

/// A person whom an organisation sends.
pub struct Delegate(pub domain::Delegate);

/// A person whom an organisation sends to a matching day.
#[Object]
impl Delegate {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Who.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        if let Some(registration) = loaders(ctx).registration(self.0.registration).await? {
            let (owner, event) = (registration.organisation, Some(registration.event));
            caller(ctx).saw(AccessResource::Delegate, owner, event, self.0.id);
        }
        let person = loaders(ctx).person(self.0.person).await?;
        Ok(Person(person.ok_or_else(|| Problem::not_found("person"))?))
    }

    /// What he or she can speak about.
    async fn fields(&self) -> &str {
        &self.0.fields
    }

    /// Languages spoken.
    async fn languages(&self) -> Vec<Language> {
        super::catalogue::convert(&self.0.languages)
    }

    /// Takes part from afar.
    async fn remote(&self) -> bool {
        self.0.remote
    }

    /// Indexes of the slots in which he or she cannot meet.
    async fn unavailable_slots(&self) -> &[i32] {
        &self.0.unavailable_slots
    }
}

impl Registration {
    /// A registration that the viewer may see: its own, one of a day it takes part in or runs.
    pub(crate) async fn visible(ctx: &Context<'_>, id: RegistrationId) -> Result<Option<Self>> {
        let viewer = caller(ctx).viewer()?;
        let Some(registration) = loaders(ctx).registration(id).await? else {
            return Ok(None);
        };
        let Some(day) = loaders(ctx).matching_day(registration.event).await? else {
            return Ok(None);
        };
        let own = viewer.organisation() == Some(registration.organisation);
        let sees = own
            || matches!(viewer, Viewer::Overseer(own) if own == day.organiser)
            || own_registration(ctx, &day).await?.is_some();
        Ok(sees.then_some(Self(registration)))
    }
}

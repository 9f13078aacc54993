//! Organisations, people and consortia.

use super::access_log::{AccessLogEntry, AccessLogFilterInput, access_log};
use super::api_key::ApiKey;
use super::colleague::ColleagueInvitation;
use super::connection::{List, Paging, list};
use super::identity_provider::{IdentityProvider, MailDomain};
use super::loader::{AllConsortia, MembersOf};
use super::payload::{key, payload};
use super::scalar::{CountryCode, Date};
use super::text::{Text, TextInput};
use super::vocabulary::{
    ConsortiumRole, FirmSize, HospitalTier, LegalForm, OfferState, OrganisationKind, Region, Role,
    Verification,
};
use super::{Result, app, caller, id, loaders};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use matchday_domain::catalogue::Country;
use matchday_domain::organisation as domain;
use matchday_domain::policy::Action;
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::Message;
use matchday_infra::store::{ListedMember, LogOf};

/// A company, institute, hospital, organiser or observer.
pub struct Organisation(pub domain::Organisation);

/// Somebody who signs in.
pub struct Person(pub domain::Person);

/// A person as colleagues, partners of a meeting and the organiser see him or her.
#[Object]
impl Person {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// How to address the person.
    async fn name(&self) -> &str {
        &self.0.name
    }
}

/// A person's place in an organisation.
pub struct Membership(pub ListedMember);

/// A person's place in an organisation.
#[Object]
impl Membership {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.membership.id.to_string())
    }

    /// Who.
    async fn person(&self) -> Person {
        Person(self.0.person.clone())
    }

    /// Where mail goes. Shown to colleagues only.
    async fn email(&self) -> &str {
        self.0.person.email.as_str()
    }

    /// As what.
    async fn role(&self) -> Role {
        self.0.membership.role.into()
    }
}

/// A hospital's dated part in a consortium.
#[derive(SimpleObject)]
pub struct ConsortiumMembership {
    /// The consortium.
    consortium: Consortium,
    /// Lead or member.
    role: ConsortiumRole,
    /// First day.
    from: Date,
    /// First day on which it no longer holds; null while it lasts.
    until: Option<Date>,
}

/// A consortium of hospitals.
#[derive(Clone)]
pub struct Consortium(pub domain::Consortium);

/// A hospital's dated part in a consortium, seen from the consortium.
#[derive(SimpleObject)]
pub struct ConsortiumPart {
    /// The hospital.
    organisation: Organisation,
    /// Lead or member.
    role: ConsortiumRole,
    /// First day.
    from: Date,
    /// First day on which it no longer holds; null while it lasts.
    until: Option<Date>,
}

/// A consortium of hospitals.
#[Object]
impl Consortium {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Name.
    async fn name(&self) -> Text {
        Text(self.0.name.clone())
    }

    /// The hospitals' parts, by first day: all of them, or those that hold on a day.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only the parts that hold on this day")] on: Option<Date>,
    ) -> Result<Vec<ConsortiumPart>> {
        let all = loaders(ctx)
            .consortia(AllConsortia)
            .await?
            .unwrap_or_default();
        let wanted = all.1.iter().filter(|part| {
            part.consortium == self.0.id && on.is_none_or(|day| part.holds_on(day.0))
        });
        let reads = wanted.map(|part| async move {
            let organisation = loaders(ctx).organisation(part.organisation).await?;
            Ok::<_, super::Fault>(organisation.map(|organisation| ConsortiumPart {
                organisation: Organisation(organisation),
                role: part.role.into(),
                from: Date(part.from),
                until: part.until.map(Date),
            }))
        });
        let read = futures_util::future::try_join_all(reads).await?;
        Ok(read.into_iter().flatten().collect())
    }
}

/// A company, institute, hospital, organiser or observer. Null means that it was not said or does not apply.
#[Object]
impl Organisation {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// What it is.
    async fn kind(&self) -> OrganisationKind {
        self.0.profile.kind.into()
    }

    /// Name.
    async fn name(&self) -> Text {
        Text(self.0.profile.name.clone())
    }

    /// Where it sits.
    async fn region(&self) -> Option<Region> {
        self.0.profile.region.map(Into::into)
    }

    /// The country of its seat.
    async fn country(&self) -> CountryCode {
        CountryCode(self.0.profile.country.clone())
    }

    /// A company's size.
    async fn firm_size(&self) -> Option<FirmSize> {
        self.0.profile.firm_size.map(Into::into)
    }

    /// For profit or not.
    async fn legal_form(&self) -> Option<LegalForm> {
        self.0.profile.legal_form.map(Into::into)
    }

    /// Whether its parent company sits abroad.
    async fn foreign_parent(&self) -> Option<bool> {
        self.0.profile.foreign_parent
    }

    /// A hospital's tier.
    async fn tier(&self) -> Option<HospitalTier> {
        self.0.profile.tier.map(Into::into)
    }

    /// A hospital's beds.
    async fn beds(&self) -> Option<i64> {
        self.0.profile.beds
    }

    /// Whether it is a designated medical data-centred hospital.
    async fn designated(&self) -> bool {
        self.0.profile.designated
    }

    /// Whether it may act.
    async fn verification(&self) -> Verification {
        self.0.verification.into()
    }

    /// Raised by one at every change; what an update must name.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was first saved.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// Its parts in consortia, by first day; empty for all but hospitals.
    async fn consortia(&self, ctx: &Context<'_>) -> Result<Vec<ConsortiumMembership>> {
        let all = loaders(ctx)
            .consortia(AllConsortia)
            .await?
            .unwrap_or_default();
        let parts = all.1.iter().filter(|part| part.organisation == self.0.id);
        Ok(parts
            .filter_map(|part| {
                let consortium = all
                    .0
                    .iter()
                    .find(|consortium| consortium.id == part.consortium)?;
                Some(ConsortiumMembership {
                    consortium: Consortium(consortium.clone()),
                    role: part.role.into(),
                    from: Date(part.from),
                    until: part.until.map(Date),
                })
            })
            .collect())
    }

    /// Its people, oldest place first; null for all but its own people.
    async fn members(&self, ctx: &Context<'_>) -> Result<Option<Vec<Membership>>> {
        if caller(ctx)
            .may(Action::ReadOwn { owner: self.0.id })
            .is_err()
        {
            return Ok(None);
        }
        let members = loaders(ctx)
            .members_of(MembersOf(self.0.id))
            .await?
            .unwrap_or_default();
        Ok(Some(members.into_iter().map(Membership).collect()))
    }

    /// Its API keys, in the order in which they were made, with those that are good no more; null for all but its
    /// administrators.
    async fn api_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
    ) -> Result<Option<List<ApiKey>>> {
        let request = Paging {
            first,
            last,
            after,
            before,
        }
        .request()?;
        let page = app(ctx).api_keys(caller(ctx), self.0.id, request).await?;
        Ok(page.map(|page| list(page, |key| key.id.0, ApiKey)))
    }

    /// Its invitations of colleagues, in the order in which they were sent, with those that were answered; null for all
    /// but its administrators.
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
    ) -> Result<Option<List<ColleagueInvitation>>> {
        let request = Paging {
            first,
            last,
            after,
            before,
        }
        .request()?;
        let page = app(ctx)
            .colleague_invitations(caller(ctx), self.0.id, request)
            .await?;
        Ok(page.map(|page| list(page, |sent| sent.id.0, ColleagueInvitation)))
    }

    /// Its identity provider; null if it has none, and for all but its administrators.
    async fn identity_provider(&self, ctx: &Context<'_>) -> Result<Option<IdentityProvider>> {
        let found = app(ctx).identity_provider(caller(ctx), self.0.id).await?;
        Ok(found.map(IdentityProvider))
    }

    /// The mail domains it has claimed, oldest first; null for all but its own people and organisers.
    async fn mail_domains(&self, ctx: &Context<'_>) -> Result<Option<Vec<MailDomain>>> {
        let found = app(ctx).mail_domains_of(caller(ctx), self.0.id).await?;
        Ok(found.map(|found| found.into_iter().map(MailDomain).collect()))
    }

    /// Its offers that the viewer may see, in the order of creation.
    async fn offers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Only offers in this state")] state: Option<OfferState>,
    ) -> Result<List<super::catalogue::Offer>> {
        let request = Paging {
            first,
            last,
            after,
            before,
        }
        .request()?;
        let viewer = caller(ctx).viewer()?;
        let state = state.map(Into::into);
        let page = app(ctx)
            .store()
            .offer_page(viewer, Some(self.0.id), state, request)
            .await?;
        Ok(list(page, |offer| offer.id.0, super::catalogue::Offer))
    }

    /// Who looked at its data that are not public, and who changed any, in order of time. For its administrators; null
    /// for others.
    async fn access_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the start, 0 to 100; 20 if neither is given")]
        first: Option<i32>,
        #[graphql(desc = "Only what comes after this cursor")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100")] last: Option<i32>,
        #[graphql(desc = "Only what comes before this cursor")] before: Option<String>,
        #[graphql(desc = "Which entries are wanted")] filter: Option<AccessLogFilterInput>,
    ) -> Result<Option<List<AccessLogEntry>>> {
        let paging = Paging {
            first,
            last,
            after,
            before,
        };
        access_log(ctx, LogOf::Owner(self.0.id), filter, &paging).await
    }
}

/// An organisation that applies.
#[derive(Debug, Clone, InputObject)]
pub struct RegisterOrganisationInput {
    /// What it is: company, research institute, university or hospital.
    kind: OrganisationKind,
    /// Name, in one language at least.
    name: TextInput,
    /// Where it sits.
    region: Option<Region>,
    /// The country of its seat.
    #[graphql(default_with = "CountryCode(Country::korea())")]
    country: CountryCode,
    /// A company's size.
    firm_size: Option<FirmSize>,
    /// For profit or not.
    legal_form: Option<LegalForm>,
    /// Whether its parent company sits abroad.
    foreign_parent: Option<bool>,
    /// A hospital's tier.
    tier: Option<HospitalTier>,
    /// A hospital's beds, 0 to 20,000.
    beds: Option<i32>,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

/// The organiser's decision about an organisation.
#[derive(Debug, Clone, InputObject)]
pub struct VerifyOrganisationInput {
    /// The organisation.
    id: ID,
    /// Its version as it was read.
    version: i32,
    /// The decision.
    verification: Verification,
    /// Repeats of the request with the same key are answered as the first, for 24 hours.
    idempotency_key: Option<String>,
    /// Returned unchanged.
    client_mutation_id: Option<String>,
}

payload! {
    /// The answer to `registerOrganisation`.
    RegisterOrganisationPayload {
        /// The organisation, waiting for the organiser.
        organisation: Organisation
    }
}

payload! {
    /// The answer to `verifyOrganisation`.
    VerifyOrganisationPayload {
        /// The organisation as it is now.
        organisation: Organisation
    }
}

/// Reads an e-mail address.
pub(crate) fn email(
    path: &str,
    address: &str,
) -> std::result::Result<domain::EmailAddress, Problem> {
    address.parse().map_err(|_| {
        Problem::at(
            path,
            Code::Invalid,
            Message::new(
                "올바른 전자우편 주소가 아닙니다.",
                "This is not an e-mail address.",
            ),
        )
    })
}

#[derive(Default)]
pub struct OrganisationMutation;

#[Object]
impl OrganisationMutation {
    /// Registers an organisation and makes the person who is signed in its administrator.
    async fn register_organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The organisation")] input: RegisterOrganisationInput,
    ) -> Result<Option<RegisterOrganisationPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let profile = domain::Profile {
            kind: input.kind.into(),
            name: input.name.into(),
            region: input.region.map(Into::into),
            country: input.country.0,
            firm_size: input.firm_size.map(Into::into),
            legal_form: input.legal_form.map(Into::into),
            foreign_parent: input.foreign_parent,
            tier: input.tier.map(Into::into),
            beds: input.beds.map(i64::from),
            designated: false,
        };
        let outcome = app(ctx)
            .register_organisation(caller(ctx), &key, profile)
            .await;
        RegisterOrganisationPayload::settle(ctx, input.client_mutation_id, outcome, Organisation)
    }

    /// Verifies or suspends an organisation. For the organiser.
    async fn verify_organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The decision")] input: VerifyOrganisationInput,
    ) -> Result<Option<VerifyOrganisationPayload>> {
        let key = key(input.idempotency_key.as_ref(), &input);
        let outcome = async {
            let id = id::read("id", &input.id)?;
            let verification = input.verification.into();
            app(ctx)
                .verify_organisation(caller(ctx), &key, id, input.version, verification)
                .await
        };
        VerifyOrganisationPayload::settle(
            ctx,
            input.client_mutation_id,
            outcome.await,
            Organisation,
        )
    }
}

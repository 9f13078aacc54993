//! Organisations apply, the organiser verifies them, administrators add colleagues.

use super::once::Once;
use super::{App, AppError, Caller, Key, Outcome, taken};
use matchday_domain::id::{MembershipId, OrganisationId};
use matchday_domain::notice::{Notice, Recipient};
use matchday_domain::organisation::{
    EmailAddress, Membership, Organisation, OrganisationKind, Person, Profile, Role, Verification,
};
use matchday_domain::policy::Action;
use matchday_domain::problem::{Check, Code, Problem};
use matchday_domain::text::{Language, Message};
use matchday_infra::store::{Job, ListedMember, StoreError, Tx};
use serde::Serialize;

/// A colleague to be added.
#[derive(Debug, Clone, Serialize)]
pub struct ColleaguePlan {
    /// Where mail goes.
    pub email: EmailAddress,
    /// How to address the person.
    pub name: String,
    /// What he or she may do.
    pub role: Role,
    /// The language of mails.
    pub language: Language,
}

impl App {
    /// A person registers an organisation and becomes its administrator; it waits for the organiser's verification.
    ///
    /// # Errors
    /// What is wrong with the profile, or the store.
    pub async fn register_organisation(
        &self,
        caller: &Caller,
        key: &Key,
        profile: Profile,
    ) -> Outcome<Organisation> {
        let person = caller.actor()?.person;
        if matches!(
            profile.kind,
            OrganisationKind::Organiser | OrganisationKind::Observer
        ) || profile.designated
        {
            return Err(Problem::at(
                "kind",
                Code::Forbidden,
                Message::new(
                    "운영기관, 참관기관, 지정병원은 운영자가 등록합니다.",
                    "Organisers, observers and designations are set up by the operator.",
                ),
            )
            .into());
        }
        let once = Once::new(caller, "registerOrganisation", key)?;
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<OrganisationId>(self, &tx).await? {
            return tx
                .organisation(id)
                .await?
                .ok_or_else(|| Problem::not_found("organisation").into());
        }
        let organisation = Organisation::apply(self.new_id(), profile, self.now())?;
        tx.insert_organisation(&organisation).await?;
        let place = Membership {
            id: self.new_id::<MembershipId>(),
            person,
            organisation: organisation.id,
            role: Role::Administrator,
        };
        tx.insert_membership(&place).await?;
        if let Some(session) = caller.session {
            tx.set_acting(session, organisation.id).await?;
        }
        once.keep(self, &tx, organisation.id).await?;
        self.commit(tx).await?;
        Ok(organisation)
    }

    /// The organiser verifies or suspends an organisation; its administrators are told.
    ///
    /// # Errors
    /// Not an organiser, no such organisation, a stale version, or the store.
    pub async fn verify_organisation(
        &self,
        caller: &Caller,
        key: &Key,
        id: OrganisationId,
        version: i32,
        verification: Verification,
    ) -> Outcome<Organisation> {
        caller.may(Action::VerifyOrganisations)?;
        let once = Once::new(caller, "verifyOrganisation", key)?;
        let tx = self.store.begin().await?;
        let mut organisation = tx
            .organisation(id)
            .await?
            .ok_or_else(|| Problem::not_found("id"))?;
        if once.replay::<OrganisationId>(self, &tx).await?.is_some() {
            return Ok(organisation);
        }
        organisation.verify(version, verification)?;
        if organisation.version != version {
            if !tx.update_organisation(&organisation, version).await? {
                return Err(Problem::stale(organisation.version).into());
            }
            let administrators = tx.members_of(&[id]).await?.into_iter();
            let jobs: Vec<Job> = administrators
                .filter(|member| member.membership.role == Role::Administrator)
                .map(|member| Job::Mail {
                    to: recipient(&member.person),
                    notice: Box::new(Notice::OrganisationVerified {
                        organisation: organisation.profile.name.clone(),
                        verification,
                        link: self.settings.public_url.clone(),
                    }),
                })
                .collect();
            tx.post(&jobs, self.now()).await?;
        }
        once.keep(self, &tx, organisation.id).await?;
        self.commit(tx).await?;
        Ok(organisation)
    }

    /// An administrator gives a colleague a place in the organisation.
    ///
    /// # Errors
    /// Not an administrator, a name that is missing or too long, a colleague who is there already, or the store.
    pub async fn add_colleague(
        &self,
        caller: &Caller,
        key: &Key,
        plan: ColleaguePlan,
    ) -> Outcome<ListedMember> {
        let own = caller
            .actor()?
            .acts_for
            .as_ref()
            .map(|acting| acting.organisation);
        let organisation = own.ok_or_else(Problem::forbidden)?;
        caller.may(Action::Administer { organisation })?;
        if plan.name.trim().is_empty() {
            return Err(Problem::required("name").into());
        }
        let mut check = Check::new();
        check.prose("name", &plan.name, 100);
        check.finish()?;
        let once = Once::new(caller, "addColleague", key)?;
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<MembershipId>(self, &tx).await? {
            let members = tx.members_of(&[organisation]).await?;
            let known = members
                .into_iter()
                .find(|member| member.membership.id == id);
            return known.ok_or_else(|| AppError::from(Problem::not_found("id")));
        }
        let person = match tx.person_by_email(&plan.email).await? {
            Some(person) => person,
            None => {
                let person = Person {
                    id: self.new_id(),
                    email: plan.email,
                    name: plan.name.trim().to_owned(),
                    language: plan.language,
                    created_at: self.now(),
                };
                tx.insert_person(&person).await?;
                person
            }
        };
        let membership = Membership {
            id: self.new_id(),
            person: person.id,
            organisation,
            role: plan.role,
        };
        tx.insert_membership(&membership).await.map_err(taken(
            "email",
            "이미 등록된 구성원입니다.",
            "This person is a colleague already.",
        ))?;
        once.keep(self, &tx, membership.id).await?;
        self.commit(tx).await?;
        Ok(ListedMember { membership, person })
    }

    /// Adds an organisation, verified, with its first people: for the operator and for demonstrations.
    ///
    /// # Errors
    /// What is wrong with the profile, an address that has a place there already, or the store.
    pub async fn found_organisation(
        &self,
        profile: Profile,
        source_ref: Option<String>,
        people: Vec<ColleaguePlan>,
    ) -> Outcome<Organisation> {
        let tx = self.store.begin().await?;
        let organisation = self.found(&tx, profile, source_ref, people).await?;
        self.commit(tx).await?;
        Ok(organisation)
    }

    /// The same in a transaction that has more to do.
    pub(crate) async fn found(
        &self,
        tx: &Tx,
        profile: Profile,
        source_ref: Option<String>,
        people: Vec<ColleaguePlan>,
    ) -> Outcome<Organisation> {
        let now = self.now();
        let mut organisation = Organisation::apply(self.new_id(), profile, now)?;
        organisation.verification = Verification::Verified;
        organisation.source_ref = source_ref;
        tx.insert_organisation(&organisation).await.map_err(taken(
            "sourceRef",
            "이미 등록된 기관입니다.",
            "This organisation is there already.",
        ))?;
        for plan in people {
            let person = match tx.person_by_email(&plan.email).await? {
                Some(person) => person,
                None => {
                    let person = Person {
                        id: self.new_id(),
                        email: plan.email,
                        name: plan.name,
                        language: plan.language,
                        created_at: now,
                    };
                    tx.insert_person(&person).await?;
                    person
                }
            };
            let place = Membership {
                id: self.new_id(),
                person: person.id,
                organisation: organisation.id,
                role: plan.role,
            };
            match tx.insert_membership(&place).await {
                Err(StoreError::Taken(_)) => return Err(Problem::not_found("people").into()),
                result => result?,
            }
        }
        Ok(organisation)
    }
}

/// A person as the receiver of a mail.
pub(crate) fn recipient(person: &Person) -> Recipient {
    Recipient {
        email: person.email.clone(),
        name: person.name.clone(),
        language: person.language,
    }
}

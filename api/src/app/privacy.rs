//! A person's own data: all of it in one document, or gone.

use super::{App, AppError, Caller, Outcome};
use matchday_domain::organisation::{EmailAddress, Person};
use matchday_domain::policy::OwnAction;
use matchday_domain::privacy::erasure::{
    self, ERASED_DOMAIN, ERASED_NAME, Fate, Reason, TRACES, rewrite,
};
use matchday_domain::privacy::{AccessDeed, AccessLine, AccessResource};
use matchday_domain::problem::Problem;
use matchday_domain::text::Message;
use matchday_domain::time::Timestamp;
use matchday_infra::store::{Mention, PersonRows, Tx};
use serde::Serialize;
use std::collections::BTreeMap;

/// Everything that is held about a person.
#[derive(Debug, Clone, Serialize)]
pub struct PersonalData {
    /// Of whom.
    pub email: EmailAddress,
    /// When it was read.
    pub exported_at: Timestamp,
    /// By table, as it is stored, without secrets; empty if nothing is held.
    pub data: PersonRows,
}

/// Rows that stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeptRows {
    /// The table.
    pub table: String,
    /// Rows that now point to the tombstone.
    pub rows: usize,
    /// Why they stay.
    pub reason: Message,
}

/// What an erasure did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// Whether anybody was known by the address.
    pub found: bool,
    /// It was only tried: nothing has changed.
    pub dry_run: bool,
    /// Rows that went, by table.
    pub deleted: BTreeMap<String, u64>,
    /// Mails to others and invitations from which name and address were taken, by table.
    pub rewritten: BTreeMap<String, u64>,
    /// What stays, and why.
    pub kept: Vec<KeptRows>,
    /// Where the address or the name still occurs: in what organisations wrote, for somebody to look at.
    pub mentioned: Vec<Mention>,
}

/// How to erase.
#[derive(Debug, Clone, Copy, Default)]
pub struct ErasureWish {
    /// Also the last administrator of an organisation with others in it.
    pub force: bool,
    /// Only tell what would happen.
    pub dry_run: bool,
}

impl App {
    /// Who is signed in, where somebody wants his or her own data: a person who is there, no program.
    ///
    /// # Errors
    /// Nobody, a program, or the store.
    pub async fn data_subject(&self, caller: &Caller) -> Outcome<Person> {
        let own = caller.may_own(OwnAction::KeepOwnData)?.person;
        let person = self.store.people(&[own]).await?.pop();
        Ok(person.ok_or_else(Problem::unauthenticated)?)
    }

    /// Everything that is held about the person with an address; `caller` is nobody where the operator asks.
    ///
    /// # Errors
    /// The store.
    pub async fn export_person(
        &self,
        caller: Option<&Caller>,
        email: &EmailAddress,
    ) -> Outcome<PersonalData> {
        let tx = self.store.begin().await?;
        let data = match tx.person_by_email(email).await? {
            Some(person) => {
                let data = tx.rows_of_person(person.id, email).await?;
                self.record_privacy(&tx, caller, AccessDeed::Read, "exportPersonalData", &person)
                    .await?;
                data
            }
            None => PersonRows::new(),
        };
        self.commit(tx).await?;
        Ok(PersonalData {
            email: email.clone(),
            exported_at: self.now(),
            data,
        })
    }

    /// Erases the person with an address, in one transaction; nobody known by it is no error, so that it can be repeated.
    ///
    /// # Errors
    /// The last administrator of an organisation with others in it, or the store.
    pub async fn erase_person(
        &self,
        caller: Option<&Caller>,
        email: &EmailAddress,
        wish: ErasureWish,
    ) -> Outcome<Erasure> {
        let tx = self.store.begin().await?;
        let Some(person) = tx.person_by_email(email).await? else {
            // Codes may have been sent to an address that nobody ever signed in with.
            let nobody = matchday_domain::id::PersonId(uuid::Uuid::nil());
            let deleted = tx.delete_traces(nobody, email, &[]).await?;
            if !wish.dry_run {
                self.commit(tx).await?;
            }
            return Ok(Erasure {
                dry_run: wish.dry_run,
                deleted,
                ..Erasure::default()
            });
        };
        if !wish.force {
            self.expect_no_last_administrator(&tx, &person).await?;
        }
        self.record_privacy(&tx, caller, AccessDeed::Change, "erasePerson", &person)
            .await?;
        self.rights_changed(&tx, person.id).await?;
        let going: Vec<_> = TRACES
            .iter()
            .filter(|trace| trace.fate == Fate::Deleted)
            .map(|trace| (trace.table, trace.column))
            .collect();
        let deleted = tx.delete_traces(person.id, email, &going).await?;
        // Nobody gets from the placeholder back to the address.
        let random = super::randomness::token(&*self.randomness).to_lowercase();
        let random: String = random
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(24)
            .collect();
        let placeholder = format!("erased-{random}@{ERASED_DOMAIN}");
        tx.bury_person(person.id, ERASED_NAME, &placeholder).await?;
        let replaced = |text: &str| rewrite(text, &person.name, email.as_str(), &placeholder);
        let mut rewritten = tx.rewrite_letters(&person.name, replaced).await?;
        for (table, rows) in tx.rewrite_letters(email.as_str(), replaced).await? {
            *rewritten.entry(table).or_default() += rows;
        }
        let erasure = Erasure {
            found: true,
            dry_run: wish.dry_run,
            deleted,
            rewritten,
            kept: self.kept(&tx, &person, &placeholder).await?,
            mentioned: mentioned(&tx, &person).await?,
        };
        if !wish.dry_run {
            self.commit(tx).await?;
        }
        Ok(erasure)
    }

    async fn expect_no_last_administrator(&self, tx: &Tx, person: &Person) -> Outcome<()> {
        let own = tx.memberships_of(person.id).await?;
        let ids: Vec<_> = own.iter().map(|place| place.organisation).collect();
        let members = tx.members_of(&ids).await?;
        let places: Vec<_> = tx
            .organisations(&ids)
            .await?
            .into_iter()
            .map(|organisation| {
                let here = members.iter().map(|member| member.membership.clone());
                let here = here.filter(|place| place.organisation == organisation.id);
                let name = &organisation.profile.name;
                let said = |language| name.get(language).unwrap_or_default().to_owned();
                let name = Message::new(
                    said(matchday_domain::text::Language::Ko),
                    said(matchday_domain::text::Language::En),
                );
                (organisation.id, name, here.collect())
            })
            .collect();
        erasure::check(&places, &own).map_err(AppError::from)
    }

    /// The register says why a table's rows stay; those of a table that it does not know stay, too.
    async fn kept(&self, tx: &Tx, person: &Person, address: &str) -> Outcome<Vec<KeptRows>> {
        let address = address
            .parse()
            .map_err(|_| AppError::Internal("a placeholder is no address".to_owned()))?;
        let left = tx.rows_of_person(person.id, &address).await?;
        let reason = |table: &str| {
            let known = TRACES.iter().find_map(|trace| match trace.fate {
                Fate::Kept(reason) if trace.table == table => Some(reason),
                _ => None,
            });
            known.unwrap_or(Reason::Meetings)
        };
        Ok(left
            .into_iter()
            .filter(|(table, _)| table != "person")
            .map(|(table, rows)| KeptRows {
                reason: reason(&table).label(),
                rows: rows.len(),
                table,
            })
            .collect())
    }

    /// One line for each organisation of the person.
    async fn record_privacy(
        &self,
        tx: &Tx,
        caller: Option<&Caller>,
        deed: AccessDeed,
        operation: &str,
        person: &Person,
    ) -> Outcome<()> {
        let places = tx.memberships_of(person.id).await?;
        let lines: Vec<AccessLine> = places
            .iter()
            .map(|place| AccessLine {
                operation: operation.to_owned(),
                objects: vec![person.id.0],
                ..self.line(caller, deed, AccessResource::Person, place.organisation)
            })
            .collect();
        Ok(tx.add_access_lines(&lines).await?)
    }
}

async fn mentioned(tx: &Tx, person: &Person) -> Outcome<Vec<Mention>> {
    let mut mentions = tx.mentions(person.email.as_str()).await?;
    // A single letter is everywhere.
    if person.name.chars().count() > 1 {
        mentions.extend(tx.mentions(&person.name).await?);
    }
    mentions.sort();
    mentions.dedup();
    Ok(mentions)
}

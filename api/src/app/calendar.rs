//! A person's own day, and the live calendar behind an unguessable, revocable address.

use super::randomness::token;
use super::{App, Caller, Outcome};
use matchday_domain::id::PersonId;
use matchday_domain::matching_day::agenda::{self, Counterpart};
use matchday_domain::matching_day::{Delegate, MatchingDay, Meeting};
use matchday_domain::policy::OwnAction;
use matchday_domain::text::{Language, Text};
use matchday_infra::mail::ics::{self, FeedEntry};
use matchday_infra::store::{Tx, Viewer};
use std::collections::HashMap;

/// A person's meetings of one matching day.
#[derive(Debug, Clone)]
pub struct OwnDay {
    /// The day.
    pub day: MatchingDay,
    /// The person's place at it.
    pub delegate: Delegate,
    /// Published meetings, by slot.
    pub meetings: Vec<Meeting>,
}

impl App {
    /// The published meetings at which a person sits, newest matching day first.
    ///
    /// # Errors
    /// The store.
    pub async fn days_of(&self, person: PersonId) -> Outcome<Vec<OwnDay>> {
        let places = self.store.delegations_of(person).await?;
        let events: Vec<_> = places.iter().map(|(event, _)| *event).collect();
        let days = self.store.matching_days(Viewer::Service, &events).await?;
        let delegates: Vec<_> = places.iter().map(|(_, delegate)| delegate.id).collect();
        let meetings = self.store.published_meetings_of(&delegates).await?;
        Ok(places
            .into_iter()
            .filter_map(|(event, delegate)| {
                let day = days.iter().find(|day| day.id == event)?.clone();
                let own = meetings
                    .iter()
                    .filter(|m| m.event == event && m.delegates.contains(&delegate.id));
                let meetings = own.cloned().collect();
                Some(OwnDay {
                    day,
                    delegate,
                    meetings,
                })
            })
            .collect())
    }

    /// A new address for the caller's calendar; earlier ones stop working.
    ///
    /// # Errors
    /// Nobody is signed in, or the store.
    pub async fn issue_calendar_feed(&self, caller: &Caller) -> Outcome<String> {
        let person = caller.may_own(OwnAction::KeepCalendarFeed)?.person;
        let tx = self.store.begin().await?;
        tx.revoke_calendar_feeds(person, self.now()).await?;
        let url = self.new_feed(&tx, person).await?;
        self.commit(tx).await?;
        Ok(url)
    }

    /// Revokes the addresses of the caller's calendar; tells whether there were any.
    ///
    /// # Errors
    /// Nobody is signed in, or the store.
    pub async fn revoke_calendar_feed(&self, caller: &Caller) -> Outcome<bool> {
        let person = caller.may_own(OwnAction::KeepCalendarFeed)?.person;
        let tx = self.store.begin().await?;
        let revoked = tx.revoke_calendar_feeds(person, self.now()).await?;
        self.commit(tx).await?;
        Ok(revoked > 0)
    }

    /// An address of its own for every mail: only hashes are kept, so an old one cannot be repeated.
    pub(crate) async fn new_feed(&self, tx: &Tx, person: PersonId) -> Outcome<String> {
        let token = token(&*self.randomness);
        tx.insert_calendar_feed(self.new_id(), person, &token, self.now())
            .await?;
        Ok(format!("{}/calendar/{token}.ics", self.settings.public_url))
    }

    /// The calendar behind a token; none if it is unknown or revoked.
    ///
    /// # Errors
    /// The store.
    pub async fn calendar(&self, token: &str) -> Outcome<Option<String>> {
        let Some(person) = self.store.calendar_feed(token).await? else {
            return Ok(None);
        };
        let language = self
            .store
            .people(&[person])
            .await?
            .first()
            .map(|person| person.language);
        let mut entries = Vec::new();
        for own in self.days_of(person).await? {
            let sent = self.store.invitations_of(&[own.delegate.id]).await?;
            let others = self.counterparts(&own).await?;
            for meeting in &own.meetings {
                let Some(other) = others.get(&meeting.id) else {
                    continue;
                };
                let Some(content) = agenda::content(&own.day, meeting, other) else {
                    continue;
                };
                let step = sent.get(&(own.delegate.id, meeting.demander, meeting.provider));
                let generation = step.map_or(0, |step| step.generation);
                let thread = agenda::thread(meeting.demander, meeting.provider);
                entries.push(FeedEntry {
                    uid: matchday_domain::invitation::uid(thread, own.delegate.id, generation),
                    sequence: step.map_or(0, |step| step.sequence),
                    content,
                    stamped_at: self.now(),
                });
            }
        }
        let language = language.unwrap_or_default();
        let name = if language == Language::Ko {
            "매칭데이 상담"
        } else {
            "Matching day meetings"
        };
        Ok(Some(ics::feed(name, language, &entries)))
    }

    /// The other side of each of a person's meetings.
    async fn counterparts(
        &self,
        own: &OwnDay,
    ) -> Outcome<HashMap<matchday_domain::id::MeetingId, Counterpart>> {
        let other = |meeting: &Meeting| {
            if meeting.demander == own.delegate.registration {
                meeting.provider
            } else {
                meeting.demander
            }
        };
        let ids: Vec<_> = own.meetings.iter().map(other).collect();
        let registrations = self.store.registrations(&ids).await?;
        let owners: Vec<_> = registrations
            .iter()
            .map(|registration| registration.organisation)
            .collect();
        let organisations = self.store.organisations(&owners).await?;
        let delegates = self.store.delegates_of(&ids).await?;
        let persons: Vec<_> = delegates.iter().map(|delegate| delegate.person).collect();
        let people = self.store.people(&persons).await?;
        let mut of = HashMap::new();
        for meeting in &own.meetings {
            let registration = registrations
                .iter()
                .find(|registration| registration.id == other(meeting));
            let organisation = registration.and_then(|registration| {
                organisations
                    .iter()
                    .find(|organisation| organisation.id == registration.organisation)
            });
            let theirs = delegates.iter().filter(|delegate| {
                delegate.registration == other(meeting) && meeting.delegates.contains(&delegate.id)
            });
            let names = theirs.filter_map(|delegate| {
                people
                    .iter()
                    .find(|person| person.id == delegate.person)
                    .map(|person| person.name.clone())
            });
            let counterpart = Counterpart {
                name: organisation
                    .map(|organisation| organisation.profile.name.clone())
                    .unwrap_or_default(),
                delegates: names.collect(),
                subject: Text::default(),
            };
            of.insert(meeting.id, counterpart);
        }
        Ok(of)
    }
}

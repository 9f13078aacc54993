//! Publishing a timetable: delegates get their agenda and calendar invitations, later what changes of them.
//!
//! What was last sent to a delegate for a pair is remembered; publishing compares it with the timetable and sends the
//! difference. So a move, a cancellation and a whole new timetable are the same step.

use super::once::Once;
use super::organisation::recipient;
use super::{App, Caller, Key, Outcome};
use matchday_domain::id::{ArrangementId, DelegateId, PersonId, RegistrationId};
use matchday_domain::invitation::{self, Content, Party};
use matchday_domain::matching_day::agenda::{self, Counterpart};
use matchday_domain::matching_day::arrangement::{Run, RunState};
use matchday_domain::matching_day::{
    Answer, Delegate, EventState, Ground, MatchingDay, Meeting, MeetingRequest, Place, Registration,
};
use matchday_domain::notice::{AgendaEntry, Notice};
use matchday_domain::organisation::{Organisation, Person};
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::{Message, Text};
use matchday_infra::store::{Job, Tx, Viewer};
use std::collections::{BTreeMap, HashMap};

/// A pair's meeting in a delegate's calendar.
type Thread = (DelegateId, RegistrationId, RegistrationId);

/// Who is who at a matching day, with those who have withdrawn: they hear that their meetings are off.
struct Cast {
    registrations: Vec<Registration>,
    delegates: Vec<Delegate>,
    organisations: Vec<Organisation>,
    people: Vec<Person>,
    requests: Vec<MeetingRequest>,
    subjects: HashMap<uuid::Uuid, Text>,
}

impl Cast {
    async fn of(tx: &Tx, day: &MatchingDay) -> Outcome<Self> {
        let registrations = tx.all_registrations_for(day.id).await?;
        let ids: Vec<_> = registrations
            .iter()
            .map(|registration| registration.id)
            .collect();
        let delegates = tx.delegates_of(&ids).await?;
        let owners: Vec<_> = registrations
            .iter()
            .map(|registration| registration.organisation)
            .collect();
        let organisations = tx.organisations(&owners).await?;
        let persons: Vec<_> = delegates.iter().map(|delegate| delegate.person).collect();
        let people = tx.people(&persons).await?;
        let requests = tx.requests_for(day.id).await?;
        let demands: Vec<_> = requests
            .iter()
            .filter_map(|request| request.demand)
            .collect();
        let offers: Vec<_> = requests
            .iter()
            .filter_map(|request| request.offer)
            .collect();
        let mut subjects = HashMap::new();
        for offer in tx.offers(Viewer::Service, &offers).await? {
            subjects.insert(offer.id.0, offer.content.title);
        }
        for demand in tx.demands(Viewer::Service, &demands).await? {
            subjects.insert(demand.id.0, demand.content.title);
        }
        Ok(Self {
            registrations,
            delegates,
            organisations,
            people,
            requests,
            subjects,
        })
    }

    fn person(&self, id: PersonId) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    /// The other side, seen from a delegate of one side.
    fn counterpart(&self, meeting: &Meeting, own: RegistrationId) -> Option<Counterpart> {
        let other = if own == meeting.demander {
            meeting.provider
        } else {
            meeting.demander
        };
        let registration = self
            .registrations
            .iter()
            .find(|registration| registration.id == other)?;
        let organisation = self
            .organisations
            .iter()
            .find(|organisation| organisation.id == registration.organisation)?;
        let theirs = self.delegates.iter().filter(|delegate| {
            delegate.registration == other && meeting.delegates.contains(&delegate.id)
        });
        let names =
            theirs.filter_map(|delegate| self.person(delegate.person).map(|p| p.name.clone()));
        let request = meeting
            .request
            .and_then(|id| self.requests.iter().find(|request| request.id == id));
        let subject = request.and_then(|request| {
            let demand = request.demand.and_then(|id| self.subjects.get(&id.0));
            demand
                .or_else(|| request.offer.and_then(|id| self.subjects.get(&id.0)))
                .cloned()
        });
        Some(Counterpart {
            name: organisation.profile.name.clone(),
            delegates: names.collect(),
            subject: subject.unwrap_or_default(),
        })
    }
}

impl App {
    /// Publishes the timetable of a run: every delegate is mailed the agenda and an invitation for each meeting. A
    /// later publication mails what has changed.
    ///
    /// # Errors
    /// Not the organiser, a run that is not done, a state that does not allow it, a timetable that is out of date (it
    /// changes what was published in slots that have begun since, or holds a meeting that was taken back or can no longer
    /// be where it is), or the store.
    pub async fn publish_arrangement(
        &self,
        caller: &Caller,
        key: &Key,
        id: ArrangementId,
    ) -> Outcome<Run> {
        let once = Once::new(caller, "publishArrangement", key)?;
        let tx = self.store.begin().await?;
        let run = tx
            .runs(&[id])
            .await?
            .pop()
            .ok_or_else(|| Problem::not_found("id"))?;
        let mut day = self.own_day(&tx, caller, run.event).await?;
        if once.replay::<ArrangementId>(self, &tx).await?.is_some() {
            return Ok(run);
        }
        day.expect_arranging()?;
        if run.state != RunState::Done {
            let state = run.state.label();
            return Err(Problem::at(
                "id",
                Code::WrongState,
                Message::new(
                    format!("완료된 주선만 공개할 수 있습니다({}).", state.ko),
                    format!(
                        "Only a run that is done can be published; this one is {}.",
                        state.en
                    ),
                ),
            )
            .into());
        }
        let meetings = tx.meetings_of_run(id).await?;
        self.expect_up_to_date(&tx, &day, &meetings).await?;
        tx.publish_run(id, self.now()).await?;
        let version = day.version;
        if day.state == EventState::Arranging {
            day.advance(version, EventState::Published)?;
        } else {
            day.version += 1;
        }
        self.save_day(&tx, &day, version).await?;
        self.announce(&tx, &day, &meetings).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(self
            .store
            .runs(&[id])
            .await?
            .pop()
            .ok_or_else(|| Problem::not_found("id"))?)
    }

    /// Whether a timetable can still be published: nobody has taken a meeting of it back since, each can be where it is,
    /// and what has begun stays as it was published.
    async fn expect_up_to_date(
        &self,
        tx: &Tx,
        day: &MatchingDay,
        meetings: &[Meeting],
    ) -> Outcome<()> {
        let past = day.begun(self.now());
        if let Some(published) = tx.published_run(day.id).await? {
            let published = tx.meetings_of_run(published.id).await?;
            let ground = Ground {
                past,
                published: &published,
                called_off: None,
            };
            if !ground.is_kept_by(meetings) {
                return Err(out_of_date(Message::new(
                    "이미 시작된 시간의 공개된 상담이 바뀌게 됩니다. 다시 주선하십시오.",
                    "It would change published meetings of slots that have begun; arrange again.",
                ))
                .into());
            }
        }
        let registrations = tx.all_registrations_for(day.id).await?;
        let ids: Vec<_> = registrations.iter().map(|r| r.id).collect();
        let delegates = tx.delegates_of(&ids).await?;
        let requests = tx.requests_for(day.id).await?;
        let gone = |meeting: &&Meeting| {
            let sides = [meeting.demander, meeting.provider];
            let mut gone = registrations.iter().filter(|r| r.withdrawn);
            let mut back = requests.iter().filter(|r| r.answer == Answer::Withdrawn);
            gone.any(|r| sides.contains(&r.id))
                || back.any(|r| meeting.request == Some(r.id))
                || !Place::of(meeting)
                    .faults(meeting, day, &delegates)
                    .is_empty()
        };
        let later = meetings.iter().filter(|meeting| {
            meeting.stands() && usize::try_from(meeting.slot).is_ok_and(|slot| slot >= past)
        });
        match later.filter(gone).count() {
            0 => Ok(()),
            n => Err(out_of_date(Message::new(
                format!(
                    "참가나 신청이 취소되었거나 참석자나 테이블이 없게 된 상담이 {n}건 있습니다. 다시 주선하십시오."
                ),
                format!(
                    "It holds {n} meeting(s) that were taken back, or whose delegates or table are no longer there; arrange again."
                ),
            ))
            .into()),
        }
    }

    /// Calls off the meetings of the published timetable that have not begun and that somebody has taken back; their
    /// delegates are told.
    pub(super) async fn call_off(
        &self,
        tx: &Tx,
        day: &MatchingDay,
        taken_back: impl Fn(&Meeting) -> bool,
    ) -> Outcome<()> {
        let Some(run) = tx.published_run(day.id).await? else {
            return Ok(());
        };
        let past = day.begun(self.now());
        let mut last = None;
        for mut meeting in tx.meetings_of_run(run.id).await? {
            let version = meeting.version;
            let later = usize::try_from(meeting.slot).is_ok_and(|slot| slot >= past);
            if later && taken_back(&meeting) && meeting.cancel(version).is_ok() {
                tx.update_meeting(&meeting, version).await?;
                last = Some(meeting);
            }
        }
        match last {
            Some(meeting) => self.announce_if_published(tx, day, &meeting).await,
            None => Ok(()),
        }
    }

    /// Tells delegates of a change, if the meeting belongs to the timetable that holds.
    pub(crate) async fn announce_if_published(
        &self,
        tx: &Tx,
        day: &MatchingDay,
        meeting: &Meeting,
    ) -> Outcome<()> {
        let published = tx.published_run(day.id).await?;
        if published.is_none_or(|run| run.id != meeting.arrangement) {
            return Ok(());
        }
        let mut day = day.clone();
        let version = day.version;
        day.version += 1;
        self.save_day(tx, &day, version).await?;
        let meetings = tx.meetings_of_run(meeting.arrangement).await?;
        self.announce(tx, &day, &meetings).await
    }

    /// Calls off every meeting of a matching day that is cancelled.
    pub(crate) async fn cancel_all_meetings(&self, tx: &Tx, day: &MatchingDay) -> Outcome<()> {
        if let Some(run) = tx.published_run(day.id).await? {
            for mut meeting in tx.meetings_of_run(run.id).await? {
                let version = meeting.version;
                if meeting.cancel(version).is_ok() {
                    tx.update_meeting(&meeting, version).await?;
                }
            }
        }
        let cast = Cast::of(tx, day).await?;
        self.send_invitations(tx, day, &cast, &[]).await?;
        let Some(first) = day.slots.first() else {
            return Ok(());
        };
        let coming = |id: RegistrationId| {
            let mut all = cast.registrations.iter();
            all.any(|registration| registration.id == id && !registration.withdrawn)
        };
        let invited = cast.delegates.iter().filter(|d| coming(d.registration));
        let jobs: Vec<Job> = invited
            .filter_map(|delegate| cast.person(delegate.person))
            .map(|person| Job::Mail {
                to: recipient(person),
                notice: Box::new(Notice::EventCancelled {
                    event: agenda::facts(day),
                    starts_at: first.starts_at,
                    reason: Text::default(),
                }),
            })
            .collect();
        Ok(tx.post(&jobs, self.now()).await?)
    }

    /// Sends each delegate what his or her calendar does not show yet, and the agenda if anything changed.
    async fn announce(&self, tx: &Tx, day: &MatchingDay, meetings: &[Meeting]) -> Outcome<()> {
        let cast = Cast::of(tx, day).await?;
        let (touched, known) = self.send_invitations(tx, day, &cast, meetings).await?;
        let mut jobs = Vec::new();
        for delegate in cast
            .delegates
            .iter()
            .filter(|delegate| touched.contains(&delegate.id))
        {
            let Some(person) = cast.person(delegate.person) else {
                continue;
            };
            let mut entries: Vec<AgendaEntry> = meetings
                .iter()
                .filter(|meeting| meeting.stands() && meeting.delegates.contains(&delegate.id))
                .filter_map(|meeting| {
                    agenda::entry(
                        day,
                        meeting,
                        &cast.counterpart(meeting, delegate.registration)?,
                    )
                })
                .collect();
            entries.sort_by_key(|entry| entry.starts_at);
            let link = format!("{}/matching-days/{}", self.settings.public_url, day.id);
            let feed_url = self.new_feed(tx, person.id).await?;
            jobs.push(Job::Mail {
                to: recipient(person),
                notice: Box::new(Notice::Agenda {
                    event: agenda::facts(day),
                    changed: known.contains(&delegate.id),
                    meetings: entries,
                    feed_url,
                    link,
                }),
            });
        }
        Ok(tx.post(&jobs, self.now()).await?)
    }

    /// Sends the invitations that differ from what was sent before; tells whose calendar is touched, and who had
    /// been written to before.
    async fn send_invitations(
        &self,
        tx: &Tx,
        day: &MatchingDay,
        cast: &Cast,
        meetings: &[Meeting],
    ) -> Outcome<(Vec<DelegateId>, Vec<DelegateId>)> {
        let ids: Vec<_> = cast.delegates.iter().map(|delegate| delegate.id).collect();
        let sent = tx.invitations_of(&ids).await?;
        let mut planned: BTreeMap<Thread, Content> = BTreeMap::new();
        for meeting in meetings.iter().filter(|meeting| meeting.stands()) {
            for delegate in cast
                .delegates
                .iter()
                .filter(|delegate| meeting.delegates.contains(&delegate.id))
            {
                let other = cast.counterpart(meeting, delegate.registration);
                if let Some(content) = other.and_then(|other| agenda::content(day, meeting, &other))
                {
                    planned.insert((delegate.id, meeting.demander, meeting.provider), content);
                }
            }
        }
        let mut threads: Vec<Thread> = planned.keys().chain(sent.keys()).copied().collect();
        threads.sort();
        threads.dedup();
        let (mut touched, mut jobs) = (Vec::new(), Vec::new());
        for thread in threads {
            let (id, demander, provider) = thread;
            let step = invitation::next(sent.get(&thread), planned.get(&thread));
            let delegate = cast.delegates.iter().find(|delegate| delegate.id == id);
            let person = delegate.and_then(|delegate| cast.person(delegate.person));
            let (Some(step), Some(person)) = (step, person) else {
                continue;
            };
            tx.keep_invitation(id, demander, provider, &step).await?;
            let organiser = self.settings.sender.clone();
            let attendee = Party {
                address: person.email.clone(),
                name: person.name.clone(),
            };
            let meeting = agenda::thread(demander, provider);
            let invitation = step.invitation(meeting, id, organiser, attendee, self.now());
            let notice = Box::new(Notice::MeetingInvitation { invitation });
            jobs.push(Job::Mail {
                to: recipient(person),
                notice,
            });
            if !touched.contains(&id) {
                touched.push(id);
            }
        }
        tx.post(&jobs, self.now()).await?;
        let mut known: Vec<_> = sent.keys().map(|thread| thread.0).collect();
        known.sort();
        known.dedup();
        Ok((touched, known))
    }
}

fn out_of_date(message: Message) -> Problem {
    Problem::at("id", Code::WrongState, message)
}

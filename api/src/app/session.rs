//! A person's sessions: to see where one is signed in, and to end what one does not recognise.

use super::{App, Caller, Outcome};
use matchday_domain::id::{PersonId, SessionId};
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::policy::OwnAction;
use matchday_domain::problem::Problem;
use matchday_infra::store::{Change, ChangeKind, Session, Tx};
use uuid::Uuid;

impl App {
    /// The caller's sessions that hold, in the order in which they were opened.
    ///
    /// # Errors
    /// Nobody is signed in, a program asks, or the store.
    pub async fn sessions(
        &self,
        caller: &Caller,
        request: PageRequest<Uuid>,
    ) -> Outcome<Page<Session>> {
        let person = caller.may_own(OwnAction::KeepSessions)?.person;
        Ok(self.store.session_page(person, self.now(), request).await?)
    }

    /// Ends one of the caller's sessions; also the current one.
    ///
    /// # Errors
    /// The caller has no such session that holds, or the store.
    pub async fn revoke_session(&self, caller: &Caller, id: SessionId) -> Outcome<Session> {
        let person = caller.may_own(OwnAction::KeepSessions)?.person;
        let tx = self.store.begin().await?;
        let session = tx
            .session_by_id(id, self.now())
            .await?
            .filter(|session| session.person == person)
            .ok_or_else(|| Problem::not_found("id"))?;
        tx.revoke_session(id, self.now()).await?;
        self.rights_changed(&tx, person).await?;
        self.commit(tx).await?;
        Ok(session)
    }

    /// Ends all of the caller's sessions but the current one; tells how many.
    ///
    /// # Errors
    /// Nobody is signed in with a session, or the store.
    pub async fn revoke_other_sessions(&self, caller: &Caller) -> Outcome<u64> {
        let person = caller.may_own(OwnAction::KeepSessions)?.person;
        let current = caller.session.ok_or_else(Problem::unauthenticated)?;
        let tx = self.store.begin().await?;
        let revoked = tx
            .revoke_other_sessions(person, current, self.now())
            .await?;
        self.rights_changed(&tx, person).await?;
        self.commit(tx).await?;
        Ok(revoked)
    }

    /// Has what a person watches decided anew at once, on every replica.
    pub(super) async fn rights_changed(&self, tx: &Tx, person: PersonId) -> Outcome<()> {
        let change = Change {
            kind: ChangeKind::Rights(person),
            concerns: Vec::new(),
        };
        Ok(tx.note(&[change], self.now()).await?)
    }
}

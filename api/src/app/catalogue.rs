//! Hospitals keep their offers.

use super::once::Once;
use super::{App, Caller, Key, Outcome};
use matchday_domain::catalogue::offer::OfferStep;
use matchday_domain::catalogue::{Offer, OfferContent};
use matchday_domain::id::OfferId;
use matchday_domain::policy::Action;
use matchday_domain::problem::{Problem, Problems};
use matchday_domain::suggested_code::TermCode;
use matchday_infra::store::{Change, ChangeKind, Job, Tx, Viewer};

impl App {
    /// A new offer, as a draft.
    ///
    /// # Errors
    /// Not a verified hospital, what is wrong with the content, or the store.
    pub async fn create_offer(
        &self,
        caller: &Caller,
        key: &Key,
        content: OfferContent,
    ) -> Outcome<Offer> {
        let owner = caller
            .viewer()?
            .organisation()
            .ok_or_else(Problem::forbidden)?;
        caller.may(Action::KeepOffers { owner })?;
        let once = Once::new(caller, "createOffer", key)?;
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<OfferId>(self, &tx).await? {
            return self.own_offer(&tx, caller, id).await;
        }
        let offer = Offer::draft(
            self.new_id(),
            owner,
            content,
            None,
            self.terminology(),
            self.now(),
        )?;
        tx.insert_offer(&offer).await?;
        once.keep(self, &tx, offer.id).await?;
        self.commit(tx).await?;
        Ok(offer)
    }

    /// Changes what an offer says; `edit` turns the old content into the new.
    ///
    /// # Errors
    /// Not its owner, a stale version, a withdrawn offer, what is wrong with the content, or the store.
    pub async fn update_offer(
        &self,
        caller: &Caller,
        key: &Key,
        id: OfferId,
        version: i32,
        edit: impl FnOnce(&mut OfferContent) -> Result<(), Problems>,
    ) -> Outcome<Offer> {
        let tx = self.store.begin().await?;
        let mut offer = self.own_offer(&tx, caller, id).await?;
        let mut content = offer.content.clone();
        edit(&mut content)?;
        let once = Once::new(caller, "updateOffer", key)?;
        if once.replay::<OfferId>(self, &tx).await?.is_some() {
            return Ok(offer);
        }
        offer.revise(version, content, self.terminology(), self.now())?;
        self.save_offer(&tx, &offer, version).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(offer)
    }

    /// Takes the author's answers to codes that the words of an offer suggest.
    ///
    /// # Errors
    /// Not its owner, a stale version, a withdrawn offer, codes that are not suggested, or the store.
    pub async fn answer_offer_codes(
        &self,
        caller: &Caller,
        key: &Key,
        id: OfferId,
        version: i32,
        confirm: &[TermCode],
        dismiss: &[TermCode],
    ) -> Outcome<Offer> {
        let once = Once::new(caller, "answerOfferCodes", key)?;
        let tx = self.store.begin().await?;
        let mut offer = self.own_offer(&tx, caller, id).await?;
        if once.replay::<OfferId>(self, &tx).await?.is_some() {
            return Ok(offer);
        }
        offer.answer_codes(version, confirm, dismiss, self.terminology(), self.now())?;
        self.save_offer(&tx, &offer, version).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(offer)
    }

    /// Lists, pauses or withdraws an offer.
    ///
    /// # Errors
    /// Not its owner, a stale version, a state from which the step does not lead, or the store.
    pub async fn move_offer(
        &self,
        caller: &Caller,
        key: &Key,
        id: OfferId,
        version: i32,
        step: OfferStep,
    ) -> Outcome<Offer> {
        let once = Once::new(caller, "moveOffer", key)?;
        let tx = self.store.begin().await?;
        let mut offer = self.own_offer(&tx, caller, id).await?;
        if once.replay::<OfferId>(self, &tx).await?.is_some() {
            return Ok(offer);
        }
        offer.step(version, step, self.now())?;
        self.save_offer(&tx, &offer, version).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(offer)
    }

    async fn own_offer(&self, tx: &Tx, caller: &Caller, id: OfferId) -> Outcome<Offer> {
        let viewer = caller.viewer()?;
        let offer = tx
            .offer(viewer, id)
            .await?
            .ok_or_else(|| Problem::not_found("id"))?;
        caller.may(Action::KeepOffers {
            owner: offer.organisation,
        })?;
        Ok(offer)
    }

    /// Saves a changed offer, tells subscribers, and has its matches computed anew.
    pub(crate) async fn save_offer(
        &self,
        tx: &Tx,
        offer: &Offer,
        read_version: i32,
    ) -> Outcome<()> {
        if offer.version == read_version {
            return Ok(());
        }
        if !tx.update_offer(offer, read_version).await? {
            let newer = tx.offer(Viewer::Service, offer.id).await?;
            return Err(Problem::stale(newer.map_or(read_version, |offer| offer.version)).into());
        }
        self.announce_offer(tx, offer).await
    }

    /// Tells subscribers of a new or changed offer, and has its matches computed.
    pub(crate) async fn announce_offer(&self, tx: &Tx, offer: &Offer) -> Outcome<()> {
        let now = self.now();
        let change = Change {
            kind: ChangeKind::Offer(offer.id),
            concerns: vec![offer.organisation],
        };
        tx.note(&[change], now).await?;
        tx.post(&[Job::MatchOffer { offer: offer.id }], now).await?;
        Ok(())
    }
}

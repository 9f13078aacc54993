//! Companies and institutes keep their demands.

use super::once::Once;
use super::{App, Caller, Key, Outcome};
use matchday_domain::demand::{Demand, DemandContent, DemandStep};
use matchday_domain::id::DemandId;
use matchday_domain::policy::Action;
use matchday_domain::problem::{Problem, Problems};
use matchday_domain::suggested_code::TermCode;
use matchday_infra::store::{Change, ChangeKind, Job, Tx, Viewer};

impl App {
    /// A new demand, as a draft.
    ///
    /// # Errors
    /// Not a verified company or institute, what is wrong with the content, or the store.
    pub async fn create_demand(
        &self,
        caller: &Caller,
        key: &Key,
        content: DemandContent,
    ) -> Outcome<Demand> {
        let owner = caller
            .viewer()?
            .organisation()
            .ok_or_else(Problem::forbidden)?;
        caller.may(Action::KeepDemands { owner })?;
        let once = Once::new(caller, "createDemand", key)?;
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<DemandId>(self, &tx).await? {
            return self.own_demand(&tx, caller, id).await;
        }
        let demand = Demand::draft(
            self.new_id(),
            owner,
            content,
            None,
            self.terminology(),
            self.now(),
        )?;
        tx.insert_demand(&demand).await?;
        once.keep(self, &tx, demand.id).await?;
        self.commit(tx).await?;
        Ok(demand)
    }

    /// Changes what a demand says; `edit` turns the old content into the new.
    ///
    /// # Errors
    /// Not its owner, a stale version, a closed demand, what is wrong with the content, or the store.
    pub async fn update_demand(
        &self,
        caller: &Caller,
        key: &Key,
        id: DemandId,
        version: i32,
        edit: impl FnOnce(&mut DemandContent) -> Result<(), Problems>,
    ) -> Outcome<Demand> {
        let tx = self.store.begin().await?;
        let mut demand = self.own_demand(&tx, caller, id).await?;
        let mut content = demand.content.clone();
        edit(&mut content)?;
        let once = Once::new(caller, "updateDemand", key)?;
        if once.replay::<DemandId>(self, &tx).await?.is_some() {
            return Ok(demand);
        }
        demand.revise(version, content, self.terminology(), self.now())?;
        self.save_demand(&tx, &demand, version).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(demand)
    }

    /// Takes the author's answers to codes that the words of a demand suggest.
    ///
    /// # Errors
    /// Not its owner, a stale version, a closed demand, codes that are not suggested, or the store.
    pub async fn answer_demand_codes(
        &self,
        caller: &Caller,
        key: &Key,
        id: DemandId,
        version: i32,
        confirm: &[TermCode],
        dismiss: &[TermCode],
    ) -> Outcome<Demand> {
        let once = Once::new(caller, "answerDemandCodes", key)?;
        let tx = self.store.begin().await?;
        let mut demand = self.own_demand(&tx, caller, id).await?;
        if once.replay::<DemandId>(self, &tx).await?.is_some() {
            return Ok(demand);
        }
        demand.answer_codes(version, confirm, dismiss, self.terminology(), self.now())?;
        self.save_demand(&tx, &demand, version).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(demand)
    }

    /// Opens, pauses, closes or withdraws a demand.
    ///
    /// # Errors
    /// Not its owner, a stale version, a state from which the step does not lead, or the store.
    pub async fn move_demand(
        &self,
        caller: &Caller,
        key: &Key,
        id: DemandId,
        version: i32,
        step: DemandStep,
    ) -> Outcome<Demand> {
        let once = Once::new(caller, "moveDemand", key)?;
        let tx = self.store.begin().await?;
        let mut demand = self.own_demand(&tx, caller, id).await?;
        if once.replay::<DemandId>(self, &tx).await?.is_some() {
            return Ok(demand);
        }
        demand.step(version, step, self.now())?;
        self.save_demand(&tx, &demand, version).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(demand)
    }

    async fn own_demand(&self, tx: &Tx, caller: &Caller, id: DemandId) -> Outcome<Demand> {
        let viewer = caller.viewer()?;
        let demand = tx
            .demand(viewer, id)
            .await?
            .ok_or_else(|| Problem::not_found("id"))?;
        caller.may(Action::KeepDemands {
            owner: demand.organisation,
        })?;
        Ok(demand)
    }

    /// Saves a changed demand, tells subscribers, and has its matches computed anew.
    pub(crate) async fn save_demand(
        &self,
        tx: &Tx,
        demand: &Demand,
        read_version: i32,
    ) -> Outcome<()> {
        if demand.version == read_version {
            return Ok(());
        }
        if !tx.update_demand(demand, read_version).await? {
            let newer = tx.demand(Viewer::Service, demand.id).await?;
            return Err(Problem::stale(newer.map_or(read_version, |demand| demand.version)).into());
        }
        self.announce_demand(tx, demand).await
    }

    /// Tells subscribers of a new or changed demand, and has its matches computed.
    pub(crate) async fn announce_demand(&self, tx: &Tx, demand: &Demand) -> Outcome<()> {
        let now = self.now();
        let change = Change {
            kind: ChangeKind::Demand(demand.id),
            concerns: vec![demand.organisation],
        };
        tx.note(&[change], now).await?;
        tx.post(&[Job::MatchDemand { demand: demand.id }], now)
            .await?;
        Ok(())
    }
}

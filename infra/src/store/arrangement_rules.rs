//! What organisers rule about timetables and pairs.

use super::error::{json, to_json, vocabulary};
use super::{Access, StoreError, Tx};
use crate::entity::{arrangement_rules as row, pair_rule};
use matchday_domain::id::{MatchingDayId, PersonId, RegistrationId};
use matchday_domain::matching_day::{ArrangementRules, PairRule, RuledPair};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};

const TABLE: &str = "arrangement_rules";

fn read(row: row::Model) -> Result<ArrangementRules, StoreError> {
    Ok(ArrangementRules {
        event: MatchingDayId(row.event_id),
        version: row.version,
        rules: json(TABLE, row.rules)?,
        reason: row.reason,
        set_by: Some(PersonId(row.set_by)),
        set_at: Some(row.set_at),
    })
}

fn read_pair(row: pair_rule::Model) -> Result<RuledPair, StoreError> {
    Ok(RuledPair {
        event: MatchingDayId(row.event_id),
        demander: RegistrationId(row.demander_id),
        provider: RegistrationId(row.provider_id),
        rule: vocabulary("pair_rule", &row.rule, PairRule::from_code)?,
        reason: row.reason,
        set_by: PersonId(row.set_by),
        set_at: row.set_at,
    })
}

impl<C: ConnectionTrait> Access<C> {
    /// The rules in force at a matching day.
    ///
    /// # Errors
    /// The database.
    pub async fn rules_of(&self, event: MatchingDayId) -> Result<ArrangementRules, StoreError> {
        let newest = self.rules_history(event, 1).await?.pop();
        Ok(newest.unwrap_or_else(|| ArrangementRules::initial(event)))
    }

    /// The rules in force at some matching days, in no order; those without any are missing.
    ///
    /// # Errors
    /// The database.
    pub async fn rules_of_all(
        &self,
        events: &[MatchingDayId],
    ) -> Result<Vec<ArrangementRules>, StoreError> {
        let newest = Query::select()
            .column(row::Column::EventId)
            .expr(row::Column::Version.max())
            .from(row::Entity)
            .and_where(row::Column::EventId.is_in(events.iter().map(|id| id.0)))
            .group_by_col(row::Column::EventId)
            .to_owned();
        let version = Expr::tuple([
            Expr::col(row::Column::EventId),
            Expr::col(row::Column::Version),
        ]);
        let rows = row::Entity::find()
            .filter(version.in_subquery(newest))
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// The last versions of the rules of a matching day, newest first, down to none.
    ///
    /// # Errors
    /// The database.
    pub async fn rules_history(
        &self,
        event: MatchingDayId,
        limit: usize,
    ) -> Result<Vec<ArrangementRules>, StoreError> {
        let rows = row::Entity::find()
            .filter(row::Column::EventId.eq(event.0))
            .order_by_desc(row::Column::Version)
            .limit(u64::try_from(limit).unwrap_or(u64::MAX))
            .all(&self.conn)
            .await?;
        let mut history: Vec<_> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
        if history.len() < limit {
            history.push(ArrangementRules::initial(event));
        }
        Ok(history)
    }

    /// The pairs of a matching day that must or must not meet, by when that was said.
    ///
    /// # Errors
    /// The database.
    pub async fn ruled_pairs(&self, event: MatchingDayId) -> Result<Vec<RuledPair>, StoreError> {
        let rows = pair_rule::Entity::find()
            .filter(pair_rule::Column::EventId.eq(event.0))
            .filter(pair_rule::Column::Rule.ne(PairRule::Free.code()))
            .order_by_asc(pair_rule::Column::SetAt)
            .order_by_asc(pair_rule::Column::DemanderId)
            .order_by_asc(pair_rule::Column::ProviderId)
            .all(&self.conn)
            .await?;
        rows.into_iter().map(read_pair).collect()
    }

    /// What is ruled about a pair: demand side, supply side.
    ///
    /// # Errors
    /// The database.
    pub async fn ruled_pair(
        &self,
        event: MatchingDayId,
        pair: (RegistrationId, RegistrationId),
    ) -> Result<Option<RuledPair>, StoreError> {
        let row = pair_rule::Entity::find_by_id((event.0, pair.0.0, pair.1.0));
        row.one(&self.conn).await?.map(read_pair).transpose()
    }

    /// How many pairs of a matching day, but for one, must or must not meet.
    ///
    /// # Errors
    /// The database.
    pub async fn count_ruled_pairs(
        &self,
        event: MatchingDayId,
        but_for: (RegistrationId, RegistrationId),
    ) -> Result<usize, StoreError> {
        let pair = Condition::all()
            .add(pair_rule::Column::DemanderId.eq(but_for.0.0))
            .add(pair_rule::Column::ProviderId.eq(but_for.1.0));
        let count = pair_rule::Entity::find()
            .filter(pair_rule::Column::EventId.eq(event.0))
            .filter(pair_rule::Column::Rule.ne(PairRule::Free.code()))
            .filter(pair.not())
            .count(&self.conn)
            .await?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }
}

impl Tx {
    /// Saves a new version of the rules of a matching day, set by somebody.
    ///
    /// # Errors
    /// [`StoreError::Taken`]: there is such a version already; or the database.
    pub async fn insert_rules(&self, rules: &ArrangementRules) -> Result<(), StoreError> {
        let nobody = || StoreError::corrupt(TABLE, "rules that nobody set are not stored");
        let row = row::ActiveModel {
            event_id: Set(rules.event.0),
            version: Set(rules.version),
            rules: Set(to_json(TABLE, &rules.rules)?),
            reason: Set(rules.reason.clone()),
            set_by: Set(rules.set_by.ok_or_else(nobody)?.0),
            set_at: Set(rules.set_at.ok_or_else(nobody)?),
        };
        row.insert(&self.conn).await?;
        Ok(())
    }

    /// Saves what is ruled about a pair, in the place of what was.
    ///
    /// # Errors
    /// The database.
    pub async fn put_ruled_pair(&self, pair: &RuledPair) -> Result<(), StoreError> {
        use pair_rule::Column::{DemanderId, EventId, ProviderId, Reason, Rule, SetAt, SetBy};
        let row = pair_rule::ActiveModel {
            event_id: Set(pair.event.0),
            demander_id: Set(pair.demander.0),
            provider_id: Set(pair.provider.0),
            rule: Set(pair.rule.code().to_owned()),
            reason: Set(pair.reason.clone()),
            set_by: Set(pair.set_by.0),
            set_at: Set(pair.set_at),
        };
        pair_rule::Entity::insert(row)
            .on_conflict(
                OnConflict::columns([EventId, DemanderId, ProviderId])
                    .update_columns([Rule, Reason, SetBy, SetAt])
                    .to_owned(),
            )
            .exec_without_returning(&self.conn)
            .await?;
        Ok(())
    }
}

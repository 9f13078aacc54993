//! API keys of an organisation: administrators make, list and revoke them.

use super::once::Once;
use super::randomness::token;
use super::{App, Caller, Key, Outcome};
use matchday_domain::id::{ApiKeyId, OrganisationId};
use matchday_domain::identity::{ApiKey, ApiKeyPlan, KEY_PREFIX};
use matchday_domain::page::{Page, PageRequest};
use matchday_domain::policy::Action;
use matchday_domain::problem::Problem;
use uuid::Uuid;

impl App {
    /// Makes a key; the only copy of its token comes with it, and is not repeated for a repeated request.
    ///
    /// # Errors
    /// Not an administrator's session, what is wrong with the plan, too many keys, or the store.
    pub async fn create_api_key(
        &self,
        caller: &Caller,
        key: &Key,
        plan: ApiKeyPlan,
    ) -> Outcome<(ApiKey, Option<String>)> {
        let organisation = caller.administers()?;
        let once = Once::new(caller, "createApiKey", key)?;
        let now = self.now();
        let tx = self.store.begin().await?;
        if let Some(id) = once.replay::<ApiKeyId>(self, &tx).await? {
            let known = tx.api_key_by_id(id).await?;
            let known = known.filter(|known| known.organisation == organisation);
            return Ok((known.ok_or_else(|| Problem::not_found("id"))?, None));
        }
        tx.lock_organisation(organisation).await?;
        let good = tx.good_api_keys(organisation, now).await?;
        plan.check(now, usize::try_from(good).unwrap_or(usize::MAX))?;
        let token = format!("{KEY_PREFIX}{}", token(&*self.randomness));
        let made = ApiKey {
            id: self.new_id(),
            organisation,
            creator: caller.actor()?.person,
            name: plan.name.trim().to_owned(),
            hint: token[token.len() - 4..].to_owned(),
            scopes: plan.scopes,
            created_at: now,
            expires_at: plan.expires_at,
            revoked_at: None,
            last_used_at: None,
        };
        tx.insert_api_key(&made, &token).await?;
        once.keep(self, &tx, made.id).await?;
        self.commit(tx).await?;
        Ok((made, Some(token)))
    }

    /// Revokes a key; one that is revoked already stays so.
    ///
    /// # Errors
    /// Not an administrator's session, no such key of the organisation, or the store.
    pub async fn revoke_api_key(
        &self,
        caller: &Caller,
        key: &Key,
        id: ApiKeyId,
    ) -> Outcome<ApiKey> {
        let organisation = caller.administers()?;
        let once = Once::new(caller, "revokeApiKey", key)?;
        let tx = self.store.begin().await?;
        let found = tx
            .api_key_by_id(id)
            .await?
            .filter(|found| found.organisation == organisation)
            .ok_or_else(|| Problem::not_found("id"))?;
        if found.revoked_at.is_some() || once.replay::<ApiKeyId>(self, &tx).await?.is_some() {
            return Ok(found);
        }
        let now = self.now();
        tx.revoke_api_key(id, now).await?;
        self.rights_changed(&tx, found.creator).await?;
        once.keep(self, &tx, id).await?;
        self.commit(tx).await?;
        Ok(ApiKey {
            revoked_at: Some(now),
            ..found
        })
    }

    /// The keys of an organisation, in the order in which they were made, for its administrators; none for others.
    ///
    /// # Errors
    /// The store.
    pub async fn api_keys(
        &self,
        caller: &Caller,
        organisation: OrganisationId,
        request: PageRequest<Uuid>,
    ) -> Outcome<Option<Page<ApiKey>>> {
        if caller.may(Action::Administer { organisation }).is_err() {
            return Ok(None);
        }
        Ok(Some(self.store.api_key_page(organisation, request).await?))
    }
}

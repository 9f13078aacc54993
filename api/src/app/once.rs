//! Idempotency keys: the same key with the same input is answered as before, with other input it is an error.

use super::{App, AppError, Caller, Outcome};
use chrono::TimeDelta;
use matchday_domain::id::PersonId;
use matchday_domain::problem::{Code, Problem};
use matchday_domain::text::Message;
use matchday_infra::store::{EarlierAnswer, StoreError, Tx, hash};

/// What a mutation carries: perhaps a key, and its whole input in a canonical form.
#[derive(Debug, Clone, Default)]
pub struct Key {
    /// The client's idempotency key.
    pub key: Option<String>,
    /// The input, to tell a repetition from another request.
    pub input: String,
}

/// A mutation that may carry a key.
pub(crate) struct Once {
    pub(super) caller: Caller,
    person: PersonId,
    pub(super) operation: &'static str,
    key: Option<String>,
    input_hash: String,
}

impl Once {
    /// For an operation of the caller.
    pub(crate) fn new(caller: &Caller, operation: &'static str, key: &Key) -> Outcome<Self> {
        let person = caller.actor()?.person;
        if key
            .key
            .as_ref()
            .is_some_and(|key| key.is_empty() || key.len() > 200)
        {
            return Err(Problem::too_long("idempotencyKey", 200).into());
        }
        let input_hash = hash(&key.input);
        Ok(Self {
            caller: caller.clone(),
            person,
            operation,
            key: key.key.clone(),
            input_hash,
        })
    }

    /// The id that the first request with this key was answered with, within a day.
    pub(crate) async fn replay<T: std::str::FromStr>(
        &self,
        app: &App,
        tx: &Tx,
    ) -> Outcome<Option<T>> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let since = app.now() - TimeDelta::hours(24);
        let Some(earlier) = tx
            .earlier_answer(self.person, self.operation, key, since)
            .await?
        else {
            return Ok(None);
        };
        if earlier.input_hash != self.input_hash {
            return Err(Problem::at(
                "idempotencyKey",
                Code::KeyReused,
                Message::new(
                    "이 키는 다른 요청에 이미 쓰였습니다.",
                    "This key was used for another request.",
                ),
            )
            .into());
        }
        let id = earlier
            .result
            .parse()
            .map_err(|_| AppError::Internal("unreadable answer".into()))?;
        Ok(Some(id))
    }

    /// Keeps the answer and writes the change down in the access log, in the transaction of what it answers.
    pub(crate) async fn keep(
        &self,
        app: &App,
        tx: &Tx,
        result: impl std::fmt::Display,
    ) -> Outcome<()> {
        let result = result.to_string();
        app.record_change(tx, self, &result).await?;
        let Some(key) = &self.key else { return Ok(()) };
        let answer = EarlierAnswer {
            input_hash: self.input_hash.clone(),
            result,
        };
        match tx
            .keep_answer(self.person, self.operation, key, &answer, app.now())
            .await
        {
            Err(StoreError::Taken(_)) => Err(Problem::at(
                "idempotencyKey",
                Code::Taken,
                Message::new(
                    "같은 키의 요청이 처리 중입니다. 잠시 후 다시 시도하십시오.",
                    "A request with this key is being answered; try again in a moment.",
                ),
            )
            .into()),
            result => Ok(result?),
        }
    }
}

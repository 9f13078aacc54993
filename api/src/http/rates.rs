//! How often one client may ask: buckets of tokens that fill evenly (`governor`), by address and by user.
//!
//! They live in this process: behind n replicas a client may ask n times as often. What must hold over all of them,
//! the codes that are mailed to an address, is counted in the database.

use super::operation::Operation;
use super::{Backend, Caller, Credential, Edge, Refusal, Settings};
use crate::config::Limits;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};
use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Buckets of one kind that are remembered, some 50 bytes each.
const MOST_BUCKETS: usize = 50_000;

/// What is allowed less often than the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strict {
    /// Signing in: guessed at by strangers, so by address.
    SignIn,
    /// What reaches many others, as requests and invitations do: by user.
    MassAction,
}

/// The buckets of everybody.
pub(super) struct Rates {
    requests: Buckets<IpAddr>,
    sign_ins: Buckets<IpAddr>,
    operations: Buckets<Uuid>,
    mass_actions: Buckets<Uuid>,
}

impl Rates {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            requests: Buckets::new(limits.requests_per_address, MonotonicClock),
            sign_ins: Buckets::new(limits.sign_ins_per_address, MonotonicClock),
            operations: Buckets::new(limits.operations_per_user, MonotonicClock),
            mass_actions: Buckets::new(limits.mass_actions_per_user, MonotonicClock),
        }
    }

    /// One request of an address; none is counted where the address is not known.
    pub(super) fn request(&self, caller: &Caller) -> Result<(), Refusal> {
        let from = caller.address.map(network);
        from.map_or(Ok(()), |from| self.requests.take(from, 1))
    }

    fn sign_in(&self, caller: &Caller, times: u32) -> Result<(), Refusal> {
        let from = caller.address.map(network);
        from.map_or(Ok(()), |from| self.sign_ins.take(from, times))
    }
}

impl fmt::Debug for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rates")
    }
}

/// Whoever has one address of IPv6 has the 2^64 around it.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

/// Counts every request by its address before anything is read of it, and the pages by which one comes in more strictly.
pub(super) async fn admit(
    State(settings): State<Arc<Settings>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let path = path.map_or("", MatchedPath::as_str);
    // Whoever watches the process may do so at any rate.
    if matches!(path, "/livez" | "/readyz") {
        return next.run(request).await;
    }
    let posted = request.method() == Method::POST;
    let signs_in = path.starts_with("/sign-in/provider/")
        || (posted && matches!(path, "/sign-in" | "/invitation"));
    let (parts, body) = request.into_parts();
    let caller = Caller::of(&parts, &settings.http);
    let rates = &settings.rates;
    let counted = rates
        .request(&caller)
        .and_then(|()| rates.sign_in(&caller, u32::from(signs_in)));
    match counted {
        Ok(()) => next
            .run(Request::from_parts(parts, body))
            .await
            .into_response(),
        Err(refusal) => refusal.respond(caller.language),
    }
}

impl<E, B: Backend> Edge<E, B> {
    /// Who asks, if he or she may do so at this rate.
    ///
    /// # Errors
    /// See [`Backend::identify`]; [`Refusal::RateLimited`].
    pub(super) async fn identify(
        &self,
        caller: &Caller,
        credential: Option<&Credential>,
        operation: Option<&Operation>,
    ) -> Result<B::Identity, Refusal> {
        let rates = &self.settings.rates;
        let times = |strict| {
            let mutations = operation.map_or(&[][..], |operation| &operation.mutations);
            let such = mutations
                .iter()
                .filter(|name| self.backend.strict(name) == Some(strict));
            u32::try_from(such.count()).unwrap_or(u32::MAX)
        };
        rates.sign_in(caller, times(Strict::SignIn))?;
        // On the heap while it lasts: asking an identity provider takes much room, and thousands of sockets are idle.
        let identity = Box::pin(self.backend.identify(caller, credential)).await?;
        if let Some(account) = self.backend.account(&identity) {
            rates.operations.take(account, 1)?;
            rates
                .mass_actions
                .take(account, times(Strict::MassAction))?;
        }
        Ok(identity)
    }
}

/// One bucket a key: so many tokens at once, and as many again over a minute.
pub(super) struct Buckets<K: Hash + Eq + Clone, C: Clock = MonotonicClock> {
    limiter: RateLimiter<K, Remembered<K>, C, NoOpMiddleware<C::Instant>>,
    clock: C,
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> Buckets<K, C> {
    pub(super) fn new(per_minute: u32, clock: C) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        let limiter = RateLimiter::new(quota, Remembered::default(), clock.clone());
        Self { limiter, clock }
    }

    /// Takes tokens, all or none.
    ///
    /// # Errors
    /// [`Refusal::RateLimited`] with the time until they are there.
    pub(super) fn take(&self, key: K, tokens: u32) -> Result<(), Refusal> {
        let Some(tokens) = NonZeroU32::new(tokens) else {
            return Ok(());
        };
        let seconds = match self.limiter.check_key_n(&key, tokens) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(until)) => until.wait_time_from(self.clock.now()).as_secs(),
            // More than the bucket holds: less at a time would do.
            Err(_) => 59,
        };
        let retry_after_s = u32::try_from(seconds).unwrap_or(u32::MAX).saturating_add(1);
        Err(Refusal::RateLimited { retry_after_s })
    }
}

/// When the bucket of each key is full again. Full ones need not be remembered: when there are too many, they go, and
/// if a flood of clients leaves no room even then, all are forgotten rather than memory filled.
struct Remembered<K>(Mutex<HashMap<K, Nanos>>);

impl<K> Default for Remembered<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq + Clone> StateStore for Remembered<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(full_at) = buckets.get_mut(key) {
            let (outcome, later) = measure(Some(*full_at))?;
            *full_at = later;
            return Ok(outcome);
        }
        let (outcome, full_at) = measure(None)?;
        if buckets.len() >= MOST_BUCKETS {
            // Whoever has a fuller bucket than this newcomer loses nothing, or a token.
            buckets.retain(|_, other| *other > full_at);
            if buckets.len() > MOST_BUCKETS / 2 {
                buckets.clear();
            }
        }
        buckets.insert(key.clone(), full_at);
        Ok(outcome)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use governor::clock::FakeRelativeClock;
    use std::time::Duration;

    #[test]
    fn a_bucket_empties_at_once_and_fills_evenly() {
        let clock = FakeRelativeClock::default();
        let buckets = Buckets::new(60, clock.clone());
        for _ in 0..60 {
            buckets.take("a", 1).unwrap();
        }
        let refused = |seconds| {
            Err(Refusal::RateLimited {
                retry_after_s: seconds,
            })
        };
        assert!(matches!(
            buckets.take("a", 1),
            Err(Refusal::RateLimited {
                retry_after_s: 1..=2
            })
        ));
        assert_eq!(buckets.take("b", 60), Ok(()));
        clock.advance(Duration::from_secs(2));
        assert_eq!(buckets.take("a", 2), Ok(()));
        assert!(buckets.take("a", 1).is_err());
        assert_eq!(buckets.take("c", 61), refused(60));
        // What was refused took nothing.
        assert_eq!(buckets.take("c", 60), Ok(()));
        assert_eq!(buckets.take("c", 0), Ok(()));
    }

    #[test]
    fn what_is_remembered_is_bounded_and_who_is_busy_is_remembered_longest() {
        let clock = FakeRelativeClock::default();
        let buckets = Buckets::new(10, clock.clone());
        buckets.take(0_usize, 10).unwrap();
        for key in 1..3 * MOST_BUCKETS {
            buckets.take(key, 1).unwrap();
        }
        assert!(
            buckets.take(0, 1).is_err(),
            "the flood made room for itself"
        );
        assert!(buckets.limiter.into_state_store().0.lock().unwrap().len() <= MOST_BUCKETS);
        // Busy all of them: memory is bounded all the same.
        let buckets = Buckets::new(10, clock);
        for key in 0..2 * MOST_BUCKETS {
            buckets.take(key, 9).unwrap();
        }
        assert!(buckets.limiter.into_state_store().0.lock().unwrap().len() <= MOST_BUCKETS);
    }

    #[test]
    fn an_ipv6_network_is_one_client() {
        let of = |address: &str| network(address.parse().unwrap()).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("2001:db8:1:3::1"), "2001:db8:1:3::");
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
    }
}

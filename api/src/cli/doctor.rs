//! Checks what the service depends on and says how to mend it.

use crate::config::Config;
use crate::server::open_store;
use chrono::{DateTime, TimeDelta, Utc};
use matchday_domain::organisation::EmailAddress;
use matchday_domain::privacy::Retention;
use matchday_infra::mail::Mailer;
use matchday_infra::store::Store;

/// A finding: good, or what to do.
type Finding = Result<String, (String, &'static str)>;

/// Examines everything; prints a line for each and tells whether all is well.
pub(super) async fn examine(config: &Config) -> bool {
    let mut well = report("configuration", Ok("readable, no unknown keys".to_owned()));
    let store = open_store(config).await;
    match store {
        Ok(store) => {
            well &= report("database", database(&store).await);
            well &= report("migrations", migrations(&store).await);
            well &= report("clock", clock(&store).await);
            well &= report("access log", retention(config, &store).await);
            store.close().await;
        }
        Err(error) => {
            let mend = "check database.url, that the server runs, and that its address and password are right";
            well &= report("database", Err((error.to_string(), mend)));
        }
    }
    well &= report("sender", sender(config));
    well &= report("mail", mail(config).await);
    well &= report("public address", public_url(config));
    well
}

fn report(what: &str, finding: Finding) -> bool {
    match finding {
        Ok(good) => {
            println!("ok    {what}: {good}");
            true
        }
        Err((wrong, mend)) => {
            println!("WRONG {what}: {wrong}\n      mend: {mend}");
            false
        }
    }
}

async fn database(store: &Store) -> Finding {
    let mend = "check that the server runs and accepts connections";
    store
        .ping()
        .await
        .map_err(|error| (error.to_string(), mend))?;
    Ok(if store.is_postgres() {
        "PostgreSQL answers"
    } else {
        "SQLite opens"
    }
    .to_owned())
}

async fn migrations(store: &Store) -> Finding {
    let mend = "run `matchday migrate`, or start `matchday serve`, which does it";
    match store.pending_migrations().await {
        Ok(0) => Ok("none pending".to_owned()),
        Ok(pending) => Err((format!("{pending} pending"), mend)),
        Err(error) => Err((error.to_string(), mend)),
    }
}

/// The database's clock against ours: leases and sessions of replicas rest on clocks that agree.
async fn clock(store: &Store) -> Finding {
    let mend = "synchronise the clocks of both machines (NTP)";
    let theirs: DateTime<Utc> = store
        .clock()
        .await
        .map_err(|error| (error.to_string(), mend))?;
    let apart = (Utc::now() - theirs).abs();
    if apart > TimeDelta::seconds(5) {
        return Err((
            format!("{} s apart from the database", apart.num_seconds()),
            mend,
        ));
    }
    Ok(format!(
        "within {} ms of the database",
        apart.num_milliseconds()
    ))
}

/// The service keeps lines for as long as it must whatever is set; the operator should know.
async fn retention(config: &Config, store: &Store) -> Finding {
    let mend = "bring the schema up to date first: `matchday migrate`";
    let persons = store.person_count().await;
    let persons = persons.map_err(|error| (error.to_string(), mend))?;
    let wanted = config.privacy.access_log_years;
    let kept = Retention::of(wanted, persons).years();
    if kept > wanted {
        return Err((
            format!(
                "{persons} persons are known, so lines are kept for {kept} years and not for {wanted}"
            ),
            "set privacy.access_log_years = 2, or more",
        ));
    }
    Ok(format!("kept for {kept} year(s)"))
}

fn sender(config: &Config) -> Finding {
    match config.mail.from.parse::<EmailAddress>() {
        Ok(address) => Ok(address.to_string()),
        Err(_) => Err((
            "mail.from is not an e-mail address".to_owned(),
            "set mail.from",
        )),
    }
}

async fn mail(config: &Config) -> Finding {
    let mailer = Mailer::from_url(config.mail.url.expose())
        .map_err(|error| (error.to_string(), "see mail.url in `matchday config`"))?;
    let checked = mailer.check().await;
    mailer.close().await;
    checked.map_err(|error| {
        (
            error.to_string(),
            "check mail.url: host, port, password, TLS; for files, that the folder can be written",
        )
    })?;
    Ok(format!("{} is reachable", config.mail.url))
}

fn public_url(config: &Config) -> Finding {
    let url = &config.http.public_url;
    if !config.http.development
        && !config.http.listen.ip().is_loopback()
        && url.starts_with("http://")
    {
        return Err((
            format!("{url} is not encrypted, and the service listens to the network"),
            "put a proxy with TLS in front and set http.public_url to its https:// address",
        ));
    }
    Ok(url.clone())
}

//! `matchday demo`: an invented national set and a whole matching day, then the service to look around in.

use super::Failure;
use crate::app::AppError;
use crate::config::Config;
use crate::demo::{self, national_set};
use crate::lifecycle::Shutdown;
use crate::server::Service;
use matchday_domain::organisation::EmailAddress;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Where the demonstration keeps what it makes.
const FOLDER: &str = "matchday-data/demo";

/// A query worth pasting.
const QUERY: &str = "{ demands(own: true, first: 5) { edges { node { title { local } matches(first: 3) { edges { node { \
     score decision offer { title { local } organisation { name { local } } } explanation { demander { contributions { criterion points \
     sentence { local } } } nearMiss { change { local } } } } } } } } } }";

/// How the demonstration is wanted.
pub(super) struct Wish {
    pub fresh: bool,
    pub exit: bool,
    pub seed: u64,
}

/// What the demonstration sets unless file, environment or flags say otherwise.
pub(super) fn presets() -> Vec<(String, String)> {
    [
        (
            "database.url",
            format!("sqlite:{FOLDER}/matchday.sqlite?mode=rwc"),
        ),
        ("mail.url", format!("file:{FOLDER}/mails")),
        ("http.development", "true".to_owned()),
        ("log.filter", "warn".to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

pub(super) async fn run(config: Config, wish: Wish) -> Result<ExitCode, Failure> {
    let begun = Instant::now();
    if wish.fresh && !config.database.url.expose().contains(FOLDER) {
        return Err(Failure::Other(format!(
            "--fresh deletes {FOLDER} only, but database.url names another place: empty that yourself"
        )));
    }
    if wish.fresh && Path::new(FOLDER).exists() {
        std::fs::remove_dir_all(FOLDER)
            .map_err(|error| Failure::Other(format!("{FOLDER}: {error}")))?;
    }
    let shutdown = super::signals()?;
    let service = Service::open(config, true).await?;
    let known = service
        .app
        .store()
        .organisation_count()
        .await
        .map_err(AppError::from)
        .map_err(told)?;
    let figures = if known == 0 {
        println!("Matchday demonstration, seed {}", wish.seed);
        let performed = demo::perform(&service, wish.seed);
        let figures = tokio::select! {
            figures = performed => figures.map_err(told)?,
            () = shutdown.stopping() => {
                println!("stopped; what was done is kept, `--fresh` begins anew");
                return Ok(ExitCode::SUCCESS);
            }
        };
        println!("  done in {:.1} s", begun.elapsed().as_secs_f64());
        Some(figures)
    } else {
        println!("going on with the data of the first run; `--fresh` begins anew");
        None
    };
    let listener = service.listen().await?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::Other(error.to_string()))?;
    service.start_work(&shutdown);
    if wish.exit {
        return check(
            &service,
            listener,
            &shutdown,
            &format!("http://{address}"),
            figures.as_ref(),
        )
        .await;
    }
    show(&service).await?;
    let clean =
        service.serve(listener, &shutdown).await & shutdown.finished(Duration::from_secs(10)).await;
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn check(
    service: &Service,
    listener: tokio::net::TcpListener,
    shutdown: &Shutdown,
    url: &str,
    figures: Option<&demo::Figures>,
) -> Result<ExitCode, Failure> {
    let verified = async {
        let verified = match figures {
            Some(figures) => demo::verify(service, url, figures).await,
            None => Ok(()),
        };
        shutdown.stop();
        verified
    };
    let (clean, verified) = tokio::join!(service.serve(listener, shutdown), verified);
    verified.map_err(told)?;
    let clean = clean & shutdown.finished(Duration::from_secs(10)).await;
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Where to look.
async fn show(service: &Service) -> Result<(), Failure> {
    let url = &service.config.http.public_url;
    println!("\nLook around:");
    println!("  explorer  {url}/explorer");
    for (who, email) in [
        ("company", national_set::COMPANY_EMAIL),
        ("hospital", national_set::HOSPITAL_EMAIL),
        ("organiser", national_set::ORGANISER_EMAIL),
    ] {
        let Ok(email) = email.parse::<EmailAddress>() else {
            continue;
        };
        let link = service.app.sign_in_link(&email).await.map_err(told)?;
        println!("  sign in as the {who:<9} {link}");
    }
    println!("  mails     {}", service.config.mail.url);
    println!("\nA query for the explorer, as the company:\n  {QUERY}\n\nCtrl-C stops.");
    Ok(())
}

fn told(error: AppError) -> Failure {
    Failure::Other(error.to_string())
}

//! `matchday demo`: an invented national set and a whole matching day, then the service to look around in.

use super::Failure;
use crate::app::AppError;
use crate::config::Config;
use crate::demo::{self, national_set};
use crate::lifecycle::Shutdown;
use crate::output::{Output, io_message, padded};
use crate::server::Service;
use matchday_domain::message;
use matchday_domain::organisation::EmailAddress;
use matchday_domain::text::Message;
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

pub(super) async fn run(config: Config, wish: Wish, out: Output) -> Result<ExitCode, Failure> {
    let begun = Instant::now();
    if wish.fresh && !config.database.url.expose().contains(FOLDER) {
        return Err(Failure::Other(message!(
            "--fresh는 {FOLDER}만 지우는데 database.url이 다른 곳입니다. 그곳은 직접 비우십시오",
            "--fresh deletes {FOLDER} only, but database.url names another place: empty that yourself"
        )));
    }
    if wish.fresh && Path::new(FOLDER).exists() {
        std::fs::remove_dir_all(FOLDER).map_err(|error| {
            let Message { ko, en } = io_message(&error);
            Failure::Other(message!("{FOLDER}: {ko}", "{FOLDER}: {en}"))
        })?;
    }
    let shutdown = super::signals()?;
    let service = Service::open(config, true).await?;
    let known = service
        .app
        .store()
        .organisation_count()
        .await
        .map_err(AppError::from)?;
    let figures = if known == 0 {
        out.say(&message!(
            "Matchday 시연, 시드 {0}",
            "Matchday demonstration, seed {0}",
            wish.seed
        ));
        let performed = demo::perform(&service, wish.seed, out);
        let figures = tokio::select! {
            figures = performed => figures?,
            () = shutdown.stopping() => {
                out.say(&Message::new(
                    "멈췄습니다. 한 일은 남아 있고, `--fresh`로 새로 시작합니다",
                    "stopped; what was done is kept, `--fresh` begins anew",
                ));
                return Ok(ExitCode::SUCCESS);
            }
        };
        let seconds = begun.elapsed().as_secs_f64();
        out.say(&message!(
            "  {seconds:.1}초 걸림",
            "  done in {seconds:.1} s"
        ));
        Some(figures)
    } else {
        out.say(&Message::new(
            "처음 실행의 자료로 계속합니다. `--fresh`로 새로 시작합니다",
            "going on with the data of the first run; `--fresh` begins anew",
        ));
        None
    };
    let listener = service.listen().await?;
    let address = listener.local_addr().map_err(Failure::inner)?;
    service.start_work(&shutdown);
    if wish.exit {
        return check(
            &service,
            listener,
            &shutdown,
            &format!("http://{address}"),
            figures.as_ref(),
            out,
        )
        .await;
    }
    show(&service, out).await?;
    if out.is_closed() {
        // Nobody has read where to look.
        return Ok(ExitCode::SUCCESS);
    }
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
    out: Output,
) -> Result<ExitCode, Failure> {
    let verified = async {
        let verified = match figures {
            Some(figures) => demo::verify(service, url, figures, out).await,
            None => Ok(()),
        };
        shutdown.stop();
        verified
    };
    let (clean, verified) = tokio::join!(service.serve(listener, shutdown), verified);
    verified?;
    let clean = clean & shutdown.finished(Duration::from_secs(10)).await;
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Where to look.
async fn show(service: &Service, out: Output) -> Result<(), Failure> {
    let url = &service.config.http.public_url;
    let label = |ko: &str, en: &str| padded(out.pick(ko, en), 10);
    out.say(&Message::new("\n둘러보기:", "\nLook around:"));
    out.line(format_args!(
        "  {}{url}/explorer",
        label("탐색기", "explorer")
    ));
    for (ko, en, email) in [
        ("기업", "company", national_set::COMPANY_EMAIL),
        ("병원", "hospital", national_set::HOSPITAL_EMAIL),
        ("주관기관", "organiser", national_set::ORGANISER_EMAIL),
    ] {
        let Ok(email) = email.parse::<EmailAddress>() else {
            continue;
        };
        let link = service.app.sign_in_link(&email).await?;
        let who = label(ko, en);
        out.say(&message!(
            "  로그인  {who}{link}",
            "  sign in as the {who}{link}"
        ));
    }
    let mails = label("메일", "mails");
    out.line(format_args!("  {mails}{}", service.config.mail.url));
    out.say(&message!(
        "\n기업으로 탐색기에서 해 볼 질의:\n  {QUERY}\n\nCtrl-C로 멈춥니다.",
        "\nA query for the explorer, as the company:\n  {QUERY}\n\nCtrl-C stops."
    ));
    Ok(())
}

//! `matchday privacy`: what is held about a person, to hand out or to erase; and old lines of the access log.

use super::Failure;
use crate::app::privacy::ErasureWish;
use crate::config::Config;
use crate::output::{Output, io_message};
use crate::server::Service;
use clap::Subcommand;
use matchday_domain::message;
use matchday_domain::organisation::EmailAddress;
use matchday_domain::text::Message;
use std::path::PathBuf;
use std::process::ExitCode;

/// What is asked.
#[derive(Debug, Subcommand)]
pub(super) enum Deed {
    /// Writes everything that is held about a person as one JSON document. It is entered in the access log.
    Export {
        /// The person's address.
        #[arg(long)]
        email: EmailAddress,
        /// Where to; standard output without it. A file that is there already is not overwritten.
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// Erases a person: a tombstone stays, and what has to be kept. Prints what went and what stays, as JSON. A second
    /// run finds nobody. Ends with 2 if the person is the last administrator of an organisation with others.
    Erase {
        /// The person's address.
        #[arg(long)]
        email: EmailAddress,
        /// Only tells what would happen.
        #[arg(long)]
        dry_run: bool,
        /// Also erases the last administrator of an organisation with others in it.
        #[arg(long)]
        force: bool,
    },
    /// Deletes lines of the access log that are older than they have to be kept; the worker does so daily.
    Purge,
}

/// Does it.
pub(super) async fn run(config: Config, deed: Deed, out: Output) -> Result<ExitCode, Failure> {
    let service = Service::open(config, true).await?;
    let app = &service.app;
    match deed {
        Deed::Export { email, output } => {
            let data = app.export_person(None, &email).await?;
            match output {
                Some(path) => write_new(&path, &serde_json::to_string_pretty(&data)?)?,
                None => out.json(&data)?,
            }
        }
        Deed::Erase {
            email,
            dry_run,
            force,
        } => {
            let wish = ErasureWish { force, dry_run };
            let done = app.erase_person(None, &email, wish).await?;
            out.json(&done)?;
        }
        Deed::Purge => {
            let (retention, gone) = app.purge_access_log().await?;
            out.say(&message!(
                "{0}년이 지난 접속기록 {gone}건을 삭제했습니다.",
                "{gone} line(s) of the access log deleted that were older than {0} year(s).",
                retention.years()
            ));
        }
    }
    service.app.store().clone().close().await;
    Ok(ExitCode::SUCCESS)
}

/// For the owner's eyes only.
fn write_new(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| writeln!(file, "{text}"))
        .map_err(|error| {
            let Message { ko, en } = io_message(&error);
            Failure::Other(message!("{0}: {ko}", "{0}: {en}", path.display()))
        })
}

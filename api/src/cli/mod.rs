//! The verbs of the command line, one file each where they are more than a call.

mod demo;
mod doctor;
mod eval;
mod failure;
mod import;
mod korean;
mod logs;
mod plan;
mod privacy;

use crate::config::Config;
use crate::graphql;
use crate::lifecycle::Shutdown;
use crate::output::Output;
use crate::server::{Service, StartError, open_store};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use failure::Failure;
use matchday_domain::message;
use matchday_domain::text::Language;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Matches data demands with data offers and arranges the meetings between the two.
#[derive(Debug, Parser)]
#[command(name = "matchday", version)]
pub struct Cli {
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(subcommand)]
    verb: Verb,
}

/// Where the configuration comes from, besides `MATCHDAY_…` in the environment.
#[derive(Debug, Args)]
struct SettingsArgs {
    /// Configuration file (TOML); see `matchday config`.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Sets a key over file and environment: `--set http.listen=0.0.0.0:8080`.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// The language of what is printed; by the locale (`LC_ALL`, `LC_MESSAGES`, `LANG`) if not given: Korean where it
    /// begins with `ko`, else English.
    #[arg(long, global = true, value_name = "LANGUAGE", value_parser = language())]
    language: Option<Language>,
}

fn language() -> impl TypedValueParser<Value = Language> {
    PossibleValuesParser::new(["ko", "en"]).map(|tag| match tag.as_str() {
        "ko" => Language::Ko,
        _ => Language::En,
    })
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("`KEY=VALUE`")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Serves the interface and does the work in the background.
    Serve {
        /// Leaves the background work to `matchday worker`.
        #[arg(long)]
        no_worker: bool,
        /// Refuses to start on a schema that is behind, instead of bringing it up to date.
        #[arg(long)]
        no_migrate: bool,
    },
    /// Does the work in the background only: mails, matches, arrangements.
    Worker,
    /// Brings the database schema up to date.
    Migrate,
    /// Prints the GraphQL schema.
    Schema,
    /// Prints an example configuration with every key, its meaning and its default.
    Config,
    /// Imports what others already have: the HDR UK Gateway's CSV, HDR UK 4.0.0 JSON, our own lines. A second run
    /// changes nothing.
    Import(import::Wish),
    /// Measures the gate, the score, the text criterion and the thesaurus on a set of yours.
    #[command(subcommand)]
    Eval(eval::Set),
    /// Arranges a problem from a file, or proves its fewest breaks; `verify` checks a timetable. Ends with 0 if solved,
    /// 2 if the input is bad, 3 if there is no timetable.
    Plan(plan::Wish),
    /// Exports or erases what is held about a person; deletes old lines of the access log.
    #[command(subcommand)]
    Privacy(privacy::Deed),
    /// Loads an invented national set, holds a matching day with it, then serves it to look around in.
    Demo {
        /// Deletes the data of an earlier demonstration first.
        #[arg(long)]
        fresh: bool,
        /// Checks its own figures over HTTP and stops, instead of serving.
        #[arg(long)]
        exit: bool,
        /// The same seed gives the same set and timetable.
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Checks configuration, database, migrations, mail and clock, and says how to mend what is wrong.
    Doctor,
}

/// Reads the words of the command line; help and faults in the language of who reads.
///
/// # Errors
/// Help or a fault was printed: how to end.
pub fn parse(words: Vec<OsString>) -> Result<Cli, ExitCode> {
    let out = Output::new(asked(&words));
    let command = match out.language() {
        Language::Ko => korean::translate(Cli::command()),
        Language::En => Cli::command(),
    };
    let parsed = command.try_get_matches_from(words);
    parsed
        .and_then(|found| Cli::from_arg_matches(&found))
        .map_err(|error| {
            match korean::fault(&error).filter(|_| out.language() == Language::Ko) {
                Some(fault) => out.complain(fault),
                // Nobody may be there to read it.
                None => drop(error.print()),
            }
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
        })
}

/// The language that the words ask for, before they are understood.
fn asked(words: &[OsString]) -> Option<Language> {
    let words: Vec<_> = words.iter().filter_map(|word| word.to_str()).collect();
    let value =
        words
            .iter()
            .enumerate()
            .find_map(|(i, word)| match word.strip_prefix("--language")? {
                "" => words.get(i + 1).copied(),
                value => value.strip_prefix('='),
            });
    let all = [Language::Ko, Language::En];
    all.into_iter()
        .find(|language| Some(language.tag()) == value)
}

/// Runs a verb; what goes wrong is told on standard error.
pub async fn run(cli: Cli) -> ExitCode {
    let out = Output::new(cli.settings.language);
    let code = perform(cli, out).await.unwrap_or_else(|failure| {
        let message = failure.message();
        out.complain(format_args!("matchday: {}", message.get(out.language())));
        failure.code()
    });
    match out.finish() {
        Ok(()) => code,
        Err(error) => {
            let what = out.pick("표준 출력", "standard output");
            let why = crate::output::io_message(error);
            out.complain(format_args!(
                "matchday: {what}: {}",
                why.get(out.language())
            ));
            ExitCode::FAILURE
        }
    }
}

async fn perform(cli: Cli, out: Output) -> Result<ExitCode, Failure> {
    let done = Ok(ExitCode::SUCCESS);
    // What needs no configuration must work without a good one.
    match cli.verb {
        Verb::Schema => {
            out.text(graphql::sdl());
            return done;
        }
        Verb::Config => {
            out.text(Config::example());
            return done;
        }
        Verb::Eval(set) => return eval::run(set, out),
        Verb::Plan(wish) => return plan::run(wish, out),
        _ => {}
    }
    let presets = match cli.verb {
        Verb::Demo { .. } => demo::presets(),
        // What a command has to say, it says itself.
        Verb::Import(_) | Verb::Migrate | Verb::Doctor | Verb::Privacy(_) => {
            vec![("log.filter".to_owned(), "warn".to_owned())]
        }
        _ => Vec::new(),
    };
    let file = cli.settings.config.as_deref();
    let config = Config::load(presets, file, std::env::vars(), cli.settings.set)?;
    logs::start(&config.log);
    match cli.verb {
        Verb::Serve {
            no_worker,
            no_migrate,
        } => serve(config, !no_worker, !no_migrate).await,
        Verb::Worker => worker(config).await,
        Verb::Migrate => {
            let store = open_store(&config).await?;
            let pending = store.pending_migrations().await.map_err(StartError::from)?;
            store.migrate().await.map_err(StartError::from)?;
            out.say(&message!(
                "마이그레이션 {pending}건을 실행했습니다. 스키마가 최신입니다.",
                "{pending} migration(s) run; the schema is up to date."
            ));
            done
        }
        Verb::Import(wish) => import::run(config, wish, out).await,
        Verb::Privacy(deed) => privacy::run(config, deed, out).await,
        Verb::Demo { fresh, exit, seed } => {
            demo::run(config, demo::Wish { fresh, exit, seed }, out).await
        }
        Verb::Doctor => Ok(if doctor::examine(&config, out).await {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }),
        Verb::Schema | Verb::Config | Verb::Eval(_) | Verb::Plan(_) => done,
    }
}

async fn serve(config: Config, work: bool, migrate: bool) -> Result<ExitCode, Failure> {
    let shutdown = signals()?;
    let grace = Duration::from_secs(config.http.shutdown_grace_s);
    let service = Service::open(config, migrate).await?;
    let listener = service.listen().await?;
    if work {
        service.start_work(&shutdown);
    } else {
        service.start_announcing(&shutdown);
    }
    tracing::info!(url = %service.config.http.public_url, worker = work, "serving");
    let clean = service.serve(listener, &shutdown).await & shutdown.finished(grace).await;
    service.app.store().clone().close().await;
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn worker(config: Config) -> Result<ExitCode, Failure> {
    let shutdown = signals()?;
    let grace = Duration::from_secs(config.http.shutdown_grace_s);
    let service = Service::open(config, false).await?;
    service.start_work(&shutdown);
    tracing::info!("working");
    let clean = shutdown.finished(grace).await;
    service.app.store().clone().close().await;
    Ok(if clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn signals() -> Result<Shutdown, Failure> {
    let shutdown = Shutdown::new();
    shutdown
        .on_signals()
        .map_err(|error| Failure::Other(message!("시그널: {error}", "signals: {error}")))?;
    Ok(shutdown)
}

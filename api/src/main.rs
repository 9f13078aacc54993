//! `matchday`: the service and everything its operator does with it.

use matchday_api::cli;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    match cli::parse(std::env::args_os().collect()) {
        Ok(cli) => cli::run(cli).await,
        Err(code) => code,
    }
}

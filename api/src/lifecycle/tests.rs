#![allow(clippy::unwrap_used)]

use super::*;
use axum::routing::get;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

async fn start(http: Http) -> (SocketAddr, Shutdown, tokio::task::JoinHandle<bool>) {
    let nap = async || {
        tokio::time::sleep(Duration::from_millis(500)).await;
        "rested"
    };
    let long = async || {
        tokio::time::sleep(Duration::from_secs(60)).await;
        "never"
    };
    let router = Router::new()
        .route("/nap", get(nap))
        .route("/long", get(long));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = Shutdown::new();
    let stop = shutdown.clone();
    let task = tokio::spawn(async move { serve(listener, None, router, &http, &stop).await });
    (address, shutdown, task)
}

async fn ask(address: SocketAddr, path: &str) -> reqwest::Result<String> {
    let response = reqwest::get(format!("http://{address}{path}")).await?;
    response.text().await
}

#[tokio::test]
async fn a_soft_stop_waits_for_requests_and_background_tasks() {
    let (address, shutdown, server) = start(Http::default()).await;
    let finished = Arc::new(AtomicBool::new(false));
    let (flag, stop) = (finished.clone(), shutdown.clone());
    shutdown.spawn(async move {
        stop.stopping().await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        flag.store(true, Ordering::SeqCst);
    });
    let asked = tokio::spawn(ask(address, "/nap"));
    tokio::time::sleep(Duration::from_millis(200)).await;
    shutdown.stop();
    assert!(server.await.unwrap());
    assert!(finished.load(Ordering::SeqCst));
    assert_eq!(asked.await.unwrap().unwrap(), "rested");
}

#[tokio::test]
async fn the_cut_ends_what_would_run_on() {
    for by_signal in [true, false] {
        let grace = if by_signal { 60 } else { 1 };
        let http = Http {
            shutdown_grace_s: grace,
            ..Http::default()
        };
        let (address, shutdown, server) = start(http).await;
        shutdown.spawn(std::future::pending());
        let asked = tokio::spawn(ask(address, "/long"));
        tokio::time::sleep(Duration::from_millis(200)).await;
        let begun = Instant::now();
        shutdown.stop();
        if by_signal {
            shutdown.cut();
        }
        assert!(!server.await.unwrap());
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert!(asked.await.unwrap().is_err());
    }
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let http = Http {
        max_connections: 1,
        header_timeout_s: 1,
        ..Http::default()
    };
    let (address, _shutdown, _server) = start(http).await;
    // It takes the only place and says nothing, until the time limit gives the place to the next.
    let _idle = TcpStream::connect(address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begun = Instant::now();
    assert_eq!(ask(address, "/nap").await.unwrap(), "rested");
    assert!(begun.elapsed() > Duration::from_millis(1_200));
}

//! From the first connection to the last: serving, and stopping without losing what runs.
//!
//! The first signal stops softly: nothing new is accepted, requests and background tasks finish. The second signal,
//! or the end of the grace period, cuts what is left. The server is assembled from hyper's parts because the ready
//! made one of axum has no time limit for the head of a request: slow clients would hold their connections for ever.

mod tls;

pub use tls::{TlsError, acceptor};

use crate::config::Http;
use axum::Router;
use axum::extract::connect_info::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Bytes of a request's head.
const HEAD_BYTES: usize = 32 * 1_024;

/// Header lines of a request.
const HEAD_LINES: usize = 64;

/// How long the pieces that were cut may take to let go.
const LET_GO: Duration = Duration::from_secs(2);

/// How far the stop has come; clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
}

impl Shutdown {
    /// Nothing stops yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops on SIGINT and SIGTERM: softly on the first, at once on the second.
    ///
    /// # Errors
    /// The system does not let us listen to signals.
    #[cfg(unix)]
    pub fn on_signals(&self) -> io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let this = self.clone();
        // Not tracked: it ends with the process.
        tokio::spawn(async move {
            loop {
                let name = tokio::select! {
                    _ = interrupt.recv() => "SIGINT",
                    _ = terminate.recv() => "SIGTERM",
                };
                if this.is_stopping() {
                    tracing::warn!(signal = name, "cutting what still runs");
                    this.cut();
                } else {
                    tracing::info!(signal = name, "stopping; again to cut at once");
                    this.stop();
                }
            }
        });
        Ok(())
    }

    /// Stops softly.
    pub fn stop(&self) {
        self.soft.cancel();
    }

    /// Cuts at once.
    pub fn cut(&self) {
        self.soft.cancel();
        self.hard.cancel();
    }

    /// Cancelled when a stop begins, for work that asks in between.
    pub fn token(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Whether a stop has begun.
    pub fn is_stopping(&self) -> bool {
        self.soft.is_cancelled()
    }

    /// Waits for the beginning of a stop.
    pub async fn stopping(&self) {
        self.soft.cancelled().await;
    }

    /// Runs a background task. It should end by itself soon after [`Self::stopping`]; it is dropped at the cut.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.until_cut(task));
    }

    /// A future that the stop waits for, and that ends at the cut at the latest.
    pub fn until_cut<F: Future<Output = ()> + Send + 'static>(
        &self,
        future: F,
    ) -> impl Future<Output = ()> + Send + use<F> {
        let hard = self.hard.clone();
        self.tasks.track_future(async move {
            tokio::select! {
                () = hard.cancelled() => {}
                () = future => {}
            }
        })
    }

    /// Waits for the stop, then until everything that was tracked has ended; cuts it after `grace`.
    ///
    /// Returns whether all of it ended by itself.
    pub async fn finished(&self, grace: Duration) -> bool {
        self.soft.cancelled().await;
        self.tasks.close();
        tokio::select! {
            () = self.tasks.wait() => return !self.hard.is_cancelled(),
            () = self.hard.cancelled() => {}
            () = tokio::time::sleep(grace) => {
                tracing::warn!(tasks = self.tasks.len(), "the grace period is over: cutting");
                self.hard.cancel();
            }
        }
        // Dropped futures let go of what they hold; one that blocks its thread is not waited for.
        let _ = tokio::time::timeout(LET_GO, self.tasks.wait()).await;
        false
    }
}

/// Serves `router` on `listener`, over TLS with an acceptor, until `shutdown`, then waits for what runs. Returns
/// whether all of it ended by itself.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    http: &Http,
    shutdown: &Shutdown,
) -> bool {
    let mut server = http1::Builder::new();
    let patience = Duration::from_secs(http.header_timeout_s);
    server
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_buf_size(HEAD_BYTES)
        .max_headers(HEAD_LINES);
    let write_timeout = Duration::from_secs(http.write_timeout_s);
    let places = Arc::new(Semaphore::new(http.max_connections));
    let router = TowerToHyperService::new(router);
    loop {
        // A place first: what cannot be served waits in the system's queue, not in our memory.
        let accepted = tokio::select! {
            () = shutdown.stopping() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else {
            break;
        };
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(write_timeout));
        let connection = Connection {
            server: server.clone(),
            router: router.clone(),
            peer,
            place: Place(Arc::new(place)),
            stopping: shutdown.soft.clone(),
        };
        let (stream, tls) = (Box::pin(stream), tls.clone());
        shutdown.spawn(async move {
            let Some(tls) = tls else {
                return connection.converse(stream).await;
            };
            // A client that dawdles over the handshake holds a place like any other.
            match tokio::time::timeout(patience, tls.accept(stream)).await {
                Ok(Ok(stream)) => connection.converse(stream).await,
                Ok(Err(error)) => tracing::debug!(%error, "no TLS"),
                Err(_) => tracing::debug!("the TLS handshake took too long"),
            }
        });
    }
    drop(listener);
    let grace = Duration::from_secs(http.shutdown_grace_s);
    shutdown.finished(grace).await
}

/// One connection, before or after its handshake.
struct Connection {
    server: http1::Builder,
    router: TowerToHyperService<Router>,
    peer: SocketAddr,
    place: Place,
    stopping: CancellationToken,
}

impl Connection {
    /// Answers its requests until it ends.
    async fn converse(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let Self {
            server,
            router,
            peer,
            place,
            stopping,
        } = self;
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(place.clone());
            router.call(request)
        });
        let connection = server
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopping.cancelled() => {
                // An idle connection closes now, a busy one after its answer.
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            // Clients break off all the time.
            tracing::debug!(%error, "connection ended");
        }
    }
}

/// A connection's place among all; a WebSocket keeps it when HTTP is done with the connection.
#[derive(Debug, Clone)]
pub(crate) struct Place(#[expect(dead_code, reason = "held, not read")] Arc<OwnedSemaphorePermit>);

/// The next connection with its place; `None` if there will be no more.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = places.clone().acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "connection ended");
                    continue;
                }
                return Some((stream, peer, place));
            }
            Err(error) => {
                // Mostly: no file descriptors left. They come back when other connections end.
                tracing::error!(%error, "cannot accept");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }
}

#[cfg(test)]
mod tests;

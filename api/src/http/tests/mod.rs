//! The edge on a real socket, in front of a schema of a few fields.

#![allow(clippy::unwrap_used)]

mod http;
mod multipart;
mod socket;

use super::{Backend, Caller, Credential, Refusal, Settings, finish, routes};
use crate::config::{Http, Limits};
use crate::lifecycle::{Shutdown, serve};
use async_graphql::{
    Context, Error, ErrorExtensions, Object, Result, Schema, SimpleObject, Subscription,
};
use futures_util::stream::{self, Stream, StreamExt};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use uuid::Uuid;

#[derive(Debug, Clone)]
struct Person(Option<String>);

/// Tokens are names; `bad` is none, and everybody is thrown out when the flag says so.
#[derive(Debug, Clone, Default)]
struct Door {
    closed: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl Backend for Door {
    type Identity = Person;

    async fn identify(
        &self,
        _: &Caller,
        credential: Option<&Credential>,
    ) -> Result<Person, Refusal> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match credential.map(Credential::token) {
            Some("bad") => Err(Refusal::Unauthenticated),
            Some(_) if self.closed.load(Ordering::SeqCst) => Err(Refusal::Unauthenticated),
            Some("busy") => Err(Refusal::RateLimited { retry_after_s: 7 }),
            Some(name) => Ok(Person(Some(name.to_owned()))),
            None => Ok(Person(None)),
        }
    }

    fn account(&self, person: &Person) -> Option<Uuid> {
        let name = person.0.as_deref()?;
        Some(Uuid::new_v5(&Uuid::NAMESPACE_DNS, name.as_bytes()))
    }

    async fn ready(&self) -> bool {
        !self.closed.load(Ordering::SeqCst)
    }
}

struct Query;

#[derive(SimpleObject)]
struct Thing {
    id: i32,
    inner: Option<Box<Thing>>,
}

#[Object]
impl Query {
    async fn hello(&self, name: Option<String>) -> String {
        name.unwrap_or_default()
    }
    async fn whoami(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(ctx.data::<Person>()?.0.clone())
    }
    async fn language(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(ctx.data::<Caller>()?.language.tag().to_owned())
    }
    async fn double(&self, n: i32) -> i32 {
        n * 2
    }
    async fn thing(&self) -> Thing {
        Thing { id: 1, inner: None }
    }
    async fn broken(&self) -> Result<i32> {
        Err(std::io::Error::other("password is s3cr3t"))?
    }
    async fn away(&self) -> Option<Result<i32>> {
        Some(Err(
            Error::new("later").extend_with(|_, e| e.set("code", "UNAVAILABLE"))
        ))
    }
    async fn forbidden(&self) -> Result<i32> {
        Err(
            Error::new("You may not do this.").extend_with(|_, extensions| {
                extensions.set("code", "FORBIDDEN");
                extensions.set("messageKo", "이 작업을 할 권한이 없습니다.");
                extensions.set("messageEn", "You may not do this.");
            }),
        )
    }
    async fn panics(&self) -> i32 {
        std::hint::black_box(None::<i32>).unwrap()
    }
    async fn slow(&self, ms: u64) -> u64 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        ms
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn touch(&self) -> bool {
        true
    }
    async fn slow(&self, ms: u64) -> u64 {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        ms
    }
}

struct Subscriptions;

#[Subscription]
impl Subscriptions {
    async fn tick(&self, n: i32, ms: u64) -> impl Stream<Item = i32> {
        stream::iter(0..n).then(move |i| async move {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            i
        })
    }
    async fn forever(&self) -> impl Stream<Item = i32> {
        stream::iter([0]).chain(stream::pending())
    }
    async fn boom(&self) -> Result<stream::Empty<i32>> {
        Err(Error::new("no").extend_with(|_, e| e.set("code", "FORBIDDEN")))
    }
    async fn sour(&self) -> impl Stream<Item = Result<i32>> {
        stream::iter([Err(Error::new("one went wrong")), Ok(2)])
    }
    async fn panics(&self) -> impl Stream<Item = i32> {
        stream::iter([None::<i32>]).map(|n| n.unwrap())
    }
}

struct Server {
    address: SocketAddr,
    door: Door,
    shutdown: Shutdown,
    task: JoinHandle<bool>,
}

impl Server {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::new(Http::default(), Limits::default());
        settings.http.public_url = "https://matchday.example.kr".to_owned();
        change(&mut settings);
        let schema = Schema::new(Query, Mutation, Subscriptions);
        let (door, shutdown) = (Door::default(), Shutdown::new());
        let router = routes(schema, door.clone(), settings.clone(), shutdown.clone());
        let router = finish(router, &settings);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = shutdown.clone();
        let task =
            tokio::spawn(async move { serve(listener, None, router, &settings.http, &stop).await });
        Self {
            address,
            door,
            shutdown,
            task,
        }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn post(&self) -> reqwest::RequestBuilder {
        reqwest::Client::new()
            .post(self.url("/graphql"))
            .header("content-type", "application/json")
            .header("accept-language", "en")
    }

    async fn ask(&self, query: &str) -> (u16, serde_json::Value) {
        let body = serde_json::json!({ "query": query });
        self.send(self.post().body(body.to_string())).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> (u16, serde_json::Value) {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap())
    }
}

fn code(body: &serde_json::Value) -> &str {
    body["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or("none")
}

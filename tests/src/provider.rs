//! An OpenID Connect provider on a port of its own: discovery, authorisation code with PKCE, keys that rotate, tokens
//! signed with ES256. It does what the standard says, unless a test tells it to cheat.

use crate::FixedClock;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use matchday_domain::time::Clock;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    /// With the newest key.
    Own,
    /// Not at all: `alg: none`.
    None,
    /// HS256 with the public key as the secret.
    PublicKey,
    /// With a key that is not published, under the name of the one that is.
    Stranger,
}

/// Changes the claims of a token before it is signed.
pub type Twist = Arc<dyn Fn(&mut Value) + Send + Sync>;

struct Grant {
    challenge: String,
    redirect_uri: String,
    nonce: Value,
}

struct Inner {
    issuer: String,
    clock: FixedClock,
    /// The published keys, newest last.
    keys: Vec<(String, EcdsaKeyPair)>,
    keys_made: usize,
    codes_made: usize,
    codes: HashMap<String, Grant>,
    email: String,
    secret: Option<String>,
    signing: Signing,
    twist: Option<Twist>,
    key_requests: usize,
    last_id_token: Option<String>,
}

/// The provider.
#[derive(Clone)]
pub struct IdProvider {
    pub issuer: String,
    pub client_id: &'static str,
    inner: Arc<Mutex<Inner>>,
}

fn new_key() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let scheme = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let document = EcdsaKeyPair::generate_pkcs8(scheme, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(scheme, document.as_ref(), &random).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

impl IdProvider {
    /// Serves, for somebody with this address.
    pub async fn start(clock: &FixedClock, email: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let inner = Inner {
            issuer: issuer.clone(),
            clock: clock.clone(),
            keys: vec![("key-0".to_owned(), new_key())],
            keys_made: 0,
            codes_made: 0,
            codes: HashMap::new(),
            email: email.to_owned(),
            secret: None,
            signing: Signing::Own,
            twist: None,
            key_requests: 0,
            last_id_token: None,
        };
        let provider = Self {
            issuer,
            client_id: "matchday-client",
            inner: Arc::new(Mutex::new(inner)),
        };
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(describe))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/keys", get(keys))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        provider
    }

    /// Who signs in from now on.
    pub fn set_email(&self, email: &str) {
        self.inner.lock().unwrap().email = email.to_owned();
    }

    /// The secret that it wants from its client.
    pub fn set_secret(&self, secret: &str) {
        self.inner.lock().unwrap().secret = Some(secret.to_owned());
    }

    /// How tokens are signed from now on.
    pub fn set_signing(&self, signing: Signing) {
        self.inner.lock().unwrap().signing = signing;
    }

    /// What is changed in ID tokens from now on.
    pub fn set_twist(&self, twist: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.inner.lock().unwrap().twist = Some(Arc::new(twist));
    }

    /// Tells the truth again.
    pub fn honest(&self) {
        let mut inner = self.inner.lock().unwrap();
        inner.twist = None;
        inner.signing = Signing::Own;
    }

    /// Replaces the key by another one.
    pub fn rotate(&self) {
        let mut inner = self.inner.lock().unwrap();
        inner.keys_made += 1;
        inner.keys = vec![(format!("key-{}", inner.keys_made), new_key())];
    }

    /// How often the keys were asked for.
    pub fn key_requests(&self) -> usize {
        self.inner.lock().unwrap().key_requests
    }

    /// The ID token that it gave out last.
    pub fn last_id_token(&self) -> String {
        self.inner.lock().unwrap().last_id_token.clone().unwrap()
    }

    /// An access token with these claims besides issuer, times, and a verified address.
    pub fn access_token(&self, audience: &str, change: impl Fn(&mut Value)) -> String {
        let inner = self.inner.lock().unwrap();
        let mut claims = inner.claims(json!(audience));
        change(&mut claims);
        inner.signed(&claims)
    }
}

impl Inner {
    fn claims(&self, audience: Value) -> Value {
        let now = self.clock.now().timestamp();
        json!({ "iss": self.issuer, "sub": "u-1", "aud": audience, "iat": now, "exp": now + 300,
            "email": self.email, "email_verified": true })
    }

    fn signed(&self, claims: &Value) -> String {
        let (name, key) = self.keys.last().unwrap();
        let algorithm = match self.signing {
            Signing::Own | Signing::Stranger => "ES256",
            Signing::None => "none",
            Signing::PublicKey => "HS256",
        };
        let header = json!({ "alg": algorithm, "typ": "JWT", "kid": name });
        let message = format!("{}.{}", encoded(&header), encoded(claims));
        let sign = |key: &EcdsaKeyPair| {
            let signature = key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
            signature.as_ref().to_vec()
        };
        let signature = match self.signing {
            Signing::Own => sign(key),
            Signing::Stranger => sign(&new_key()),
            Signing::None => Vec::new(),
            Signing::PublicKey => {
                let secret = hmac::Key::new(hmac::HMAC_SHA256, key.public_key().as_ref());
                hmac::sign(&secret, message.as_bytes()).as_ref().to_vec()
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn describe(State(provider): State<IdProvider>) -> Json<Value> {
    let issuer = &provider.issuer;
    Json(
        json!({ "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"], "code_challenge_methods_supported": ["S256"] }),
    )
}

async fn authorize(
    State(provider): State<IdProvider>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let said = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let wanted = [
        ("response_type", "code"),
        ("client_id", provider.client_id),
        ("code_challenge_method", "S256"),
    ];
    let scopes = said("scope");
    let has = |scope| scopes.split(' ').any(|s| s == scope);
    if wanted.iter().any(|(name, value)| said(name) != *value) || !has("openid") || !has("email") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let mut inner = provider.inner.lock().unwrap();
    inner.codes_made += 1;
    let code = format!("code-{}", inner.codes_made);
    let grant = Grant {
        challenge: said("code_challenge"),
        redirect_uri: said("redirect_uri"),
        nonce: json!(asked.get("nonce")),
    };
    inner.codes.insert(code.clone(), grant);
    let mut back = url::Url::parse(&said("redirect_uri")).unwrap();
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("state", &said("state"))
        .append_pair("iss", &provider.issuer);
    Redirect::to(back.as_str()).into_response()
}

async fn token(
    State(provider): State<IdProvider>,
    headers: HeaderMap,
    Form(given): Form<HashMap<String, String>>,
) -> Response {
    let said = |name: &str| given.get(name).cloned().unwrap_or_default();
    let mut inner = provider.inner.lock().unwrap();
    let refuse = || (StatusCode::BAD_REQUEST, "{\"error\":\"invalid_grant\"}").into_response();
    let authorized = match &inner.secret {
        Some(secret) => {
            let pair = format!("{}:{secret}", provider.client_id);
            let basic = format!("Basic {}", STANDARD.encode(pair));
            headers.get(header::AUTHORIZATION).map(|v| v.as_bytes()) == Some(basic.as_bytes())
        }
        None => said("client_id") == provider.client_id,
    };
    // A code is good for one exchange.
    let Some(grant) = inner.codes.remove(&said("code")) else {
        return refuse();
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(said("code_verifier").as_bytes()));
    if !authorized
        || said("grant_type") != "authorization_code"
        || challenge != grant.challenge
        || said("redirect_uri") != grant.redirect_uri
    {
        return refuse();
    }
    let mut claims = inner.claims(json!(provider.client_id));
    claims["nonce"] = grant.nonce;
    if let Some(twist) = &inner.twist {
        twist(&mut claims);
    }
    let id_token = inner.signed(&claims);
    inner.last_id_token = Some(id_token.clone());
    Json(json!({ "access_token": "opaque", "token_type": "Bearer", "id_token": id_token }))
        .into_response()
}

async fn keys(State(provider): State<IdProvider>) -> Json<Value> {
    let mut inner = provider.inner.lock().unwrap();
    inner.key_requests += 1;
    // A key of a kind that nobody knows is passed over, not tripped over.
    let mut keys = vec![json!({ "kty": "quantum", "kid": "odd" })];
    keys.extend(inner.keys.iter().map(|(name, key)| {
        let (x, y) = key.public_key().as_ref()[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": name,
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) })
    }));
    Json(json!({ "keys": keys }))
}

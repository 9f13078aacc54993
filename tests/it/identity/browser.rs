//! A browser at the pages of the service and of a provider.

use super::*;

/// A browser: it keeps cookies and follows no link by itself.
pub struct Browser {
    pub http: reqwest::Client,
    base: String,
    pub cookies: std::collections::BTreeMap<String, String>,
}

impl Browser {
    pub fn new(cast: &Cast) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.build().unwrap(),
            base: cast.server.url.clone(),
            cookies: std::collections::BTreeMap::new(),
        }
    }

    /// Asks the service; the status, and where it points to.
    pub async fn get(&mut self, path: &str) -> (u16, String) {
        let cookies: Vec<_> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        let request = self.http.get(format!("{}{path}", self.base));
        let answer = request
            .header("cookie", cookies.join("; "))
            .send()
            .await
            .unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let text = cookie.to_str().unwrap();
            assert!(text.contains("; HttpOnly; SameSite=Lax; Path=/"), "{text}");
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let to = answer
            .headers()
            .get("location")
            .map(|v| v.to_str().unwrap().to_owned());
        (answer.status().as_u16(), to.unwrap_or_default())
    }

    /// Begins at the service, signs in at the provider; the path at which the service is called back.
    pub async fn at_provider(&mut self, organisation: &Value) -> String {
        let (status, to) = self.get(&start(organisation)).await;
        assert_eq!(status, 303, "{to}");
        let answer = self.http.get(&to).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{to}");
        let back = answer.headers()["location"].to_str().unwrap();
        let at = back.find("/sign-in/provider/callback").unwrap();
        back[at..].to_owned()
    }

    /// The whole way; whether it opened a session.
    pub async fn sign_in(&mut self, organisation: &Value) -> bool {
        let back = self.at_provider(organisation).await;
        self.back(&back).await
    }

    pub async fn back(&mut self, path: &str) -> bool {
        let (status, to) = self.get(path).await;
        match status {
            303 => {
                assert_eq!(to, "/");
                self.cookies.contains_key("matchday_session")
            }
            403 => {
                assert!(!self.cookies.contains_key("matchday_session"));
                false
            }
            _ => panic!("{status}"),
        }
    }

    /// Who is signed in.
    pub fn user(&self) -> User {
        bearer(&self.cookies["matchday_session"])
    }
}

pub fn start(organisation: &Value) -> String {
    let id = organisation.as_str().unwrap().split_once(':').unwrap().1;
    format!("/sign-in/provider/{id}")
}

/// Whether somebody who comes with a new browser gets in.
pub async fn browser_at(cast: &Cast, own: &Value) -> bool {
    Browser::new(cast).sign_in(own).await
}

//! One GraphQL operation, guarded and run the same way on every transport.

use super::limits::{self, Excess};
use super::refusal::{coded, say, speak, told};
use super::{Backend, Caller, Edge, Refusal, library};
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType,
};
use async_graphql::{Executor, Request, Response, ServerError, Value, Variables};
use futures_util::FutureExt;
use futures_util::stream::{BoxStream, StreamExt};
use matchday_domain::text::{Language, Message};
use serde::Deserialize;
use std::panic::AssertUnwindSafe;

/// Errors that a refused document answers at most: one mistake may be made a thousand times.
const MOST_ERRORS: usize = 10;

/// The parameters of a request, as HTTP bodies and `subscribe` messages carry them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a JSON object")]
pub(super) struct Params {
    query: Option<String>,
    operation_name: Option<String>,
    /// The hash of a trusted document, instead of `query`.
    document_id: Option<String>,
    variables: Option<Variables>,
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

/// An operation that may run.
pub(super) struct Operation {
    request: Request,
    pub kind: OperationType,
    pub name: Option<String>,
    /// The mutations that it makes.
    pub mutations: Vec<String>,
}

/// Why an operation may not run.
#[derive(Debug)]
pub(super) enum Refused {
    /// It is no GraphQL request at all.
    Request(Refusal),
    /// The document or its variables are at fault.
    Document(Box<ServerError>),
}

impl Params {
    /// Reads parameters from JSON. What the reader says about bad input stays here: it quotes it.
    pub(super) fn read(json: &[u8]) -> Result<Self, Refusal> {
        serde_json::from_slice(json).map_err(|error| {
            Refusal::Malformed(match error.classify() {
                serde_json::error::Category::Data => {
                    "The parameters are query (a string), operationName (a string or null), \
                     variables and extensions (objects or null); requests come one at a time."
                }
                _ => "This is not JSON.",
            })
        })
    }

    /// Checks everything that can be checked before the library sees the document.
    pub(super) fn admit<E, B>(
        self,
        edge: &Edge<E, B>,
        language: Language,
    ) -> Result<Operation, Refused> {
        let limits = &edge.settings.limits;
        let development = edge.settings.http.development;
        let trusted = &edge.settings.trusted;
        let refuse = |error| Err(Refused::Document(Box::new(error)));
        let hash = self.document_id.or_else(|| {
            let extension = self.extensions?.remove("persistedQuery")?;
            let hash = extension.get("sha256Hash").and_then(|hash| hash.as_str());
            Some(hash.unwrap_or_default().to_owned())
        });
        let query = match (self.query.filter(|query| !query.is_empty()), hash) {
            (Some(query), _) if trusted.admits(&query) => query,
            (Some(_), _) => {
                let error = Refusal::Untrusted.to_error(language);
                return refuse(error);
            }
            // Clients look for exactly these sentences before they send the document itself.
            (None, Some(_)) if trusted.is_empty() => {
                let code = "PERSISTED_QUERY_NOT_SUPPORTED";
                return refuse(coded("PersistedQueryNotSupported", code));
            }
            (None, Some(hash)) => match trusted.get(&hash) {
                Some(document) => document.to_owned(),
                None => {
                    let code = "PERSISTED_QUERY_NOT_FOUND";
                    return refuse(coded("PersistedQueryNotFound", code));
                }
            },
            (None, None) => {
                let missing = Refusal::Malformed("The parameter query is missing.");
                return Err(Refused::Request(missing));
            }
        };
        let document_fault = |error| Refused::Document(Box::new(error));
        let excess = |excess| document_fault(excess_error(&excess, language));
        limits::check_text(&query, limits).map_err(excess)?;
        let document =
            parse_query(&query).map_err(|error| document_fault(syntax(&error, language)))?;
        let variables = self.variables.unwrap_or_default();
        let shape = &edge.settings.shape;
        limits::check(&document, &variables, limits, shape, development).map_err(excess)?;
        let chosen =
            choose(&document, self.operation_name.as_deref(), language).map_err(document_fault)?;
        all_given(chosen, &variables, language).map_err(document_fault)?;
        let kind = chosen.ty;
        let mutations = match kind {
            OperationType::Mutation => limits::root_fields(&document, chosen),
            _ => Vec::new(),
        };
        let name = self.operation_name.or_else(|| only_name(&document));

        let mut request = Request::new(query).variables(variables);
        request.operation_name = name.clone();
        request.set_parsed_query(document);
        if !development {
            request = request.disable_introspection();
        }
        Ok(Operation {
            request,
            kind,
            name,
            mutations,
        })
    }
}

impl<E: Executor, B: Backend> Edge<E, B> {
    fn request(&self, operation: Operation, identity: &B::Identity, caller: &Caller) -> Request {
        let request = operation
            .request
            .data(identity.clone())
            .data(caller.language)
            .data(caller.clone());
        self.backend.prepare(request, identity)
    }

    /// Runs a query or mutation to its end, or to the time limit.
    ///
    /// # Errors
    /// [`Refusal::TimedOut`]; [`Refusal::Internal`] where a resolver panicked.
    pub(super) async fn run(
        &self,
        operation: Operation,
        identity: &B::Identity,
        caller: &Caller,
    ) -> Result<Response, Refusal> {
        let request = self.request(operation, identity, caller);
        let running = AssertUnwindSafe(self.executor.execute(request)).catch_unwind();
        let limit = self.settings.http.request_timeout();
        match tokio::time::timeout(limit, running).await {
            Ok(Ok(response)) => Ok(self.clean(response, caller.language)),
            Ok(Err(_)) => Err(Refusal::Internal),
            Err(_) => Err(Refusal::TimedOut),
        }
    }

    /// Starts a subscription.
    pub(super) fn subscribe(
        &self,
        operation: Operation,
        identity: &B::Identity,
        caller: &Caller,
    ) -> BoxStream<'static, Response> {
        let request = self.request(operation, identity, caller);
        self.executor.execute_stream(request, None)
    }

    /// Makes an answer fit to leave: every error has a code and speaks the caller's language, none has an inner cause.
    pub(super) fn clean(&self, mut response: Response, language: Language) -> Response {
        if is_request_error(&response) {
            response.errors.truncate(MOST_ERRORS);
        }
        for error in &mut response.errors {
            let has_code = error
                .extensions
                .as_ref()
                .is_some_and(|e| e.get("code").is_some());
            if has_code {
                speak(error, language);
                continue;
            }
            // What a resolver passes on with `?` keeps its cause; what is meant for the client has a code.
            if error.source.is_some() {
                tracing::error!(message = %error.message, path = ?error.path, "unexpected error in a resolver");
                let internal = Refusal::Internal;
                say(error, &internal.message(), internal.code(), language);
                continue;
            }
            if !self.settings.http.development
                && let Some(at) = error.message.find(" Did you mean")
            {
                error.message.truncate(at);
            }
            library::reword(error, language);
        }
        response
    }
}

impl Refused {
    /// The GraphQL errors that say so.
    pub(super) fn errors(self, language: Language) -> Vec<ServerError> {
        vec![match self {
            Self::Request(refusal) => refusal.to_error(language),
            Self::Document(error) => *error,
        }]
    }
}

/// Whether nothing ran: validation or variables failed. An error of a resolver has a path.
pub(super) fn is_request_error(response: &Response) -> bool {
    response.data == Value::Null
        && !response.errors.is_empty()
        && response.errors.iter().all(|e| e.path.is_empty())
}

/// Whether an answer only says that a part of the service is away.
pub(super) fn is_unavailable(response: &Response) -> bool {
    let nothing = match &response.data {
        Value::Null => true,
        Value::Object(fields) => fields.values().all(|v| *v == Value::Null),
        _ => false,
    };
    let code = Value::from(Refusal::Unavailable.code());
    nothing
        && response
            .errors
            .iter()
            .filter_map(|e| e.extensions.as_ref()?.get("code"))
            .any(|c| *c == code)
}

fn excess_error(excess: &Excess, language: Language) -> ServerError {
    let mut error = told(&excess.message, excess.code, language);
    error.locations.extend(excess.at);
    if let (Some(extensions), Some(limit)) = (&mut error.extensions, excess.limit) {
        extensions.set("limit", limit);
    }
    error
}

/// The parser's own words quote the document; its positions do not.
fn syntax(error: &async_graphql::parser::Error, language: Language) -> ServerError {
    use async_graphql::parser::Error;
    let message = match error {
        Error::MultipleOperations { .. } => Message::new(
            "이름 없는 작업은 하나뿐이어야 합니다.",
            "An operation without a name must be the only one.",
        ),
        Error::OperationDuplicated { .. } => Message::new(
            "두 작업의 이름이 같습니다.",
            "Two operations have the same name.",
        ),
        Error::FragmentDuplicated { .. } => Message::new(
            "두 조각의 이름이 같습니다.",
            "Two fragments have the same name.",
        ),
        Error::MissingOperation => {
            Message::new("문서에 작업이 없습니다.", "The document has no operation.")
        }
        Error::RecursionLimitExceeded => Message::new(
            "문서가 너무 깊이 중첩되었습니다.",
            "The document is nested too deep.",
        ),
        _ => Message::new("문법 오류입니다.", "Syntax error."),
    };
    let mut answer = told(&message, "GRAPHQL_PARSE_FAILED", language);
    answer.locations.extend(error.positions());
    answer
}

fn choose<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
    language: Language,
) -> Result<&'a OperationDefinition, ServerError> {
    let mut found = document.operations.iter().filter(|(n, _)| match name {
        Some(wanted) => n.is_some_and(|n| n.as_str() == wanted),
        None => true,
    });
    match (found.next(), found.next()) {
        (Some((_, operation)), None) => Ok(&operation.node),
        (Some(_), Some(_)) => Err(told(
            &Message::new(
                "문서에 작업이 여럿 있습니다. operationName으로 하나를 지정하십시오.",
                "The document has several operations: operationName must name one.",
            ),
            "OPERATION_NAME_REQUIRED",
            language,
        )),
        (None, _) => Err(told(
            &Message::new(
                "문서에 그 이름의 작업이 없습니다.",
                "The document has no operation of this name.",
            ),
            "OPERATION_NOT_FOUND",
            language,
        )),
    }
}

fn only_name(document: &ExecutableDocument) -> Option<String> {
    match &document.operations {
        DocumentOperations::Single(_) => None,
        DocumentOperations::Multiple(operations) => operations.keys().next().map(|n| n.to_string()),
    }
}

/// The library notices a missing variable only where it is used, after other fields ran.
fn all_given(
    operation: &OperationDefinition,
    variables: &Variables,
    language: Language,
) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let variable = &definition.node;
        let given = variables.get(&variable.name.node);
        let is_null = match given {
            Some(value) => *value == Value::Null,
            None => variable.default_value.is_none(),
        };
        if is_null && !variable.var_type.node.nullable {
            let name: String = variable.name.node.chars().take(60).collect();
            let message = Message::new(
                format!("변수 ${name}은(는) 필수입니다."),
                format!("The variable ${name} is required."),
            );
            let mut error = told(&message, "GRAPHQL_VALIDATION_FAILED", language);
            error.locations.push(definition.pos);
            return Err(error);
        }
    }
    Ok(())
}

/// The first answer of a subscription that could not start is also its last, and an error without data.
///
/// Returns the answer, and whether it says that.
pub(super) async fn first(
    stream: &mut BoxStream<'static, Response>,
) -> Option<(Response, Option<Response>, bool)> {
    let response = stream.next().await?;
    if response.data != Value::Null || response.errors.is_empty() {
        return Some((response, None, false));
    }
    match stream.next().now_or_never() {
        Some(None) => Some((response, None, true)),
        Some(second) => Some((response, second, false)),
        None => Some((response, None, false)),
    }
}

//! The schema, with an access log: no answer leaves before what it read of others is written down.

use super::{Fault, MatchdaySchema};
use crate::app::{App, Caller};
use async_graphql::parser::types::{DocumentOperations, Selection};
use async_graphql::{Data, Error, Executor, Pos, Request, Response, ServerError};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use std::any::TypeId;
use std::sync::Arc;

/// Root fields that a line names at most.
const MOST_FIELDS: usize = 5;

/// The schema, with an access log.
#[derive(Clone)]
pub struct Recorded {
    schema: MatchdaySchema,
    app: App,
}

impl Recorded {
    /// Around a schema.
    pub fn new(schema: MatchdaySchema, app: App) -> Self {
        Self { schema, app }
    }

    async fn settle(&self, caller: Option<&Caller>, response: Response) -> Response {
        let Some(caller) = caller else {
            return response;
        };
        match self.app.record_reads(caller).await {
            Ok(()) => response,
            Err(error) => {
                let error: Error = Fault::from(error).into();
                let error: ServerError = error.into_server_error(Pos::default());
                Response::from_errors(vec![error])
            }
        }
    }
}

fn caller_of(request: &Request) -> Option<Caller> {
    let caller = request.data.get(&TypeId::of::<Caller>())?;
    caller.downcast_ref::<Caller>().cloned()
}

impl Executor for Recorded {
    async fn execute(&self, request: Request) -> Response {
        let caller = caller_of(&request);
        let response = self.schema.execute(request).await;
        self.settle(caller.as_ref(), response).await
    }

    fn execute_stream(
        &self,
        request: Request,
        session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        let (this, caller) = (self.clone(), caller_of(&request));
        let responses = Executor::execute_stream(&self.schema, request, session_data);
        let responses = responses.then(move |response| {
            let (this, caller) = (this.clone(), caller.clone());
            async move { this.settle(caller.as_ref(), response).await }
        });
        responses.boxed()
    }
}

/// The root fields of the operation that a request runs, `demands, node`, for the access log.
pub(super) fn root_fields(request: &mut Request) -> String {
    let wanted = request.operation_name.clone();
    let Ok(document) = request.parsed_query() else {
        return String::new();
    };
    let operation = match &document.operations {
        DocumentOperations::Single(operation) => Some(operation),
        DocumentOperations::Multiple(all) => match wanted {
            Some(name) => all.iter().find(|(n, _)| n.as_str() == name).map(|(_, o)| o),
            None => all.values().next(),
        },
    };
    let Some(operation) = operation else {
        return String::new();
    };
    let items = operation.node.selection_set.node.items.iter();
    let names = items.map(|item| match &item.node {
        Selection::Field(field) => field.node.name.node.as_str(),
        Selection::FragmentSpread(_) | Selection::InlineFragment(_) => "…",
    });
    names.take(MOST_FIELDS).collect::<Vec<_>>().join(", ")
}

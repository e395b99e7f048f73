//! `GET /api/v1/orders/{number}/stream`: what happens to an order, as it happens.

use std::{collections::VecDeque, convert::Infallible};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use chassis::{Caller, Problem, extract::Path, problem::Document};
use contracts::OrderId;
use futures::{Stream, StreamExt, stream};
use http::{HeaderMap, HeaderValue, header};

use super::get_order::own_order;
use crate::{app::App, domain::history::HistoryEntry, store::orders, watch::Watcher};

/// Follows an order
///
/// Server-sent events with the name `state`; `id` is the number of the step, `data` an entry of the
/// order's history. The first one tells where the order stands; with `Last-Event-ID` the stream goes
/// on after that step instead. A comment is sent after 15 seconds of silence.
#[utoipa::path(
    get,
    path = "/api/v1/orders/{number}/stream",
    tag = "orders",
    params(
        ("number" = String, Path, description = "For example LM-7K3Q9X"),
        ("Last-Event-ID" = Option<u32>, Header, description = "Number of the last step that was seen"),
    ),
    responses(
        (status = 200, description = "Entries of the history", body = HistoryEntry, content_type = "text/event-stream"),
        (status = 404, description = "not_found", body = Document),
        (status = 422, description = "validation_failed: Last-Event-ID is no number", body = Document),
        (status = 429, description = "rate_limited: too many streams are open", body = Document),
    ),
    security(("bearer" = []))
)]
pub(super) async fn stream_events(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let seen = last_event_id(&headers)?;
    let owner = caller.customer()?;
    let order = own_order(&app, owner, &number).await?;
    let watcher = app.watch.order(owner, order)?;
    let mut connection = app.connection().await?;
    let mut entries: VecDeque<HistoryEntry> =
        orders::events(&mut connection, order, seen.unwrap_or(0))
            .await?
            .into_iter()
            .map(HistoryEntry::from)
            .collect();
    drop(connection);
    if seen.is_none() {
        // Where it stands; how it came there is in the list.
        entries.drain(..entries.len().saturating_sub(1));
    }
    let following = Following {
        seen: seen.unwrap_or(0),
        app: app.clone(),
        order,
        watcher,
        entries,
    };
    let events = following.events().take_until(app.closing.cancelled_owned());
    let alive = KeepAlive::new().interval(app.timing.heartbeat);
    let mut response = Sse::new(events).keep_alive(alive).into_response();
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    Ok(response)
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<u32>, Problem> {
    let Some(value) = headers.get("last-event-id") else {
        return Ok(None);
    };
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    number.map(Some).ok_or_else(|| {
        Problem::invalid(
            "#header/Last-Event-ID",
            "invalid_value",
            "Last-Event-ID must be the number of a step, as the stream sent it.",
        )
    })
}

/// One client that follows an order.
struct Following {
    app: App,
    order: OrderId,
    watcher: Watcher,
    /// Number of the last step that was sent.
    seen: u32,
    /// To be sent.
    entries: VecDeque<HistoryEntry>,
}

impl Following {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut following| async move {
            let entry = following.next().await?;
            following.seen = entry.seq;
            let event = Event::default()
                .event("state")
                .id(entry.seq.to_string())
                .json_data(&entry);
            match event {
                Ok(event) => Some((Ok(event), following)),
                Err(error) => {
                    tracing::error!(%error, "an entry of a history is not serialisable");
                    None
                }
            }
        })
    }

    /// The next entry; `None` ends the stream, and the client begins again where it was.
    async fn next(&mut self) -> Option<HistoryEntry> {
        while self.entries.is_empty() {
            self.watcher.later_than(self.seen).await;
            let later = async {
                let mut connection = self.app.connection().await?;
                orders::events(&mut connection, self.order, self.seen).await
            };
            match later.await {
                Ok(events) => self
                    .entries
                    .extend(events.into_iter().map(HistoryEntry::from)),
                Err(problem) => {
                    tracing::warn!(%problem, order = %self.order, "a stream ends early");
                    return None;
                }
            }
        }
        self.entries.pop_front()
    }
}

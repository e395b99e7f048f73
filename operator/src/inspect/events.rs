//! `events`: what happened to a shop and everything it is made of, in the order of time.

use k8s_openapi::{api::core::v1::Event, jiff::Timestamp};
use kube::{Api, Client, ResourceExt, api::ListParams};
use localmart_api::LocalMart;

use super::words::{age, columns};
use crate::error::Failure;

/// The events of one LocalMart, of its children and of their pods, oldest first.
pub async fn read(client: &Client, namespace: &str, name: &str) -> Result<Vec<Event>, Failure> {
    let shops: Api<LocalMart> = Api::namespaced(client.clone(), namespace);
    let events: Api<Event> = Api::namespaced(client.clone(), namespace);
    let all = ListParams::default();
    let shops = shops.list(&all).await;
    let shops = shops.map_err(|error| Failure::api("list LocalMarts", &error))?;
    let events = events.list(&all).await;
    let events = events.map_err(|error| Failure::api("list events", &error))?;
    let shops: Vec<_> = shops.iter().map(ResourceExt::name_any).collect();
    Ok(of_shop(events.items, &shops, name))
}

/// The events of the shop `name`, sorted. What an event is about may be gone, so its name tells
/// whose it was: that of a child begins with the name of its shop, the longest one that fits.
fn of_shop(mut events: Vec<Event>, shops: &[String], name: &str) -> Vec<Event> {
    events.retain(|event| {
        let about = event.involved_object.name.as_deref().unwrap_or_default();
        let is_of = |shop: &&String| {
            let rest = about.strip_prefix(shop.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        };
        let owner = shops.iter().filter(is_of).max_by_key(|shop| shop.len());
        owner.is_some_and(|owner| owner == name)
    });
    events.sort_by_key(last);
    events
}

/// When it happened last.
fn last(event: &Event) -> Option<Timestamp> {
    let of_series = event.series.as_ref();
    let of_series = of_series.and_then(|series| Some(series.last_observed_time.as_ref()?.0));
    of_series
        .or(event.last_timestamp.as_ref().map(|time| time.0))
        .or(event.event_time.as_ref().map(|time| time.0))
        .or(event
            .metadata
            .creation_timestamp
            .as_ref()
            .map(|time| time.0))
}

/// One line per event.
pub fn words(events: &[Event], now: Timestamp) -> String {
    let rows = events.iter().map(|event| {
        let about = &event.involved_object;
        let object = format!(
            "{}/{}",
            about.kind.as_deref().unwrap_or_default().to_lowercase(),
            about.name.as_deref().unwrap_or_default()
        );
        let of_series = event.series.as_ref().and_then(|series| series.count);
        let message = event.message.as_deref().unwrap_or_default();
        let message = message.trim().replace('\n', " ");
        [
            last(event).map_or_else(String::new, |time| age(time, now)),
            event.type_.clone().unwrap_or_default(),
            event.reason.clone().unwrap_or_default(),
            object,
            match of_series.or(event.count) {
                Some(count) if count > 1 => format!("{message} (x{count})"),
                _ => message,
            },
        ]
    });
    columns(
        ["AGE", "TYPE", "REASON", "OBJECT", "MESSAGE"],
        rows.collect(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(about: &str, second: i64, count: i32) -> Event {
        serde_json::from_value(json!({
            "metadata": {},
            "involvedObject": { "kind": "Pod", "name": about },
            "type": "Normal",
            "reason": "Pulled",
            "message": "done",
            "count": count,
            "lastTimestamp": Timestamp::from_second(second).unwrap().to_string(),
        }))
        .unwrap()
    }

    #[test]
    fn each_shop_gets_its_own_in_order() {
        let shops = ["shop", "shop-two"].map(str::to_owned);
        let events = vec![
            event("shop-cart-1", 9, 1),
            event("shop-two-cart-1", 8, 1),
            event("shopping", 8, 1),
            event("shop", 5, 3),
        ];
        let found = of_shop(events, &shops, "shop");
        assert_eq!(
            words(&found, Timestamp::from_second(10).unwrap()),
            "AGE  TYPE    REASON  OBJECT           MESSAGE\n\
             5s   Normal  Pulled  pod/shop         done (x3)\n\
             1s   Normal  Pulled  pod/shop-cart-1  done\n"
        );
    }
}

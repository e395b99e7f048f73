//! Faults between the operator and the API server: what may be struck, how, and the ledger in
//! which a proxy numbers what passes.
//!
//! An event is called by what it is about and how often that happened: "the second `patch
//! apps/deployments shop-cart`". A plain count over everything would not say the same of two runs,
//! because lists and watches arrive in any order.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use axum::body::Bytes;
use http::StatusCode;

/// What sort of thing passes between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A request that changes something. Leases and Events are no part of the shop.
    Write,
    /// An answer to a read that differs from the answer before.
    Read,
    /// One event of a watch.
    Frame,
}

/// One of the things that pass.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    pub class: Class,
    pub what: String,
    /// Counted from 1.
    pub nth: usize,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { class, what, nth } = self;
        write!(f, "{class:?} {what} #{nth}")
    }
}

/// What is done to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The operator dies, and the write is never done.
    CrashBefore,
    /// The write is done, and the operator dies before it learns of it.
    CrashAfter,
    /// The write is done, and the connection breaks before the answer.
    LostReply,
    /// This write and those like it after it, `times` in all, get this status and are not done.
    Refused { status: StatusCode, times: usize },
    /// Before the write arrives, its object is deleted and somebody else makes one of that name.
    Stranger,
    /// The read is answered as it was the time before.
    Stale,
    /// The watch delivers nothing for a while, this event included, and then breaks.
    Frozen,
    /// The event is withheld; the watch goes on.
    Dropped,
    /// The watch breaks before the event.
    Cut,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CrashBefore => write!(f, "crash before"),
            Self::CrashAfter => write!(f, "crash after"),
            Self::LostReply => write!(f, "lost reply to"),
            Self::Refused { status, times } => write!(f, "{} x{times} to", status.as_u16()),
            Self::Stranger => write!(f, "stranger at"),
            Self::Stale => write!(f, "stale"),
            Self::Frozen => write!(f, "frozen at"),
            Self::Dropped => write!(f, "dropped"),
            Self::Cut => write!(f, "cut at"),
        }
    }
}

/// What is to go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// `None`: at every write.
    pub event: Option<Event>,
    pub fault: Fault,
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.event {
            Some(event) => write!(f, "{} {event}", self.fault),
            None => write!(f, "{} every write", self.fault),
        }
    }
}

/// An answer to a read.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub body: Bytes,
}

impl Reply {
    /// What the answer says: of a list its items, without the version of the list.
    fn gist(&self) -> &[u8] {
        let items = br#""items":"#;
        let found = self.body.windows(items.len()).position(|w| w == items);
        match found {
            Some(at) if self.body.starts_with(br#"{"kind":""#) && at < 400 => &self.body[at..],
            _ => &self.body,
        }
    }
}

/// Numbers what passes, and says when a fault is due.
#[derive(Default)]
pub struct Ledger {
    counts: BTreeMap<(Class, String), usize>,
    met: BTreeSet<Event>,
    plan: Option<Plan>,
    struck: usize,
    /// The last answer to each read.
    memory: BTreeMap<String, Reply>,
}

impl Ledger {
    /// Counts from 1 again, and makes this go wrong from now on.
    pub fn begin(&mut self, plan: Option<Plan>) {
        self.counts.clear();
        self.met.clear();
        self.plan = plan;
        self.struck = 0;
    }

    /// Everything that passed.
    pub fn met(&self) -> BTreeSet<Event> {
        self.met.clone()
    }

    /// How often the fault happened.
    pub fn struck(&self) -> usize {
        self.struck
    }

    /// Numbers one event; returns what is to be done to it.
    pub fn meet(&mut self, class: Class, what: &str) -> Option<Fault> {
        let count = self.counts.entry((class, what.to_owned())).or_default();
        *count += 1;
        let met = Event {
            class,
            what: what.to_owned(),
            nth: *count,
        };
        let due = self.plan.as_ref().filter(|plan| match &plan.event {
            None => class == Class::Write,
            Some(event) => {
                let more = match plan.fault {
                    Fault::Refused { times, .. } => times,
                    _ => 1,
                };
                (event.class, &event.what) == (class, &met.what)
                    && (event.nth..event.nth + more).contains(&met.nth)
            }
        });
        let fault = due.map(|plan| plan.fault);
        self.met.insert(met);
        self.struck += usize::from(fault.is_some());
        fault
    }

    /// Remembers the answer to a read; returns the one before if that is to be given instead.
    pub fn read(&mut self, key: &str, what: &str, reply: &Reply) -> Option<Reply> {
        let before = self.memory.insert(key.to_owned(), reply.clone())?;
        if before.gist() == reply.gist() {
            return None;
        }
        self.meet(Class::Read, what).map(|_| before)
    }
}

/// A name without the checksum at its end, which is another one in each namespace.
pub fn plain(name: &str) -> String {
    match name.rsplit_once('-') {
        Some((name, end)) if end.len() == 10 && end.chars().all(|c| c.is_ascii_hexdigit()) => {
            format!("{name}-*")
        }
        _ => name.to_owned(),
    }
}

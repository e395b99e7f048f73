//! The chassis against real sockets, a real Postgres and a real Redis.

mod calling;
mod consuming;
mod events;
mod relaying;
mod repeating;
mod serving;
mod stopping;
mod transactions;

//! The chassis against real sockets, a real Postgres and a real Redis.

mod calling;
mod repeating;
mod serving;
mod stopping;
mod transactions;

//! What the five services do together, against real Postgres and Redis.

mod cart;
mod challenge;
mod changes;
mod checkout;
mod faults;
mod kills;
mod orders;
mod outcome;
mod payment;
mod races;
mod starter;
mod webhooks;

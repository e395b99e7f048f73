//! What the five services do together, against real Postgres and Redis.

mod bought;
mod cart;
mod challenge;
mod changes;
mod checkout;
mod discount_admin;
mod discount_codes;
mod discount_uses;
mod faults;
mod fulfilment;
mod kills;
mod orders;
mod outcome;
mod payment;
mod races;
mod refunds;
mod returns;
mod signed_in;
mod starter;
mod streams;
mod webhooks;

//! What the five services do together, against real Postgres and Redis.

mod checkout;
mod faults;
mod orders;
mod payment;
mod races;

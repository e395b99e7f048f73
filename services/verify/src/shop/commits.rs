//! The connections of a service to Postgres. Only `COMMIT` is looked for.
//!
//! Messages: <https://www.postgresql.org/docs/15/protocol-message-formats.html>

use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Result, bail};
use chassis::Service;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use super::steps::{Moment, Steps, Trap};

/// Version 3.0 in a start-up message; anything else there asks for encryption or a cancellation.
const START_UP: u32 = 3 << 16;
/// A simple query.
const QUERY: u8 = b'Q';
/// Longest message that is passed on, in bytes.
const LONGEST: usize = 64 * 1024 * 1024;

/// What is to happen to the next answer.
type Next = Arc<Mutex<Option<Trap>>>;

/// Opens a way to the Postgres at `to` for `process`; gives its port.
pub(super) async fn open(process: Service, to: u16, steps: Arc<Steps>) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let steps = Arc::clone(&steps);
            tokio::spawn(async move {
                let Ok(server) = TcpStream::connect((Ipv4Addr::LOCALHOST, to)).await else {
                    return;
                };
                // Small messages must not wait for each other's acknowledgement.
                if client.set_nodelay(true).is_err() || server.set_nodelay(true).is_err() {
                    return;
                }
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                let next = Next::default();
                // Whichever side ends, ends both.
                tokio::select! {
                    _ = ask(from_client, to_server, process, &steps, &next) => {}
                    _ = answer(from_server, to_client, &next) => {}
                }
            });
        }
    });
    Ok(port)
}

async fn ask(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    process: Service,
    steps: &Steps,
    next: &Next,
) -> Result<()> {
    loop {
        let message = untyped(&mut from).await?;
        to.write_all(&message).await?;
        if message.get(4..8) == Some(&START_UP.to_be_bytes()) {
            break;
        }
    }
    loop {
        let kind = from.read_u8().await?;
        let rest = untyped(&mut from).await?;
        let is_commit = kind == QUERY && rest[4..].starts_with(b"COMMIT");
        let trap = if is_commit {
            steps.pass(process, "COMMIT".to_owned())
        } else {
            None
        };
        if let Some(trap) = trap {
            if trap.moment == Moment::Before {
                trap.fire();
                // Nothing comes any more but the end of the process: then Postgres must see it, too.
                let _ = from.read_u8().await;
                return Ok(());
            }
            *next.lock().unwrap_or_else(PoisonError::into_inner) = Some(trap);
        }
        let mut message = vec![kind];
        message.extend(rest);
        to.write_all(&message).await?;
    }
}

/// A message from its length on.
async fn untyped(from: &mut OwnedReadHalf) -> Result<Vec<u8>> {
    let length = from.read_u32().await?;
    let size = usize::try_from(length)?;
    if !(4..=LONGEST).contains(&size) {
        bail!("a message of {size} bytes");
    }
    let mut message = length.to_be_bytes().to_vec();
    message.resize(size, 0);
    from.read_exact(&mut message[4..]).await?;
    Ok(message)
}

async fn answer(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, next: &Next) -> Result<()> {
    let mut chunk = vec![0; 64 * 1024];
    loop {
        let size = from.read(&mut chunk).await?;
        if size == 0 {
            return Ok(());
        }
        let trap = next.lock().unwrap_or_else(PoisonError::into_inner).take();
        match trap {
            Some(trap) if trap.moment == Moment::Cut => {
                trap.fire();
                return Ok(());
            }
            Some(trap) => trap.hold().await,
            None => {}
        }
        to.write_all(&chunk[..size]).await?;
    }
}

//! A network between an operator and its API server that can be slow, and that can be cut: then
//! nothing arrives any more in either direction, and nobody is told.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::{JoinHandle, JoinSet},
};

#[derive(Clone, Copy, Default)]
struct State {
    cut: bool,
    delay: Duration,
}

/// Relays until dropped.
pub struct Wire {
    pub address: SocketAddr,
    state: watch::Sender<State>,
    task: JoinHandle<()>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Wire {
    /// A wire to `far`.
    pub async fn to(far: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (state, states) = watch::channel(State::default());
        let task = tokio::spawn(async move {
            // Ends with this task, and so with the wire.
            let mut relays = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(far).await.unwrap();
                let (near_in, near_out) = near.into_split();
                let (far_in, far_out) = far.into_split();
                relays.spawn(relay(near_in, far_out, states.clone(), false));
                relays.spawn(relay(far_in, near_out, states.clone(), true));
            }
        });
        Self {
            address,
            state,
            task,
        }
    }

    /// Nothing arrives until this is called with `false`.
    pub fn cut(&self, cut: bool) {
        self.state.send_modify(|state| state.cut = cut);
    }

    /// Every answer takes this much longer.
    pub fn slow(&self, delay: Duration) {
        self.state.send_modify(|state| state.delay = delay);
    }
}

async fn relay(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut states: watch::Receiver<State>,
    answers: bool,
) {
    let mut bytes = vec![0; 65536];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if answers {
            let delay = states.borrow().delay;
            tokio::time::sleep(delay).await;
        }
        // What was under way arrives when the wire is whole again, as it does on a real one.
        if states.wait_for(|state| !state.cut).await.is_err()
            || to.write_all(&bytes[..count]).await.is_err()
        {
            return;
        }
    }
}

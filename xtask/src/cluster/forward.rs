//! Publishes ports of the cluster's network namespace on 127.0.0.1 of the machine.
//!
//! A listening socket stays in the network namespace it was made in. So the supervisor binds
//! first and enters the cluster's namespace afterwards; what it then connects to is inside.

use std::{
    io,
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Binds `port` on the loopback address, or any free one when it is `None`.
pub(crate) fn bind(port: Option<u16>) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0)))
}

/// Binds the port of an earlier start, or any free one when it is taken by now.
pub(crate) fn bind_again(earlier: Option<u16>) -> Result<TcpListener> {
    if let Some(listener) = earlier.and_then(|port| bind(Some(port)).ok()) {
        return Ok(listener);
    }
    bind(None).context("cannot bind any port on 127.0.0.1")
}

/// Binds the port a person asked for.
pub(crate) fn bind_exactly(port: u16) -> Result<TcpListener> {
    match bind(Some(port)) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => bail!(
            "port {port} on 127.0.0.1 is taken by another program. Stop that program or choose \
             another port with --port"
        ),
        Err(error) => Err(error).with_context(|| format!("cannot bind port {port} on 127.0.0.1")),
    }
}

/// Passes every connection to `listener` on to `target`, from a thread of its own.
pub(crate) fn publish(listener: TcpListener, target: SocketAddr) {
    thread::spawn(move || {
        for accepted in listener.incoming() {
            // One failed accept, such as a client that hung up at once, does not end the service.
            let Ok(client) = accepted else { continue };
            thread::spawn(move || {
                if let Err(error) = relay(&client, target) {
                    eprintln!("connection to {target}: {error}");
                }
            });
        }
    });
}

fn relay(client: &TcpStream, target: SocketAddr) -> io::Result<()> {
    let server = TcpStream::connect_timeout(&target, CONNECT_TIMEOUT)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    thread::scope(|scope| {
        scope.spawn(|| copy(client, &server));
        copy(&server, client);
    });
    Ok(())
}

/// Copies until one side ends, then tells the other: each direction ends on its own.
fn copy(mut from: &TcpStream, mut to: &TcpStream) {
    // A reset by either side ends this direction like an orderly end does.
    drop(io::copy(&mut from, &mut to));
    drop(to.shutdown(Shutdown::Write));
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    #[test]
    fn passes_both_directions_and_the_end_of_each() {
        let target = bind(None).expect("a port");
        let address = target.local_addr().expect("its address");
        let published = bind(None).expect("a port");
        let entry = published.local_addr().expect("its address");
        publish(published, address);
        let server = thread::spawn(move || {
            let (mut stream, _) = target.accept().expect("a connection");
            let mut request = String::new();
            stream
                .read_to_string(&mut request)
                .expect("the client's half");
            write!(stream, "got {request}").expect("an answer");
        });
        let mut client = TcpStream::connect(entry).expect("the published port");
        client.write_all(b"hello").expect("a request");
        client
            .shutdown(Shutdown::Write)
            .expect("the end of the request");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("the answer");
        assert_eq!(answer, "got hello");
        server.join().expect("the server");
    }

    #[test]
    fn a_taken_port_is_named() {
        let taken = bind(None).expect("a port");
        let port = taken.local_addr().expect("its address").port();
        let error = bind_exactly(port)
            .expect_err("the port is taken")
            .to_string();
        assert!(error.contains(&port.to_string()), "{error}");
    }
}

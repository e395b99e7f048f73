/** How near the page is to what happens. `polling`: the stream cannot be had, so it is asked instead. */
export type Reach = 'connecting' | 'live' | 'reconnecting' | 'polling';

/** How long a stream may be silent before the page begins to ask. */
const PATIENCE_MS = 5_000;
/** After how long a refused stream is tried again; the page asks meanwhile. */
const RETRY_MS = 30_000;

interface Follower {
  url: string;
  /** Name of the events. */
  event: string;
  /** Gets the number of each event once, in rising order; gaps are possible. */
  onStep: (seq: number) => void;
  onReach: (reach: Reach) => void;
}

/**
 * Follows a stream of numbered server-sent events until the result is called. The browser connects
 * anew by itself and then says which event was the last (`Last-Event-ID`).
 */
export function follow({ url, event, onStep, onReach }: Follower): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = 0;

  const wait = (ms: number, then: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(then, ms);
  };

  const connect = () => {
    source?.close();
    const stream = new EventSource(url);
    source = stream;
    // An answer alone proves nothing: something on the way may hold the events back. The server
    // sends the first one at once.
    let proven = false;
    const arrived = () => {
      clearTimeout(timer);
      onReach('live');
    };
    stream.addEventListener(event, ({ lastEventId }) => {
      proven = true;
      arrived();
      const seq = Number(lastEventId);
      if (!(seq > last)) return;
      last = seq;
      onStep(seq);
    });
    stream.addEventListener('open', () => proven && arrived());
    stream.addEventListener('error', () => {
      if (stream.readyState === EventSource.CLOSED) {
        onReach('polling');
        wait(RETRY_MS, connect);
        return;
      }
      onReach('reconnecting');
      wait(PATIENCE_MS, () => onReach('polling'));
    });
    wait(PATIENCE_MS, () => onReach('polling'));
  };

  onReach('connecting');
  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

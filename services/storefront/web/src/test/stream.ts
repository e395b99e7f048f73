import { vi } from 'vitest';

/** A stream whose server the test plays. */
export class TestStream extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  /** Every stream that was asked for, oldest first. */
  static all: TestStream[] = [];
  readyState = TestStream.CONNECTING;

  constructor(readonly url: string) {
    super();
    TestStream.all.push(this);
  }

  static get last(): TestStream {
    const stream = TestStream.all.at(-1);
    if (!stream) throw new Error('No stream was asked for.');
    return stream;
  }

  open(): void {
    this.readyState = TestStream.OPEN;
    this.dispatchEvent(new Event('open'));
  }

  step(seq: number): void {
    this.dispatchEvent(new MessageEvent('state', { data: '{}', lastEventId: String(seq) }));
  }

  /** The connection is gone: the browser connects anew, or the server refused and it does not. */
  fail(refused = false): void {
    this.readyState = refused ? TestStream.CLOSED : TestStream.CONNECTING;
    this.dispatchEvent(new Event('error'));
  }

  close(): void {
    this.readyState = TestStream.CLOSED;
  }
}

/** Lets the page ask for streams of this kind. */
export function useTestStreams(): void {
  TestStream.all = [];
  vi.stubGlobal('EventSource', TestStream);
}

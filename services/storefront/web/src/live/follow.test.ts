import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestStream, useTestStreams } from '~/test/stream';
import { follow, type Reach } from './follow';

let steps: number[] = [];
let reaches: Reach[] = [];
let stop: () => void = () => undefined;

function begin(): TestStream {
  steps = [];
  reaches = [];
  stop = follow({
    url: '/stream',
    event: 'state',
    onStep: (seq) => steps.push(seq),
    onReach: (reach) => reaches.push(reach),
  });
  return TestStream.last;
}

beforeEach(() => {
  vi.useFakeTimers();
  useTestStreams();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('a stream', () => {
  it('is live with its first event, not with its first answer', () => {
    const stream = begin();
    stream.open();
    expect(reaches).toEqual(['connecting']);
    stream.step(4);
    expect(reaches.at(-1)).toBe('live');
    expect(steps).toEqual([4]);
  });

  it('that stays silent for 5 s is made up for by asking, and may still come', () => {
    const stream = begin();
    stream.open();
    vi.advanceTimersByTime(4_999);
    expect(reaches.at(-1)).toBe('connecting');
    vi.advanceTimersByTime(1);
    expect(reaches.at(-1)).toBe('polling');
    stream.step(4);
    expect(reaches.at(-1)).toBe('live');
    vi.advanceTimersByTime(60_000);
    expect(reaches.at(-1)).toBe('live');
  });

  it('that breaks off is awaited, then made up for, and live once it is back', () => {
    const stream = begin();
    stream.step(4);
    stream.fail();
    expect(reaches.at(-1)).toBe('reconnecting');
    vi.advanceTimersByTime(5_000);
    expect(reaches.at(-1)).toBe('polling');
    // Nothing happened meanwhile, so no event follows.
    stream.open();
    expect(reaches.at(-1)).toBe('live');
  });

  it('that is refused is made up for at once and asked for again later', () => {
    begin().fail(true);
    expect(reaches.at(-1)).toBe('polling');
    vi.advanceTimersByTime(29_999);
    expect(TestStream.all).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(TestStream.all).toHaveLength(2);
    TestStream.last.step(5);
    expect(reaches.at(-1)).toBe('live');
  });

  it('that was left is closed and says no more', () => {
    const stream = begin();
    stop();
    expect(stream.readyState).toBe(TestStream.CLOSED);
    vi.advanceTimersByTime(60_000);
    expect(reaches).toEqual(['connecting']);
    expect(TestStream.all).toHaveLength(1);
  });

  it('tells each step once and in rising order, whatever comes twice, late or not at all', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 })), (sent) => {
        const stream = begin();
        for (const seq of sent) stream.step(seq);
        stop();
        const rising = [...new Set(steps)].sort((a, b) => a - b);
        expect(steps).toEqual(rising);
        expect(steps.at(-1) ?? 0).toBe(Math.max(0, ...sent));
      }),
    );
  });
});

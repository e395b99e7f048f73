import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LostReply, type ProblemCode, ProblemError } from '~/api';
import { checkout, eur } from '~/test/samples';
import type { Checkout } from './api';
import { findOut, pay, told } from './pay';

function problem(status: number, code: ProblemCode, extra = {}, retryAfter: number | null = null) {
  return new ProblemError(status, code, '', [], null, retryAfter, extra);
}

const READY = checkout({ state: 'payment_ready', payment: { state: 'ready', attempts_left: 3 } });
const PROCESSING = checkout({
  state: 'processing',
  payment: { state: 'unknown', attempts_left: 3 },
});
const PLACED = checkout({ state: 'completed', order_number: 'LM-1' });
const DECLINED = checkout({
  state: 'awaiting_payment',
  payment: { state: 'declined', attempts_left: 2, reason: 'insufficient_funds' },
});

type Answer<T> = T | Error;

/** A bank whose answers are given; it writes down what it is asked. */
function bank(completions: Answer<string>[], reads: Answer<Checkout>[]) {
  const log: string[] = [];
  const next = <T>(answers: Answer<T>[], name: string): Promise<T> => {
    log.push(name);
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`No answer is left for ${name}: ${log.join()}`);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return {
    log,
    complete: async () => ({ number: await next(completions, 'complete') }),
    read: () => next(reads, 'read'),
    wait: async (ms: number) => {
      log.push(`wait ${ms}`);
    },
    onAsking: () => {
      if (log.at(-1) !== 'asking') log.push('asking');
    },
  };
}

describe('paying', () => {
  it('ends with the order', async () => {
    const teller = bank(['LM-1'], []);
    expect(await pay(teller)).toEqual({ kind: 'placed', number: 'LM-1' });
    expect(teller.log).toEqual(['complete']);
  });

  it('stops for the question of the bank, and goes on when it is answered', async () => {
    const asking = {
      ...bank([], []),
      complete: async () => ({ challenge: { id: 'c', url: '/' } }),
    };
    expect(await pay(asking)).toEqual({ kind: 'challenge' });
    const asked = checkout({
      state: 'processing',
      payment: { state: 'challenge', attempts_left: 3 },
    });
    expect(told(asked)).toEqual({ kind: 'challenge' });
    const answered = checkout({
      state: 'processing',
      payment: { state: 'challenge_answered', attempts_left: 3 },
    });
    expect(told(answered)).toBeNull();
  });

  it('finds out what became of it when the answer was lost', async () => {
    const lost = new LostReply('lost');
    const teller = bank([lost], [PROCESSING, lost, PROCESSING, PLACED]);
    expect(await pay(teller)).toEqual({ kind: 'placed', number: 'LM-1' });
    expect(teller.log.filter((each) => each === 'complete')).toHaveLength(1);
  });

  it('sends the same request again only when nothing has begun', async () => {
    const teller = bank([new LostReply('lost'), 'LM-1'], [READY]);
    expect(await pay(teller)).toEqual({ kind: 'placed', number: 'LM-1' });
    expect(teller.log).toEqual(['complete', 'asking', 'wait 1000', 'read', 'complete']);
  });

  it('waits as long as the server says while the first request is running', async () => {
    const running = problem(409, 'idempotency_in_progress', {}, 5);
    const teller = bank([running, 'LM-1'], [READY]);
    await pay(teller);
    expect(teller.log).toContain('wait 5000');
  });

  it.each<[ProblemCode, number, object, object]>([
    [
      'payment_declined',
      402,
      { reason: 'declined', attempts_left: 2 },
      { kind: 'declined', reason: 'declined', attemptsLeft: 2 },
    ],
    ['payment_declined', 402, {}, { kind: 'declined', reason: null, attemptsLeft: 0 }],
    [
      'price_changed',
      409,
      { expected: eur(1), actual: eur(2) },
      { kind: 'price', expected: eur(1), actual: eur(2) },
    ],
    ['idempotency_key_reused', 422, {}, { kind: 'price', expected: null, actual: null }],
    [
      'out_of_stock',
      409,
      { lines: [{ variant_id: 'v', title: 'Mug', requested: 2, left: 1 }, 'junk'] },
      { kind: 'stock', lines: [{ variant_id: 'v', title: 'Mug', requested: 2, left: 1 }] },
    ],
    ['out_of_stock', 409, {}, { kind: 'stock', lines: [] }],
    ['reservation_expired', 409, {}, { kind: 'lapsed' }],
    ['cart_changed', 409, {}, { kind: 'changed' }],
  ])('takes %s (%d) for what it is', async (code, status, extra, outcome) => {
    const teller = bank([problem(status, code, extra)], []);
    expect(await pay(teller)).toEqual(outcome);
  });

  it('tells what the page has no answer for', async () => {
    const error = problem(403, 'forbidden');
    expect(await pay(bank([error], []))).toEqual({ kind: 'failed', error });
  });

  it('asks for the state when another tab was faster', async () => {
    const teller = bank([problem(409, 'invalid_state')], [PLACED]);
    expect(await pay(teller)).toEqual({ kind: 'placed', number: 'LM-1' });
  });

  it('lets a fault of the page through', async () => {
    await expect(pay(bank([new TypeError('bug')], []))).rejects.toThrow('bug');
  });
});

describe('a payment that is under way', () => {
  it.each<[string, Checkout, object | null]>([
    ['declined', DECLINED, { kind: 'declined', reason: 'insufficient_funds', attemptsLeft: 2 }],
    ['placed', PLACED, { kind: 'placed', number: 'LM-1' }],
    ['never begun', READY, null],
    ['expired', checkout({ state: 'expired' }), { kind: 'lapsed' }],
    ['cancelled', checkout({ state: 'cancelled' }), { kind: 'closed' }],
    ['rejected', checkout({ state: 'rejected' }), { kind: 'closed' }],
    ['without its card', checkout({ state: 'open' }), { kind: 'lapsed' }],
  ])('turns out %s', async (_, state, outcome) => {
    expect(await findOut(bank([], [PROCESSING, state]))).toEqual(outcome);
  });

  it('of a checkout that is gone has ended', async () => {
    expect(await findOut(bank([], [problem(409, 'invalid_state')]))).toEqual({ kind: 'closed' });
  });
});

describe('any run of lost answers', () => {
  it('ends with one order and never pays while the outcome is open', async () => {
    const faults = fc.constantFrom(
      new LostReply('lost'),
      problem(504, 'timeout'),
      problem(503, 'unavailable'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(faults), fc.array(fc.boolean()), async (errors, begun) => {
        let state = READY;
        const payments: string[] = [];
        await pay({
          complete: async () => {
            // The page may ask again only when it was told that nothing has begun.
            expect(state).toBe(READY);
            payments.push('sent');
            const error = errors.shift();
            if (!error) return { number: 'LM-1' };
            if (begun.shift()) state = PROCESSING;
            throw error;
          },
          read: async () => {
            const told = state;
            if (state === PROCESSING) state = PLACED;
            return told;
          },
          wait: async () => undefined,
          onAsking: () => undefined,
        }).then((outcome) => expect(outcome).toEqual({ kind: 'placed', number: 'LM-1' }));
        expect(payments.length).toBeGreaterThan(0);
      }),
    );
  });
});

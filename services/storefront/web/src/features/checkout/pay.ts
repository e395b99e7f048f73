import { backOff, isPassing, ProblemError } from '~/api';
import type { Money } from '~/money';
import type { Checkout } from './api';
import { type ShortLine, shortLines } from './short-lines';

export type Outcome =
  | { kind: 'placed'; number: string }
  /** The bank asks the visitor first (3-D Secure). */
  | { kind: 'challenge' }
  | { kind: 'declined'; reason: string | null; attemptsLeft: number }
  | { kind: 'price'; expected: Money | null; actual: Money | null }
  | { kind: 'stock'; lines: ShortLine[] }
  | { kind: 'lapsed' }
  | { kind: 'changed' }
  | { kind: 'closed' }
  | { kind: 'failed'; error: ProblemError };

interface Teller {
  /** Sends the payment under its key; the same call again is the same payment. */
  complete: () => Promise<{ number: string } | { challenge: unknown }>;
  read: () => Promise<Checkout>;
  wait: (ms: number) => Promise<void>;
  /** The outcome is not known; the visitor is told that the bank is being asked. */
  onAsking: () => void;
}

/**
 * Pays, and goes on asking until the outcome is known. An answer that got lost is never taken for a
 * failure: the checkout's state decides, and only when the payment provably did not start is the same
 * request sent again under the same key.
 */
export async function pay(teller: Teller): Promise<Outcome> {
  for (let attempt = 0; ; attempt += 1) {
    let pause = 0;
    try {
      const answer = await teller.complete();
      if ('challenge' in answer) return { kind: 'challenge' };
      return { kind: 'placed', number: answer.number };
    } catch (error) {
      if (!isPassing(error)) {
        const outcome = refusal(error);
        if (outcome) return outcome;
      }
      pause = error instanceof ProblemError ? (error.retryAfter ?? 0) * 1_000 : 0;
    }
    teller.onAsking();
    await teller.wait(Math.max(pause, backOff(attempt)));
    const known = await findOut(teller);
    if (known) return known;
  }
}

/** What became of a payment that is under way; null when it has not begun. */
export async function findOut(teller: Omit<Teller, 'complete'>): Promise<Outcome | null> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const outcome = told(await teller.read());
      if (outcome !== 'running') return outcome;
    } catch (error) {
      if (!isPassing(error)) return refusal(error) ?? { kind: 'closed' };
    }
    teller.onAsking();
    await teller.wait(backOff(attempt));
  }
}

/** What the state of a checkout says about its payment; null when there has been none. */
export function told(checkout: Checkout): Outcome | 'running' | null {
  const { state, payment } = checkout;
  switch (state) {
    case 'completed':
      return checkout.order_number ? { kind: 'placed', number: checkout.order_number } : 'running';
    case 'processing':
      if (payment.state === 'challenge') return { kind: 'challenge' };
      // Answered, and completing once more goes on from there.
      return payment.state === 'challenge_answered' ? null : 'running';
    case 'rejected':
    case 'cancelled':
      return { kind: 'closed' };
    case 'expired':
      return { kind: 'lapsed' };
    case 'open':
    case 'awaiting_payment':
    case 'payment_ready':
      switch (payment.state) {
        case 'unknown':
        case 'authorized':
        case 'challenge':
        case 'challenge_answered':
          return 'running';
        case 'declined':
          return {
            kind: 'declined',
            reason: payment.reason ?? null,
            attemptsLeft: payment.attempts_left,
          };
        case 'none':
          return { kind: 'lapsed' };
        case 'ready':
          return null;
      }
  }
}

function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && 'minor' in value && 'currency' in value;
}

/** The outcome that an answer states; undefined when the checkout's state has to be read. */
function refusal(error: unknown): Outcome | undefined {
  if (!(error instanceof ProblemError)) throw error;
  const { code, extra } = error;
  switch (code) {
    case 'payment_declined':
      return {
        kind: 'declined',
        reason: typeof extra.reason === 'string' ? extra.reason : null,
        attemptsLeft: typeof extra.attempts_left === 'number' ? extra.attempts_left : 0,
      };
    case 'price_changed':
    case 'idempotency_key_reused':
      return {
        kind: 'price',
        expected: isMoney(extra.expected) ? extra.expected : null,
        actual: isMoney(extra.actual) ? extra.actual : null,
      };
    case 'out_of_stock':
      return { kind: 'stock', lines: shortLines(error) };
    case 'reservation_expired':
      return { kind: 'lapsed' };
    case 'cart_changed':
    case 'cart_version_conflict':
      return { kind: 'changed' };
    case 'invalid_state':
    case 'cart_closed':
      return undefined;
    default:
      return { kind: 'failed', error };
  }
}

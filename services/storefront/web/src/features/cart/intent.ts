import type { components } from '~/api';

export type Cart = components['schemas']['Cart'];
export type GivenCode = components['schemas']['CartDiscountCode'];
export type CartLine = components['schemas']['CartLine'];

/** What a line shows before the server has answered. */
export interface Preview {
  slug: string;
  title: string;
  options: Record<string, string>;
  image?: { url: string; alt: string } | null | undefined;
  max_qty: number;
}

/** What the visitor wants for one variant, not yet confirmed by the server. */
export interface Intent {
  /** `add` is relative, so that tabs adding at once lose nothing; `set` is absolute. */
  kind: 'add' | 'set';
  variant: string;
  qty: number;
  /** Sent with an add, so that repeating it after a lost reply adds nothing twice. */
  key: string;
  /** With a `set`: the line may be put back if it is gone, as Undo does. */
  preview: Preview | null;
  first: number;
  last: number;
}

/** A pause after the last click, so that many clicks become one request … */
const PAUSE_MS = 250;
/** … and the longest time that clicking on can hold a request back. */
const LONGEST_PAUSE_MS = 1_000;

/** When an intent may be sent. A press on "Add" is one deliberate act and waits for nothing. */
export function due(intent: Intent): number {
  if (intent.kind === 'add') return intent.first;
  return Math.min(intent.last + PAUSE_MS, intent.first + LONGEST_PAUSE_MS);
}

/** The quantity of a line once the intent has come true. */
export function applied(base: number, intent: Intent | null | undefined): number {
  if (!intent) return base;
  return intent.kind === 'add' ? base + intent.qty : intent.qty;
}

/** One intent that stands for two in a row for the same variant; null when they cancel out. */
export function merged(earlier: Intent, later: Intent, lineExists: boolean): Intent | null {
  if (later.kind === 'add') {
    return { ...earlier, qty: earlier.qty + later.qty, last: later.last };
  }
  if (earlier.kind === 'set') {
    return { ...later, first: earlier.first, preview: later.preview ?? earlier.preview };
  }
  // The line may be on its way out: what was added then comes back with the new quantity.
  if (lineExists) return { ...later, first: earlier.first, preview: earlier.preview };
  return later.qty === 0 ? null : { ...earlier, qty: later.qty, last: later.last };
}

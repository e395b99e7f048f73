/** Milliseconds to wait for an answer before a call counts as lost. */
export const WAITS = {
  /** What a page cannot do without: product, list, basket, checkout, order. */
  core: 3_000,
  /** What a page can do without: categories, session. */
  side: 1_200,
  /** A change. The caller then asks what became of it, or repeats it under the same key. */
  write: 10_000,
  /** Paying talks to the bank, which may be slow. */
  pay: 20_000,
} as const;

export type Wait = keyof typeof WAITS;

/** 1, 2, 4, 8 s and then every 8 s. `attempt` counts from 0. */
export function backOff(attempt: number): number {
  return 1_000 * 2 ** Math.min(attempt, 3);
}

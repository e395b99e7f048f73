/**
 * Readers of what stands behind the `?` of an address. An address can be typed or cut short, so a
 * value that makes no sense counts as absent and never as an error. A route names every parameter it
 * knows, also those that are absent: the router keeps the raw value of what is not named.
 */

export type SearchParams = Record<string, unknown>;

/** Longest text taken from an address; the server takes no longer query. */
const TEXT_LIMIT = 100;

/** A text. The router reads `?q=42` as a number, so those are taken too. */
export function text(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  return String(value).trim().slice(0, TEXT_LIMIT) || undefined;
}

export function oneOf<Choice extends string>(
  choices: readonly Choice[],
  value: unknown,
): Choice | undefined {
  return choices.find((choice) => choice === value);
}

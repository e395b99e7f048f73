/**
 * A random 128-bit id. Made from `getRandomValues` because `crypto.randomUUID` is missing on plain
 * http outside localhost.
 */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

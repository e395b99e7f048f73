import { randomId } from '~/browser/ids';
import { perTab } from '~/browser/storage';

interface Kept {
  key: string;
  /** Digest of what was agreed to; never the agreement, which holds an address. */
  digest: string;
}

/** A short fingerprint (FNV-1a), enough to notice that something changed. */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16);
}

function read(name: string): Kept | null {
  try {
    const kept: unknown = JSON.parse(perTab.get(name) ?? 'null');
    return kept !== null && typeof kept === 'object' && 'key' in kept ? (kept as Kept) : null;
  } catch {
    return null;
  }
}

/**
 * The idempotency key of paying for a checkout. It survives a reload, and is another one only when
 * what the visitor agrees to is another.
 */
export function payKey(checkoutId: string, agreement: string): string {
  const name = `localmart.pay.${checkoutId}`;
  const now = digest(agreement);
  const kept = read(name);
  if (kept?.digest === now) return kept.key;
  const key = randomId();
  perTab.set(name, JSON.stringify({ key, digest: now } satisfies Kept));
  return key;
}

/** The next payment is another request, although it may be for the same agreement. */
export function dropPayKey(checkoutId: string): void {
  perTab.remove(`localmart.pay.${checkoutId}`);
}

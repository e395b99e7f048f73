import type { ProblemError } from '~/api';
import { applied, type Cart, type CartLine, type Intent, type Preview } from './intent';

/** Why an intent did not come true. */
export interface Fault {
  title: string;
  /** `gone`: the line was taken out elsewhere. */
  reason: ProblemError | 'gone';
}

export interface ViewLine extends Preview {
  variant_id: string;
  qty: number;
  /** What the server last said; null while the line is being added. */
  settled: CartLine | null;
  /** `waiting`: the server could not be reached and is being asked again. */
  state: 'settled' | 'pending' | 'waiting';
  fault: Fault | null;
}

export interface CartView {
  /** `none`: there is no basket; `unreachable`: it is not known, which is not the same as empty. */
  reach: 'unknown' | 'ready' | 'none' | 'unreachable';
  /** The last settled basket. Its totals stay as they are until the server sends new ones. */
  cart: Cart | null;
  lines: readonly ViewLine[];
  count: number;
  /** The sums belong to an earlier state. */
  updating: boolean;
  /** Faults of variants that have no line. */
  faults: readonly (Fault & { variant_id: string })[];
  failure: unknown;
}

/** What the engine knows. */
interface Known {
  reach: CartView['reach'];
  cart: Cart | null;
  /** Units in a basket that has not been read yet. */
  knownCount: number;
  inFlight: Intent | null;
  /** The change under way has failed to reach the server at least once. */
  waiting: boolean;
  pending: ReadonlyMap<string, Intent>;
  faults: ReadonlyMap<string, Fault>;
  /** The discount code is being changed. */
  coding: boolean;
  failure: unknown;
}

/** The basket to show: settled lines and sums, quantities as the visitor wants them. */
export function compose(known: Known): CartView {
  const { cart, inFlight, pending, faults } = known;
  const intents = [inFlight, ...pending.values()].filter((intent) => intent !== null);
  const settled = cart?.lines ?? [];
  const added = new Map<string, Preview>();
  for (const { variant, preview } of intents) {
    if (preview && !settled.some((line) => line.variant_id === variant))
      added.set(variant, preview);
  }

  const lineOf = (variant: string, shown: Preview, line: CartLine | null): ViewLine => {
    const flying = inFlight?.variant === variant ? inFlight : null;
    const { slug, title, options, image, max_qty } = shown;
    return {
      ...{ slug, title, options, image, max_qty },
      variant_id: variant,
      qty: applied(applied(line?.qty ?? 0, flying), pending.get(variant)),
      settled: line,
      state:
        flying && known.waiting
          ? 'waiting'
          : flying || pending.has(variant)
            ? 'pending'
            : 'settled',
      fault: faults.get(variant) ?? null,
    };
  };

  const lines = [
    ...settled.map((line) => lineOf(line.variant_id, line, line)),
    ...Array.from(added, ([variant, preview]) => lineOf(variant, preview, null)),
  ].filter((line) => line.qty > 0);
  const shown = new Set(lines.map((line) => line.variant_id));
  return {
    reach: known.reach,
    cart,
    lines,
    count: known.knownCount + lines.reduce((sum, line) => sum + line.qty, 0),
    updating: intents.length > 0 || known.coding,
    faults: Array.from(faults, ([variant_id, fault]) => ({ ...fault, variant_id })).filter(
      (fault) => !shown.has(fault.variant_id),
    ),
    failure: known.failure,
  };
}

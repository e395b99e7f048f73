import { backOff, isAbsent, isPassing, LostReply, ProblemError, remedy } from '~/api';
import { type Cart, type CartLine, due, type Intent, merged, type Preview } from './intent';
import { type CartView, compose, type Fault } from './view';

/** The calls the engine makes. A rejection is a ProblemError (an answer) or a LostReply (none). */
export interface CartTransport {
  /** The visitor's open basket. */
  current(): Promise<Cart>;
  create(): Promise<Cart>;
  add(cart: string, variant: string, qty: number, key: string): Promise<Cart>;
  /** `version` guards against a basket that changed meanwhile; null writes whatever it is now. */
  set(cart: string, variant: string, qty: number, version: number | null): Promise<Cart>;
  giveCode(cart: string, code: string): Promise<Cart>;
  /** Of a code that is not there: the basket as it is. */
  dropCode(cart: string, code: string): Promise<Cart>;
}

export interface Clock {
  now(): number;
  /** Calls back once; the result cancels. */
  after(ms: number, call: () => void): () => void;
}

interface Options {
  transport: CartTransport;
  clock: Clock;
  makeKey: () => string;
  /** Told about each basket the server sent in answer to a change. */
  onChange: (cart: Cart) => void;
}

/** Longest wait for what was clicked before a code was given. */
const CODE_FLUSH_MS = 8_000;

function cartIn(error: ProblemError): Cart | null {
  const cart = error.extra.cart as Partial<Cart> | undefined;
  return typeof cart?.version === 'number' && Array.isArray(cart.lines) ? (cart as Cart) : null;
}

/**
 * The basket as the visitor wants it, kept in step with the server: clicks become absolute
 * quantities per line, at most one change is under way, and every intent either comes true or leaves
 * a fault on its line.
 */
export class CartEngine {
  readonly #options: Options;
  readonly #listeners = new Set<() => void>();
  readonly #pending = new Map<string, Intent>();
  readonly #faults = new Map<string, Fault>();
  #cart: Cart | null = null;
  #id: string | null = null;
  #reach: CartView['reach'] = 'unknown';
  #knownCount = 0;
  /** The basket that became an order. The server may take a moment to close it. */
  #ordered: string | null = null;
  #failure: unknown = null;
  #inFlight: Intent | null = null;
  #coding = false;
  #attempts = 0;
  #cancelTimer: (() => void) | null = null;
  #reading: Promise<void> | null = null;
  /** Counts the baskets taken, so that a slow read does not undo a newer answer. */
  #taken = 0;
  #outdated = false;
  #idle: (() => void)[] = [];
  #view: CartView;

  constructor(options: Options) {
    this.#options = options;
    this.#view = this.#compose();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): CartView => this.#view;

  /** What the session says about the basket, until the basket itself is read. */
  adopt(told: { id: string; count: number } | null): void {
    if (this.#cart || this.#id) return;
    const known = told?.id === this.#ordered ? null : told;
    this.#id = known?.id ?? null;
    this.#knownCount = known?.count ?? 0;
    if (!known && this.#reach === 'unknown') this.#reach = 'none';
    this.#publish();
  }

  /** Reads the basket. A failure keeps the last known lines and creates nothing. */
  load(): Promise<void> {
    if (this.#inFlight) {
      this.#outdated = true;
      return Promise.resolve();
    }
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
      this.#publish();
    });
    return this.#reading;
  }

  /** Reads the basket unless there is known to be none. */
  ensure(): Promise<void> {
    return this.#reach === 'none' ? Promise.resolve() : this.load();
  }

  /** Another tab saw this version. */
  heard(id: string, version: number): void {
    if (!this.#cart || this.#cart.id !== id || this.#cart.version < version) void this.load();
  }

  /** The basket was ordered. Whether there is another one, the session says next. */
  forget(): void {
    this.#ordered = this.#id;
    this.#take(null);
    this.#reach = 'unknown';
    this.#pending.clear();
    this.#faults.clear();
    this.#publish();
  }

  add(variant: string, qty: number, preview: Preview): void {
    this.#want({ kind: 'add', variant, qty, preview });
  }

  set(variant: string, qty: number): void {
    this.#want({ kind: 'set', variant, qty, preview: null });
  }

  /** Puts a removed line back. */
  restore(variant: string, qty: number, preview: Preview): void {
    this.#want({ kind: 'set', variant, qty, preview });
  }

  dismiss(variant: string): void {
    this.#faults.delete(variant);
    this.#publish();
  }

  /**
   * Puts a discount code on the basket, in place of the one before. Rejects with why it cannot be
   * used; what it needs is counted with everything that was clicked before.
   */
  giveCode(code: string): Promise<void> {
    return this.#changeCode((id) => this.#options.transport.giveCode(id, code));
  }

  dropCode(code: string): Promise<void> {
    return this.#changeCode((id) => this.#options.transport.dropCode(id, code));
  }

  async #changeCode(change: (id: string) => Promise<Cart>): Promise<void> {
    this.#coding = true;
    this.#publish();
    try {
      if (!(await this.flush(CODE_FLUSH_MS))) throw new LostReply('The basket is not saved yet.');
      if (!this.#id) await this.#read();
      if (!this.#id) throw this.#failure ?? new LostReply('There is no basket.');
      const cart = await change(this.#id);
      this.#take(cart);
      this.#options.onChange(cart);
    } catch (error) {
      // Another tab may have been faster; what is there now is shown beside the refusal.
      if (error instanceof ProblemError && remedy(error.code) !== 'fields') void this.load();
      throw error;
    } finally {
      this.#coding = false;
      this.#publish();
    }
  }

  /** Sends everything now. True once the server has all of it; false when time runs out first. */
  flush(withinMs: number): Promise<boolean> {
    for (const intent of this.#pending.values())
      intent.first = intent.last = Number.NEGATIVE_INFINITY;
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(withinMs, () => resolve(false));
      this.#idle.push(() => {
        cancel();
        resolve(true);
      });
      this.#pump();
    });
  }

  /** The page goes away: sends what is left without waiting for its turn or for the answer. */
  leave(): void {
    for (const [variant, intent] of this.#pending) {
      if (!this.#id) break;
      const { transport } = this.#options;
      const sent =
        intent.kind === 'add' || (intent.preview && !this.#line(variant))
          ? transport.add(this.#id, variant, intent.qty, intent.key)
          : transport.set(this.#id, variant, intent.qty, null);
      sent.catch(() => undefined);
      this.#pending.delete(variant);
    }
  }

  #line(variant: string): CartLine | undefined {
    return this.#cart?.lines.find((line) => line.variant_id === variant);
  }

  #want(wanted: Pick<Intent, 'kind' | 'variant' | 'qty' | 'preview'>): void {
    const now = this.#options.clock.now();
    const intent: Intent = { ...wanted, key: this.#options.makeKey(), first: now, last: now };
    this.#faults.delete(intent.variant);
    const earlier = this.#pending.get(intent.variant);
    const exists =
      Boolean(this.#line(intent.variant)) || this.#inFlight?.variant === intent.variant;
    const next = earlier ? merged(earlier, intent, exists) : intent;
    if (next) this.#pending.set(intent.variant, next);
    else this.#pending.delete(intent.variant);
    this.#publish();
    this.#pump();
  }

  async #read(): Promise<void> {
    const before = this.#taken;
    try {
      const cart = await this.#options.transport.current();
      if (before !== this.#taken) return;
      this.#failure = null;
      this.#take(cart.state === 'open' && cart.id !== this.#ordered ? cart : null);
    } catch (error) {
      if (before !== this.#taken) return;
      if (isAbsent(error)) {
        this.#failure = null;
        this.#take(null);
      } else {
        this.#failure = error;
        this.#reach = 'unreachable';
      }
    }
  }

  /** Takes the server's word, unless it is older than what is known of the same basket. */
  #take(cart: Cart | null): void {
    if (cart && this.#cart?.id === cart.id && cart.version < this.#cart.version) return;
    this.#taken += 1;
    this.#cart = cart;
    this.#id = cart?.id ?? null;
    this.#knownCount = 0;
    this.#reach = cart ? 'ready' : 'none';
  }

  #pump(): void {
    if (this.#inFlight) return;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const [next] = [...this.#pending.values()].sort((a, b) => due(a) - due(b));
    if (!next) {
      this.#rest();
      return;
    }
    const wait = due(next) - this.#options.clock.now();
    if (wait > 0) {
      this.#cancelTimer = this.#options.clock.after(wait, () => this.#pump());
      return;
    }
    this.#pending.delete(next.variant);
    this.#inFlight = next;
    this.#attempts = 0;
    void this.#send(next);
  }

  /** Nothing is left to send. */
  #rest(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
    if (this.#outdated) {
      this.#outdated = false;
      void this.load();
    }
  }

  async #send(intent: Intent): Promise<void> {
    try {
      const cart = await this.#perform(intent);
      if (cart) {
        this.#take(cart);
        this.#options.onChange(cart);
      }
      this.#settle(intent, null);
    } catch (error) {
      await this.#refused(intent, error).catch((second) => this.#later(intent, second));
    }
  }

  /** One attempt at an intent. Undefined when it has already come true. */
  async #perform(intent: Intent): Promise<Cart | undefined> {
    const { transport } = this.#options;
    const id = this.#id ?? (await this.#find());
    const line = this.#line(intent.variant);
    if (intent.kind === 'add') return transport.add(id, intent.variant, intent.qty, intent.key);
    if (line || !this.#cart) {
      return transport.set(id, intent.variant, intent.qty, this.#cart?.version ?? null);
    }
    if (intent.qty === 0) return undefined;
    if (intent.preview) return transport.add(id, intent.variant, intent.qty, intent.key);
    this.#faults.set(intent.variant, this.#fault(intent, 'gone'));
    return undefined;
  }

  /** The basket's id when none is known. Only putting something in gets here, and may make one. */
  async #find(): Promise<string> {
    const { transport } = this.#options;
    if (this.#reach !== 'none') {
      await this.#read();
      if (this.#reach === 'unreachable') throw this.#failure;
      if (this.#id) return this.#id;
    }
    const cart = await transport.create();
    this.#take(cart);
    return cart.id;
  }

  async #refused(intent: Intent, error: unknown): Promise<void> {
    if (isPassing(error)) {
      this.#later(intent, error);
      return;
    }
    if (!(error instanceof ProblemError)) throw error;
    switch (error.code) {
      case 'cart_version_conflict':
        this.#take(cartIn(error) ?? (await this.#options.transport.current()));
        this.#again(intent);
        return;
      case 'cart_closed':
      case 'not_found': {
        const before = this.#id;
        await this.#read();
        if (this.#reach === 'unreachable') throw this.#failure;
        // The basket itself is still there, so it is the variant that is not.
        if (this.#id === before && before) this.#settle(intent, error);
        else this.#again(intent);
        return;
      }
      default:
        this.#outdated = true;
        this.#settle(intent, error);
    }
  }

  /** The basket turned out to be another than thought: does what still makes sense. */
  #again(intent: Intent): void {
    const line = this.#line(intent.variant);
    const wantsLine = intent.kind === 'add' || intent.preview !== null;
    if (intent.kind === 'set' && (line?.qty ?? 0) === intent.qty) this.#settle(intent, null);
    else if (line || wantsLine) void this.#send(this.#newest(intent));
    else this.#settle(intent, 'gone');
  }

  /** Asks again after a pause. */
  #later(intent: Intent, error: unknown): void {
    const asked = error instanceof ProblemError ? (error.retryAfter ?? 0) * 1_000 : 0;
    this.#options.clock.after(Math.max(backOff(this.#attempts++), asked), () => {
      void this.#send(this.#newest(intent));
    });
    this.#publish();
  }

  /** A newer quantity for the same line replaces one that has not come true. */
  #newest(intent: Intent): Intent {
    const newer = this.#pending.get(intent.variant);
    if (intent.kind !== 'set' || newer?.kind !== 'set') return intent;
    this.#pending.delete(intent.variant);
    this.#inFlight = { ...newer, preview: newer.preview ?? intent.preview };
    return this.#inFlight;
  }

  #fault(intent: Intent, reason: Fault['reason']): Fault {
    const title = this.#line(intent.variant)?.title ?? intent.preview?.title ?? '';
    return { title, reason };
  }

  #settle(intent: Intent, reason: Fault['reason'] | null): void {
    if (reason) {
      this.#faults.set(intent.variant, this.#fault(intent, reason));
      // A quantity for a line that could not be made has nothing left to act on.
      if (!this.#line(intent.variant)) this.#pending.delete(intent.variant);
    }
    this.#inFlight = null;
    this.#attempts = 0;
    this.#publish();
    this.#pump();
  }

  #publish(): void {
    this.#view = this.#compose();
    for (const listener of this.#listeners) listener();
  }

  #compose(): CartView {
    return compose({
      reach: this.#reach,
      cart: this.#cart,
      knownCount: this.#knownCount,
      inFlight: this.#inFlight,
      waiting: this.#attempts > 0,
      pending: this.#pending,
      coding: this.#coding,
      faults: this.#faults,
      failure: this.#failure,
    });
  }
}

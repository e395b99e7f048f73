import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LostReply, ProblemError } from '~/api';
import type { Cart, Preview } from './intent';
import { CartEngine, type CartTransport, type Clock } from './model';

/** Time that moves only when the test says so. */
class FakeClock implements Clock {
  #now = 0;
  #timers: { at: number; call: () => void }[] = [];

  now = () => this.#now;

  after(ms: number, call: () => void) {
    const timer = { at: this.#now + ms, call };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  wait = (ms: number) => new Promise<void>((resolve) => this.after(ms, resolve));

  async advance(ms: number) {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.call();
    }
    this.#now = end;
    await settled();
  }
}

/** Lets every promise that can go on do so. */
async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const MAX_QTY = 99;

/** A server that keeps one basket, with the rules of the real one and a network that misbehaves. */
class FakeServer implements CartTransport {
  cart: Cart | null = null;
  creations = 0;
  running = 0;
  mostRunning = 0;
  requests = 0;
  readonly answeredTotals = new Set<number>();
  readonly #keys = new Map<string, true>();
  /** One entry per request: how long it takes and whether it or its answer is lost. */
  plan: { ms: number; lose: 'none' | 'request' | 'reply' }[] = [];

  constructor(readonly clock: FakeClock) {}

  /** Reads see the basket as it is when they are asked, and tell it late. */
  current = async () => {
    const seen = this.cart && this.snapshot();
    await this.#travel(() => undefined);
    if (!seen) throw problem(404, 'not_found');
    return seen;
  };

  create = () =>
    this.#answer(() => {
      this.creations += 1;
      this.cart = {
        id: `cart-${this.creations}`,
        version: 1,
        currency: 'EUR',
        lines: [],
        count: 0,
        totals: { items: null, discount: null, delivery: null, tax: null, grand: null },
        notices: [],
        state: 'open',
      };
    });

  add = (id: string, variant: string, qty: number, key: string) =>
    this.#write(id, () => {
      if (this.#keys.has(key)) return;
      this.change(variant, (this.qty(variant) ?? 0) + qty);
      this.#keys.set(key, true);
    });

  set = (id: string, variant: string, qty: number, version: number | null) =>
    this.#write(id, () => {
      if (version !== null && version !== this.cart?.version) {
        throw problem(412, 'cart_version_conflict', { cart: this.snapshot() });
      }
      if (this.qty(variant) === undefined) throw problem(404, 'not_found');
      this.change(variant, qty);
    });

  giveCode = (id: string, code: string) =>
    this.#write(id, () => {
      if (code === 'NONE') throw problem(422, 'validation_failed');
      this.#code([{ code, title: code, applied: true }]);
    });

  dropCode = (id: string) => this.#write(id, () => this.#code([]));

  #code(codes: Cart['discount_codes'] & object) {
    if (!this.cart) return;
    this.cart.discount_codes = codes;
    this.cart.version += 1;
  }

  qty = (variant: string) => this.cart?.lines.find((line) => line.variant_id === variant)?.qty;

  /** A change of the basket, by this tab or any other. */
  change(variant: string, qty: number) {
    const { cart } = this;
    if (!cart) return;
    if (qty > MAX_QTY) throw problem(422, 'validation_failed');
    const others = cart.lines.filter((line) => line.variant_id !== variant);
    const money = { minor: 100, currency: 'EUR' };
    const line = {
      ...{ id: variant, variant_id: variant, sku: variant, slug: variant, title: variant },
      ...{ options: {}, qty, max_qty: MAX_QTY, unit: money, line_total: money },
      availability: 'in' as const,
    };
    cart.lines = qty === 0 ? others : [...others, line];
    cart.version += 1;
    cart.count = cart.lines.reduce((sum, each) => sum + each.qty, 0);
    cart.totals = { ...cart.totals, grand: { minor: cart.version, currency: 'EUR' } };
  }

  snapshot(): Cart {
    if (!this.cart) throw problem(404, 'not_found');
    this.answeredTotals.add(this.cart.totals.grand?.minor ?? 0);
    return structuredClone(this.cart);
  }

  async #write(id: string, effect: () => void): Promise<Cart> {
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      return await this.#answer(() => {
        if (this.cart?.id !== id) throw problem(404, 'not_found');
        effect();
      });
    } finally {
      this.running -= 1;
    }
  }

  async #answer(effect: () => void): Promise<Cart> {
    await this.#travel(effect);
    return this.snapshot();
  }

  async #travel(effect: () => void): Promise<void> {
    this.requests += 1;
    const { ms, lose } = this.plan.shift() ?? { ms: 20, lose: 'none' };
    await this.clock.wait(ms);
    if (lose === 'request') throw new LostReply('request');
    effect();
    if (lose === 'reply') throw new LostReply('reply');
  }
}

function problem(status: number, code: ProblemError['code'], extra = {}) {
  return new ProblemError(status, code, '', [], null, null, extra);
}

function preview(title: string): Preview {
  return { slug: title, title, options: {}, max_qty: MAX_QTY };
}

function shop() {
  const clock = new FakeClock();
  const server = new FakeServer(clock);
  let keys = 0;
  const engine = new CartEngine({
    transport: server,
    clock,
    makeKey: () => `key-${keys++}`,
    onChange: () => undefined,
  });
  engine.adopt(null);
  return { clock, server, engine };
}

async function shopWith(lines: Record<string, number>) {
  const made = shop();
  await Promise.all([made.server.create(), made.clock.advance(50)]);
  for (const [variant, qty] of Object.entries(lines)) made.server.change(variant, qty);
  void made.engine.load();
  await made.clock.advance(50);
  return made;
}

describe('the basket', () => {
  it('is made by the first add and by nothing else', async () => {
    const { clock, server, engine } = shop();
    void engine.load();
    await clock.advance(1_000);
    expect(server.creations).toBe(0);
    expect(engine.view().reach).toBe('none');
    engine.add('mug', 2, preview('Mug'));
    expect(engine.view()).toMatchObject({ count: 2, updating: true });
    await clock.advance(1_000);
    expect(server.creations).toBe(1);
    expect(server.qty('mug')).toBe(2);
    expect(engine.view().lines[0]).toMatchObject({ qty: 2, state: 'settled' });
  });

  it('is not remade when it cannot be read', async () => {
    const { clock, server, engine } = await shopWith({ mug: 1 });
    server.plan = [{ ms: 10, lose: 'request' }];
    void engine.load();
    await clock.advance(100);
    expect(engine.view()).toMatchObject({ reach: 'unreachable', count: 1 });
    expect(server.creations).toBe(1);
  });

  it('keeps a new answer when an older read comes late', async () => {
    const { clock, server, engine } = shop();
    server.plan = [{ ms: 500, lose: 'none' }];
    void engine.load();
    engine.add('mug', 1, preview('Mug'));
    await clock.advance(2_000);
    expect(engine.view()).toMatchObject({ reach: 'ready', count: 1 });
  });

  it('starts anew when its basket has been ordered', async () => {
    const { clock, server, engine } = await shopWith({ mug: 1 });
    server.cart = null;
    engine.add('bowl', 1, preview('Bowl'));
    await clock.advance(10_000);
    expect(server.qty('bowl')).toBe(1);
    expect(engine.view().faults).toEqual([]);
  });
});

describe('a line', () => {
  it('turns fifty clicks into at most four requests', async () => {
    const { clock, server, engine } = await shopWith({ mug: 1 });
    const before = server.requests;
    for (let click = 2; click <= 51; click += 1) {
      engine.set('mug', click);
      await clock.advance(40);
    }
    await clock.advance(2_000);
    expect(server.qty('mug')).toBe(51);
    expect(server.requests - before).toBeLessThanOrEqual(4);
  });

  it('moves at once while the totals stay', async () => {
    const { clock, engine } = await shopWith({ mug: 1 });
    const totals = engine.view().cart?.totals;
    engine.set('mug', 4);
    expect(engine.view()).toMatchObject({ count: 4, updating: true });
    expect(engine.view().cart?.totals).toBe(totals);
    await clock.advance(1_000);
    expect(engine.view().updating).toBe(false);
    expect(engine.view().cart?.totals).not.toEqual(totals);
  });

  it('comes true against a basket that changed elsewhere', async () => {
    const { clock, server, engine } = await shopWith({ mug: 1, bowl: 1 });
    server.change('bowl', 5);
    engine.set('mug', 3);
    await clock.advance(2_000);
    expect(server.qty('mug')).toBe(3);
    expect(engine.view().count).toBe(8);
  });

  it('is reported when it was taken out elsewhere', async () => {
    const { clock, server, engine } = await shopWith({ mug: 1 });
    server.change('mug', 0);
    engine.set('mug', 3);
    await clock.advance(2_000);
    expect(engine.view().faults).toMatchObject([{ variant_id: 'mug', reason: 'gone' }]);
    expect(server.qty('mug')).toBeUndefined();
    engine.dismiss('mug');
    expect(engine.view().faults).toEqual([]);
  });

  it('rolls back alone when the server refuses it', async () => {
    const { clock, server, engine } = await shopWith({ mug: 1, bowl: 1 });
    engine.set('mug', MAX_QTY + 1);
    engine.set('bowl', 2);
    await clock.advance(2_000);
    expect(server.qty('bowl')).toBe(2);
    const mug = engine.view().lines.find((line) => line.variant_id === 'mug');
    expect(mug).toMatchObject({ qty: 1, fault: { reason: { code: 'validation_failed' } } });
  });

  it('comes back with Undo, before and after the removal was sent', async () => {
    const { clock, server, engine } = await shopWith({ mug: 3 });
    for (const pause of [0, 2_000]) {
      engine.set('mug', 0);
      expect(engine.view().lines).toEqual([]);
      await clock.advance(pause);
      engine.restore('mug', 3, preview('Mug'));
      expect(engine.view().count).toBe(3);
      await clock.advance(2_000);
      expect(server.qty('mug')).toBe(3);
    }
  });

  it('waits out a network failure and says so', async () => {
    const { clock, server, engine } = await shopWith({ mug: 1 });
    server.plan = [
      { ms: 10, lose: 'reply' },
      { ms: 10, lose: 'request' },
    ];
    engine.add('mug', 2, preview('Mug'));
    await clock.advance(100);
    expect(engine.view().lines[0]).toMatchObject({ qty: 3, state: 'waiting' });
    await clock.advance(10_000);
    expect(server.qty('mug')).toBe(3);
    expect(engine.view().lines[0]).toMatchObject({ qty: 3, state: 'settled' });
  });
});

describe('leaving', () => {
  it('flushes before checkout and tells when it cannot', async () => {
    const { clock, server, engine } = await shopWith({ mug: 1 });
    engine.set('mug', 7);
    const flushed = engine.flush(5_000);
    await clock.advance(100);
    expect(await flushed).toBe(true);
    expect(server.qty('mug')).toBe(7);
    server.plan = Array.from({ length: 9 }, () => ({ ms: 10, lose: 'request' as const }));
    engine.set('mug', 8);
    const stuck = engine.flush(5_000);
    await clock.advance(6_000);
    expect(await stuck).toBe(false);
  });

  it('sends what is pending with the page', async () => {
    const { clock, server, engine } = await shopWith({ mug: 1 });
    engine.set('mug', 9);
    engine.leave();
    await clock.advance(50);
    expect(server.qty('mug')).toBe(9);
  });
});

const VARIANTS = ['mug', 'bowl', 'jar'] as const;
const variant = fc.constantFrom(...VARIANTS);
const step = fc.oneof(
  fc.record({ do: fc.constant('set' as const), variant, qty: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ do: fc.constant('add' as const), variant, qty: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 1_500 }) }),
  fc.record({ do: fc.constant('elsewhere' as const), qty: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ do: fc.constant('read' as const) }),
);
const network = fc.array(
  fc.record({
    ms: fc.integer({ min: 0, max: 2_000 }),
    lose: fc.constantFrom('none' as const, 'none' as const, 'request' as const, 'reply' as const),
  }),
  { maxLength: 12 },
);

describe('any clicks over any network', () => {
  it('end as the visitor wanted, one change at a time, with totals only from answers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), network, async (steps, plan) => {
        const { clock, server, engine } = await shopWith({ mug: 1, bowl: 1, jar: 1 });
        server.plan = [...plan];
        const wanted = new Map<string, number>(VARIANTS.map((each) => [each, 1]));
        engine.subscribe(() => {
          const shown = engine.view().cart?.totals.grand?.minor;
          if (shown !== undefined) expect(server.answeredTotals).toContain(shown);
        });

        for (const each of steps) {
          if (each.do === 'wait') await clock.advance(each.ms);
          else if (each.do === 'read') void engine.load();
          else if (each.do === 'elsewhere') {
            // Another tab owns a line of its own, so that what this tab wants stays known.
            server.change('theirs', each.qty);
          } else if (each.do === 'add') {
            engine.add(each.variant, each.qty, preview(each.variant));
            wanted.set(each.variant, (wanted.get(each.variant) ?? 0) + each.qty);
          } else if ((wanted.get(each.variant) ?? 0) > 0) {
            // Only a line that is shown has buttons to press.
            engine.set(each.variant, each.qty);
            wanted.set(each.variant, each.qty);
          }
          for (const one of VARIANTS) {
            const line = engine.view().lines.find((shown) => shown.variant_id === one);
            if (engine.view().updating === false) continue;
            if (line?.state === 'pending') expect(line.qty).toBe(wanted.get(one));
          }
        }

        await clock.advance(200_000);
        for (const one of VARIANTS) expect(server.qty(one) ?? 0, one).toBe(wanted.get(one));
        expect(engine.view().updating).toBe(false);
        expect(engine.view().faults).toEqual([]);
        expect(server.mostRunning).toBeLessThanOrEqual(1);
      }),
      { numRuns: Number(process.env.CART_RUNS ?? 500) },
    );
  });
});

describe('the discount code', () => {
  it('is given after everything that was clicked before', async () => {
    const { clock, server, engine } = await shopWith({ mug: 1 });
    engine.set('mug', 5);
    let seen = 0;
    const { giveCode } = server;
    server.giveCode = (id, code) => {
      seen = server.qty('mug') ?? 0;
      return giveCode(id, code);
    };
    const given = engine.giveCode('WELCOME10');
    expect(engine.view().updating).toBe(true);
    await clock.advance(200);
    await given;
    expect(seen).toBe(5);
    expect(engine.view().updating).toBe(false);
    expect(engine.view().cart?.discount_codes?.map(({ code }) => code)).toEqual(['WELCOME10']);
    expect(server.mostRunning).toBe(1);

    const dropped = engine.dropCode('WELCOME10');
    await clock.advance(50);
    await dropped;
    expect(engine.view().cart?.discount_codes).toEqual([]);
  });

  it('that is refused leaves the basket alone and says why', async () => {
    const { clock, server, engine } = await shopWith({ mug: 1 });
    const refused = expect(engine.giveCode('NONE')).rejects.toMatchObject({
      code: 'validation_failed',
    });
    await clock.advance(50);
    await refused;
    expect(engine.view().updating).toBe(false);
    expect(server.qty('mug')).toBe(1);
  });

  it('is not given while what was clicked before cannot be saved', async () => {
    const { clock, server, engine } = await shopWith({ mug: 1 });
    engine.set('mug', 5);
    server.plan = Array.from({ length: 20 }, () => ({ ms: 20, lose: 'request' as const }));
    const refused = expect(engine.giveCode('WELCOME10')).rejects.toBeInstanceOf(LostReply);
    await clock.advance(9_000);
    await refused;
    expect(server.cart?.discount_codes).toBeUndefined();
  });
});

import { delay, HttpResponse, http } from 'msw';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { problem } from '~/test/samples';
import { server } from '~/test/server';
import { api, body } from './client';
import { LostReply, ProblemError } from './problem';
import { backOff, WAITS } from './waits';

const CATEGORIES = 'http://localmart.localhost/api/v1/categories';
const CARTS = 'http://localmart.localhost/api/v1/carts/:id/items';

function categories() {
  return body(api.side.GET('/api/v1/categories'));
}

afterEach(() => vi.useRealTimers());

describe('a call', () => {
  it('gives the body of a success', async () => {
    server.use(http.get(CATEGORIES, () => HttpResponse.json({ items: [] })));
    expect(await categories()).toEqual({ items: [] });
  });

  it('rejects with the problem of a refusal', async () => {
    server.use(http.get(CATEGORIES, () => problem(503, 'unavailable', { trace_id: 'abc' })));
    await expect(categories()).rejects.toMatchObject({ code: 'unavailable', traceId: 'abc' });
    await expect(categories()).rejects.toBeInstanceOf(ProblemError);
  });

  it('counts as lost when there is no connection', async () => {
    server.use(http.get(CATEGORIES, () => HttpResponse.error()));
    await expect(categories()).rejects.toBeInstanceOf(LostReply);
  });

  it('counts as lost when the wait runs out', async () => {
    server.use(
      http.get(CATEGORIES, async () => {
        await delay('infinite');
        return HttpResponse.json({ items: [] });
      }),
    );
    const started = performance.now();
    await expect(categories()).rejects.toBeInstanceOf(LostReply);
    expect(performance.now() - started).toBeGreaterThanOrEqual(WAITS.side - 50);
  });

  it('that the page gives up is no failure of the shop', async () => {
    server.use(
      http.get(CATEGORIES, async () => {
        await delay('infinite');
        return HttpResponse.json({ items: [] });
      }),
    );
    const given = new AbortController();
    const call = body(api.core.GET('/api/v1/categories', { signal: given.signal }));
    given.abort();
    await expect(call).rejects.not.toBeInstanceOf(LostReply);
  });

  it('sends what it is given, keys included', async () => {
    const seen = vi.fn();
    server.use(
      http.post(CARTS, async ({ request, params }) => {
        seen(params.id, request.headers.get('idempotency-key'), await request.json());
        return HttpResponse.json({});
      }),
    );
    await body(
      api.write.POST('/api/v1/carts/{id}/items', {
        params: { path: { id: 'c1' }, header: { 'Idempotency-Key': 'k1' } },
        body: { variant_id: 'v1', qty: 2 },
      }),
    );
    expect(seen).toHaveBeenCalledWith('c1', 'k1', { variant_id: 'v1', qty: 2 });
  });

  it('never carries a body beyond what the shop could want', async () => {
    const call = api.write.POST('/api/v1/carts/{id}/items', {
      params: { path: { id: 'c1' } },
      body: { variant_id: 'x'.repeat(70_000), qty: 1 },
    });
    await expect(call).rejects.toBeInstanceOf(RangeError);
  });
});

describe('asking again', () => {
  it('waits 1, 2, 4, 8 and then always 8 s', () => {
    expect([0, 1, 2, 3, 4, 9].map(backOff)).toEqual([1000, 2000, 4000, 8000, 8000, 8000]);
  });
});

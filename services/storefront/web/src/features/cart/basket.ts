import { useSyncExternalStore } from 'react';
import { api, body } from '~/api';
import { randomId } from '~/browser/ids';
import { CartEngine, type CartTransport, type Clock } from './model';
import type { CartView } from './view';

/** Writes outlive the page: leaving right after a click must not lose the click. */
const keepalive = true;

const transport: CartTransport = {
  current: () => body(api.core.GET('/api/v1/carts/current')),
  create: () => body(api.write.POST('/api/v1/carts', { keepalive })),
  add: (id, variant_id, qty, key) =>
    body(
      api.write.POST('/api/v1/carts/{id}/items', {
        keepalive,
        params: { path: { id }, header: { 'Idempotency-Key': key } },
        body: { variant_id, qty },
      }),
    ),
  set: (id, variant_id, qty, version) =>
    body(
      api.write.PATCH('/api/v1/carts/{id}/items/{variant_id}', {
        keepalive,
        params: {
          path: { id, variant_id },
          ...(version !== null && { header: { 'If-Match': `"${version}"` } }),
        },
        body: { qty },
      }),
    ),
  giveCode: (id, code) =>
    body(
      api.write.POST('/api/v1/carts/{id}/discount-codes', {
        params: { path: { id } },
        body: { code },
      }),
    ),
  dropCode: (id, code) =>
    body(
      api.write.DELETE('/api/v1/carts/{id}/discount-codes/{code}', {
        params: { path: { id, code } },
      }),
    ),
};

const clock: Clock = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

const CHANNEL = 'localmart.basket';
let channel: BroadcastChannel | null = null;

/** The visitor's basket in this tab. */
export const basket = new CartEngine({
  transport,
  clock,
  makeKey: randomId,
  onChange: ({ id, version }) => channel?.postMessage({ id, version }),
});

export function useBasket(): CartView {
  return useSyncExternalStore(basket.subscribe, basket.view);
}

/** Keeps the basket in step with other tabs and with the page's life. The result stops it. */
export function watchBasket(): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener(
    'message',
    ({ data }: MessageEvent<{ id: string; version: number }>) =>
      basket.heard(data.id, data.version),
    { signal },
  );
  addEventListener('pagehide', () => basket.leave(), { signal });
  // A page that comes back from the browser's page cache may have missed anything.
  addEventListener('pageshow', ({ persisted }) => persisted && void basket.ensure(), { signal });
  addEventListener('online', () => void basket.ensure(), { signal });
  document.addEventListener(
    'visibilitychange',
    () => {
      if (document.visibilityState === 'visible' && basket.view().cart) void basket.load();
    },
    { signal },
  );
  return () => {
    stop.abort();
    channel?.close();
    channel = null;
  };
}

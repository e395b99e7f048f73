import { queryOptions, useQueryClient } from '@tanstack/react-query';
import {
  api,
  body,
  type components,
  isAbsent,
  LostReply,
  ProblemError,
  type paths,
  remedy,
} from '~/api';
import { core } from '~/api/polling';
import { basket } from '~/features/cart';

export type Checkout = components['schemas']['Checkout'];
export type ShippingRate = components['schemas']['ShippingRate'];
type Body<Call extends { requestBody?: { content: { 'application/json': unknown } } | undefined }> =
  NonNullable<Call['requestBody']>['content']['application/json'];
type Patch = Body<paths['/api/v1/checkouts/{id}']['patch']>;
export type CardDetails = Body<paths['/api/v1/checkouts/{id}/payment']['post']>['card'];
type Money = components['schemas']['Money'];

export function checkoutQuery(id: string) {
  return queryOptions({
    ...core,
    queryKey: ['checkout', id],
    retry: (failures, error) => failures < 1 && !isAbsent(error),
    queryFn: ({ signal }) => readCheckout(id, signal),
  });
}

export function ratesQuery(checkout: Checkout) {
  return queryOptions({
    ...core,
    queryKey: ['checkout', checkout.id, 'rates', checkout.address, checkout.cart.version],
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      body(
        api.core.GET('/api/v1/checkouts/{id}/shipping-rates', {
          signal,
          params: { path: { id: checkout.id } },
        }),
      ),
  });
}

export function readCheckout(id: string, signal?: AbortSignal): Promise<Checkout> {
  return body(
    api.core.GET('/api/v1/checkouts/{id}', {
      params: { path: { id } },
      ...(signal && { signal }),
    }),
  );
}

/** Opens the checkout of a basket; the same basket gives the same checkout again. */
export function openCheckout(cart_id: string): Promise<Checkout> {
  return body(api.write.POST('/api/v1/checkouts', { body: { cart_id } }));
}

/** `complete` says whether the order is placed; the key makes repeating it harmless. */
export function completeCheckout(id: string, expected_total: Money, key: string) {
  return body(
    api.pay.POST('/api/v1/checkouts/{id}/complete', {
      params: { path: { id }, header: { 'Idempotency-Key': key } },
      body: { expected_total },
    }),
  );
}

function givePayment(id: string, card: CardDetails): Promise<Checkout> {
  return body(
    api.pay.POST('/api/v1/checkouts/{id}/payment', { params: { path: { id } }, body: { card } }),
  );
}

/** Changes of one checkout; each answer becomes what the page shows. */
export function useCheckoutChanges(id: string) {
  const client = useQueryClient();
  const keep = async (change: Promise<Checkout>) => {
    try {
      const checkout = await change;
      client.setQueryData(checkoutQuery(checkout.id).queryKey, checkout);
      // A change of what is reserved begins anew: the answer is then a successor.
      if (checkout.id !== id) void client.invalidateQueries(checkoutQuery(id));
      return checkout;
    } catch (error) {
      if (error instanceof ProblemError && remedy(error.code) === 'refresh') {
        void client.invalidateQueries(checkoutQuery(id));
        void basket.ensure();
      }
      throw error;
    }
  };
  return {
    patch: (patch: Patch) =>
      keep(
        body(api.write.PATCH('/api/v1/checkouts/{id}', { params: { path: { id } }, body: patch })),
      ),
    answerBank: (outcome: 'pass' | 'fail') =>
      keep(
        body(
          api.pay.POST('/api/v1/checkouts/{id}/challenge', {
            params: { path: { id } },
            body: { outcome },
          }),
        ),
      ),
    pay: (card: CardDetails) => keep(givePayment(id, card)),
    /** Takes the code off the basket and gives the card to its checkout as it is then. */
    payWithout: async (code: string, card: CardDetails) => {
      await basket.dropCode(code);
      const { cart } = basket.view();
      if (!cart) throw new LostReply('The basket is not known.');
      const fresh = await keep(openCheckout(cart.id));
      return keep(givePayment(fresh.id, card));
    },
    extend: () =>
      keep(body(api.write.POST('/api/v1/checkouts/{id}/extend', { params: { path: { id } } }))),
    refresh: () => keep(readCheckout(id)),
  };
}

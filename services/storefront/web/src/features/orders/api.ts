import { queryOptions, useQueryClient } from '@tanstack/react-query';
import { api, body, type components, isAbsent } from '~/api';
import { core } from '~/api/polling';

export type Order = components['schemas']['Order'];
export type OrderEvent = Order['events'][number];
export type OrderState = Order['state'];
export type Return = NonNullable<Order['returns']>[number];
export type NewReturn = components['schemas']['NewReturn'];

export function orderQuery(number: string) {
  return queryOptions({
    ...core,
    queryKey: ['orders', number],
    retry: (failures, error) => failures < 1 && !isAbsent(error),
    queryFn: ({ signal }) =>
      body(api.core.GET('/api/v1/orders/{number}', { signal, params: { path: { number } } })),
  });
}

/** Where the steps of an order are told as they happen. */
export function streamOf(number: string): string {
  return `/api/v1/orders/${encodeURIComponent(number)}/stream`;
}

/** Changes of one order; each answer becomes what the page shows. */
export function useOrderChanges(number: string) {
  const client = useQueryClient();
  const { queryKey } = orderQuery(number);
  const keep = async (change: Promise<Order>) => {
    try {
      const order = await change;
      // What was asked before the change must not come in after it.
      await client.cancelQueries({ queryKey });
      client.setQueryData(queryKey, order);
      return order;
    } catch (error) {
      void client.invalidateQueries({ queryKey });
      throw error;
    }
  };
  const path = { number };
  return {
    cancel: () =>
      keep(body(api.write.POST('/api/v1/orders/{number}/cancel', { params: { path } }))),
    /** `key` makes repeating the same return after a lost reply harmless. */
    sendBack: (wanted: NewReturn, key: string) =>
      keep(
        body(
          api.write.POST('/api/v1/orders/{number}/returns', {
            params: { path, header: { 'Idempotency-Key': key } },
            body: wanted,
          }),
        ),
      ),
  };
}

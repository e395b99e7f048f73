import { queryOptions } from '@tanstack/react-query';
import { api, body, type components, isAbsent } from '~/api';
import { core } from '~/api/polling';

export type Order = components['schemas']['Order'];
export type OrderEvent = Order['events'][number];
export type OrderState = Order['state'];

export function orderQuery(number: string) {
  return queryOptions({
    ...core,
    queryKey: ['orders', number],
    retry: (failures, error) => failures < 1 && !isAbsent(error),
    queryFn: ({ signal }) =>
      body(api.core.GET('/api/v1/orders/{number}', { signal, params: { path: { number } } })),
  });
}

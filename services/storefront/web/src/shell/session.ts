import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, body } from '~/api';
import { side } from '~/api/polling';
import { basket } from '~/features/cart';

/** Who visits, and which basket they have. Asking also makes sure that there is a session cookie. */
export const sessionQuery = queryOptions({
  ...side,
  queryKey: ['session'],
  staleTime: 60_000,
  refetchOnWindowFocus: true,
  queryFn: ({ signal }) => body(api.side.GET('/api/v1/session', { signal })),
});

/** Reads the basket for a page that shows it, unless the session says that there is none. */
export async function prepareBasket(client: QueryClient): Promise<void> {
  const session = await client.ensureQueryData(sessionQuery).catch(() => null);
  if (session) basket.adopt(session.cart ?? null);
  await basket.ensure();
}

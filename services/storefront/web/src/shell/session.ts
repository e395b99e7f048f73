import { queryOptions } from '@tanstack/react-query';
import { api, body } from '~/api';
import { side } from '~/api/polling';

/** Who visits, and which basket they have. Asking also makes sure that there is a session cookie. */
export const sessionQuery = queryOptions({
  ...side,
  queryKey: ['session'],
  staleTime: 60_000,
  refetchOnWindowFocus: true,
  queryFn: ({ signal }) => body(api.side.GET('/api/v1/session', { signal })),
});

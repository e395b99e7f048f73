import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext } from '@tanstack/react-router';
import { categoriesQuery } from '~/features/catalog';
import { sessionQuery } from '~/shell/session';
import { Shell } from '~/shell/shell';

export const Route = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  loader: ({ context: { queryClient } }) => {
    void queryClient.prefetchQuery(sessionQuery);
    void queryClient.prefetchQuery(categoriesQuery);
  },
  component: Shell,
});

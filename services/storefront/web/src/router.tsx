import { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import { routeTree } from './routeTree.gen';
import { Crash, NotFound } from './shell/error-screens';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The API is on the page's own origin: the browser's idea of "offline" says nothing about it.
      networkMode: 'always',
      refetchOnWindowFocus: false,
    },
  },
});

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  // Queries decide what is fresh; a preloaded route must not keep its own copy.
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: Crash,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
  interface StaticDataRouteOption {
    /** The header without search and stalls, so that nothing leads away from paying. */
    slim?: boolean;
  }
}

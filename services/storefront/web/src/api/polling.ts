import { backOff } from './waits';

interface Polled {
  state: { status: 'pending' | 'error' | 'success'; errorUpdateCount: number };
}

/**
 * Options of a query for a core panel: one quick second attempt, then the error state, from which it
 * asks again by itself after 2, 4, 8, 8 … s.
 */
export const core = {
  retry: 1,
  retryDelay: 300,
  refetchInterval: (query: Polled): number | false =>
    query.state.status === 'error' ? backOff(query.state.errorUpdateCount) : false,
};

/** Options of a query for a side panel: what does not come at once is left out. */
export const side = { retry: false } as const;

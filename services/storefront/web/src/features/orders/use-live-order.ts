import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { core } from '~/api/polling';
import { follow, type Reach } from '~/live/follow';
import { useVisible } from '~/live/visible';
import { announce } from '~/ui';
import { type Order, orderQuery, streamOf } from './api';
import { lastStep, outlook } from './model';
import { news } from './news';

/** How often the order is read while its steps cannot be followed. */
const POLL_MS = 10_000;
/** How often it is read beside the stream, which tells of steps but not of parcels and money. */
const BESIDE_MS = 15_000;

/** How the page keeps up; `over` when nothing more will change. */
export type Watching = Reach | 'over';

/** An order that changes on the page as it changes in the shop, and says so. */
export function useLiveOrder(number: string) {
  const client = useQueryClient();
  const visible = useVisible();
  const [reach, setReach] = useState<Reach>('connecting');
  const options = orderQuery(number);
  const query = useQuery({
    ...options,
    refetchInterval: ({ state }) => {
      if (!state.data || state.status === 'error') return core.refetchInterval({ state });
      return watching(state.data, reach) === 'over'
        ? false
        : reach === 'live'
          ? BESIDE_MS
          : POLL_MS;
    },
  });
  const order = query.data;
  useNews(order);

  const follows = order !== undefined && outlook(order) === 'steps' && visible;
  useEffect(() => {
    if (!follows) return;
    const { queryKey } = orderQuery(number);
    return follow({
      url: streamOf(number),
      event: 'state',
      onReach: setReach,
      onStep: (seq) => {
        const known = client.getQueryData(queryKey);
        if (!known || seq > lastStep(known)) void client.invalidateQueries({ queryKey });
      },
    });
  }, [client, follows, number]);

  // Nothing was read while nobody looked.
  const hidden = useRef(false);
  useEffect(() => {
    if (visible && hidden.current) void client.invalidateQueries(orderQuery(number));
    hidden.current = !visible;
  }, [client, visible, number]);

  return { query, watching: order ? watching(order, reach) : reach };
}

function watching(order: Order, reach: Reach): Watching {
  switch (outlook(order)) {
    case 'steps':
      return reach;
    case 'money':
      return 'polling';
    case 'over':
      return 'over';
  }
}

/** Says what is new, politely. What the page began with is not new. */
function useNews(order: Order | undefined): void {
  const before = useRef(order);
  useEffect(() => {
    const known = before.current;
    before.current = order;
    if (!known || !order || known.number !== order.number) return;
    const told = news(known, order);
    if (told.length > 0) announce(told.join('. '));
  }, [order]);
}

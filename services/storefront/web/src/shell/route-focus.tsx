import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { closeBasketSheet } from '~/features/cart';
import { announce } from '~/ui';

/**
 * The router moves no focus and says nothing. After a change of path the heading takes the focus and
 * the title is announced; a change of search parameters, or the first load, leaves the focus alone.
 */
export function RouteFocus() {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
        if (!fromLocation || !pathChanged) return;
        closeBasketSheet();
        const target =
          document.querySelector<HTMLElement>('main h1') ??
          document.querySelector<HTMLElement>('main');
        target?.focus({ preventScroll: true });
        announce(document.title);
      }),
    [router],
  );
  return null;
}

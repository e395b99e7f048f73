import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react';
import { useBasketSheet } from '~/features/cart';

const load = () => import('./sheet');
/** The basket's page shows the same, should the sheet's code be gone with an older release. */
const Sheet = lazy(() => load().catch(() => ({ default: BasketInstead })));

function BasketInstead(): ReactNode {
  useEffect(() => location.assign('/cart'), []);
  return null;
}

/** Fetches the sheet's code while the visitor is still looking, so that it opens at once. */
export function prepareSheet(): void {
  load().catch(() => undefined);
}

/** The basket sheet, whose code the first page does not wait for. */
export function LazySheet() {
  const open = useBasketSheet();
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    if (open) setWanted(true);
  }, [open]);
  return <Suspense fallback={null}>{wanted && <Sheet />}</Suspense>;
}

import { lazy, Suspense, useEffect, useState } from 'react';
import { useBasketSheet } from '~/features/cart';

const load = () => import('./sheet');
const Sheet = lazy(load);

/** Fetches the sheet's code while the visitor is still looking, so that it opens at once. */
export function prepareSheet(): void {
  void load();
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

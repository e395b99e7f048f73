import { useQuery } from '@tanstack/react-query';
import { Outlet, useMatches } from '@tanstack/react-router';
import { useEffect } from 'react';
import { basket, watchBasket } from '~/features/cart';
import { t } from '~/text';
import { LiveRegions } from '~/ui';
import { Footer } from './footer';
import { Header } from './header';
import { LazySheet } from './lazy-sheet';
import { OfflineBar } from './offline-bar';
import { RouteFocus } from './route-focus';
import { sessionQuery } from './session';

/** What stands around every page. */
export function Shell() {
  const slim = useMatches({ select: (matches) => matches.some((match) => match.staticData.slim) });
  useKnownBasket();
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:start-4 focus:top-4 focus:z-20 focus:border-2 focus:border-ink focus:bg-card focus:px-4 focus:py-2 focus:font-bold"
      >
        {t('shell.skip')}
      </a>
      <OfflineBar />
      {/* Made anew where the header changes its height: what is new does not shift. */}
      <Header key={`header-${slim}`} slim={slim} />
      <main
        key={`main-${slim}`}
        id="main"
        tabIndex={-1}
        className="mx-auto min-h-[calc(100dvh-8rem)] w-full max-w-[76rem] grow px-4 pt-8 outline-none sm:px-6 md:px-8 md:pt-12"
      >
        <Outlet />
      </main>
      <Footer />
      <LazySheet />
      <LiveRegions />
      <RouteFocus />
    </div>
  );
}

/** Counts the basket from the session until something needs the basket itself. */
function useKnownBasket(): void {
  const { data } = useQuery(sessionQuery);
  useEffect(() => {
    if (data) basket.adopt(data.cart ?? null);
  }, [data]);
  useEffect(watchBasket, []);
}

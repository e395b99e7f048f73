import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useRef } from 'react';
import { showClock, t } from '~/text';
import { announce, Button, classes, Notice, Panel } from '~/ui';
import { type ListFilter, listQuery, SORTS, type Sort } from '../api';
import { ProductGrid, ProductGridSkeleton } from './product-card';

interface ProductListProps {
  filter: ListFilter;
  onSort: (sort: Sort | undefined) => void;
  /** Shown when there is no such category. */
  absent?: ReactNode;
  /** Shown instead of a grid when nothing matches. */
  empty: ReactNode;
}

/** Count, order, grid and the button for more. */
export function ProductList({ filter, onSort, absent, empty }: ProductListProps) {
  const query = useInfiniteQuery(listQuery(filter));
  const grid = useRef<HTMLDivElement>(null);

  const more = async () => {
    const before = query.data?.pages.flatMap((page) => page.items).length ?? 0;
    const { data } = await query.fetchNextPage();
    const cards = data?.pages.flatMap((page) => page.items) ?? [];
    if (cards.length <= before) return;
    announce(
      t('list.progress', { shown: cards.length, total: data?.pages[0]?.total ?? cards.length }),
    );
    requestAnimationFrame(() =>
      grid.current?.querySelectorAll<HTMLElement>('article a')[before]?.focus(),
    );
  };

  return (
    <Panel
      query={query}
      failed={t('list.failed')}
      absent={absent}
      skeleton={
        <>
          <div className="mb-6 h-11" />
          <ProductGridSkeleton count={8} />
        </>
      }
    >
      {({ pages }) => {
        const cards = pages.flatMap((page) => page.items);
        const total = pages[0]?.total ?? cards.length;
        if (cards.length === 0) return empty;
        const next = Math.min(24, total - cards.length);
        return (
          <div ref={grid}>
            <div className="mb-6 flex min-h-11 flex-wrap items-center justify-between gap-x-6 gap-y-2">
              <p aria-live="polite" className="text-ink-2">
                {t('list.count', { count: total })}
              </p>
              <SortSelect sort={filter.sort} ranked={Boolean(filter.q)} onSort={onSort} />
            </div>
            {query.isRefetchError && (
              <Notice tone="stale" className="mb-6">
                {t('list.stale', { time: showClock(pages[0]?.as_of ?? new Date().toISOString()) })}
              </Notice>
            )}
            <div
              aria-busy={query.isPlaceholderData}
              className={classes(query.isPlaceholderData && 'opacity-60')}
            >
              <ProductGrid cards={cards} label={t('list.count', { count: total })} level="h2" />
            </div>
            {query.hasNextPage && (
              <div className="mt-12 flex flex-col items-center gap-3">
                <p className="text-small text-ink-2">
                  {t('list.progress', { shown: cards.length, total })}
                </p>
                <Button busy={query.isFetchingNextPage} onClick={() => void more()}>
                  {query.isFetchingNextPage
                    ? t('list.more.busy')
                    : t('list.more', { count: Math.max(1, next) })}
                </Button>
                {query.isFetchNextPageError && (
                  <p role="alert" className="font-bold text-tomato">
                    {t('list.more.failed')}
                  </p>
                )}
              </div>
            )}
          </div>
        );
      }}
    </Panel>
  );
}

interface SortSelectProps {
  sort: Sort | undefined;
  /** A search: without a chosen order the best match comes first. */
  ranked: boolean;
  onSort: (sort: Sort | undefined) => void;
}

function SortSelect({ sort, ranked, onSort }: SortSelectProps) {
  return (
    <label className="flex items-center gap-2 text-small">
      {t('list.sort')}
      <select
        value={sort ?? (ranked ? '' : 'newest')}
        onChange={(event) => onSort(SORTS.find((each) => each === event.target.value))}
        className="h-11 rounded-2 border-2 border-edge bg-card px-2 text-body hover:border-ink"
      >
        {ranked && <option value="">{t('list.sort.fit')}</option>}
        {SORTS.map((each) => (
          <option key={each} value={each}>
            {t(`list.sort.${each}`)}
          </option>
        ))}
      </select>
    </label>
  );
}

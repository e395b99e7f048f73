import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { t } from '~/text';
import { buttonClass, Panel, Picture, PriceTag, Skeleton } from '~/ui';
import { type Card, categoriesQuery, newestRow, ROW, smallestRow } from '../api';
import { topLevel } from '../model';
import { CategoryTiles, CategoryTilesSkeleton } from './category-tiles';
import { ProductGrid, ProductGridSkeleton } from './product-card';

export function HomePage() {
  const newest = useQuery(newestRow);
  const small = useQuery(smallestRow);
  const categories = useQuery(categoriesQuery);
  return (
    <div className="space-y-16">
      <Hero featured={newest.data?.items[0]} pending={newest.isPending} />
      {!categories.isError && (
        <Section id="stalls" title={t('home.stalls')}>
          {categories.data ? (
            <CategoryTiles categories={topLevel(categories.data.items)} />
          ) : (
            <CategoryTilesSkeleton />
          )}
        </Section>
      )}
      <Section
        id="new"
        title={t('home.new')}
        more={<MoreLink sort="newest" label={t('home.new.all')} />}
      >
        <Panel
          query={newest}
          failed={t('home.failed')}
          skeleton={<ProductGridSkeleton count={ROW} />}
        >
          {({ items }) => <ProductGrid cards={items.slice(1)} label={t('home.new')} level="h3" />}
        </Panel>
      </Section>
      <Section
        id="small"
        title={t('home.small')}
        more={<MoreLink sort="price_asc" label={t('home.small.all')} />}
      >
        <Panel
          query={small}
          failed={t('home.failed')}
          skeleton={<ProductGridSkeleton count={ROW} />}
        >
          {({ items }) => <ProductGrid cards={items} label={t('home.small')} level="h3" />}
        </Panel>
      </Section>
    </div>
  );
}

function Section({
  id,
  title,
  more,
  children,
}: {
  id: string;
  title: string;
  more?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section aria-labelledby={id}>
      <div className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-1 border-b-2 border-ink pb-2">
        <h2 id={id} className="text-h2">
          {title}
        </h2>
        {more}
      </div>
      {children}
    </section>
  );
}

function MoreLink({ sort, label }: { sort: 'newest' | 'price_asc'; label: string }) {
  return (
    <Link
      to="/search"
      search={{ sort }}
      className="inline-flex min-h-6 items-center gap-1 font-bold text-awning underline-offset-4 hover:underline"
    >
      {label}
      <ArrowRight aria-hidden="true" className="size-4" />
    </Link>
  );
}

function Hero({ featured, pending }: { featured: Card | undefined; pending: boolean }) {
  return (
    <div className="grid items-center gap-8 md:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] md:gap-12">
      <div className="space-y-6">
        <h1 tabIndex={-1} className="text-h1 sm:text-[clamp(3.5rem,8vw,6.5rem)] sm:leading-[0.9]">
          {t('home.heading')}
        </h1>
        <p className="text-lead text-ink-2">{t('home.lead')}</p>
        <Link to="/search" search={{}} className={buttonClass('primary', 'text-lead')}>
          {t('list.all')}
          <ArrowRight aria-hidden="true" className="size-5" />
        </Link>
      </div>
      {featured ? (
        <article className="group relative">
          <div className="border-2 border-ink bg-card">
            <Picture image={featured.image} decorative main className="w-full" />
            <div className="border-t-2 border-ink px-4 pb-4">
              <div className="relative z-1 -mt-9">
                <PriceTag money={featured.price} was={featured.compare_at} size="l" />
              </div>
              <p className="mt-3 text-small text-ink-2">{t('home.featured')}</p>
              <p className="font-sign text-h3">
                <Link
                  to="/p/$slug"
                  params={{ slug: featured.slug }}
                  className="decoration-2 underline-offset-4 after:absolute after:inset-0 group-hover:underline"
                >
                  {featured.title}
                </Link>
              </p>
            </div>
          </div>
        </article>
      ) : (
        pending && (
          <div className="border-2 border-line">
            <Skeleton className="aspect-square" />
            <div className="h-[110px]" />
          </div>
        )
      )}
    </div>
  );
}

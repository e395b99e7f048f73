import { Link } from '@tanstack/react-router';
import { t } from '~/text';
import { Skeleton } from '~/ui';
import type { Category } from '../api';

const GRID = 'grid grid-cols-2 gap-3 sm:grid-cols-3 sm:gap-4 md:grid-cols-5';

/** The stalls of the market, each under its own piece of awning. */
export function CategoryTiles({ categories }: { categories: readonly Category[] }) {
  return (
    <ul className={GRID}>
      {categories.map((category) => (
        <li key={category.path}>
          <Link
            to="/c/$"
            params={{ _splat: category.path }}
            className="group block h-full border-2 border-ink bg-card"
          >
            <span aria-hidden="true" className="awning-strip block" />
            <span className="block px-4 pt-3 pb-4">
              <span className="block font-sign text-h3 decoration-2 underline-offset-4 group-hover:underline">
                {category.title}
              </span>
              <span className="text-small text-ink-2">
                {t('category.products', { count: category.product_count })}
              </span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

export function CategoryTilesSkeleton() {
  return (
    <div className={GRID}>
      {Array.from({ length: 10 }, (_, index) => `place-${index}`).map((key) => (
        <Skeleton key={key} className="h-[92px] border-2 border-line" />
      ))}
    </div>
  );
}

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { t } from '~/text';
import { buttonClass, EmptyState, Page } from '~/ui';
import { categoriesQuery, type Sort } from '../api';
import { childrenOf, trail } from '../model';
import { Breadcrumb } from './breadcrumb';
import { ProductList } from './product-list';
import { Stalls } from './stalls';

interface OrderedPage {
  sort: Sort | undefined;
  onSort: (sort: Sort | undefined) => void;
}

export function CategoryPage({ path, sort, onSort }: OrderedPage & { path: string }) {
  const { data } = useQuery(categoriesQuery);
  const known = data?.items ?? [];
  const steps = trail(known, path);
  const children = childrenOf(known, path);
  const title = steps.at(-1)?.title ?? titleFrom(path);
  return (
    <Page title={title}>
      <Breadcrumb steps={steps.slice(0, -1)} />
      <h1 tabIndex={-1} className="mt-2 mb-6 min-h-[1lh] text-h1">
        {title}
      </h1>
      {children.length > 0 && (
        <nav aria-label={t('category.children')} className="mb-6">
          <ul className="flex flex-wrap gap-2">
            {children.map((child) => (
              <li key={child.path}>
                <Link
                  to="/c/$"
                  params={{ _splat: child.path }}
                  className={buttonClass('outline', 'px-3')}
                >
                  {child.title}
                  <span className="font-normal text-ink-2">{child.product_count}</span>
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      )}
      <ProductList
        filter={{ category: path, sort }}
        onSort={onSort}
        absent={
          <EmptyState title={t('category.missing')}>
            <Stalls />
          </EmptyState>
        }
        empty={
          <EmptyState title={t('list.empty.category')}>
            <p>{t('list.empty.category.text')}</p>
            <Stalls />
          </EmptyState>
        }
      />
    </Page>
  );
}

/** A readable stand-in while the categories are not known: "garden-tools" becomes "Garden tools". */
function titleFrom(path: string): string {
  const words = (path.split('/').at(-1) ?? '').replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function SearchPage({ q, sort, onSort }: OrderedPage & { q: string | undefined }) {
  const title = q ? t('search.heading', { query: q }) : t('list.all');
  return (
    <Page title={title}>
      <h1 tabIndex={-1} className="mb-6 text-h1 break-words">
        {title}
      </h1>
      <ProductList
        filter={{ ...(q && { q }), sort }}
        onSort={onSort}
        empty={
          <EmptyState title={q ? t('search.empty', { query: q }) : t('list.empty.category')}>
            <p>{t('search.empty.text')}</p>
            <Stalls />
          </EmptyState>
        }
      />
    </Page>
  );
}

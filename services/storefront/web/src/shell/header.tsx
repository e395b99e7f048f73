import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Menu, Search, ShoppingBasket } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useBasket } from '~/features/cart';
import { categoriesQuery, topLevel } from '~/features/catalog';
import { t } from '~/text';
import { classes, Modal } from '~/ui';
import { Logo } from './logo';

const CONTAINER = 'mx-auto w-full max-w-[76rem] px-4 sm:px-6 md:px-8';

/** Sign, search, basket, stalls. The checkout has only the sign and the basket. */
export function Header({ slim }: { slim: boolean }) {
  return (
    <header>
      <div className="bg-card">
        <div
          className={`${CONTAINER} flex flex-wrap items-center gap-x-6 gap-y-3 py-3 md:flex-nowrap`}
        >
          <Logo />
          {!slim && <SearchForm />}
          <div className="ms-auto flex items-center gap-2 md:order-last">
            {!slim && <StallsMenu />}
            <BasketLink />
          </div>
        </div>
        {!slim && <CategoryBar />}
      </div>
      <div className="awning-strip" aria-hidden="true" />
    </header>
  );
}

function SearchForm() {
  const navigate = useNavigate();
  const { q = '' } = useSearch({ strict: false });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get('q') ?? '').trim();
    void navigate({ to: '/search', search: typed ? { q: typed } : {} });
  };
  return (
    <search className="order-last w-full md:order-none md:max-w-[36rem] md:grow">
      <form onSubmit={submit} className="flex">
        <label htmlFor="site-search" className="sr-only">
          {t('shell.search.label')}
        </label>
        <input
          key={q}
          id="site-search"
          name="q"
          type="search"
          defaultValue={q}
          maxLength={100}
          placeholder={t('shell.search.placeholder')}
          className="h-11 min-w-0 grow rounded-s-2 border-2 border-e-0 border-edge bg-paper px-3 hover:border-ink"
        />
        <button
          type="submit"
          className="inline-flex h-11 w-12 shrink-0 items-center justify-center rounded-e-2 border-2 border-ink bg-ink text-paper hover:bg-ink-2"
        >
          <Search aria-hidden="true" className="size-5" />
          <span className="sr-only">{t('shell.search.submit')}</span>
        </button>
      </form>
    </search>
  );
}

function BasketLink() {
  const { count } = useBasket();
  return (
    <Link
      to="/cart"
      aria-label={count > 0 ? t('shell.basket.count', { count }) : t('shell.basket')}
      className="inline-flex min-h-11 items-center gap-2 border-2 border-ink bg-card px-3 font-bold hover:bg-sunk"
    >
      <ShoppingBasket aria-hidden="true" className="size-5" />
      <span aria-hidden="true" className="max-xs:hidden">
        {t('shell.basket')}
      </span>
      {count > 0 && (
        <span
          aria-hidden="true"
          className="min-w-6 border-2 border-tag-ink bg-tag px-1 text-center font-sign text-body leading-5 text-tag-ink"
        >
          {count}
        </span>
      )}
    </Link>
  );
}

function CategoryBar() {
  const { data } = useQuery(categoriesQuery);
  return (
    <nav aria-label={t('shell.stalls')} className="hidden border-t border-line sm:block">
      <ul className={`${CONTAINER} flex min-h-11 flex-wrap gap-x-6`}>
        {topLevel(data?.items ?? []).map((category) => (
          <li key={category.path}>
            <Link
              to="/c/$"
              params={{ _splat: category.path }}
              activeProps={{ className: 'border-ink' }}
              inactiveProps={{ className: 'border-transparent' }}
              className="inline-flex min-h-11 items-center border-b-4 font-sign text-[1.125rem] hover:border-awning"
            >
              {category.title}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The category bar of small screens. */
function StallsMenu() {
  const [open, setOpen] = useState(false);
  const { data } = useQuery(categoriesQuery);
  return (
    <div className="sm:hidden">
      <button
        type="button"
        aria-label={t('shell.stalls.open')}
        className={classes(
          'inline-flex min-h-11 items-center gap-2 border-2 border-ink bg-card px-3 font-bold',
          // Keeps its place until there is something to show.
          !data && 'invisible',
        )}
        onClick={() => setOpen(true)}
      >
        <Menu aria-hidden="true" className="size-5" />
        <span aria-hidden="true" className="max-xs:hidden">
          {t('shell.stalls')}
        </span>
      </button>
      <Modal open={open} onClose={() => setOpen(false)} title={t('shell.stalls')} sheet>
        <ul className="min-h-0 grow divide-y divide-line overflow-y-auto">
          {topLevel(data?.items ?? []).map((category) => (
            <li key={category.path}>
              <Link
                to="/c/$"
                params={{ _splat: category.path }}
                onClick={() => setOpen(false)}
                className="flex min-h-14 items-center justify-between px-4 font-sign text-h4"
              >
                {category.title}
                <span className="font-text text-small text-ink-2">
                  {t('category.products', { count: category.product_count })}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      </Modal>
    </div>
  );
}

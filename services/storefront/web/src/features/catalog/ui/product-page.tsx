import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Clock, Truck, UserRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { t } from '~/text';
import { classes, EmptyState, Page, Panel, Picture, PriceTag, Skeleton } from '~/ui';
import { categoriesQuery, knownCard, type Product, productQuery, type Variant } from '../api';
import { chosenVariant, trail } from '../model';
import { Breadcrumb } from './breadcrumb';
import { BuyBox } from './buy-box';
import { Gallery } from './gallery';
import { Stalls } from './stalls';

const COLUMNS = 'mt-4 grid gap-8 md:grid-cols-[minmax(0,1fr)_minmax(0,26rem)] md:gap-12';

interface ProductPageProps {
  slug: string;
  sku: string | undefined;
  onVariant: (sku: string) => void;
  onAdd: (product: Product, variant: Variant, qty: number) => void;
}

export function ProductPage({ slug, sku, onVariant, onAdd }: ProductPageProps) {
  const query = useQuery(productQuery(slug));
  return (
    <Panel
      query={query}
      failed={t('product.failed')}
      absent={<MissingProduct />}
      skeleton={<ProductSkeleton slug={slug} />}
    >
      {(product) => {
        const variant = chosenVariant(product, sku);
        return (
          <Page title={product.title}>
            <ProductTrail path={product.category.path} title={product.category.title} />
            <div className={COLUMNS}>
              <Gallery
                key={slug}
                images={
                  product.images.length > 0 ? product.images : product.image ? [product.image] : []
                }
                title={product.title}
              />
              <div className="space-y-6">
                <h1 tabIndex={-1} className="text-h1">
                  {product.title}
                </h1>
                {variant && (
                  <BuyBox
                    product={product}
                    variant={variant}
                    onVariant={(next) => onVariant(next.sku)}
                    onAdd={(chosen, qty) => onAdd(product, chosen, qty)}
                  />
                )}
                <Facts />
              </div>
            </div>
            <div className="mt-16 grid gap-12 md:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]">
              <section aria-labelledby="about">
                <h2 id="about" className="mb-4 text-h2">
                  {t('product.about')}
                </h2>
                <div className="space-y-4 text-lead">
                  {product.paragraphs.map((paragraph) => (
                    <p key={paragraph}>{paragraph}</p>
                  ))}
                </div>
              </section>
              {product.specs.length > 0 && <Specs specs={product.specs} />}
            </div>
          </Page>
        );
      }}
    </Panel>
  );
}

function ProductTrail({ path, title }: { path: string; title: string }) {
  const { data } = useQuery(categoriesQuery);
  const known = trail(data?.items ?? [], path);
  return <Breadcrumb steps={known.length > 0 ? known : [{ path, title }]} />;
}

function Fact({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <li className="flex gap-3 py-3">
      <span aria-hidden="true" className="text-awning">
        {icon}
      </span>
      {children}
    </li>
  );
}

function Facts() {
  return (
    <ul
      aria-label={t('product.facts')}
      className="divide-y divide-line border-y border-line text-small"
    >
      <Fact icon={<Truck className="size-5" />}>{t('product.facts.delivery')}</Fact>
      <Fact icon={<Clock className="size-5" />}>{t('product.facts.stock')}</Fact>
      <Fact icon={<UserRound className="size-5" />}>{t('product.facts.guest')}</Fact>
    </ul>
  );
}

function Specs({ specs }: { specs: Product['specs'] }) {
  return (
    <section aria-labelledby="specs">
      <h2 id="specs" className="mb-4 text-h2">
        {t('product.specs')}
      </h2>
      <dl className="divide-y divide-line border-y-2 border-ink">
        {specs.map((spec) => (
          <div key={spec.name} className="flex justify-between gap-6 py-2">
            <dt className="text-ink-2">{spec.name}</dt>
            <dd className="text-end font-bold">{spec.value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function MissingProduct() {
  return (
    <EmptyState level="h1" title={t('product.missing.title')}>
      <p>{t('product.missing.text')}</p>
      <Stalls />
    </EmptyState>
  );
}

/** Begins with what a list told; the rest keeps its place. */
function ProductSkeleton({ slug }: { slug: string }) {
  const card = knownCard(useQueryClient(), slug);
  return (
    <>
      <div className="h-6">{card && <Breadcrumb steps={[card.category]} />}</div>
      <div className={COLUMNS}>
        <div>
          <div className={classes('border-2', card ? 'border-ink' : 'border-line')}>
            {card ? (
              <Picture image={card.image} main className="w-full" />
            ) : (
              <Skeleton className="aspect-square" />
            )}
          </div>
          <div className="mt-3 grid grid-cols-4 gap-3">
            {['a', 'b', 'c', 'd'].map((key) => (
              <Skeleton key={key} className="aspect-square border-2 border-line" />
            ))}
          </div>
        </div>
        <div className="space-y-6">
          {card ? (
            <>
              <h1 tabIndex={-1} className="text-h1">
                {card.title}
              </h1>
              <PriceTag money={card.price} was={card.compare_at} size="l" />
            </>
          ) : (
            <>
              <Skeleton className="h-16 w-4/5" />
              <Skeleton className="h-[70px] w-40" />
            </>
          )}
          <Skeleton className="h-11 w-full" />
          <Skeleton className="h-11 w-full" />
        </div>
      </div>
    </>
  );
}

import { createFileRoute } from '@tanstack/react-router';
import { useEffect } from 'react';
import { present, type SearchParams, text } from '~/browser/search-params';
import { basket, openBasketSheet } from '~/features/cart';
import { type Product, ProductPage, productQuery, type Variant } from '~/features/catalog';
import { prepareSheet } from '~/shell/lazy-sheet';

export const Route = createFileRoute('/p/$slug')({
  validateSearch: ({ v }: SearchParams) => present({ v: text(v) }),
  loader: ({ context: { queryClient }, params: { slug } }) => {
    void queryClient.prefetchQuery(productQuery(slug));
  },
  component: ProductRoute,
});

function ProductRoute() {
  const { slug } = Route.useParams();
  const { v } = Route.useSearch();
  const navigate = Route.useNavigate();
  useEffect(prepareSheet, []);
  return (
    <ProductPage
      slug={slug}
      sku={v}
      onVariant={(sku) => void navigate({ search: { v: sku }, replace: true, resetScroll: false })}
      onAdd={putInBasket}
    />
  );
}

function putInBasket(product: Product, variant: Variant, qty: number): void {
  const { slug, title } = product;
  const image = variant.image ?? product.image;
  basket.add(variant.id, qty, {
    slug,
    title,
    image,
    options: variant.options,
    max_qty: variant.max_qty,
  });
  if (!basket.view().cart) void basket.load();
  openBasketSheet();
}

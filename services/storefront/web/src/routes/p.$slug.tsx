import { useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { useEffect } from 'react';
import { type SearchParams, text } from '~/browser/search-params';
import { basket, openBasketSheet } from '~/features/cart';
import { type Product, ProductPage, productQuery, type Variant } from '~/features/catalog';
import { prepareSheet } from '~/shell/lazy-sheet';
import { prepareBasket } from '~/shell/session';

export const Route = createFileRoute('/p/$slug')({
  validateSearch: ({ v }: SearchParams): { v?: string | undefined } => ({ v: text(v) }),
  loader: ({ context: { queryClient }, params: { slug } }) => {
    void queryClient.prefetchQuery(productQuery(slug));
  },
  component: ProductRoute,
});

function ProductRoute() {
  const { slug } = Route.useParams();
  const { v } = Route.useSearch();
  const navigate = Route.useNavigate();
  const client = useQueryClient();
  useEffect(() => {
    // Whoever adds something sees the whole basket next to it.
    prepareSheet();
    void prepareBasket(client);
  }, [client]);
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
  openBasketSheet();
}

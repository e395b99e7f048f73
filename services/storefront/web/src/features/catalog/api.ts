import {
  type InfiniteData,
  infiniteQueryOptions,
  keepPreviousData,
  type QueryClient,
  queryOptions,
} from '@tanstack/react-query';
import { api, body, type components, isAbsent } from '~/api';
import { core, side } from '~/api/polling';

type ProductList = components['schemas']['ProductList'];
export type Card = ProductList['items'][number];
export type Category = components['schemas']['Category'];
export type Product = components['schemas']['Product'];
export type Variant = Product['variants'][number];

export const SORTS = ['newest', 'price_asc', 'price_desc', 'title'] as const;
export type Sort = (typeof SORTS)[number];

/** What a list of products is asked for. */
export interface ListFilter {
  q?: string;
  category?: string;
  /** Without it a search comes by how well it fits, everything else newest first. */
  sort?: Sort | undefined;
}

/** Products on one page of a list; fills rows of 2, 3 and 4. */
const PAGE = 24;
const SECOND = 1_000;

export const categoriesQuery = queryOptions({
  ...side,
  queryKey: ['public', 'categories'],
  staleTime: 600 * SECOND,
  queryFn: ({ signal }) => body(api.side.GET('/api/v1/categories', { signal })),
});

export function listQuery(filter: ListFilter) {
  return infiniteQueryOptions({
    ...core,
    queryKey: ['public', 'products', 'list', filter],
    staleTime: 30 * SECOND,
    placeholderData: keepPreviousData,
    initialPageParam: '',
    queryFn: ({ signal, pageParam }) =>
      body(
        api.core.GET('/api/v1/products', {
          signal,
          params: {
            query: { ...given(filter), limit: PAGE, ...(pageParam && { cursor: pageParam }) },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor || undefined,
  });
}

function given({ q, category, sort }: ListFilter) {
  return { ...(q && { q }), ...(category && { category }), ...(sort && { sort }) };
}

/** One row of cards on the front page. */
function rowQuery(sort: Sort, limit: number) {
  return queryOptions({
    ...core,
    queryKey: ['public', 'products', 'row', sort, limit],
    staleTime: 30 * SECOND,
    queryFn: ({ signal }) =>
      body(api.core.GET('/api/v1/products', { signal, params: { query: { sort, limit } } })),
  });
}

/** Cards in a row of the front page. */
export const ROW = 8;
/** The newest product stands in the window, the eight after it in the row. */
export const newestRow = rowQuery('newest', ROW + 1);
export const smallestRow = rowQuery('price_asc', ROW);

export function productQuery(slug: string) {
  return queryOptions({
    ...core,
    queryKey: ['public', 'products', 'detail', slug],
    staleTime: 30 * SECOND,
    retry: (failures, error) => failures < 1 && !isAbsent(error),
    queryFn: ({ signal }) =>
      body(api.core.GET('/api/v1/products/{slug}', { signal, params: { path: { slug } } })),
  });
}

/** What a list already told about a product, so that its page can begin with it. */
export function knownCard(client: QueryClient, slug: string): Card | undefined {
  const lists = client.getQueriesData<ProductList | InfiniteData<ProductList>>({
    queryKey: ['public', 'products'],
    predicate: ({ queryKey }) => queryKey[2] !== 'detail',
  });
  return lists
    .flatMap(([, data]) => (data && 'pages' in data ? data.pages : data ? [data] : []))
    .flatMap((list) => list.items)
    .find((card) => card.slug === slug);
}

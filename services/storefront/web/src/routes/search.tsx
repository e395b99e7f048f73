import { createFileRoute } from '@tanstack/react-router';
import { oneOf, type SearchParams, text } from '~/browser/search-params';
import { listQuery, SearchPage, SORTS, type Sort } from '~/features/catalog';

export const Route = createFileRoute('/search')({
  validateSearch: ({
    q,
    sort,
  }: SearchParams): { q?: string | undefined; sort?: Sort | undefined } => ({
    q: text(q),
    sort: oneOf(SORTS, sort),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient }, deps: { q, sort } }) => {
    void queryClient.prefetchInfiniteQuery(listQuery({ ...(q && { q }), sort }));
  },
  component: Search,
});

function Search() {
  const { q, sort } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <SearchPage
      q={q}
      sort={sort}
      onSort={(next) => void navigate({ search: { q, sort: next }, replace: true })}
    />
  );
}

import { createFileRoute } from '@tanstack/react-router';
import { oneOf, type SearchParams } from '~/browser/search-params';
import { CategoryPage, listQuery, SORTS, type Sort } from '~/features/catalog';

export const Route = createFileRoute('/c/$')({
  validateSearch: ({ sort }: SearchParams): { sort?: Sort | undefined } => ({
    sort: oneOf(SORTS, sort),
  }),
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient }, params, deps: { sort } }) => {
    void queryClient.prefetchInfiniteQuery(listQuery({ category: params._splat ?? '', sort }));
  },
  component: Category,
});

function Category() {
  const { _splat: path = '' } = Route.useParams();
  const { sort } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <CategoryPage
      path={path}
      sort={sort}
      onSort={(next) => void navigate({ search: { sort: next }, replace: true })}
    />
  );
}

import { createFileRoute } from '@tanstack/react-router';
import { HomePage, newestRow, smallestRow } from '~/features/catalog';
import { t } from '~/text';
import { Page } from '~/ui';

export const Route = createFileRoute('/')({
  loader: ({ context: { queryClient } }) => {
    void queryClient.prefetchQuery(newestRow);
    void queryClient.prefetchQuery(smallestRow);
  },
  component: Home,
});

function Home() {
  return (
    <Page title={t('home.title')}>
      <HomePage />
    </Page>
  );
}

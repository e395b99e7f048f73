import { createFileRoute } from '@tanstack/react-router';
import { DonePage, orderQuery } from '~/features/orders';
import { t } from '~/text/buying';
import { Page } from '~/ui';

export const Route = createFileRoute('/order/$number/done')({
  loader: ({ context: { queryClient }, params: { number } }) => {
    void queryClient.prefetchQuery(orderQuery(number));
  },
  component: Done,
});

function Done() {
  const { number } = Route.useParams();
  return (
    <Page title={t('order.done.title')}>
      <DonePage number={number} />
    </Page>
  );
}

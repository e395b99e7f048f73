import { createFileRoute } from '@tanstack/react-router';
import { OrderPage, orderQuery } from '~/features/orders';
import { t } from '~/text/buying';
import { Page } from '~/ui';

export const Route = createFileRoute('/order/$number/')({
  loader: ({ context: { queryClient }, params: { number } }) => {
    void queryClient.prefetchQuery(orderQuery(number));
  },
  component: OrderRoute,
});

function OrderRoute() {
  const { number } = Route.useParams();
  return (
    <Page title={t('order.title', { number })}>
      <OrderPage number={number} />
    </Page>
  );
}

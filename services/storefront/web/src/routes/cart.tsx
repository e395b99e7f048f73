import { createFileRoute } from '@tanstack/react-router';
import { BasketPage } from '~/features/cart';
import { CheckoutButton } from '~/features/checkout';
import { prepareBasket } from '~/shell/session';
import { t } from '~/text/buying';
import { Page } from '~/ui';

export const Route = createFileRoute('/cart')({
  loader: ({ context: { queryClient } }) => {
    void prepareBasket(queryClient);
  },
  component: Cart,
});

function Cart() {
  return (
    <Page title={t('basket.title')}>
      <BasketPage checkout={<CheckoutButton />} />
    </Page>
  );
}

import { createFileRoute } from '@tanstack/react-router';
import { BasketPage, basket } from '~/features/cart';
import { CheckoutButton } from '~/features/checkout';
import { t } from '~/text/buying';
import { Page } from '~/ui';

export const Route = createFileRoute('/cart')({
  loader: () => {
    void basket.load();
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

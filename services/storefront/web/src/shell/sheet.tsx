import { BasketSheet } from '~/features/cart';
import { CheckoutButton } from '~/features/checkout';

export default function Sheet() {
  return <BasketSheet checkout={<CheckoutButton />} />;
}

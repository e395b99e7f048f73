import type { ReactNode } from 'react';
import { BasketSheet } from '~/features/cart';
import { CheckoutButton } from '~/features/checkout';

export default function Sheet(): ReactNode {
  return <BasketSheet checkout={<CheckoutButton />} />;
}

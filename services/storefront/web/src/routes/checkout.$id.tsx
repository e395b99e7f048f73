import { createFileRoute } from '@tanstack/react-router';
import { checkoutQuery } from '~/features/checkout';

export const Route = createFileRoute('/checkout/$id')({
  staticData: { slim: true },
  loader: ({ context: { queryClient }, params: { id } }) => {
    void queryClient.prefetchQuery(checkoutQuery(id));
  },
});

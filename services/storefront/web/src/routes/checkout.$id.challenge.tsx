import { createFileRoute, redirect } from '@tanstack/react-router';

/** Where the API says that the bank asks: the review, which shows the question. */
export const Route = createFileRoute('/checkout/$id/challenge')({
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/checkout/$id/review', params, replace: true });
  },
});

import { useQueryClient } from '@tanstack/react-query';
import { createFileRoute } from '@tanstack/react-router';
import { basket } from '~/features/cart';
import { CheckoutFrame, ReviewStep } from '~/features/checkout';
import { sessionQuery } from '~/shell/session';
import { t } from '~/text/buying';
import { Page } from '~/ui';

export const Route = createFileRoute('/checkout/$id/review')({ component: Review });

function Review() {
  const { id } = Route.useParams();
  const navigate = Route.useNavigate();
  const client = useQueryClient();
  const title = t('checkout.review.title');
  const onPlaced = (number: string) => {
    basket.forget();
    void client.invalidateQueries(sessionQuery);
    void navigate({ to: '/order/$number/done', params: { number }, replace: true });
  };
  return (
    <Page title={title}>
      <CheckoutFrame id={id} step="review" title={title}>
        {(checkout) => <ReviewStep checkout={checkout} onPlaced={onPlaced} />}
      </CheckoutFrame>
    </Page>
  );
}

import { createFileRoute } from '@tanstack/react-router';
import { CheckoutFrame, DeliveryStep } from '~/features/checkout';
import { t } from '~/text/buying';
import { Page } from '~/ui';

export const Route = createFileRoute('/checkout/$id/delivery')({ component: Delivery });

function Delivery() {
  const { id } = Route.useParams();
  const navigate = Route.useNavigate();
  const title = t('checkout.delivery.title');
  return (
    <Page title={title}>
      <CheckoutFrame id={id} step="delivery" title={title}>
        {(checkout) => (
          <DeliveryStep
            checkout={checkout}
            onDone={(changed) =>
              void navigate({ to: '/checkout/$id/payment', params: { id: changed.id } })
            }
          />
        )}
      </CheckoutFrame>
    </Page>
  );
}

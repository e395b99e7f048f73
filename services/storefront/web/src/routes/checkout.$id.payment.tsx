import { createFileRoute } from '@tanstack/react-router';
import { CheckoutFrame, PaymentStep } from '~/features/checkout';
import { t } from '~/text/buying';
import { Page } from '~/ui';

export const Route = createFileRoute('/checkout/$id/payment')({ component: Payment });

function Payment() {
  const { id } = Route.useParams();
  const navigate = Route.useNavigate();
  const title = t('checkout.payment.title');
  return (
    <Page title={title}>
      <CheckoutFrame id={id} step="payment" title={title}>
        {(checkout) => (
          <PaymentStep
            checkout={checkout}
            onDone={(changed) =>
              void navigate({ to: '/checkout/$id/review', params: { id: changed.id } })
            }
          />
        )}
      </CheckoutFrame>
    </Page>
  );
}

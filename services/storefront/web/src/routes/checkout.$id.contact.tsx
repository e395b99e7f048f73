import { createFileRoute } from '@tanstack/react-router';
import { CheckoutFrame, ContactStep } from '~/features/checkout';
import { t } from '~/text/buying';
import { Page } from '~/ui';

export const Route = createFileRoute('/checkout/$id/contact')({ component: Contact });

function Contact() {
  const { id } = Route.useParams();
  const navigate = Route.useNavigate();
  const title = t('checkout.contact.title');
  return (
    <Page title={title}>
      <CheckoutFrame id={id} step="contact" title={title}>
        {(checkout) => (
          <ContactStep
            checkout={checkout}
            onDone={(changed) =>
              void navigate({ to: '/checkout/$id/delivery', params: { id: changed.id } })
            }
          />
        )}
      </CheckoutFrame>
    </Page>
  );
}

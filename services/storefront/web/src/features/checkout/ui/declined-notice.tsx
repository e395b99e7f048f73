import { type BuyingKey, t } from '~/text/buying';
import { Notice } from '~/ui';
import type { Checkout } from '../api';

const REASONS: Readonly<Record<string, BuyingKey & `checkout.reason.${string}`>> = {
  declined: 'checkout.reason.declined',
  insufficient_funds: 'checkout.reason.insufficient_funds',
  challenge_failed: 'checkout.reason.challenge_failed',
};

/** Why the last card did not work, and how often another may be tried. */
export function DeclinedNotice({ payment }: { payment: Checkout['payment'] }) {
  if (payment.state !== 'declined') return null;
  const reason = t(REASONS[payment.reason ?? 'declined'] ?? 'checkout.reason.declined');
  return (
    <Notice tone="error" urgent>
      <p className="font-bold">{t('checkout.declined', { reason })}</p>
      <p>
        {t('checkout.declined.kept')}{' '}
        {t('checkout.declined.left', { count: payment.attempts_left })}
      </p>
    </Notice>
  );
}

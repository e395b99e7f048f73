import { explain, ProblemError } from '~/api';
import { t } from '~/text/buying';
import { Notice } from '~/ui';

/** Why the shop did not do it: its own words where it gave any. */
export function Refusal({ error }: { error: unknown }) {
  if (error === null) return null;
  const { message, reference } = explain(error);
  const known = error instanceof ProblemError && error.status < 500 && error.detail;
  return (
    <Notice tone="error" urgent>
      <p className="font-bold">{t('order.refused')}</p>
      <p>{known || message}</p>
      <p className="font-mono text-caption break-all text-ink-2">{reference}</p>
    </Notice>
  );
}

import { Link } from '@tanstack/react-router';
import { t } from '~/text/buying';
import { buttonClass, EmptyState, Skeleton } from '~/ui';

export function MissingOrder() {
  return (
    <EmptyState level="h1" title={t('order.missing.title')}>
      <p>{t('order.missing.text')}</p>
      <Link to="/" className={buttonClass('primary')}>
        {t('order.done.home')}
      </Link>
    </EmptyState>
  );
}

export function OrderSkeleton() {
  return (
    <div className="grid gap-10 md:grid-cols-[minmax(0,1fr)_minmax(0,26rem)] md:gap-16">
      <div className="space-y-6">
        <Skeleton className="h-16 w-4/5" />
        <Skeleton className="h-48" />
      </div>
      <Skeleton className="h-80" />
    </div>
  );
}

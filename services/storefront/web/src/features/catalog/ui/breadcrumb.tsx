import { Link } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { t } from '~/text';

/** The way from the front of the market to here; the page itself is its own heading. */
export function Breadcrumb({ steps }: { steps: readonly { path: string; title: string }[] }) {
  const link = 'inline-flex min-h-6 items-center underline-offset-4 hover:underline';
  return (
    <nav aria-label={t('breadcrumb.label')} className="text-small text-ink-2">
      <ol className="flex min-h-6 flex-wrap items-center gap-x-1">
        <li>
          <Link to="/" className={link}>
            {t('breadcrumb.home')}
          </Link>
        </li>
        {steps.map((step) => (
          <li key={step.path} className="flex items-center gap-x-1">
            <ChevronRight aria-hidden="true" className="size-4 text-ink-3" />
            <Link to="/c/$" params={{ _splat: step.path }} className={link}>
              {step.title}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}

import { Copy, RotateCw } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { t } from '~/text';
import { Button } from './button';
import { classes } from './classes';

/** What is empty, why, and one next step. */
export function EmptyState({
  title,
  level: Heading = 'h2',
  children,
}: {
  title: string;
  level?: 'h1' | 'h2';
  children: ReactNode;
}) {
  return (
    <div className="border-2 border-dashed border-edge px-6 py-12 text-center">
      <Heading tabIndex={-1} className="text-h2">
        {title}
      </Heading>
      <div className="mt-3 flex flex-col items-center gap-4 text-ink-2">{children}</div>
    </div>
  );
}

export interface Failure {
  /** What failed, in shop words. */
  message: string;
  /** Code and trace id, for a report. */
  reference: string;
}

/** A part of the page that could not be loaded. */
export function PanelError({
  title,
  failure,
  onRetry,
}: {
  title: string;
  failure: Failure;
  onRetry: () => void;
}) {
  const [copied, setCopied] = useState(false);
  return (
    <div role="alert" className="border-2 border-tomato bg-card px-6 py-8">
      <h2 className="text-h3">{title}</h2>
      <p className="mt-2">{failure.message}</p>
      <div className="mt-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <Button onClick={onRetry}>
          <RotateCw aria-hidden="true" className="size-5" />
          {t('failure.retry')}
        </Button>
        <span className="font-mono text-caption break-all text-ink-2">{failure.reference}</span>
        <Button
          look="quiet"
          onClick={() => {
            void navigator.clipboard.writeText(failure.reference).then(() => setCopied(true));
          }}
        >
          <Copy aria-hidden="true" className="size-4" />
          {copied ? t('failure.copied') : t('failure.copy')}
        </Button>
      </div>
    </div>
  );
}

/** A hatched block of the size of what will stand there. */
export function Skeleton({ className }: { className: string }) {
  return <span aria-hidden="true" className={classes('skeleton hatched block', className)} />;
}

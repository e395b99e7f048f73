import { Check, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes';

export interface TimelineEntry {
  key: string;
  title: string;
  state: 'done' | 'now' | 'next' | 'failed';
  detail?: ReactNode;
}

const DOTS: Record<TimelineEntry['state'], string> = {
  done: 'border-awning bg-awning text-on-awning',
  now: 'border-ink bg-card text-ink',
  next: 'border-dashed border-edge bg-card text-ink-3',
  failed: 'border-tomato bg-tomato text-on-tomato',
};

/** What happened, oldest first, and what is still to come. */
export function Timeline({ entries }: { entries: readonly TimelineEntry[] }) {
  return (
    <ol>
      {entries.map((entry, index) => (
        <li
          key={entry.key}
          className={classes(
            'relative ps-10 pb-6',
            index < entries.length - 1 &&
              'before:absolute before:inset-y-0 before:start-3 before:border-s-2 before:border-line',
          )}
        >
          <span
            aria-hidden="true"
            className={classes(
              'absolute start-0 top-0 flex size-6.5 items-center justify-center border-2',
              DOTS[entry.state],
            )}
          >
            {entry.state === 'done' && <Check className="size-4" strokeWidth={3} />}
            {entry.state === 'failed' && <X className="size-4" strokeWidth={3} />}
            {entry.state === 'now' && <span className="size-2.5 bg-ink" />}
          </span>
          <p className={classes(entry.state === 'next' ? 'text-ink-2' : 'font-bold')}>
            {entry.title}
          </p>
          {entry.detail}
        </li>
      ))}
    </ol>
  );
}

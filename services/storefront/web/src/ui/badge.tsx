import type { ReactNode } from 'react';
import { classes } from './classes';

export type Tone = 'plain' | 'good' | 'low' | 'bad' | 'info';

const TONES: Record<Tone, string> = {
  plain: 'border-edge bg-card text-ink-2',
  good: 'border-awning bg-awning-tint text-awning',
  low: 'border-amber bg-amber-tint text-amber',
  bad: 'border-tomato bg-tomato-tint text-tomato',
  info: 'border-blue bg-blue-tint text-blue',
};

/** One or two words about a state, in text and colour. */
export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span
      className={classes(
        'inline-flex items-center gap-1 border px-2 py-px text-caption font-bold',
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}

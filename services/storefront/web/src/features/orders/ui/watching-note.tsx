import { t } from '~/text/buying';
import { classes } from '~/ui';
import type { Watching } from '../use-live-order';

const DOTS: Record<Watching, string> = {
  connecting: 'border-edge',
  live: 'border-awning bg-awning',
  reconnecting: 'border-amber',
  polling: 'border-amber bg-amber',
  over: 'border-ink bg-ink',
};

/** How the page keeps up with the order, in words; the dot only repeats them. */
export function WatchingNote({ watching }: { watching: Watching }) {
  return (
    <p className="flex min-h-6 items-center gap-2 text-small text-ink-2">
      <span
        aria-hidden="true"
        className={classes('size-2.5 shrink-0 rounded-full border-2', DOTS[watching])}
      />
      {t(`order.watching.${watching}`)}
    </p>
  );
}

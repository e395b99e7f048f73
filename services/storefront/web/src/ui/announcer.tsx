import { useSyncExternalStore } from 'react';

type Politeness = 'polite' | 'assertive';

let spoken: Record<Politeness, string> = { polite: '', assertive: '' };
const listeners = new Set<() => void>();

/** Has screen readers say a sentence that is not where the focus is. */
export function announce(text: string, how: Politeness = 'polite'): void {
  // A sentence is only said when the text changes: the same one again gets a silent space.
  spoken = { ...spoken, [how]: spoken[how] === text ? `${text}\u00a0` : text };
  for (const listener of listeners) listener();
}

/** The two live regions. They are always there, because a region added with its text stays silent. */
export function LiveRegions() {
  const { polite, assertive } = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => spoken,
  );
  return (
    <>
      <p role="status" className="sr-only">
        {polite}
      </p>
      <p role="alert" className="sr-only">
        {assertive}
      </p>
    </>
  );
}

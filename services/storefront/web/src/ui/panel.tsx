import type { ReactNode } from 'react';
import { explain, isAbsent } from '~/api';
import { PanelError } from './states';

interface Loadable<Data> {
  data: Data | undefined;
  error: unknown;
  refetch: () => unknown;
}

interface PanelProps<Data> {
  query: Loadable<Data>;
  skeleton: ReactNode;
  /** Heading of the error state. */
  failed: string;
  /** Shown when the thing does not exist, which is not a failure. */
  absent?: ReactNode | undefined;
  children: (data: Data) => ReactNode;
}

/** One part of a page with its own request: data when there is any, else skeleton or error. */
export function Panel<Data>({ query, skeleton, failed, absent, children }: PanelProps<Data>) {
  if (absent && isAbsent(query.error)) return absent;
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return (
      <PanelError title={failed} failure={explain(query.error)} onRetry={() => query.refetch()} />
    );
  }
  return skeleton;
}

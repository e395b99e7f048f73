import { type ReactNode, useLayoutEffect } from 'react';
import { t } from '~/text';

/** A page with its title. */
export function Page({ title, children }: { title: string; children: ReactNode }) {
  useLayoutEffect(() => {
    document.title = t('page.title', { page: title });
  }, [title]);
  return children;
}

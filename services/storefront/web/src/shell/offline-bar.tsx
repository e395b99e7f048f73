import { useSyncExternalStore } from 'react';
import { t } from '~/text';

function subscribe(listener: () => void): () => void {
  addEventListener('online', listener);
  addEventListener('offline', listener);
  return () => {
    removeEventListener('online', listener);
    removeEventListener('offline', listener);
  };
}

export function OfflineBar() {
  const online = useSyncExternalStore(subscribe, () => navigator.onLine);
  return (
    <div role="status">
      {!online && (
        <p className="max-w-none bg-amber-tint px-4 py-2 text-center font-bold text-amber">
          {t('shell.offline')}
        </p>
      )}
    </div>
  );
}

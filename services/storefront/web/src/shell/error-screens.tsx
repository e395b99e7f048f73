import { Link } from '@tanstack/react-router';
import { explain } from '~/api';
import { t } from '~/text';
import { Button, buttonClass, EmptyState, Page } from '~/ui';

export function NotFound() {
  return (
    <Page title={t('shell.notfound.title')}>
      <EmptyState level="h1" title={t('shell.notfound.title')}>
        <p>{t('shell.notfound.text')}</p>
        <Link to="/" className={buttonClass('primary')}>
          {t('shell.notfound.home')}
        </Link>
      </EmptyState>
    </Page>
  );
}

/** A page that could not be drawn. The text of the exception is for the console, not for people. */
export function Crash({ error }: { error: unknown }) {
  return (
    <Page title={t('shell.crash.title')}>
      <EmptyState level="h1" title={t('shell.crash.title')}>
        <p>{t('shell.crash.text')}</p>
        <p className="font-mono text-caption break-all">{explain(error).reference}</p>
        <Button look="primary" onClick={() => location.reload()}>
          {t('shell.crash.reload')}
        </Button>
      </EmptyState>
    </Page>
  );
}

import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { explain, type ProblemError } from '~/api';
import { t } from '~/text/buying';
import { Button, buttonClass, Notice } from '~/ui';
import type { Checkout } from '../api';

/** The code that was refused: the one that the answer names, or the only one there is. */
export function codeOf(error: ProblemError, checkout: Checkout): string {
  const { discount_code } = error.extra;
  return typeof discount_code === 'string'
    ? discount_code
    : (checkout.discount_codes?.[0]?.code ?? '');
}

interface CodeRefusedProps {
  error: ProblemError;
  code: string;
  /** Takes the code off and goes on with what was entered. */
  onGoOn: (code: string) => Promise<void>;
}

/** The code was used up between the basket and here: says so and leads on without it. */
export function CodeRefused({ error, code, onGoOn }: CodeRefusedProps) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);

  const goOn = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await onGoOn(code);
    } catch (reason) {
      setFailure(reason);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Notice tone="error" urgent>
      <h2 ref={title} tabIndex={-1} className="font-text text-body font-bold">
        {t('checkout.code.title')}
      </h2>
      <p>{error.detail}</p>
      <p>{t('checkout.code.text')}</p>
      {failure !== null && (
        <>
          <p className="font-bold">{explain(failure).message}</p>
          <p className="font-mono text-caption break-all text-ink-2">
            {explain(failure).reference}
          </p>
        </>
      )}
      <div className="flex flex-wrap gap-3 pt-2">
        <Button look="primary" busy={busy} onClick={() => void goOn()}>
          {busy ? t('checkout.code.busy') : t('checkout.code.remove')}
        </Button>
        <Link to="/cart" className={buttonClass('outline')}>
          {t('checkout.stock.basket')}
        </Link>
      </div>
    </Notice>
  );
}

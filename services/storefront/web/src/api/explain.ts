import { t } from '~/text';
import { ProblemError } from './problem';

/** A failure in shop words, with what a report needs. Raw exception text is never shown. */
export function explain(error: unknown): { message: string; reference: string } {
  if (!(error instanceof ProblemError)) {
    return { message: t('problem.lost'), reference: t('failure.reference', { code: 'lost' }) };
  }
  const { code, traceId } = error;
  return {
    message: t(`problem.${code}`),
    reference: traceId
      ? t('failure.reference.trace', { code, trace: traceId })
      : t('failure.reference', { code }),
  };
}

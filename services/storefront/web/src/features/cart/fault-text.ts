import { explain } from '~/api';
import { t } from '~/text/buying';
import type { Fault } from './view';

/** Why a change of a line did not come true, in the server's words where they help. */
export function faultText({ reason }: Fault): string {
  if (reason === 'gone') return t('basket.fault.gone');
  return reason.fields[0]?.detail ?? explain(reason).message;
}

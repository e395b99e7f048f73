import type { BuyingKey } from '~/text/buying';

/** Numbers of the simulated bank and what it does with them. The payments service owns the list. */
export const TEST_CARDS = [
  { number: '9999000010000002', does: 'testcard.approves' },
  { number: '9999000020000000', does: 'testcard.declined' },
  { number: '9999000030000008', does: 'testcard.funds' },
  { number: '9999000040000006', does: 'testcard.challenge' },
  { number: '9999000050000003', does: 'testcard.timeout' },
  { number: '9999000060000001', does: 'testcard.twice' },
  { number: '9999000070000009', does: 'testcard.early' },
  { number: '9999000080000007', does: 'testcard.slow' },
] as const satisfies readonly { number: string; does: BuyingKey }[];

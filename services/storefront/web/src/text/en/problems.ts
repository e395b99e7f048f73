import type { ProblemCode } from '../../api/problem';

type Problems = { readonly [Code in ProblemCode as `problem.${Code}`]: string };

/** What a visitor is told for each code. The type asks for every code and for no other. */
const byCode = {
  'problem.validation_failed': 'Something in it was not accepted.',
  'problem.unauthenticated': 'Your visit has ended. Load the page again to go on.',
  'problem.forbidden': 'This is not open to you.',
  'problem.not_found': 'It is not here, or no longer.',
  'problem.method_not_allowed': 'The shop does not offer this.',
  'problem.cart_version_conflict': 'The basket changed meanwhile.',
  'problem.cart_closed': 'This basket has been ordered already.',
  'problem.cart_changed': 'The basket changed meanwhile.',
  'problem.price_changed': 'The price has changed.',
  'problem.out_of_stock': 'There is not enough of it left.',
  'problem.discount_code_refused': 'The discount code no longer counts.',
  'problem.reservation_expired': 'The items are no longer held for you.',
  'problem.invalid_state': 'This step is no longer open.',
  'problem.payment_declined': 'The card was declined.',
  'problem.idempotency_in_progress': 'The first request is still running.',
  'problem.idempotency_key_reused': 'The order changed since you read it over.',
  'problem.idempotency_key_required': 'The request was incomplete. The fault is ours.',
  'problem.payload_too_large': 'That was too much text.',
  'problem.unsupported_media_type': 'The request was in the wrong form. The fault is ours.',
  'problem.rate_limited': 'Too many requests in a short time. It goes on in a moment.',
  'problem.timeout': 'The answer took too long. It often works a moment later.',
  'problem.unavailable': 'This part of the shop does not answer. It often works a moment later.',
  'problem.internal': 'Something broke on our side.',
} as const satisfies Problems;

export const problems = {
  ...byCode,
  'problem.lost': 'The shop could not be reached. Check your connection.',
} as const;
